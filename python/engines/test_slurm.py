"""Slurm on this machine: `sinfo` must find a partition, and `picojoule` be on the PATH."""

import os
import shutil
import subprocess
import time
from pathlib import Path

import duckdb
import pytest
from conftest import over

PARTS = 16
LARGE = 65536


def slurm(*words: str, folder: Path | None = None) -> str:
    done = subprocess.run(words, capture_output=True, text=True, check=True, cwd=folder)
    return done.stdout


def runs() -> bool:
    if not all(shutil.which(name) for name in ("sbatch", "sinfo", "picojoule")):
        return False
    found = subprocess.run(["sinfo", "--noheader"], capture_output=True, text=True)
    return found.returncode == 0 and any(state in found.stdout for state in ("idle", "mix"))


if not runs():
    pytest.skip("needs a Slurm that runs, and the program on the PATH", allow_module_level=True)


@pytest.fixture
def script(tmp_path) -> Path:
    """The example over more points, so that something can happen meanwhile."""
    text = (Path(__file__).parent / "slurm.sh").read_text()
    assert "n=1..1024 " in text and f"parts={PARTS}\n" in text
    copy = tmp_path / "slurm.sh"
    copy.write_text(text.replace("n=1..1024 ", f"n=1..{LARGE} "))
    return copy


def submit(script: Path) -> str:
    """Submits what is missing; gives the number of the array."""
    said = slurm("bash", str(script), folder=script.parent)
    return said.split()[-1]


def jobs(array: str) -> dict[int, str]:
    """The jobs of an array that are not done, and their states."""
    listed = slurm("squeue", "--noheader", "-r", "--format=%K %T", f"--jobs={array}")
    return {int(part): state for part, state in map(str.split, listed.splitlines())}


def wait(array: str, seconds: float = 400) -> None:
    until = time.monotonic() + seconds
    # A job that is long done is no longer known, which squeue takes for a mistake.
    while True:
        try:
            if not jobs(array):
                return
        except subprocess.CalledProcessError:
            return
        assert time.monotonic() < until, jobs(array)
        time.sleep(1)


def half_way(folder: Path, unfinished) -> int:
    """A part that is being written."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        for file in unfinished(folder):
            return int(file.name.split("-")[1])
    raise AssertionError("no part was seen being written")


def finished(folder: Path) -> set[int]:
    return {int(file.name.split("-")[1]) for file in folder.glob("part-*.parquet")}


def read_as_one(folder: Path) -> None:
    """DuckDB finds every point once."""
    found = duckdb.sql(
        f"select count(*), count(distinct (format, n, d)) from '{folder}/part-*-of-{PARTS}.parquet'"
    ).fetchall()
    assert found == [(over(LARGE).points, over(LARGE).points)]


def test_one_job_is_requeued_half_way(script, unfinished, same_files):
    array, rows = submit(script), script.parent / "rows"
    part = half_way(rows, unfinished)
    slurm("scontrol", "requeue", f"{array}_{part}")
    assert part not in finished(rows)
    wait(array)
    assert same_files(rows, over(LARGE), PARTS)
    read_as_one(rows)
    assert "all 16 parts are there" in slurm("bash", str(script), folder=script.parent)


def test_an_array_is_cancelled_and_what_is_missing_submitted(script, unfinished, same_files):
    array, rows = submit(script), script.parent / "rows"
    while len(finished(rows)) < 3:
        time.sleep(0.05)
    half_way(rows, unfinished)
    slurm("scancel", array)
    wait(array)
    done = finished(rows)
    assert 3 <= len(done) < PARTS
    # Those that are there keep their time: nobody writes them again.
    times = {part: os.stat(rows / f"part-{part}-of-{PARTS}.parquet").st_mtime_ns for part in done}
    again = submit(script)
    assert set(jobs(again)) <= set(range(PARTS)) - done
    wait(again)
    for part, then in times.items():
        assert os.stat(rows / f"part-{part}-of-{PARTS}.parquet").st_mtime_ns == then
    assert same_files(rows, over(LARGE), PARTS)
    read_as_one(rows)
