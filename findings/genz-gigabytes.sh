#!/usr/bin/env bash
# genz-llm 0.0.16.
#
# Expected: a memory of 1 GB/s moves 10^9 bytes in a second, as vendors print it
# (an H100 of 3350 GB/s is 3.35 * 10^12 bytes/s).
# Seen: 1 073 741 824 bytes/s: the G of a bandwidth is 2^30, while the T of the
# operations per second is 10^12.
# Why it matters: with the number of a data sheet every kernel bound by memory is
# 7.4 % too fast; the decoding of a language model is bound by memory throughout.

set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
python3 -m venv venv || exit 2
venv/bin/pip install --quiet genz-llm==0.0.16 || exit 2
venv/bin/python - <<'EOF'
from GenZ import System

system = System(flops=1, offchip_mem_bw=1)
print("1 GB/s   ", int(system.offchip_mem_bw), "bytes/s")
print("1 Tflops ", int(system.flops), "operations/s")
if (system.offchip_mem_bw, system.flops) != (2**30, 10**12):
    raise SystemExit("the behaviour has changed")
EOF
