"""How fast a sweep is on engines for clusters, on one worker and on two, beside the same
sweep in one process:

    pip install . -r python/engines/requirements.txt && python benches/engines.py [POINTS [ENGINE…]]

Every engine has a process to itself and writes 16 parts, as the examples in
`python/engines` do; between its turns the process writes the same rows into one file, on
one thread. A worker has one thread, too. The best of the turns counts, and the ratio is
of two numbers that were measured side by side. Engines are started before; for Slurm,
whose jobs are processes, it is the time from `sbatch` to the end of the last job. What is
not installed is left out, and said.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).resolve().parents[1] / "python" / "engines"
TURNS = 3
PARTS = 16
WIDTHS = range(64, 4097, 64)
FORMATS = ["fp32", "int8"]


def over(points: int):
    """The sweep of the examples, with about so many points."""
    import picojoule

    n = max(1, points // (len(WIDTHS) * len(FORMATS)))
    return picojoule.sweep(
        "attention",
        {"n": range(1, n + 1), "d": WIDTHS, "format": FORMATS},
        variants=["vanilla", "e-att"],
        scopes="attention",
    )


# Each gives what writes a sweep into a folder, on so many workers, and its version.


def one_process(threads: int):
    return (lambda sweep, folder: sweep.write(folder / "rows.parquet")), ""


def dask(workers: int):
    import on_dask
    from dask.distributed import Client, __version__

    client = Client(n_workers=workers, threads_per_worker=1, dashboard_address=None)
    return (lambda sweep, folder: on_dask.write(client, sweep, folder, PARTS)), __version__


def spark(workers: int):
    import on_spark
    from pyspark import __version__
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master(f"local[{workers}]")
    builder = builder.config("spark.driver.memory", "1g").config("spark.ui.enabled", "false")
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("OFF")

    def write(sweep, folder: Path) -> None:
        frame = on_spark.frame(session, sweep, PARTS)
        frame.write.mode("overwrite").parquet(str(folder / "rows"))

    return write, __version__


def ray(workers: int):
    import on_ray
    import ray

    ray.init(num_cpus=workers, include_dashboard=False, object_store_memory=200 * 2**20)
    return (lambda sweep, folder: on_ray.write(sweep, folder, PARTS)), ray.__version__


def slurm(workers: int):
    version = subprocess.run(["sbatch", "--version"], capture_output=True, text=True, check=True)
    if shutil.which("picojoule") is None:
        raise ImportError("no program `picojoule` on the PATH")

    def write(sweep, folder: Path) -> None:
        n = sweep.points // (len(WIDTHS) * len(FORMATS))
        (folder / "rows").mkdir()
        script = (HERE / "slurm.sh").read_text().replace("n=1..1024 ", f"n=1..{n} ")
        (folder / "slurm.sh").write_text(script)
        array = f"--array=0-{PARTS - 1}%{workers}"
        words = ["sbatch", "--wait", array, "slurm.sh"]
        subprocess.run(words, cwd=folder, check=True, capture_output=True)

    return write, version.stdout.split()[-1]


ENGINES = {"one process": one_process, "Dask": dask, "Ray": ray, "Spark": spark, "Slurm": slurm}


def seconds(write: Callable, sweep) -> float:
    with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR", ".")) as folder:
        start = time.perf_counter()
        write(sweep, Path(folder))
        return time.perf_counter() - start


def measure(engine: str, workers: int, points: int) -> None:
    """In a process of its own; prints the version and the best of both times."""
    sys.path.insert(0, str(HERE))
    try:
        write, version = ENGINES[engine](workers)
    except (ImportError, FileNotFoundError) as missing:
        print("MISSING", missing)
        return
    alone, _ = one_process(1)
    seconds(write, over(10_000))
    own, beside = [], []
    for _ in range(TURNS):
        own.append(seconds(write, over(points)))
        beside.append(seconds(alone, over(points)))
    print("TIMES", version or "-", min(own), min(beside), over(points).points, flush=True)


def measured(engine: str, workers: int, points: int) -> str:
    threads = workers if engine == "one process" else 1
    folder = os.pathsep.join(filter(None, [str(HERE), os.environ.get("PYTHONPATH")]))
    own = {"RAYON_NUM_THREADS": str(threads), "PYTHONPATH": folder}
    words = [sys.executable, __file__, "--one", engine, str(workers), str(points)]
    done = subprocess.run(words, capture_output=True, text=True, env={**os.environ, **own})
    for line in done.stdout.splitlines():
        if line.startswith("TIMES "):
            version, own, beside, points = line.split()[1:]
            rate = int(points) / float(own) / 1e6
            # Where both have the threads of the process there is nothing to compare.
            ratio = "" if engine == "one process" else f"{float(beside) / float(own):.2f}"
            return f"{version} | {workers} | {rate:.2f} | {ratio}"
        if line.startswith("MISSING "):
            return f"not here: {line.removeprefix('MISSING ')} | {workers} | | "
    return f"failed: {done.stderr.strip().splitlines()[-1:]} | {workers} | | "


def main() -> None:
    if sys.argv[1:2] == ["--one"]:
        engine, workers, points = sys.argv[2:]
        measure(engine, int(workers), int(points))
        return
    points = int(float(sys.argv[1])) if sys.argv[1:] else 10_000_000
    print(f"{over(points).points} points, {PARTS} parts, {os.cpu_count()} cores, ", end="")
    print(f"load {os.getloadavg()[0]:.0f}\n")
    print("| engine | version | workers | million points/s | times one process on one thread |")
    print("|---|---|--:|--:|--:|")
    for engine in sys.argv[2:] or ENGINES:
        for workers in (1, 2):
            print(f"| {engine} | {measured(engine, workers, points)} |", flush=True)


if __name__ == "__main__":
    main()
