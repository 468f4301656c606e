#!/usr/bin/env bash
# torch 2.15.0, torch.utils.flop_counter.FlopCounterMode.
#
# Expected: a product of two matrices of whole numbers, 64 x 64 each, counts the
# 2 * 64^3 = 524 288 operations that it counts for fp32, or whole numbers are left out
# altogether, as none of them is a FLOP.
# Seen: int32 @ int32 counts 524 288; torch._int_mm of int8, the product that quantised
# layers are made of, counts 0.
# Why it matters: a network and its int8 copy held against each other save 100 % of
# what was quantised, without a word.

set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
python3 -m venv venv || exit 2
venv/bin/pip install --quiet torch==2.15.0 numpy==2.4.6 || exit 2
venv/bin/python - <<'EOF'
import torch
from torch.utils.flop_counter import FlopCounterMode


def count(product):
    with FlopCounterMode(display=False) as counter:
        product()
    return counter.get_total_flops()


small = torch.ones(64, 64, dtype=torch.int8)
found = {
    "fp32 @ fp32": count(lambda: small.float() @ small.float()),
    "int32 @ int32": count(lambda: small.int() @ small.int()),
    "torch._int_mm(int8, int8)": count(lambda: torch._int_mm(small, small)),
}
for what, operations in found.items():
    print(f"{what:26} {operations:7}")
if list(found.values()) != [524288, 524288, 0]:
    raise SystemExit("the behaviour has changed")
EOF
