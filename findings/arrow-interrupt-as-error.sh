#!/usr/bin/env bash
# pyarrow 26.0.1 as the producer; polars 2.1.0, duckdb 2.0.1 and pandas 3.1.1 as readers.
#
# Expected: Ctrl-C while a reader takes the rows of an Arrow stream is a
# KeyboardInterrupt for whoever called the reader.
# Seen: the interruption is raised where the rows are made, goes through the stream as a
# text, and comes out as ComputeError, InvalidInputException or ArrowInvalid; nothing
# else is pending. What catches mistakes in data catches it and goes on.
# Why it matters: a sweep in a loop over models, each with an "except" for models that
# fail, cannot be stopped. A producer has to ask for the interruption anew.

set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
python3 -m venv venv || exit 2
venv/bin/pip install --quiet pyarrow==26.0.1 polars==2.1.0 duckdb==2.0.1 pandas==3.1.1 || exit 2
venv/bin/python - <<'EOF'
import duckdb
import pandas
import polars
import pyarrow


def batches():
    for n in range(5):
        if n == 3:
            raise KeyboardInterrupt
        yield pyarrow.RecordBatch.from_pydict({"n": [float(n)] * 1000})


class Sweep:
    def __arrow_c_stream__(self, requested_schema=None):
        schema = pyarrow.schema([("n", pyarrow.float64())])
        reader = pyarrow.RecordBatchReader.from_batches(schema, batches())
        return reader.__arrow_c_stream__(requested_schema)


sweep = Sweep()
readers = {
    "polars": lambda: polars.DataFrame(sweep),
    "duckdb": lambda: duckdb.sql("select sum(n) from sweep").fetchall(),
    "pandas": lambda: pandas.DataFrame.from_arrow(sweep),
}
seen = {}
for name, read in readers.items():
    try:
        read()
        seen[name] = "rows"
    except KeyboardInterrupt:
        seen[name] = "KeyboardInterrupt"
    except Exception as problem:
        seen[name] = type(problem).__name__
print(seen)
if seen != {"polars": "ComputeError", "duckdb": "InvalidInputException", "pandas": "ArrowInvalid"}:
    raise SystemExit("the behaviour has changed")
EOF
