"""picojoule against onnx-tool and against onnx.load alone, on the same file, in one run.

    pip install onnx onnx-tool
    python benches/onnx-files.py bert bert.onnx
    python benches/onnx-bench.py bert.onnx [--picojoule target/release/picojoule] [--runs 5] [--limit 600]

Every program is a process of its own, started in turn, so often as --runs says, after one turn that
is not counted; a program that once takes longer than --limit seconds is not run again. In each turn
it runs twice: once by the clock, once with its memory watched. Printed are medians: of the wall
time, of the most resident memory, and of the most of it that is the process's own (anonymous: a
mapped file is not), read five thousand times a second. What Python takes to start and to import
onnx is measured, too. Linux only.
"""

import argparse
import statistics
import subprocess
import sys
import time
from pathlib import Path

PICOJOULE = "picojoule estimate"


def memory(pid):
    """KiB resident at most so far, and of its own now; None once the process is gone.

    Not ru_maxrss: that of a child begins with its parent's."""
    found = {}
    try:
        with open(f"/proc/{pid}/status") as status:
            for line in status:
                name, _, value = line.partition(":")
                if name in ("VmHWM", "RssAnon"):
                    found[name] = int(value.split()[0])
    except OSError:
        pass
    return (found["VmHWM"], found["RssAnon"]) if len(found) == 2 else None


def timed(command, limit):
    """Seconds, or why there are none."""
    start = time.perf_counter()
    try:
        done = subprocess.run(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=limit
        )
    except subprocess.TimeoutExpired:
        return None, f"over {limit:g} s"
    seconds = time.perf_counter() - start
    if done.returncode:
        lines = done.stderr.decode(errors="replace").strip().splitlines() or [""]
        return None, f"failed ({done.returncode}): {lines[-1][:100]}"
    return seconds, None


def watched(command):
    """KiB resident and KiB of its own, at most."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    resident, own = 0, 0
    while process.poll() is None:
        if now := memory(process.pid):
            resident, own = max(resident, now[0]), max(own, now[1])
        time.sleep(0.0002)
    return resident, own


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("file")
    parser.add_argument("--picojoule", help="the program built for release")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--limit", type=float, default=600)
    given = parser.parse_args()
    python = sys.executable
    programs = {
        "import onnx": [python, "-c", "import onnx"],
        "onnx.load": [python, "-c", "import onnx, sys; onnx.load(sys.argv[1])", given.file],
        "onnx-tool": [python, "-m", "onnx_tool", "-i", given.file],
    }
    if given.picojoule:
        programs = {PICOJOULE: [given.picojoule, "estimate", given.file]} | programs
    size = Path(given.file).stat().st_size
    print(f"{Path(given.file).name}: {size / 1e6:.1f} MB, {given.runs} runs, median")
    found, lost = {name: [] for name in programs}, {}
    for turn in range(given.runs + 1):
        for name, command in programs.items():
            if name in lost:
                continue
            seconds, why = timed(command, given.limit)
            if seconds is None:
                lost[name] = why
            elif turn:
                found[name].append((seconds, *watched(command)))
    rows = {}
    print(f"{'':20} {'seconds':>10} {'MB resident':>12} {'MB own':>10}")
    for name in programs:
        if name in lost:
            print(f"{name:20} {lost[name]}")
            continue
        rows[name] = [statistics.median(column) for column in zip(*found[name])]
        seconds, resident, private = rows[name]
        print(f"{name:20} {seconds:10.4f} {resident / 1024:12.1f} {private / 1024:10.1f}")
    if PICOJOULE in rows:
        print("times what picojoule takes")
        for name, row in rows.items():
            if name != PICOJOULE:
                ratios = [a / b if b else float("nan") for a, b in zip(row, rows[PICOJOULE])]
                print(f"{name:20} {ratios[0]:10.1f} {ratios[1]:12.1f} {ratios[2]:10.1f}")


if __name__ == "__main__":
    main()
