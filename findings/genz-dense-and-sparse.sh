#!/usr/bin/env bash
# genz-llm 0.0.16, its table of accelerators.
#
# Expected: 16-bit operations per second in one convention. NVIDIA prints, dense and
# with half of the weights zero, for the H100 989 and 1979 * 10^12, and the GPU of the
# GH200 is the same chip with more memory; for the B100 1750 and 3500; for the B200
# 2250 and 4500, and for each GPU of a GB200 2500 and 5000.
# Seen: the A100 and the H100 dense; the GH200, the B100 and, under the name of the
# GB200, the B200 sparse.
# Why it matters: the prompt of a language model, bound by operations, takes half the
# time on a GH200 that it takes on an H100; who fits or compares across the table
# finds a step of two where the footnotes change.

set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
python3 -m venv venv || exit 2
venv/bin/pip install --quiet --no-deps genz-llm==0.0.16 || exit 2
venv/bin/python - <<'EOF'
from Systems.system_configs import system_configs

dense = {"A100_80GB_GPU": 312, "H100_GPU": 989, "GH200_GPU": 989, "B100": 1750, "GB200": 2500}
seen = {name: system_configs[name]["Flops"] for name in dense}
for name, rate in dense.items():
    print(name.ljust(14), "dense", str(rate).rjust(4), "in the table", seen[name])
if list(seen.values()) != [312, 989, 1979, 3500, 4500]:
    raise SystemExit("the behaviour has changed")
EOF
