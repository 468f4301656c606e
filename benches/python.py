"""How fast the Python module is: a sweep of ten million points into polars beside the same
closed form in NumPy, and how long it takes to import it and to price a model that ships.

    pip install . numpy polars && python benches/python.py

The sweep is the energy of an attention layer, vanilla and E-Att, over n and d, with what
the second saves. NumPy does it in two ways: over columns of n and d, as one has them in
a data frame, and by broadcasting. Once the closed form is the one that `picojoule
estimate attention --formula` prints, stage by stage, of the whole layer; and once that of
the alignment alone, drawn together by hand into as few terms as there can be, which is as
fast as NumPy gets. Rows are compared. All take turns, and the best of each counts.
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

def columns_of(scope: str) -> list[str]:
    name = scope.replace("-", "_")
    return ["n", "d", f"{name}_vanilla_pj", f"{name}_e_att_pj", f"{name}_e_att_saving"]


def swept(scope: str) -> pl.DataFrame:
    return pl.DataFrame(
        picojoule.sweep(
            "attention",
            {"n": N, "d": D},
            variants=["vanilla", "e-att"],
            scopes=scope,
            columns=columns_of(scope),
        )
    )


def stage_by_stage(n, d, h=8, rho=0.5):
    """The whole layer on the 45 nm table in fp32, as the program prints it."""
    vanilla = (
        4.6 * n * d**2
        + 4.6 * n * d**2
        + 4.6 * n * d**2
        + 4.6 * n**2 * d
        + 3.7 * n**2 * h
        + 43.77 * n**2 * h
        + 4.6 * n**2 * d
        + 4.6 * n * d**2
    )
    e_att = (
        0.9 * n * d
        + 0.9 * n * d**2 * rho / h
        + 0.9 * n * d**2 * rho / h
        + 4.6 * n * d**2
        + 1.8 * n**2 * d / h
        + 3.7 * n**2 * h
        + 43.77 * n**2 * h
        + 4.6 * n**2 * d
        + 4.6 * n * d**2
    )
    return vanilla, e_att, 1 - e_att / vanilla


def few_terms(n, d):
    """The alignment alone, by hand."""
    vanilla = 9.2 * n * d**2 + 4.6 * n**2 * d
    e_att = 0.9 * n * d + 0.1125 * n * d**2 + 0.225 * n**2 * d
    return vanilla, e_att, 1 - e_att / vanilla


def axes() -> tuple[np.ndarray, np.ndarray]:
    return np.array(N, dtype=float), np.array(D, dtype=float)


def over_columns(energies, names: list[str]) -> pl.DataFrame:
    n, d = (axis.ravel() for axis in np.meshgrid(*axes(), indexing="ij"))
    return pl.DataFrame([n, d, *energies(n, d)], schema=names)


def broadcast(energies, names: list[str]) -> pl.DataFrame:
    n, d = axes()
    columns = (column.ravel() for column in energies(n[:, None], d[None, :]))
    return pl.DataFrame([np.repeat(n, len(d)), np.tile(d, len(n)), *columns], schema=names)


def compared(mine: pl.DataFrame, other: pl.DataFrame) -> float:
    """How far two frames are apart at most, relative to what stands in them."""
    assert mine.shape == other.shape
    apart = [
        np.max(np.abs(mine[name].to_numpy() - other[name].to_numpy()) / other[name].to_numpy())
        for name in mine.columns
    ]
    return float(max(apart))


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def in_new_process(code: str) -> tuple[float, float]:
    """What a new interpreter says that it took: seconds, and seconds of the processor."""
    timed = (
        "import sys, time\n"
        "def timed(code):\n"
        "    start, busy = time.perf_counter(), time.process_time()\n"
        "    exec(code, globals())\n"
        "    return time.perf_counter() - start, time.process_time() - busy\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", timed + code], check=True, capture_output=True, text=True
    )
    passed, busy = done.stdout.strip("()\n").split(",")
    return float(passed), float(busy)


def compare(title: str, scope: str, energies) -> None:
    names = columns_of(scope)
    works = {
        "picojoule": lambda: swept(scope),
        "NumPy over columns": lambda: over_columns(energies, names),
        "NumPy broadcast": lambda: broadcast(energies, names),
    }
    rows = swept(scope)
    apart = max(compared(rows, works[name]()) for name in list(works)[1:])
    del rows
    print(f"{title}, {len(N) * len(D)} points; rows differ by {apart:.1e} at most")
    found: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(TURNS):
        for name, work in works.items():
            found[name].append(seconds(work))
    best = {name: min(times) for name, times in found.items()}
    for name, time_taken in best.items():
        factor = time_taken / best["picojoule"]
        print(f"  {name}: {time_taken:.3f} s, {factor:.1f} × the time of the sweep")


def main() -> None:
    print(f"Python {platform.python_version()}, NumPy {np.__version__}, polars {pl.__version__}")
    compare("the whole layer stage by stage", "attention-full", stage_by_stage)
    compare("the alignment in few terms", "alignment", few_terms)
    price = "picojoule.estimate('bert-base')"
    for what, code in {
        "import picojoule": "print(timed('import picojoule'))",
        "estimate('bert-base') after it": f"import picojoule\nprint(timed({price!r}))",
        "the same a second time": f"import picojoule\n{price}\nprint(timed({price!r}))",
    }.items():
        taken = [in_new_process(code) for _ in range(20)]
        passed, busy = (1000 * min(column) for column in zip(*taken))
        print(f"{what}: {passed:.1f} ms, {busy:.1f} ms of the processor")


if __name__ == "__main__":
    main()
