#!/usr/bin/env bash
# pint 0.25.3, quantities of the field with the units it comes with.
#
# Expected: joules and joules per byte can't be added; 5 pJ a cycle at 1 GHz is 5 mW;
# Gb and Mb, as data sheets print them, are 10^9 and 10^6 bits or unknown.
# Seen: 2 pJ + 3 pJ/byte is 2.375 pJ: bits have no dimension and a byte is the number
# 8. A cycle is a turn, 2 pi: 5 pJ a cycle at 1 GHz is 0.8 mW. Gb is a gilbert, of
# magnets, and Mb 10^6 barn, an area.
# Why it matters: pint is what one checks units with; here it lets a price per byte
# pass for a price, an eighth of it, and energies per cycle lose a factor of 6.28.

set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
python3 -m venv venv || exit 2
venv/bin/pip install --quiet pint==0.25.3 || exit 2
venv/bin/python - <<'EOF'
import pint

units = pint.UnitRegistry()
total = (units("2 pJ") + units("3 pJ/byte")).to("pJ").magnitude
power = (units("5 pJ/cycle") * units("1 GHz")).to("mW").magnitude
kinds = [str(units(text).units) for text in ("8 Gb", "8 Mb", "8 GB")]
print("2 pJ + 3 pJ/byte =", round(total, 3), "pJ")
print("5 pJ/cycle * 1 GHz =", round(power, 3), "mW")
print("Gb, Mb, GB:", *kinds, sep=" ")
if (round(total, 3), round(power, 3), kinds) != (2.375, 0.796, ["gilbert", "megabarn", "gigabyte"]):
    raise SystemExit("the behaviour has changed")
EOF
