"""A sweep on Dask: into a folder of Parquet files, or as a data frame of Dask.

    python on_dask.py [tcp://scheduler:8786]

Without an address it starts two workers on this machine. Every part is a task that can
be done again anywhere: a worker that dies costs the parts that it was at.
"""

import os
import sys
from pathlib import Path

# One core for each thread of a worker: Dask already gives every core a part of its own.
# Workers that are started elsewhere want the same in their environment.
os.environ.setdefault("RAYON_NUM_THREADS", "1")

import picojoule
import pyarrow as pa
from dask import dataframe
from dask.distributed import Client


def swept() -> picojoule.Sweep:
    """The sweep: where E-Att saves how much of the attention layer."""
    return picojoule.sweep(
        "attention",
        {"n": range(1, 1025), "d": range(64, 4097, 64), "format": ["fp32", "int8"]},
        variants=["vanilla", "e-att"],
        scopes="attention",
    )


def write_part(part: picojoule.Sweep, file: str) -> int:
    """One task. The file takes its name when it is whole, so a second try replaces it."""
    part.write(file)
    return part.points


def write(client: Client, sweep: picojoule.Sweep, folder: Path, parts: int) -> int:
    """Writes the sweep into a folder that all workers see; gives the number of points."""
    folder.mkdir(parents=True, exist_ok=True)
    files = [str(folder / f"part-{at}-of-{parts}.parquet") for at in range(parts)]
    tasks = client.map(write_part, sweep.partitions(parts), files, pure=False)
    return sum(client.gather(tasks))


def frame(sweep: picojoule.Sweep, parts: int) -> dataframe.DataFrame:
    """The sweep as a data frame that is worked out where it is asked for."""
    columns = pa.schema(sweep).empty_table().to_pandas()
    return dataframe.from_map(rows, sweep.partitions(parts), meta=columns)


def rows(part: picojoule.Sweep):
    """One part as pandas has it; table and format are categories."""
    return pa.table(part).to_pandas()


if __name__ == "__main__":
    address = {"address": sys.argv[1]} if sys.argv[1:] else {"n_workers": 2, "threads_per_worker": 1}
    with Client(**address) as client:
        points = write(client, swept(), Path("rows").absolute(), parts=16)
        print(f"{points} points in rows/")
        savings = frame(swept(), parts=16).groupby("format", observed=True).attention_e_att_saving
        print(savings.max().compute())
