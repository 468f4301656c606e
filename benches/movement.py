"""One encoder layer through one buffer: bits, and how long that takes.

    python3 benches/movement.py target/release/picojoule [--points N]
        [--accelforge PYTHON] [--zigzag PYTHON]

The layer: d 512, 8 heads, 2048 in the middle, 128 tokens, a byte an element,
its eight contractions each by itself. Printed are elements that cross between
the farthest memory and a buffer of 4, 32 and 256 Ki of them, the lower bound,
and seconds of the whole process (the best of twenty); then a sweep of the
capacity on one thread.

Beside them stands what AccelForge 1.0.467 and ZigZag 3.9.1 find by default, where
a Python is named that has them: see benches/peers. Products that are alike are
searched once, the starts of their interpreters not counted.
"""

import argparse
import json
import os
import pathlib
import subprocess
import tempfile
import time

SIZES = [4, 32, 256]
# Name, times, m, k, n.
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
PEERS = pathlib.Path(__file__).parent / "peers"


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


def searched(peer, python):
    """What a peer finds for every product and size: elements and seconds."""
    if python is None:
        return {}
    asked = sorted({(m, k, n, size) for _, _, m, k, n in LAYER for size in SIZES})
    products = json.dumps([[m, k, n, size * 1024] for m, k, n, size in asked])
    script = PEERS / f"run_{peer}.py"
    run = subprocess.run(
        [python, script], input=products, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True, text=True
    )
    return dict(zip(asked, json.loads(run.stdout), strict=True))


def estimated(command):
    """What is found, and the seconds of the fastest of some runs."""
    seconds = []
    for _ in range(20):
        start = time.perf_counter()
        out = subprocess.run(command, capture_output=True, check=True, text=True).stdout
        seconds.append(time.perf_counter() - start)
    return json.loads(out), min(seconds)


def swept(command):
    """The seconds of one core that a command takes."""
    before = os.times()
    one_thread = os.environ | {"RAYON_NUM_THREADS": "1"}
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True, env=one_thread)
    after = os.times()
    return sum(getattr(after, of) - getattr(before, of) for of in ("children_user", "children_system"))


def compare(found, size, peers):
    """Prints the elements that cross at one size, ours and theirs; gives the seconds of theirs."""
    by_stage = {stage["stage"]: stage["traffic"] for stage in found["stages"]}
    totals = [0] * (1 + len(peers))
    for name, times, m, k, n in LAYER:
        ours = sum(row["bits"] for row in by_stage[name] if row["level"] == "dram") // 8
        theirs = [peer[m, k, n, size][0] * times for peer in peers]
        assert all(ours <= other for other in theirs), (name, size)
        row = [ours, *theirs]
        totals = [total + one for total, one in zip(totals, row)]
        print(f"{size:3}  {name:10}" + "".join(f"{one:12,}" for one in row))
    print(f"{size:3}  {'all':10}" + "".join(f"{one:12,}" for one in totals))
    products = {(m, k, n) for _, _, m, k, n in LAYER}
    return [sum(peer[*product, size][1] for product in products) for peer in peers]


def main():
    arguments = argparse.ArgumentParser(usage=__doc__)
    arguments.add_argument("binary")
    arguments.add_argument("--points", type=int, default=1_000_000)
    arguments.add_argument("--accelforge")
    arguments.add_argument("--zigzag")
    given = arguments.parse_args()
    found = {name: searched(name, getattr(given, name)) for name in ("accelforge", "zigzag")}
    found = {name: peer for name, peer in found.items() if peer}
    with tempfile.TemporaryDirectory() as folder:
        files = {"layer.toml": model(), "bytes.toml": table()}
        for name, text in files.items():
            with open(os.path.join(folder, name), "w") as file:
                file.write(text)
        layer, prices = (os.path.join(folder, name) for name in files)
        usual = [layer, "--table", prices, "--format", "int8", "--movement", "tiled"]
        print(f"KiB  {'product':10}" + "".join(f"{name:>12}" for name in ["ours", *found]))
        fastest = None
        for size in SIZES:
            levels = ["--memory", f"buffer {size} KiB,dram"]
            estimate, seconds = estimated([given.binary, "estimate", *usual, *levels, "--output", "json"])
            others = compare(estimate, size, list(found.values()))
            spent = [f"{seconds * 1000:.1f} ms"] + [f"{one:.1f} s" for one in others]
            print(f"     {'spent':10}" + "".join(f"{one:>12}" for one in spent))
            print(f"     {'bound':10}{estimate['lower_bound_bits'] // 8:12,}")
            if "accelforge" in found:
                fastest = min(others[0], fastest or others[0])
        command = [given.binary, "sweep", *usual, "--memory", "buffer 32 KiB,dram"]
        command += ["--over", f"bytes.buffer.kib=1..{given.points}", "--output", "csv"]
        spent = swept(command)
        print(f"sweep of {given.points} capacities: {spent:.2f} s of one core with rows as CSV")
        if fastest is not None:
            print(f"{fastest / (spent / given.points):,.0f} times as fast a point as AccelForge at its fastest")


main()
