"""Writes benches/README.md: what a person waits for, before and now, beside rivals and limits.

    pip install numpy polars duckdb onnx                       (for --python)
    cargo bench --bench sweep --no-run                         (for --evaluation, the program that it names)
    python3 benches/table.py --before OLD/picojoule WORDS --new target/release/picojoule --python PYTHON
        [--before OLDER/picojoule WORDS] [--evaluation PROGRAM] [--build] [--only ROW] [--list]

Each row is measured in one run of this script: the builds take turns, those of `--before` first, under
the words that are given for each; the best of several runs counts, of user and system time of all
threads where CPU is meant, of the clock where the time is, and
of the most resident memory. A run that takes over five seconds is done once or twice. `--only` prints
one row and writes nothing. Ratios hold elsewhere, seconds do not. Linux. Ten million rows as CSV, and
what is made to be read, take 4 GB in the folder for temporary files.
"""

import argparse
import datetime
import json
import os
import platform
import re
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
PAGE = HERE / "README.md"
# As long is one row measured, in seconds of all builds: three times each at least.
SPENT = 8
# A run over so many seconds is not done a third time, and one of twice as many once.
LONG = 5
GRID = "--over n=1..1000 --over d=64..1600:64 --over h=1,2,4,8 --over rho=0.01..1:0.01"
TEN_MILLION = f"sweep attention --variants vanilla,e-att --scope alignment,attention {GRID}"
SHOWN = "sweep attention … "
MILLION = "sweep attention --variants vanilla,e-att"
# What clean builds of earlier states took on the same machine.
BUILDS_BEFORE = [("131 crates, 2 `num-bigint`", 240), ("2 `num-bigint`", 325)]
POOLED = """name = "pooled"
inputs = {{ x = "w d" }}
dims = {{ n = 4, d = 8, w = "{}" }}
[[op]]
name = "product"
einsum = "w d, d e -> w e"
inputs = ["x", {{ weight = "d d" }}]
"""


@dataclass
class Used:
    """What a process took."""

    wall: float
    cpu: float
    mib: float

    def least(self, other):
        return Used(*(min(pair) for pair in zip(vars(self).values(), vars(other).values())))


