#!/usr/bin/env bash
# pyspark 4.3.0 (it needs Java 17), pyarrow 26.0.1, pandas 3.1.1.
#
# Expected: mapInArrow puts the columns of an Arrow batch where the declared schema has
# their names, as mapInPandas does with the columns of a data frame, or refuses the batch.
# Seen: it goes by place and looks at no name. "b, a" under the schema "a, b" comes out
# with the two exchanged, under "x, y" renamed, and a third column is dropped.
# Why it matters: the schema of a sweep is written beside the function that gives its
# batches. With the columns in another order the energies of two variants are exchanged,
# and nothing says so. Take the schema from the sweep instead of writing it by hand.

set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
python3 -m venv venv || exit 2
venv/bin/pip install --quiet pyspark==4.3.0 pyarrow==26.0.1 pandas==3.1.1 || exit 2
java -version 2>/dev/null || exit 2
PYSPARK_PYTHON=$work/venv/bin/python venv/bin/python - 2>spark.log <<'EOF' || { rc=$?; tail -3 spark.log; exit $rc; }
import pandas
import pyarrow
from pyspark.sql import SparkSession

columns = {"b": [1.0], "a": [10.0], "c": [100.0]}


def arrow(batches):
    for _ in batches:
        yield pyarrow.record_batch(columns)


def frames(batches):
    for _ in batches:
        yield pandas.DataFrame(columns)


builder = SparkSession.builder.master("local[1]").config("spark.driver.memory", "512m")
spark = builder.config("spark.ui.enabled", "false").getOrCreate()
one = spark.range(0, 1, numPartitions=1)
places = one.mapInArrow(arrow, "a double, b double").first().asDict()
others = one.mapInArrow(arrow, "x double, y double").first().asDict()
names = one.mapInPandas(frames, "a double, b double, c double").first().asDict()
print("given b=1, a=10, c=100; mapInArrow:", places, others, "- mapInPandas:", names)
spark.stop()
if places != {"a": 1.0, "b": 10.0} or others != {"x": 1.0, "y": 10.0}:
    raise SystemExit("the behaviour has changed")
if names != {"a": 10.0, "b": 1.0, "c": 100.0}:
    raise SystemExit("the behaviour has changed")
EOF
