"""Spark in local mode, on two cores."""

import pyarrow as pa
import pytest

pytest.importorskip("pyspark")

import shutil

if shutil.which("java") is None:
    pytest.skip("Spark needs Java", allow_module_level=True)

import on_spark
from pyspark.sql import SparkSession


@pytest.fixture(scope="module")
def spark():
    session = (
        SparkSession.builder.master("local[2]")
        .config("spark.driver.memory", "1g")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", "2")
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()


@pytest.mark.parametrize("parts", [1, 5])
def test_rows(spark, small, same, parts):
    assert same(on_spark.frame(spark, small, parts).toArrow(), small)


def test_more_parts_than_points(spark, same):
    import picojoule

    few = picojoule.sweep("attention", {"n": [1, 2, 3]}, scopes="attention")
    assert same(on_spark.frame(spark, few, 8).toArrow(), few)


def test_written_twice_and_read_back(spark, small, tmp_path, same):
    folder = str(tmp_path / "rows")
    for _ in range(2):
        on_spark.frame(spark, small, 4).write.mode("overwrite").parquet(folder)
    rows = spark.read.parquet(folder)
    assert rows.count() == small.points
    axes = ["table", "format", "n", "d"]
    order = [(axis, "ascending") for axis in axes]
    whole = pa.table(small)
    plain = pa.schema(on_spark.plain(whole.schema))
    back = rows.toArrow().cast(plain)
    assert back.sort_by(order).equals(whole.cast(plain).sort_by(order))


def test_questions(spark, small):
    import pyarrow.compute as compute

    best = compute.max(pa.table(small)["attention_e_att_saving"]).as_py()
    asked = on_spark.frame(spark, small, 4).agg({"attention_e_att_saving": "max"}).first()[0]
    assert asked == best
