#!/usr/bin/env bash
# pyarrow 26.0.1.
#
# Expected: a table with a dictionary column of words is sorted by it, as its only batch
# is, and as it is grouped by it.
# Seen: sort_by of the record batch and group_by of the table work; sort_by of the table
# is "not implemented" for the dictionary, alone or beside another key. What is built on
# it fails as well: Ray Data 2.60.0 can sort no data set by such a column.
# Why it matters: a table of several batches cannot be sorted by words that came as a
# dictionary (table and format of a sweep) before these are cast to strings.

set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
python3 -m venv venv || exit 2
venv/bin/pip install --quiet pyarrow==26.0.1 || exit 2
venv/bin/python - <<'EOF'
import pyarrow

words = pyarrow.array(["int8", "fp32", "int8"]).dictionary_encode()
table = pyarrow.table({"format": words, "pj": [1.0, 2.0, 3.0]})
batch = table.to_batches()[0].sort_by("format")["pj"].to_pylist()
groups = table.group_by("format").aggregate([("pj", "sum")])["pj_sum"].to_pylist()
refused = []
for keys in ("format", [("format", "ascending"), ("pj", "ascending")]):
    try:
        table.sort_by(keys)
    except (NotImplementedError, TypeError) as error:
        refused.append(str(error))
text = table.set_column(0, "format", table["format"].cast("string"))
strings = text.sort_by("format")["pj"].to_pylist()
print("batch:", batch, "- groups:", groups, "- table:", refused, "- as strings:", strings)
if batch != [2.0, 1.0, 3.0] or strings != batch or sorted(groups) != [2.0, 4.0]:
    raise SystemExit("the behaviour has changed")
if len(refused) != 2 or not all("dictionary" in message for message in refused):
    raise SystemExit("the behaviour has changed")
EOF
