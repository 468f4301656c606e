"""Dask: a local cluster of two workers, one of which is killed."""

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyarrow as pa
import pytest

distributed = pytest.importorskip("dask.distributed")
dataframe = pytest.importorskip("dask.dataframe")

import on_dask


@pytest.fixture
def client():
    workers = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": None}
    with distributed.Client(**workers) as client:
        yield client


def writes(process: int, file: Path) -> bool:
    """Whether a process has a file open."""
    try:
        opened = Path(f"/proc/{process}/fd").iterdir()
        return any(os.readlink(handle) == str(file) for handle in opened)
    except OSError:
        return False


def kill_a_writer(client, folder: Path, unfinished) -> int:
    """Kills the first worker that is seen half way in a part."""
    workers = client.run(os.getpid).values()
    until = time.monotonic() + 60
    while time.monotonic() < until:
        for file in unfinished(folder):
            for process in workers:
                if writes(process, file):
                    os.kill(process, signal.SIGKILL)
                    return process
    raise AssertionError("no worker was seen writing")


def test_parts_are_files(client, small, tmp_path, same_files):
    for _ in range(2):
        assert on_dask.write(client, small, tmp_path, 5) == small.points
        assert same_files(tmp_path, small, 5)


def test_a_worker_killed_half_way_costs_no_row(client, large, tmp_path, unfinished, same_files):
    parts, folder = 16, tmp_path / "rows"
    with ThreadPoolExecutor(1) as beside:
        written = beside.submit(on_dask.write, client, large, folder, parts)
        killed = kill_a_writer(client, folder, unfinished)
        assert written.result() == large.points
    assert killed not in client.run(os.getpid).values()
    # The unfinished file was of a part that was done again, which took it away.
    assert same_files(folder, large, parts)


def test_frame(client, small, same):
    rows = on_dask.frame(small, 7)
    assert rows.npartitions == 7
    taken = rows.compute()
    assert str(taken["format"].dtype) == "category"
    assert same(pa.Table.from_pandas(taken, preserve_index=False), small)
