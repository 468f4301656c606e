#!/usr/bin/env bash
# pyspark 4.3.0 (it needs Java 17), pyarrow 26.0.1, pandas 3.1.1.
#
# Expected: a dictionary column of words is a string column for mapInArrow, as it is for
# createDataFrame of the same table, or is refused by its name.
# Seen: declared as a string it fails with "Cannot call the method getUTF8String", which
# names no column and no type; declared as an int it gives the codes of the words.
# Why it matters: words are dictionaries wherever rows are many, in a sweep too (table
# and format). They must be cast to strings before they are handed over.

set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
python3 -m venv venv || exit 2
venv/bin/pip install --quiet pyspark==4.3.0 pyarrow==26.0.1 pandas==3.1.1 || exit 2
java -version 2>/dev/null || exit 2
PYSPARK_PYTHON=$work/venv/bin/python venv/bin/python - 2>spark.log <<'EOF' || { rc=$?; tail -3 spark.log; exit $rc; }
import pyarrow
from pyspark.sql import SparkSession

words = pyarrow.table({"format": pyarrow.array(["fp32", "int8"]).dictionary_encode()})


def rows(batches):
    for _ in batches:
        yield from words.to_batches()


builder = SparkSession.builder.master("local[1]").config("spark.driver.memory", "512m")
spark = builder.config("spark.ui.enabled", "false").getOrCreate()
spark.sparkContext.setLogLevel("OFF")
created = [row[0] for row in spark.createDataFrame(words).collect()]
one = spark.range(0, 1, numPartitions=1)
try:
    mapped = [row[0] for row in one.mapInArrow(rows, "format string").collect()]
except Exception as error:
    mapped = str(error).splitlines()[0]
codes = [row[0] for row in one.mapInArrow(rows, "format int").collect()]
print("createDataFrame:", created, "- mapInArrow, string:", mapped, "- int:", codes)
spark.stop()
if created != ["fp32", "int8"] or codes != [0, 1] or "getUTF8String" not in mapped:
    raise SystemExit("the behaviour has changed")
if "format" in mapped:
    raise SystemExit("the behaviour has changed")
EOF
