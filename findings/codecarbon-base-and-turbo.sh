#!/usr/bin/env bash
# codecarbon 3.3.2, its table of the watts of processors, by which it estimates where
# there is no meter.
#
# Expected: one of the two powers that Intel prints, the base or the turbo: 15 or 55 W
# for an i5-1335U, 28 or 64 W for an i7-1360P and an i7-1270P, 125 or 190 W for an
# i7-12700K, 125 or 253 W for an i9-13900K.
# Seen: the turbo for the i5-1335U, the i7-1270P and the i7-12700K, the base for the
# i7-1360P and the i9-13900K.
# Why it matters: a chip of 15 W stands at twice the watts of one of 28 W, and an i7
# above the i9; estimated joules of two machines compare two columns of a data sheet.

set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
python3 -m venv venv || exit 2
venv/bin/pip install --quiet --no-deps codecarbon==3.3.2 || exit 2
venv/bin/python - <<'EOF'
import csv
from importlib.metadata import files

table = next(file for file in files("codecarbon") if file.name == "cpu_power.csv")
with open(table.locate()) as rows:
    watts = {row["Name"]: row["TDP"] for row in csv.DictReader(rows)}
printed = {
    "i5-1335U": (15, 55),
    "i7-1360P": (28, 64),
    "i7-1270P": (28, 64),
    "i7-12700K": (125, 190),
    "i9-13900K": (125, 253),
}
seen = []
for name, (base, turbo) in printed.items():
    value = float(watts["Intel Core " + name])
    seen.append({base: "base", turbo: "turbo"}.get(value, "neither"))
    print(name.ljust(9), "base", base, "turbo", turbo, "in the table", value, seen[-1])
if seen != ["turbo", "base", "turbo", "turbo", "base"]:
    raise SystemExit("the behaviour has changed")
EOF
