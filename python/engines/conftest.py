"""What the tests of engines share: sweeps, and whether rows are theirs.

They run by hand, with `pytest -rs python/engines`: what is not installed is skipped, and
said. Each starts its engine on this machine and ends it again.
"""

from collections.abc import Callable
from pathlib import Path

import picojoule
import pyarrow as pa
import pyarrow.parquet as parquet
import pytest


def over(n: int) -> picojoule.Sweep:
    """The sweep of the examples, up to another n."""
    return picojoule.sweep(
        "attention",
        {"n": range(1, n + 1), "d": range(64, 4097, 64), "format": ["fp32", "int8"]},
        variants=["vanilla", "e-att"],
        scopes="attention",
    )


@pytest.fixture
def small() -> picojoule.Sweep:
    """16 384 points."""
    return over(128)


@pytest.fixture
def large() -> picojoule.Sweep:
    """Eight million points: long enough for something to happen meanwhile."""
    return over(65536)


def plain(rows: pa.Table) -> pa.Table:
    """Rows with words as strings, all in one chunk."""
    words = pa.types.is_dictionary
    fields = [field.with_type(pa.string()) if words(field.type) else field for field in rows.schema]
    fields = [field.with_nullable(True) for field in fields]
    return rows.cast(pa.schema(fields)).replace_schema_metadata().combine_chunks()


@pytest.fixture
def same() -> Callable[[pa.Table, picojoule.Sweep], bool]:
    """Whether rows are those of a sweep in this process: every one once, in its place,
    and the same to the last bit."""
    return lambda rows, sweep: plain(rows).equals(plain(pa.table(sweep)))


@pytest.fixture
def same_files(same) -> Callable[[Path, picojoule.Sweep, int], bool]:
    """Whether the files of a folder are the parts of a sweep, and nothing lies beside."""

    def check(folder: Path, sweep: picojoule.Sweep, parts: int) -> bool:
        files = [folder / f"part-{at}-of-{parts}.parquet" for at in range(parts)]
        assert {path for path in folder.iterdir() if path.suffix != ".log"} == set(files)
        return all(
            same(parquet.read_table(file), part)
            for file, part in zip(files, sweep.partitions(parts), strict=True)
        )

    return check


@pytest.fixture
def unfinished() -> Callable[[Path], list[Path]]:
    """The files of a folder that somebody is writing at the moment."""
    return lambda folder: list(folder.glob(".part-*.picojoule-*"))