def used(command, threads=None):
    """Runs a command to its end. A file that it writes with `--out` is new: to take an old one away is no
    part of the work, and takes as long as a part of it."""
    if "--out" in command:
        out = Path(command[command.index("--out") + 1])
        if out.is_file():
            out.unlink()
    environment = os.environ | ({"RAYON_NUM_THREADS": str(threads)} if threads else {})
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment, cwd=HERE.parent)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1):
        return None
    return Used(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def best(commands, threads=None):
    """The least that each command takes, run in turn; None for one that fails."""
    found, turns, start = [None] * len(commands), [0] * len(commands), time.perf_counter()
    lost = [False] * len(commands)
    while True:
        for at, command in enumerate(commands):
            slow = found[at] is not None and found[at].wall > LONG
            if lost[at] or slow and turns[at] >= (1 if found[at].wall > 2 * LONG else 2):
                continue
            now = used(command, threads)
            turns[at] += 1
            lost[at] = now is None
            if now:
                found[at] = now.least(found[at]) if found[at] else now
        # One that takes long is not waited for three times, the others beside it are.
        enough = all(lost[at] or turns[at] >= 3 or found[at].wall > LONG for at in range(len(commands)))
        if enough and time.perf_counter() - start > SPENT or max(turns) >= 40:
            return found


def seconds(value):
    if value < 0.1:
        return f"{value * 1000:.3g} ms"
    return f"{value:.3g} s"


@dataclass
class Line:
    """A line of the page."""

    work: str
    # What earlier builds took, and what each thing is that the target is held against.
    before: list[str]
    now: str
    ratios: list[str]
    target: str
    holds: list[bool | None]
    beside: str
    command: str

    def text(self):
        known = {one for one in self.holds if one is not None}
        reached = {frozenset(): "—", frozenset({True}): "yes", frozenset({False}): "no"}.get(frozenset(known), "in part")
        cells = [self.work, *self.before, self.now, *self.ratios, self.target, reached, self.beside, f"`{self.command}`"]
        return "| " + " | ".join(cell or "—" for cell in cells) + " |"


class Bench:
    """The programs, and the files that they read."""

    def __init__(self, given, folder):
        self.given, self.folder = given, folder
        self.earlier = [str(Path(path).resolve()) for path, _ in given.before]
        self.new = str(Path(given.new).resolve())
        self.builds = [*self.earlier, self.new]

    def python(self, script, *words):
        """What a script prints as JSON; None where the Python lacks what it needs."""
        run = subprocess.run([self.given.python, HERE / script, *map(str, words)], capture_output=True, text=True)
        try:
            return json.loads(run.stdout)
        except json.JSONDecodeError:
            print(f"{script} {words[0]}: {run.stderr.strip().splitlines()[-1:]}")
            return None

    def file(self, name, *words):
        """An ONNX file, made once."""
        path = self.folder / name
        if not path.exists():
            subprocess.run([self.given.python, HERE / "onnx-files.py", words[0], path, *words[1:]], check=True)
        return str(path)

    def grown(self, kind, size):
        """A graph of those of growth.py."""
        path = self.folder / f"{kind}-{size}.onnx"
        code = "import sys; sys.path.insert(0, sys.argv[1]); import growth, pathlib; "
        code += "growth.KINDS[sys.argv[2]](int(sys.argv[3]), pathlib.Path(sys.argv[4]))"
        subprocess.run([self.given.python, "-c", code, HERE, kind, str(size), path], check=True)
        return str(path)

    def rivals(self):
        """What polars takes for the same rows; its Parquet file stays to be asked."""
        if not hasattr(self, "polars"):
            self.polars = self.python("rivals.py", "polars", self.folder)
        return self.polars

    def each(self, words, threads=None):
        """What each build takes, the new one last."""
        return best([[build, *words.split()] for build in self.builds], threads)

    def unknown(self):
        """Cells of the earlier builds where nothing is measured of them."""
        return [""] * len(self.earlier)

    def compared(self, work, words, target, what="cpu", threads=None, shown=None, beside=""):
        """A row of which all builds do the same; `target` is a share of what the earlier ones take."""
        found = self.each(words, threads)
        return against(work, found, what, target, beside, "picojoule " + (shown or words)), found


def told(one, what):
    """What a run took, of one kind."""
    if one is None:
        return "—"
    if what == "mib":
        return f"{one.mib:.0f} MiB"
    return seconds(getattr(one, what)) + (" CPU" if what == "cpu" else "")


def against(work, found, what, target, beside, command):
    """A row of what all builds took, where less is better; without a target nothing is asked."""
    *earlier, new = found
    ratios = [getattr(new, what) / getattr(one, what) if one else None for one in earlier]
    holds = [ratio <= target if ratio and target else None for ratio in ratios]
    return Line(
        work, [told(one, what) for one in earlier], told(new, what), [f"{ratio:.3g}" if ratio else "" for ratio in ratios],
        f"≤ {target}" if target else "", holds, beside, command,
    )


def by_the_clock(found, target=None):
    """A row of how long somebody waits for what all builds did."""
    return against("… by the clock", found, "wall", target, "", "the same")


def waited_for(bench, work, words, target, shown=None):
    """Rows of what several threads do, of which somebody waits for the last."""
    line, found = bench.compared(work, words, None, shown=shown)
    return [line, by_the_clock(found, target)]


def evaluation(bench):
    """Points per second of the engine alone: the sum of what is saved beside a loop by hand, which
    adds up the same, and ten columns beside the same ten in NumPy; whether the targets are reached
    is asked of these. The other ratios to NumPy stand there, too."""
    command, work = "cargo bench --bench sweep", "evaluation of a sweep, one thread"
    target = "≥ 2 × a hand-written scalar loop, ≥ 10 × NumPy"
    if bench.given.evaluation is None:
        return [Line(work, bench.unknown(), "", bench.unknown(), target, [], "", command)]
    out = subprocess.run([bench.given.evaluation, "--bench"], capture_output=True, text=True, cwd=HERE.parent).stdout
    rates = {name.strip(): float(rate) for name, rate in re.findall(r"^(.*?) +([\d.]+) M points/s", out, re.M)}
    limit, engine = rates["hand-written Rust loop (limit)"], rates["sweep attention, 1 thread(s)"]
    columns = rates["… in ten columns"]
    numpy = bench.python("sweep.py")
    beside = f"loop {limit:.0f} M/s, {engine / limit:.2f} × it"
    if numpy:
        def times(own, made):
            return f"{numpy[made] / 1e6:.0f} M/s, {own * 1e6 / numpy[made]:.1f} × it"

        beside += f"; NumPy: the same ten columns {times(columns, 'columns')}, the sum alone {times(engine, 'sum')}"
        beside += f"; by parts of its arrays that stay in the cache {times(columns, 'columns, in parts')}"
        beside += f", and {times(engine, 'sum, in parts')}"
    holds = [engine >= 2 * limit] + ([columns * 1e6 >= 10 * numpy["columns"]] if numpy else [])
    now = f"{engine:.0f} M points/s, {columns:.0f} as ten columns"
    return [Line(work, bench.unknown(), now, bench.unknown(), target, holds, beside, command)]


def rows_csv(bench):
    out = bench.folder / "rows.csv"
    line, found = bench.compared(
        "10⁷ rows to CSV", f"{TEN_MILLION} --out {out}", 0.35, shown=SHOWN + "--out rows.csv"
    )
    out.unlink(missing_ok=True)
    if rival := bench.rivals():
        times = rival["csv"]["cpu"] / found[-1].cpu
        line.beside = f"polars {seconds(rival['csv']['cpu'])} CPU: {times:.2g} × as long (target 3)"
        line.holds.append(times >= 3)
    clock = by_the_clock(found)
    clock.target = "both cores"
    return [line, clock]


def rows_parquet(bench):
    out = bench.folder / "rows.parquet"
    sizes = []
    for build in bench.builds:
        written = used([build, *f"{TEN_MILLION} --out {out}".split()])
        sizes.append(out.stat().st_size if written else None)
    shown = SHOWN + "--out rows.parquet"
    line, _ = bench.compared("10⁷ rows to Parquet", f"{TEN_MILLION} --out {out}", 0.6, shown=shown)
    rival = bench.rivals()
    if rival:
        line.beside = f"polars {seconds(rival['parquet']['cpu'])} CPU"
    *earlier, new = sizes
    ratios = [new / size if size else None for size in earlier]
    lines = [line, Line(
        "… its bytes", [f"{size / 1e6:.0f} MB" if size else "" for size in earlier], f"{new / 1e6:.0f} MB",
        [f"{ratio:.3g}" if ratio else "" for ratio in ratios], "≤ 0.5", [ratio <= 0.5 if ratio else None for ratio in ratios],
        f"polars {rival['parquet']['bytes'] / 1e6:.0f} MB" if rival else "", "the same",
    )]
    # The last run may have been of any build.
    used([bench.new, *f"{TEN_MILLION} --out {out}".split()])
    asked = bench.python("rivals.py", "duckdb", out, bench.folder / "polars.parquet") if rival else None
    if asked:
        own, theirs = asked["rows.parquet"], asked["polars.parquet"]
        lines.append(Line(
            "… a query by DuckDB", bench.unknown(), f"{seconds(own['cpu'])} CPU", bench.unknown(),
            "not slower than on polars' file, groups ≥ 100 000 rows",
            [own["cpu"] <= 1.05 * theirs["cpu"] and own["group"] >= 100_000],
            f"polars' file {seconds(theirs['cpu'])} CPU; groups of {own['group']} rows", "benches/rivals.py duckdb",
        ))
    out.unlink()
    return lines


def summary(bench):
    return [bench.compared("sweep of 10⁷ with a summary alone", TEN_MILLION, 0.35, shown=SHOWN.strip())[0]]


def beside_grid(bench, work, words, grid, target, shown=None):
    """How much longer a sweep takes than the grid of as many points."""
    programs = [[build, *which.split()] for which in (words, grid) for build in bench.builds]
    found = best(programs)
    wanted, grids = found[: len(bench.builds)], found[len(bench.builds) :]
    *earlier, new = (one.cpu / beside.cpu if one and beside else None for one, beside in zip(wanted, grids))
    return Line(
        work, [f"{one:.2g} × the grid" if one else "" for one in earlier], f"{new:.2g} × the grid",
        [f"{new / one:.2g}" if one else "" for one in earlier],
        f"≤ {target} × the grid", [new <= target], f"grid {seconds(grids[-1].cpu)} CPU", "picojoule " + (shown or words),
    )


def samples(bench):
    grid = f"{MILLION} --over n=1..1000 --over rho=0.001..1:0.001"
    drawn = f"{MILLION} --over n=1..1000 --over rho=0.001..1 --sample 1000000"
    return [
        beside_grid(bench, f"10⁶ points by `{flags}`", drawn + more, grid, 2)
        for flags, more in (("--sample", ""), ("--latin", " --latin"))
    ]


def floors(bench):
    for name, extent in (("floor", "floor(n / 4)"), ("plain", "n")):
        (bench.folder / f"{name}.toml").write_text(POOLED.format(extent))
    over = "--over d=1..1000 --over n=4..10003"
    return [beside_grid(
        bench, "10⁷ points, an axis under a `floor`", f"sweep {bench.folder / 'floor.toml'} {over}",
        f"sweep {bench.folder / 'plain.toml'} {over}", 2, shown=f"sweep floor.toml {over}",
    )]


def scan(bench):
    path = bench.file("weights.onnx", "weights")
    size = Path(path).stat().st_size
    words = f"estimate {path} --scan-weights --weight-scan-limit 1GiB"
    *earlier, new = bench.each(words, threads=1)
    two = best([[bench.new, *words.split()]], threads=2)[0]
    rate = lambda one: f"{size / one.wall / 1e9:.2g} GB/s" if one else ""
    ratios = [one.wall / new.wall if one else None for one in earlier]
    copied = used(["cat", path])
    return [Line(
        f"weights of {size / 1e6:.0f} MB scanned, one thread", [rate(one) for one in earlier], rate(new),
        [f"{ratio:.3g} × the rate" if ratio else "" for ratio in ratios], "≥ 15 × the rate",
        [ratio >= 15 if ratio else None for ratio in ratios],
        f"two threads {rate(two)}; `cat` {rate(copied)}", "picojoule estimate weights.onnx --scan-weights --weight-scan-limit 1GiB",
    )]


def dense(bench):
    path = bench.grown("dense", 64_000)
    return [bench.compared("graph of 64 000 nodes, dense", f"estimate {path}", 0.03, shown="estimate dense.onnx")[0]]


def wide(bench):
    """Many tensors of which names are made, since they share one: terms of a sum."""
    lines = []
    for kind, work in (("sum", "a Sum of 16 000 inputs"), ("parts", "a Split with 16 000 outputs, and their Sum")):
        path = bench.grown(kind, 16_000)
        lines.append(bench.compared(work, f"estimate {path}", 0.01, shown=f"estimate {kind}.onnx")[0])
    return lines


def nodes(bench):
    path = bench.file("graph.onnx", "graph")
    line, found = bench.compared("100 000 nodes, no two layers alike", f"estimate {path}", 0.4, shown="estimate graph.onnx")
    rival = bench.python("rivals.py", "onnx", path)
    if rival:
        line.beside = f"`onnx.load` {seconds(rival['cpu'])} CPU"
    beside = f"`onnx.load` {rival['kib'] / 1024:.0f} MiB" if rival else ""
    return [line, against("… its memory", found, "mib", 0.4, beside, "the same")]


def sensitivity(bench):
    return [bench.compared("sensitivity of PVT", "sensitivity pvt-v2", 0.05)[0]]


def drawn(bench):
    words = "sensitivity attention --samples 1000000"
    line, found = bench.compared("10⁶ draws of all entries", words, 0.3)
    memory = against("… their memory", found, "mib", None, "", "the same")
    memory.target, memory.holds = "< 40 MB", [found[-1].mib * 1.048576 < 40]
    return [line, memory]


def crossover(bench):
    words = "crossover vit-b-16 --between vanilla,e-att --over img=16..100000"
    return [bench.compared("crossover over 10⁵ sizes of an image", words, 0.02)[0]]


def report(bench):
    words = f"report e-att --out {bench.folder / 'report'}"
    return waited_for(bench, "a report with its figures", words, 0.4, shown="report e-att")


def claims(bench):
    return waited_for(bench, "all claims", "claims", 0.5)


def estimate(bench):
    line, _ = bench.compared("an estimate, from start to end", "estimate attention", 0.5, what="wall")
    empty = best([["true"]])[0]
    line.beside = f"`true` {seconds(empty.wall)}"
    return [line]


def build(bench):
    tree = subprocess.run(
        ["cargo", "tree", "-e", "normal,build", "--prefix", "none", "--no-dedupe"], capture_output=True, text=True, cwd=HERE.parent
    ).stdout
    crates = {line.removesuffix(" (*)") for line in tree.splitlines() if line}
    bigints = sum(line.startswith("num-bigint v") for line in crates)
    now, ratios, holds = f"{len(crates)} crates, {bigints} `num-bigint`", bench.unknown(), []
    if bench.given.build:
        with tempfile.TemporaryDirectory() as target:
            took = used(["cargo", "build", "--release", "--target-dir", target]).cpu
        now += f", {took:.0f} s CPU"
        ratios = [f"{took / before:.2f}" for _, before in BUILDS_BEFORE]
        holds = [bigints == 1 and took <= 0.8 * before for _, before in BUILDS_BEFORE]
    return [Line(
        "a clean release build", [f"{words}, {before} s CPU" for words, before in BUILDS_BEFORE], now, ratios,
        "one `num-bigint`, ≤ 0.8", holds, "" if bench.given.build else "timed with `--build`", "cargo build --release",
    )]


ROWS = {
    one.__name__: one
    for one in (
        # What writes gigabytes comes last: it leaves a memory in pieces, in which large pages are dear.
        evaluation, summary, samples, floors, dense, wide, nodes, sensitivity, drawn, crossover, report, claims, estimate,
        scan, rows_csv, rows_parquet, build,
    )
}
INTRODUCTION = """# What a person waits for

Written by [`benches/table.py`](table.py), which says how it measures: all builds in turn, the best of several
runs, ratios that hold elsewhere where seconds do not. Where a row says CPU, the time of all threads counts.
`cargo bench` runs the short ones by themselves; `--only ROW` one row of this page. `sweep attention …` stands for
`""" + TEN_MILLION + """`, ten million points.

"""
GROWTH = """
## Growth

Seconds of graphs of 1000 to 64 000 nodes, and the exponent with which they grow above an empty one
([`benches/growth.py`](growth.py)); 1 is linear, and at most 1.1 is asked for.

"""
OTHERS = """
## Other scripts

| script | what it shows |
|---|---|
| [`kills.py`](kills.py) | a run that is killed at any moment leaves whole files or none, and on a full disk, too |
| [`same.py`](same.py) | two builds say the same, byte by byte, of a thousand random commands, on any number of threads |
| [`onnx-bench.py`](onnx-bench.py) | one file, by picojoule, by onnx-tool and by `onnx.load` |
| [`movement.py`](movement.py) | what crosses between memories, beside what searches find |
| [`validation`](validation) | predictions against what others measured |
"""


def header(given):
    """The head of the table, with a column for each earlier build."""
    names = [words for _, words in given.before]
    cells = ["work", *names, "now", *(f"now ÷ {words}" for words in names), "target", "reached", "beside it", "command"]
    rules = ["---", *["---:"] * (2 * len(names) + 1), *["---"] * 4]
    return f"| {' | '.join(cells)} |\n|{'|'.join(rules)}|\n"


def machine(bench):
    """On what all of this ran."""
    cpu = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    cores = len(os.sched_getaffinity(0))
    versions = bench.python("rivals.py", "versions") or {}
    words = ", ".join(f"{name} {version}" for name, version in versions.items())
    now = datetime.datetime.now(datetime.UTC).date()
    own = subprocess.run([bench.new, "--version"], capture_output=True, text=True).stdout.strip()
    return f"{own}, {now}, {cores} cores of {cpu[1] if cpu else platform.machine()}; {words}.\n"


def growth(bench):
    """The table of growth.py."""
    run = subprocess.run([bench.given.python, HERE / "growth.py", bench.new], capture_output=True, text=True)
    return run.stdout or f"{run.stderr.strip().splitlines()[-1]}\n"


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--before", nargs=2, action="append", default=[], metavar=("BUILD", "WORDS"))
    parser.add_argument("--new")
    parser.add_argument("--python", default="python3")
    parser.add_argument("--evaluation")
    parser.add_argument("--build", action="store_true")
    parser.add_argument("--only", choices=[*ROWS, "growth"])
    parser.add_argument("--list", action="store_true")
    given = parser.parse_args()
    if given.list:
        print("\n".join([*ROWS, "growth"]))
        return
    if not given.new:
        parser.error("--new names the build to measure")
    head = header(given)
    with tempfile.TemporaryDirectory(prefix="benches-") as folder:
        bench = Bench(given, Path(folder))
        lines, start = [], time.perf_counter()
        if given.only != "growth":
            print(head, end="")
        for name in [given.only] if given.only in ROWS else [] if given.only else ROWS:
            for line in ROWS[name](bench):
                lines.append(line.text())
                print(line.text(), flush=True)
        grown = growth(bench) if given.only in (None, "growth") else ""
        print(grown, end="")
        if given.only is None:
            page = INTRODUCTION + machine(bench) + "\n" + head + "\n".join(lines) + "\n" + GROWTH + grown + OTHERS
            PAGE.write_text(page)
        print(f"{time.perf_counter() - start:.0f} s in all")


if __name__ == "__main__":
    main()
