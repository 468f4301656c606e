"""How fast the Python module is: a sweep of ten million points into polars beside the same
closed form in NumPy, and how long it takes to import it and to price a model that ships.

    pip install . numpy polars && python benches/python.py

The sweep is the energy of the alignment of an attention layer, vanilla and E-Att, over n
and d, with what the second saves; its closed form is what `picojoule estimate attention
--formula` prints. NumPy does it in two ways: over columns of n and d, as one has them in
a data frame, and by broadcasting, which is as fast as NumPy gets. The rows of all three
are compared. They take turns, and the best of each counts.
"""

import platform
import subprocess
import sys
import time
from collections.abc import Callable

import numpy as np
import picojoule
import polars as pl

N = range(1, 3163)
D = range(8, 8 * 3163 + 1, 8)
TURNS = 7
COLUMNS = ["n", "d", "alignment_vanilla_pj", "alignment_e_att_pj", "alignment_e_att_saving"]


def swept() -> pl.DataFrame:
    return pl.DataFrame(
        picojoule.sweep(
            "attention",
            {"n": N, "d": D},
            variants=["vanilla", "e-att"],
            scopes="alignment",
            columns=COLUMNS,
        )
    )


def energies(n, d):
    """On the 45 nm table in fp32, with 8 heads and half of the bits ones."""
    vanilla = 9.2 * n * d**2 + 4.6 * n**2 * d
    e_att = 0.9 * n * d + 0.1125 * n * d**2 + 0.225 * n**2 * d
    return vanilla, e_att, 1 - e_att / vanilla


def axes() -> tuple[np.ndarray, np.ndarray]:
    return np.array(N, dtype=float), np.array(D, dtype=float)


def over_columns() -> pl.DataFrame:
    n, d = (axis.ravel() for axis in np.meshgrid(*axes(), indexing="ij"))
    return pl.DataFrame([n, d, *energies(n, d)], schema=COLUMNS)


def broadcast() -> pl.DataFrame:
    n, d = axes()
    columns = (column.ravel() for column in energies(n[:, None], d[None, :]))
    return pl.DataFrame(
        [np.repeat(n, len(d)), np.tile(d, len(n)), *columns], schema=COLUMNS
    )


def compared(mine: pl.DataFrame, other: pl.DataFrame) -> float:
    """How far two frames are apart at most, relative to what stands in them."""
    assert mine.shape == other.shape
    apart = [
        np.max(np.abs(mine[name].to_numpy() - other[name].to_numpy()) / other[name].to_numpy())
        for name in COLUMNS
    ]
    return float(max(apart))


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def in_new_process(code: str) -> float:
    """What a new interpreter says of the seconds that it took."""
    timed = (
        "import sys, time\n"
        "def timed(code):\n"
        "    start = time.perf_counter(); exec(code, globals())\n"
        "    return time.perf_counter() - start\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", timed + code], check=True, capture_output=True, text=True
    )
    return float(done.stdout)


def main() -> None:
    print(f"Python {platform.python_version()}, NumPy {np.__version__}, polars {pl.__version__}")
    works = {"picojoule": swept, "NumPy over columns": over_columns, "NumPy broadcast": broadcast}
    rows = swept()
    for name in ("NumPy over columns", "NumPy broadcast"):
        print(f"{name}: rows differ by {compared(rows, works[name]()):.1e} at most")
    del rows
    found: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(TURNS):
        for name, work in works.items():
            found[name].append(seconds(work))
    best = {name: min(times) for name, times in found.items()}
    points = len(N) * len(D)
    for name, time_taken in best.items():
        factor = time_taken / best["picojoule"]
        print(f"{name}: {points} points in {time_taken:.3f} s, {factor:.1f} × the time of the sweep")
    price = "picojoule.estimate('bert-base').total_pj"
    for what, code in {
        "import picojoule": "print(timed('import picojoule'))",
        "estimate('bert-base') after it": f"import picojoule\nprint(timed({price!r}))",
        "the same a second time": f"import picojoule\n{price}\nprint(timed({price!r}))",
    }.items():
        print(f"{what}: {1000 * min(in_new_process(code) for _ in range(20)):.1f} ms")


if __name__ == "__main__":
    main()
