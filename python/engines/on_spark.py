"""A sweep on Spark: a data frame whose partitions are worked out where they are read.

    spark-submit on_spark.py        (or: python on_spark.py, on two cores of this machine)

`mapInArrow` hands over Arrow batches. Spark may ask for a part twice, for instance when
an executor is lost, and gets the same rows.
"""

import os
import sys
from collections.abc import Iterable, Iterator

# The Python of the workers; Spark would take the first python3 of the PATH.
os.environ.setdefault("PYSPARK_PYTHON", sys.executable)

import picojoule
import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.pandas.types import from_arrow_schema


def swept() -> picojoule.Sweep:
    """The sweep: where E-Att saves how much of the attention layer."""
    return picojoule.sweep(
        "attention",
        {"n": range(1, 1025), "d": range(64, 4097, 64), "format": ["fp32", "int8"]},
        variants=["vanilla", "e-att"],
        scopes="attention",
    )


def plain(schema: pa.Schema) -> pa.Schema:
    """The columns as Spark has them: it knows no dictionaries, so words are strings."""
    words = pa.types.is_dictionary
    return pa.schema(
        [field.with_type(pa.string()) if words(field.type) else field for field in schema]
    )


def frame(spark: SparkSession, sweep: picojoule.Sweep, parts: int) -> DataFrame:
    """The sweep as a data frame with a partition for each part."""
    columns = plain(pa.schema(sweep))

    def rows(numbers: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in numbers:
            for number in batch.column("id").to_pylist():
                part = sweep.partitions(parts)[number]
                for block in pa.RecordBatchReader.from_stream(part):
                    yield block.cast(columns)

    numbers = spark.range(0, parts, numPartitions=parts)
    return numbers.mapInArrow(rows, from_arrow_schema(columns))


if __name__ == "__main__":
    spark = (
        SparkSession.builder.appName("a sweep")
        .config("spark.executorEnv.RAYON_NUM_THREADS", "1")
        .getOrCreate()
    )
    # `overwrite`: what an earlier run left is replaced, not added to.
    frame(spark, swept(), parts=16).write.mode("overwrite").parquet("rows")
    spark.read.parquet("rows").groupBy("format").max("attention_e_att_saving").show()
    spark.stop()
