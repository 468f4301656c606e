"""Nothing is lost: a run that is killed at any moment leaves a whole file or none.

    python3 benches/kills.py target/release/picojoule [--kills 1000] [--points 200000] [--seed 0]

Sweeps into a file of each format, a report and an import are killed (SIGKILL) in turn: half of them
anywhere between their start and a little after their end, half while they write. Before half of them
stands an older, whole file, which must then be whole still. After every twentieth kill one more run
ends by itself, and nothing but what it writes may lie there. Then each runs with a limit on the size
of files, as on a full disk: it must say which file it could not write, and leave none. Printed is how
often what was found. Linux.
"""

import argparse
import json
import math
import os
import random
import re
import resource
import signal
import subprocess
import tempfile
import time
from collections import Counter
from pathlib import Path

# As many kills come before one whole run.
ROUND = 20
OLD = b"older, and whole\n"
CONFIG = {
    "architectures": ["BertModel"], "model_type": "bert", "hidden_size": 768, "num_attention_heads": 12,
    "num_hidden_layers": 12, "intermediate_size": 3072, "vocab_size": 30522, "max_position_embeddings": 512,
    "type_vocab_size": 2, "hidden_act": "gelu",
}
REPORT = """
name = "small"
title = "Small"
model = "attention"
variants = ["vanilla", "e-att"]
[[price]]
table = "45nm"
format = "fp32"
[[section]]
title = "Stages"
show = "stages"
scope = "attention"
[[section]]
title = "Alignment"
show = "stages"
scope = "alignment"
"""


class Output:
    """A command, and the files that it writes into a folder."""

    def __init__(self, program, name, arguments, points, around):
        self.name, self.folder, read = name, around / "out", around / "read"
        self.folder.mkdir()
        read.mkdir()
        (read / "config.json").write_text(json.dumps(CONFIG))
        (read / "small.toml").write_text(REPORT)
        put = {"OUT": str(self.folder), "READ": str(read), "POINTS": str(points)}
        self.command = [program]
        for word in arguments.split():
            for key, value in put.items():
                word = word.replace(key, value)
            self.command.append(word)
        self.whole, self.seconds, self.writing = {}, math.inf, math.inf
        self.end(self.start(), time.perf_counter())
        self.whole = self.files()
        assert self.whole and not self.unfinished()

    def end(self, process, start):
        """Lets a run end, and notes how long runs take and write at best."""
        began = None
        while process.poll() is None:
            if began is None and self.unfinished():
                began = time.perf_counter()
        end = time.perf_counter()
        assert process.returncode == 0
        self.seconds = min(self.seconds, end - start)
        self.writing = min(self.writing, end - (began or end))

    def unfinished(self):
        return [name for name in os.listdir(self.folder) if name not in self.whole and ".picojoule-" in name]

    def files(self):
        return {path.name: path.read_bytes() for path in self.folder.iterdir()}

    def start(self):
        return subprocess.Popen(self.command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def prepare(output, dice):
    """Leaves an older file or none; what a killed run left stays."""
    old = dice.random() < 0.5
    for name in output.whole:
        path = output.folder / name
        if old:
            path.write_bytes(OLD)
        else:
            path.unlink(missing_ok=True)
    return old


def kill(output, dice):
    """Starts the command and kills it; whether it was still running."""
    before = set(output.unfinished())
    process = output.start()
    if dice.random() < 0.5:
        time.sleep(dice.uniform(0, 1.05 * output.seconds))
    else:
        while process.poll() is None and not set(output.unfinished()) - before:
            pass
        time.sleep(dice.uniform(0, output.writing))
    process.send_signal(signal.SIGKILL)
    return process.wait() == -signal.SIGKILL


def limited(output, dice):
    """Runs with a limit on the size of files that is too small for one of them."""
    prepare(output, dice)
    largest = max(len(bytes) for bytes in output.whole.values())
    limit = dice.randrange(largest)

    def full():
        # Like a full disk: to write is refused, and no signal ends the program.
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    before = {name: bytes for name, bytes in output.files().items() if name not in output.unfinished()}
    run = subprocess.run(
        output.command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        preexec_fn=full, restore_signals=False,
    )
    assert run.returncode == 2 and "cannot write `" in run.stderr, (run.returncode, run.stderr)
    named = re.search("cannot write `(.*?)`", run.stderr)[1]
    assert any(named == str(output.folder / name) for name in output.whole), run.stderr
    assert output.files() == before, f"{output.name}: {os.listdir(output.folder)}"


def check(output, old, found):
    """What lies there must be whole."""
    files = output.files()
    for name, bytes in output.whole.items():
        now = files.pop(name, None)
        if now == bytes:
            found["new"] += 1
        elif now == (OLD if old else None):
            found["older" if old else "none"] += 1
        else:
            raise SystemExit(f"{output.name}: {name} has {len(now or b'')} bytes, and is neither old nor new")
    left = output.unfinished()
    assert set(files) == set(left), files.keys()
    found["unfinished"] += bool(left)


COMMANDS = {
    "sweep, CSV": "sweep attention --over n=1..POINTS --out OUT/rows.csv",
    "sweep, JSON lines": "sweep attention --over n=1..POINTS --out OUT/rows.jsonl",
    "sweep, Parquet": "sweep attention --over n=1..POINTS --out OUT/rows.parquet",
    "report": "report READ/small.toml --out OUT",
    "import": "import READ/config.json -o OUT/model.toml",
}


def tried(output, kills, limits, dice):
    """Prints what is found after so many kills, and as many full disks."""
    found, turns, killed = Counter(), 0, 0
    while killed < kills:
        old = prepare(output, dice)
        killed += kill(output, dice)
        check(output, old, found)
        turns += 1
        if turns % ROUND == 0 or killed == kills:
            output.end(output.start(), time.perf_counter())
            assert output.files() == output.whole, f"{output.name}: {os.listdir(output.folder)}"
    for _ in range(limits):
        limited(output, dice)
    print(
        f"{output.name}: {output.seconds:.2f} s, {turns} runs, {killed} killed; files: {found['none']} not there,"
        f" {found['older']} older, {found['new']} new, 0 in part; {found['unfinished']} times one was left"
        f" unfinished, none after the next whole run; {limits} times on a full disk, none left",
        flush=True,
    )


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("picojoule")
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--limits", type=int, default=20, help="runs of each on a full disk")
    parser.add_argument("--points", type=int, default=200_000, help="of each sweep")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    dice = random.Random(given.seed)
    for name, arguments in COMMANDS.items():
        with tempfile.TemporaryDirectory(prefix="kills-") as around:
            output = Output(given.picojoule, name, arguments, given.points, Path(around))
            tried(output, given.kills // len(COMMANDS), given.limits, dice)


if __name__ == "__main__":
    main()
