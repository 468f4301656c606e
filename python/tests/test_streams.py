"""What takes the rows: others' libraries, readers that go away, Ctrl-C, forks."""

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import picojoule
import pyarrow as pa
import pytest

SMALL = {"n": range(1, 101), "format": ["fp32", "int8"]}
# More than any test waits for.
HUGE = {"n": range(1, 1_000_001), "b": range(1, 1_000_001)}


def small() -> picojoule.Sweep:
    return picojoule.sweep("attention", SMALL, scopes="alignment", variants="vanilla")


def total(rows: pa.Table) -> float:
    return sum(rows["alignment_vanilla_pj"].to_pylist())


def test_polars_pandas_and_duckdb_take_what_pyarrow_takes():
    polars = pytest.importorskip("polars")
    pandas = pytest.importorskip("pandas", minversion="3")
    duckdb = pytest.importorskip("duckdb")
    sweep = small()
    rows = pa.table(sweep)
    assert rows.num_rows == 200
    frame = polars.DataFrame(sweep)
    assert frame.columns == sweep.columns
    assert frame.rows() == [tuple(row.values()) for row in rows.to_pylist()]
    taken = pandas.DataFrame.from_arrow(sweep)
    assert taken["alignment_vanilla_pj"].sum() == pytest.approx(total(rows), rel=1e-12)
    found = duckdb.sql(
        "select format, count(*), sum(alignment_vanilla_pj) from sweep group by format order by 1"
    ).fetchall()
    assert [row[:2] for row in found] == [("fp32", 100), ("int8", 100)]
    assert sum(row[2] for row in found) == pytest.approx(total(rows), rel=1e-12)


def test_results_are_rows_too():
    estimate = picojoule.estimate("attention")
    rows = pa.table(estimate)
    assert sum(rows["energy_pj"].to_pylist()) == pytest.approx(estimate.total_pj, rel=1e-12)
    assert rows.schema.field("macs").type == pa.int64()
    compared = pa.table(picojoule.compare("attention", tables="45nm", formats="fp32"))
    assert {"scope", "vanilla_pj", "e-att_pj", "e-att_saving"} <= set(compared.column_names)
    assert pa.table(picojoule.claims("bitnet")).num_rows > 1


def test_a_schema_is_that_of_the_stream():
    for rows in (small(), picojoule.estimate("attention")):
        assert pa.schema(rows) == pa.RecordBatchReader.from_stream(rows).schema


def test_a_point_without_a_value_is_null():
    # Without a baseline's energy there is nothing to save: at a price of 0 all costs 0.
    rows = pa.table(
        picojoule.sweep(
            "attention",
            {"45nm.fp32.mul": [0, 1]},
            scopes="alignment",
            set={"45nm.fp32.add": 0},
            free=["compare", "select", "sub", "abs"],
        )
    )
    assert rows["alignment_e_att_saving"].to_pylist() == [None, 1.0]


def working() -> int:
    """How many threads drive a sweep."""
    return sum(map(drives, Path("/proc/self/task").glob("*/comm")))


def drives(name: Path) -> bool:
    try:
        return name.read_text().strip() == "picojoule-sweep"
    except OSError:
        # It ended after it was listed.
        return False


def until(condition, seconds: float = 20) -> bool:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="threads are not listed")
def test_a_reader_that_goes_away_ends_the_work():
    assert until(lambda: working() == 0)
    sweep = picojoule.sweep("attention", HUGE, scopes="alignment", variants="vanilla")
    assert sweep.points == 10**12
    reader = pa.RecordBatchReader.from_stream(sweep)
    assert working() == 0, "nobody has asked for rows"
    assert next(reader).num_rows > 0
    assert working() == 1
    reader.close()
    del reader
    assert until(lambda: working() == 0)
    # A capsule that nobody opens is no work either.
    sweep.__arrow_c_stream__()
    assert working() == 0


INTERRUPTED = """
import picojoule, sys
sweep = picojoule.sweep("attention", {over!r}, scopes="alignment", columns=["b"])
print("begun", flush=True)
{take}
print("went on", flush=True)
"""


@pytest.mark.parametrize(
    "take",
    [
        "import polars; polars.DataFrame(sweep)",
        "import pyarrow; pyarrow.table(sweep)",
        "import pyarrow\nfor batch in pyarrow.RecordBatchReader.from_stream(sweep): pass",
        "sweep.write('rows.parquet')",
        "sweep.write('rows.csv')",
        # Whoever takes every error for one of the rows does not take this one.
        "try:\n    import pyarrow; pyarrow.table(sweep)\nexcept Exception: pass",
        "try:\n    import polars; polars.DataFrame(sweep)\nexcept Exception: pass",
    ],
)
def test_ctrl_c_is_a_keyboard_interrupt_and_leaves_nothing(take, tmp_path):
    if "polars" in take:
        pytest.importorskip("polars")
    code = INTERRUPTED.format(over=HUGE, take=take)
    child = subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert child.stdout.readline() == "begun\n"
    time.sleep(1.5)
    child.send_signal(signal.SIGINT)
    try:
        out, errors = child.communicate(timeout=60)
    except subprocess.TimeoutExpired:
        child.kill()
        raise
    assert "went on" not in out
    # A reader's own error that nobody caught ends the program before that can be said.
    caught = "except" in take or "write" in take or "for batch" in take
    assert "KeyboardInterrupt" in errors or not caught
    assert child.returncode != 0
    assert list(tmp_path.iterdir()) == []


def test_files_are_those_of_the_program_and_replace_themselves(program, tmp_path):
    for ending in ("csv", "jsonl", "parquet"):
        mine, other = tmp_path / f"mine.{ending}", tmp_path / f"other.{ending}"
        mine.write_text("what was there before")
        small().write(mine)
        program(
            *["sweep", "attention", "--over=n=1..100", "--over=format=fp32,int8"],
            *["--scope=alignment", "--variants=vanilla", f"--out={other}"],
        )
        assert mine.read_bytes() == other.read_bytes()
    with pytest.raises(picojoule.PicojouleError, match=r"\.csv, \.jsonl or \.parquet"):
        small().write(tmp_path / "rows.xlsx")
    with pytest.raises(picojoule.PicojouleError, match="cannot write"):
        small().write(tmp_path / "nowhere" / "rows.csv")


def counted(part: picojoule.Sweep) -> int:
    return pa.table(part).num_rows


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there are no forks")
def test_a_forked_process_works():
    assert counted(small()) == 200
    with multiprocessing.get_context("fork").Pool(2) as pool:
        rows = pool.map_async(counted, small().partitions(4)).get(timeout=120)
    assert rows == [50, 50, 50, 50]


def test_other_threads_go_on_meanwhile():
    ticks = 0
    done = threading.Event()

    def work() -> None:
        picojoule.claims()
        done.set()

    threading.Thread(target=work).start()
    while not done.is_set():
        ticks += 1
        time.sleep(0.001)
    assert ticks > 5


def test_a_sweep_shows_itself():
    sweep = picojoule.sweep("attention", {"n": range(1, 101)}, scopes="alignment")
    html = sweep._repr_html_()
    assert "<svg" in html and "what is saved against vanilla" in html
    assert "saves least" in sweep.summary()
    assert json.loads(picojoule.estimate("attention").to_json())
