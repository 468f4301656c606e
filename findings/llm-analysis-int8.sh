#!/usr/bin/env bash
# llm-analysis 0.2.2, its table of accelerators.
#
# Expected: what the data sheets print. AMD's of the MI100, MI210, MI250 and MI250X
# give 8-bit integers the rate of 16-bit floats: 184.6, 181.0, 362.1 and 383.0 * 10^12
# operations per second. A V100 of 16 GB has 16 GB.
# Seen: twice that for 8 bits and four times for 4 bits, as on NVIDIA's Ampere, and
# 32 GB in "v100-sxm-16gb". The entry of the H100 has 4-bit integers at 3958 * 10^12,
# which its tensor cores don't compute: it is their rate for sparse 8-bit ones.
# Why it matters: 8-bit weights look twice as fast as they are on four of seventeen
# entries, and joules from watts * seconds half as much.

set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
python3 -m venv venv || exit 2
venv/bin/pip install --quiet --no-deps llm-analysis==0.2.2 fire==0.7.1 termcolor==3.2.0 || exit 2
venv/bin/python - <<'EOF'
import logging

from llm_analysis.config import get_gpu_config_by_name

logging.disable(logging.CRITICAL)
printed = {"mi100-32gb": 184.6, "mi210-64gb": 181, "mi250-128gb": 362.1, "mi250x-128gb": 383}
changed = False
for name, rate in printed.items():
    entry = get_gpu_config_by_name(name)
    rates = entry.peak_fp16_TFLOPS, entry.peak_i8_TFLOPS, entry.peak_i4_TFLOPS
    print(name.ljust(12), "printed for 8 bits", rate, "in the table for 16, 8 and 4 bits", *rates)
    changed |= rates != (rate, 2 * rate, 4 * rate)
small = get_gpu_config_by_name("v100-sxm-16gb").mem_per_GPU_in_GB
hopper = get_gpu_config_by_name("h100-sxm-80gb").peak_i4_TFLOPS
print("v100-sxm-16gb has", small, "GB; h100-sxm-80gb has", hopper, "for 4 bits")
if changed or (small, hopper) != (32, 3958):
    raise SystemExit("the behaviour has changed")
EOF
