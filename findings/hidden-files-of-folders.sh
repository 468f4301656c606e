#!/usr/bin/env bash
# polars 2.1.0, duckdb 2.0.1 and pyarrow 26.0.1.
#
# Expected: a hidden file in a folder of Parquet files (.rows.parquet, as programs write
# that rename when they are done) is no part of the data set, as for pyarrow and for
# the shell, whose *.parquet leaves it out.
# Seen: pyarrow leaves it out. *.parquet of polars and DuckDB reads it, and fails where
# it is not finished; polars refuses a folder at all that holds one with another ending.
# Why it matters: while one part of a sweep is written, the others cannot be looked at,
# unless its hidden file has another ending (as picojoule's have) and polars is given
# "*.parquet" instead of the folder.

set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
python3 -m venv venv || exit 2
venv/bin/pip install --quiet polars==2.1.0 duckdb==2.0.1 pyarrow==26.0.1 || exit 2
venv/bin/python - <<'EOF'
import os

import duckdb
import polars
import pyarrow
import pyarrow.dataset
import pyarrow.parquet


def looked_at(hidden):
    folder = hidden.strip(".")
    os.mkdir(folder)
    pyarrow.parquet.write_table(pyarrow.table({"n": [1.0, 2.0]}), f"{folder}/part-0.parquet")
    with open(f"{folder}/{hidden}", "wb") as unfinished:
        unfinished.write(b"PAR1 and not finished")
    readers = {
        "pyarrow": lambda: pyarrow.dataset.dataset(folder).count_rows(),
        "polars": lambda: polars.scan_parquet(folder).collect().height,
        "polars *": lambda: polars.scan_parquet(f"{folder}/*.parquet").collect().height,
        "duckdb *": lambda: len(duckdb.sql(f"from '{folder}/*.parquet'").fetchall()),
    }
    seen = {}
    for name, rows in readers.items():
        try:
            seen[name] = rows()
        except Exception as error:
            seen[name] = type(error).__name__
    print(hidden, seen)
    return [name for name, rows in seen.items() if rows != 2]


same_ending = looked_at(".part-1.parquet")
other_ending = looked_at(".part-1.parquet.writing")
if same_ending != ["polars", "polars *", "duckdb *"] or other_ending != ["polars"]:
    raise SystemExit("the behaviour has changed")
EOF
