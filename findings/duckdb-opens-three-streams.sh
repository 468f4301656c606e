#!/usr/bin/env bash
# duckdb 2.0.1 with polars 2.1.0 as the producer.
#
# Expected: a query over a Python object that offers an Arrow stream opens one stream.
# Seen: three, of which one is read; a mere description opens two and reads none.
# Why it matters: a producer that sets to work when its stream is asked for, or counts
# how often it was read, works three times for one answer. A sweep given to DuckDB must
# begin with the first batch, not with the stream.

set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
python3 -m venv venv || exit 2
venv/bin/pip install --quiet duckdb==2.0.1 polars==2.1.0 || exit 2
venv/bin/python - <<'EOF'
import duckdb
import polars

rows = polars.DataFrame({"n": [1.0, 2.0, 3.0], "variant": ["a", "b", "b"]})


class Sweep:
    opened = 0

    def __arrow_c_stream__(self, requested_schema=None):
        self.opened += 1
        return rows.__arrow_c_stream__(requested_schema)


asked = Sweep()
answer = duckdb.sql("select variant, sum(n) from asked group by all order by all").fetchall()
described = Sweep()
duckdb.sql("describe described").fetchall()
print(answer, "- streams opened:", asked.opened, "- for a description:", described.opened)
if answer != [("a", 1.0), ("b", 5.0)] or (asked.opened, described.opened) != (3, 2):
    raise SystemExit("the behaviour has changed")
EOF
