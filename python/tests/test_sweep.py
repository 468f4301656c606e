"""Sweeps as values, parts and streams."""

import pickle
import warnings

import picojoule
import pyarrow as pa
import pytest

OVER = {"n": range(1, 513), "format": ["fp32", "int8"], "45nm.fp32.mul": [1, 3.7]}


def test_rows_are_those_of_the_program(program, tmp_path):
    import pyarrow.parquet as parquet

    file = tmp_path / "rows.parquet"
    overs = ["--over=n=1..512", "--over=format=fp32,int8", "--over=45nm.fp32.mul=1,3.7"]
    program("sweep", "attention", *overs, f"--out={file}")
    rows = pa.table(picojoule.sweep("attention", OVER))
    assert rows.num_rows == 512 * 2 * 2
    assert rows.to_pylist() == parquet.read_table(file).to_pylist()


def test_parts_have_every_row_once_however_often_they_are_asked():
    sweep = picojoule.sweep("attention", OVER)
    whole = pa.table(sweep)
    for k in (1, 2, 7):
        parts = [pickle.loads(pickle.dumps(part)) for part in sweep.partitions(k)]
        assert sum(part.points for part in parts) == sweep.points
        # Backwards, and each twice.
        tables = [(pa.table(part), pa.table(part)) for part in reversed(parts)]
        assert all(one.equals(other) for one, other in tables)
        assert pa.concat_tables([one for one, _ in reversed(tables)]).equals(whole)


def test_more_parts_than_points():
    parts = picojoule.sweep("attention", {"n": [1, 2]}).partitions(5)
    assert [pa.table(part).num_rows for part in parts].count(1) == 2
    assert sum(part.points for part in parts) == 2


def test_a_part_is_not_cut_again():
    part, _ = picojoule.sweep("attention", {"n": [1, 2]}).partitions(2)
    with pytest.raises(picojoule.PicojouleError, match="a part already"):
        part.partitions(2)
    with pytest.raises(picojoule.PicojouleError, match="at least one"):
        picojoule.sweep("attention", {"n": [1, 2]}).partitions(0)


def test_a_sweep_of_another_version_is_refused():
    sweep = picojoule.sweep("attention", {"n": [1]})
    state = sweep.__getstate__()
    state["version"] = "0.0.1"
    with pytest.raises(picojoule.PicojouleError, match="made by picojoule 0.0.1"):
        sweep.__setstate__(state)


def test_points_that_are_left_out_are_told_once(tmp_path):
    # Of these three, two are whole numbers.
    sweep = picojoule.sweep("attention", {"n": [1, 1.5, 2]}, scopes="attention")
    with pytest.warns(picojoule.PointsLeftOut, match="^1 point left out.* n = 1.5") as told:
        assert pa.table(sweep).num_rows == 2
    assert len(told) == 1 and told[0].filename == __file__
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        pa.table(sweep)
        pa.table(picojoule.sweep("attention", {"n": [1, 2]}))
    other = picojoule.sweep("attention", {"n": [1, 1.5, 2]}, scopes="attention")
    with pytest.warns(picojoule.PointsLeftOut):
        other.write(tmp_path / "rows.csv")
    with pytest.warns(picojoule.PointsLeftOut, match="^2400 points left out"):
        pa.table(picojoule.sweep("attention", {"n": [1, 1.5], "rho": [0.5] * 2400}))


def test_a_part_that_is_there_stays(tmp_path):
    sweep = picojoule.sweep("attention", {"n": range(1, 2001)}, scopes="attention")
    for at, part in enumerate(sweep.partitions(2)):
        file = tmp_path / f"part-{at}.parquet"
        assert part.write(file, skip_existing=True)
        before = file.stat()
        assert not part.write(file, skip_existing=True)
        assert (file.stat().st_ino, file.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    # The file of the second part is not that of the first.
    first, _ = sweep.partitions(2)
    with pytest.raises(picojoule.PicojouleError, match="other rows than this sweep"):
        first.write(file, skip_existing=True)
    assert file.stat().st_ino == before.st_ino
    assert first.write(file)


def test_points_left_out_of_a_large_sweep_are_told_when_it_is_written(tmp_path):
    over = {"n": [1, 1.5, 2], "rho": "0.0001..0.5:0.000001"}
    sweep = picojoule.sweep("attention", over, scopes="attention", columns="n")
    # 499 901 points with half a token, of three times as many.
    assert sweep.points == 3 * 499_901
    with pytest.warns(picojoule.PointsLeftOut, match="^499901 points left out"):
        sweep.write(tmp_path / "rows.parquet")
