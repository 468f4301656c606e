"""One encoder layer through one buffer: bits, and how long that takes.

    python3 benches/movement.py target/release/picojoule [points]

The layer: d 512, 8 heads, 2048 in the middle, 128 tokens, a byte an element,
its eight contractions each by itself. Printed are elements that cross between
the farthest memory and a buffer of 4, 32 and 256 Ki of them, the lower bound,
and seconds of the whole process (the best of five); then a sweep of the
capacity on one thread.

Beside them stand what AccelForge 1.0.467 and ZigZag 3.9.1 find by default for
the contractions that were run with them, measured in November 2026 on two cores
(3.3 to 3.8 s and 59 s for the layer): they are not run here, for AccelForge
takes Python 3.12 and minutes to install.
"""

import json
import os
import subprocess
import sys
import tempfile
import time

SIZES = [4, 32, 256]
# Name, times, m, k, n, whether the second operand is a weight.
LAYER = [
    ("q", 1, 128, 512, 512),
    ("k", 1, 128, 512, 512),
    ("v", 1, 128, 512, 512),
    ("score", 8, 128, 64, 128),
    ("context", 8, 128, 128, 64),
    ("out", 1, 128, 512, 512),
    ("up", 1, 128, 512, 2048),
    ("down", 1, 128, 2048, 512),
]
# Elements that cross: AccelForge, ZigZag.
PEERS = {
    (1, 128, 512, 512): {4: (1638400, 2424832), 32: (589824, 1376256), 256: (393216, 393216)},
    (8, 128, 64, 128): {4: (458752, 720896), 32: (262144, 262144), 256: (262144, 262144)},
}
SECONDS_OF_ACCELFORGE = 3.3


def model():
    inputs = ", ".join(
        f'{name}_a = "{times} {m} {k}", {name}_b = "{times} {k} {n}"' for name, times, m, k, n in LAYER
    )
    text = f'name = "layer"\ninputs = {{ {inputs} }}\n'
    for name, *_ in LAYER:
        text += f'[[op]]\nname = "{name}"\nstage = "{name}"\neinsum = "h m k, h k n -> h m n"\n'
        text += f'inputs = ["{name}_a", "{name}_b"]\n'
    return text


def table():
    price = '{ pj = 1, source = "bench", confidence = "low" }'
    text = 'name = "bytes"\nboundary = "functional unit"\nkind = "assumed"\n'
    text += '[source.bench]\ntitle = "A table for a benchmark"\nwhere = "here"\n'
    text += f"[int8]\nmul = {price}\nadd = {price}\n"
    level = 'per = "byte"\npj = 1\nsource = "bench"\nconfidence = "low"\n'
    for size in SIZES:
        text += f'[[memory]]\nlevel = "buffer"\nsize_kib = {size}\n{level}'
    return text + f'[[memory]]\nlevel = "dram"\n{level}'


def main():
    binary = sys.argv[1]
    points = int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        files = {"layer.toml": model(), "bytes.toml": table()}
        for name, text in files.items():
            with open(os.path.join(folder, name), "w") as file:
                file.write(text)
        layer, prices = (os.path.join(folder, name) for name in files)
        usual = [layer, "--table", prices, "--format", "int8", "--movement", "tiled"]
        print("KiB  contraction      ours     bound  AccelForge   ZigZag")
        for size in SIZES:
            levels = ["--memory", f"buffer {size} KiB,dram"]
            command = [binary, "estimate", *usual, *levels, "--output", "json"]
            seconds = []
            for _ in range(5):
                start = time.perf_counter()
                out = subprocess.run(command, capture_output=True, check=True, text=True).stdout
                seconds.append(time.perf_counter() - start)
            found = json.loads(out)
            by_stage = {stage["stage"]: stage["traffic"] for stage in found["stages"]}
            total = 0
            for name, *extents in LAYER:
                ours = sum(row["bits"] for row in by_stage[name] if row["level"] == "dram") // 8
                total += ours
                accelforge, zigzag = PEERS.get(tuple(extents), {}).get(size, ("–", "–"))
                print(f"{size:3}  {name:10} {ours:10} {'':9} {accelforge:>11} {zigzag:>8}")
                if accelforge != "–":
                    assert ours <= accelforge and ours <= zigzag, (name, size)
            bound = found["lower_bound_bits"] // 8
            print(f"{size:3}  {'all':10} {total:10} {bound:9}   {min(seconds) * 1000:.1f} ms")
        command = [binary, "sweep", *usual, "--memory", "buffer 32 KiB,dram"]
        command += ["--over", f"bytes.buffer.kib=1..{points}", "--output", "csv"]
        one_thread = os.environ | {"RAYON_NUM_THREADS": "1"}
        before = os.times()
        subprocess.run(command, stdout=subprocess.DEVNULL, check=True, env=one_thread)
        after = os.times()
        spent = after.children_user + after.children_system
        spent -= before.children_user + before.children_system
        ratio = SECONDS_OF_ACCELFORGE / (spent / points)
        print(f"sweep of {points} capacities: {spent:.2f} s of one core with rows as CSV,")
        print(f"{ratio:,.0f} times as fast a point as AccelForge")


main()
