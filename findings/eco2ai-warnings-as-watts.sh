#!/usr/bin/env bash
# eco2ai 0.3.12 on a processor that isn't in its table, here "Common KVM processor",
# as a virtual machine names its own.
#
# Expected: the 100 W that its warning speaks of, for processors it doesn't know.
# Seen: 0 W, and 1 W with the warnings off. The switch for warnings is passed where
# the watts belong, and False counts as 0, True as 1.
# Why it matters: in such a virtual machine the processor uses no energy at all,
# without a word, and whether a user wants to read warnings is a power.

set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
python3 -m venv venv || exit 2
venv/bin/pip install --quiet "setuptools<80" eco2ai==0.3.12 || exit 2
venv/bin/python -W ignore - <<'EOF'
from eco2ai.tools import tools_cpu

tools_cpu.get_cpu_info = lambda: {"brand_raw": "Common KVM processor"}
watts = [tools_cpu.CPU(ignore_warnings=quiet).tdp() for quiet in (False, True)]
print("with warnings", watts[0] * 1.0, "W, without", watts[1] * 1.0, "W")
print("said to be used", tools_cpu.CONSTANT_CONSUMPTION, "W")
if watts != [0, 1]:
    raise SystemExit("the behaviour has changed")
EOF
