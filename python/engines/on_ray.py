"""A sweep on Ray Data: blocks of Arrow, a task for each part.

    python on_ray.py

Joins the cluster that `RAY_ADDRESS` names, or starts Ray on this machine.
"""

from collections.abc import Iterator
from pathlib import Path

import picojoule
import pyarrow as pa
import ray


def swept() -> picojoule.Sweep:
    """The sweep: where E-Att saves how much of the attention layer."""
    return picojoule.sweep(
        "attention",
        {"n": range(1, 1025), "d": range(64, 4097, 64), "format": ["fp32", "int8"]},
        variants=["vanilla", "e-att"],
        scopes="attention",
    )


def plain(rows: pa.Table) -> pa.Table:
    """Words as strings: Ray does not sort by dictionaries."""
    words = pa.types.is_dictionary
    fields = [field.with_type(pa.string()) if words(field.type) else field for field in rows.schema]
    return rows.cast(pa.schema(fields))


def dataset(sweep: picojoule.Sweep, parts: int) -> ray.data.Dataset:
    """The sweep as a data set that is worked out as it is read."""

    def rows(numbers: pa.Table) -> Iterator[pa.Table]:
        for number in numbers.column("id").to_pylist():
            for block in pa.RecordBatchReader.from_stream(sweep.partitions(parts)[number]):
                yield plain(pa.Table.from_batches([block]))

    numbers = ray.data.range(parts, override_num_blocks=parts)
    return numbers.map_batches(rows, batch_size=1, batch_format="pyarrow")


def write(sweep: picojoule.Sweep, folder: Path, parts: int) -> int:
    """Writes the sweep into a folder that all workers see; gives the number of points.

    Each task writes a file whose name says which part it is, so that a second run
    replaces it. `Dataset.write_parquet` would add new files to those of the first.
    """
    folder.mkdir(parents=True, exist_ok=True)

    @ray.remote(max_retries=3)
    def write_part(part: picojoule.Sweep, file: str) -> int:
        part.write(file)
        return part.points

    files = [str(folder / f"part-{at}-of-{parts}.parquet") for at in range(parts)]
    return sum(ray.get([write_part.remote(*each) for each in zip(sweep.partitions(parts), files)]))


if __name__ == "__main__":
    # One core for each task: Ray runs as many at once as there are cores.
    ray.init(runtime_env={"env_vars": {"RAYON_NUM_THREADS": "1"}})
    print(write(swept(), Path("rows").absolute(), parts=16), "points in rows/")
    print(dataset(swept(), parts=16).groupby("format").max("attention_e_att_saving").take_all())
