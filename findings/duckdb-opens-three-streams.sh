#!/usr/bin/env bash
# duckdb 2.0.1 with polars 2.1.0 as the producer.
#
# Expected: a query over a Python object that offers an Arrow stream opens one stream.
# Seen: three, of which one is read; a mere description opens two and reads none. Where
# the object says its columns by itself (__arrow_c_schema__), it is one.
# Why it matters: a producer that sets to work when its stream is asked for, or counts
# how often it was read, works three times for one answer. A sweep must begin with the
# first batch, not with the stream, and say its columns by itself.

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


class Told(Sweep):
    def __arrow_c_schema__(self):
        return rows.schema.__arrow_c_schema__()


asked = Sweep()
answer = duckdb.sql("select variant, sum(n) from asked group by all order by all").fetchall()
told = Told()
duckdb.sql("select sum(n) from told").fetchall()
described = Sweep()
duckdb.sql("describe described").fetchall()
opened = asked.opened, described.opened, told.opened
print(answer, "- streams opened, for a description, with columns told:", opened)
if answer != [("a", 1.0), ("b", 5.0)] or opened != (3, 2, 1):
    raise SystemExit("the behaviour has changed")
EOF
