#!/usr/bin/env bash
# polars 2.1.0.
#
# Expected: polars.from_arrow makes of an Arrow stream with two columns a DataFrame, as
# it does of a table, and as polars.DataFrame does of the same object.
# Seen: a Series of structs, so that .columns, .filter and the like are missing.
# Why it matters: a sweep is an object with such a stream. polars.DataFrame(sweep) is
# the call that gives a table, and the documentation must name that one.

set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
python3 -m venv venv || exit 2
venv/bin/pip install --quiet polars==2.1.0 || exit 2
venv/bin/python - <<'EOF'
import polars

rows = polars.DataFrame({"n": [1.0, 2.0], "pj": [3.0, 4.0]})


class Sweep:
    def __arrow_c_stream__(self, requested_schema=None):
        return rows.__arrow_c_stream__(requested_schema)


frame, taken = polars.DataFrame(Sweep()), polars.from_arrow(Sweep())
print("DataFrame:", frame.shape, "- from_arrow:", type(taken).__name__, taken.dtype)
if frame.shape != (2, 2) or not isinstance(taken, polars.Series):
    raise SystemExit("the behaviour has changed")
if taken.dtype != polars.Struct({"n": polars.Float64, "pj": polars.Float64}):
    raise SystemExit("the behaviour has changed")
EOF
