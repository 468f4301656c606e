"""Ray on two cores of this machine."""

from pathlib import Path

import pyarrow as pa
import pytest

ray = pytest.importorskip("ray")
pytest.importorskip("ray.data")

import on_ray


@pytest.fixture(scope="module", autouse=True)
def cluster():
    ray.init(
        num_cpus=2,
        include_dashboard=False,
        object_store_memory=200 * 2**20,
        logging_level="ERROR",
        # The workers must find the example, as they do when it is the script.
        runtime_env={"env_vars": {"RAYON_NUM_THREADS": "1", "PYTHONPATH": str(Path(__file__).parent)}},
    )
    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = False
    # Blocks in the order of the parts, for the comparison.
    context.execution_options.preserve_order = True
    yield
    ray.shutdown()


@pytest.mark.parametrize("parts", [1, 5])
def test_rows(small, same, parts):
    blocks = ray.get(on_ray.dataset(small, parts).to_arrow_refs())
    assert same(pa.concat_tables(blocks), small)


def test_more_parts_than_points(same):
    import picojoule

    few = picojoule.sweep("attention", {"n": [1, 2, 3]}, scopes="attention")
    blocks = ray.get(on_ray.dataset(few, 8).to_arrow_refs())
    assert same(pa.concat_tables(blocks, promote_options="default"), few)


def test_grouped_by_words(small):
    found = on_ray.dataset(small, 4).groupby("format").max("attention_e_att_saving").take_all()
    whole = pa.table(small).group_by("format").aggregate([("attention_e_att_saving", "max")])
    best = {row["format"]: row["attention_e_att_saving_max"] for row in whole.to_pylist()}
    assert {row["format"]: row["max(attention_e_att_saving)"] for row in found} == best


def test_parts_are_files(small, tmp_path, same_files):
    for _ in range(2):
        assert on_ray.write(small, tmp_path, 5) == small.points
        assert same_files(tmp_path, small, 5)
