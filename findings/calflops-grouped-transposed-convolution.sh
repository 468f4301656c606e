#!/usr/bin/env bash
# calflops 0.3.2 with torch 2.15.0 and transformers 5.24.0 (which it imports).
#
# Expected: a transposed convolution of 4 to 8 channels, 3 x 3, stride 2, on an
# 8 x 8 picture does 8*8 * 4*8*9 = 18 432 multiply-adds in one group, half of
# that in two and a quarter in four.
# Seen: 18 432, 4608 and 0. The second axis of the weight, which holds the output
# channels of one group already, is divided by the groups once more, and rounded
# down: with 4 groups of 2 channels nothing is left.
# Why it matters: depthwise transposed convolutions are what light decoders
# upsample with; here they are free.

set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
python3 -m venv venv || exit 2
venv/bin/pip install --quiet torch==2.15.0 numpy==2.4.6 transformers==5.24.0 accelerate==1.15.0 calflops==0.3.2 || exit 2
venv/bin/python - <<'EOF'
import contextlib
import io

import torch
from calflops import calculate_flops


def count(groups):
    layer = torch.nn.ConvTranspose2d(4, 8, 3, stride=2, groups=groups, bias=False)
    with contextlib.redirect_stdout(io.StringIO()):
        return calculate_flops(
            layer, args=[torch.randn(1, 4, 8, 8)], kwargs={}, print_results=False, output_as_string=False
        )[1]


seen = [count(groups) for groups in (1, 2, 4)]
print("groups ", [1, 2, 4])
print("by hand", [8 * 8 * 4 * 8 * 9 // groups for groups in (1, 2, 4)])
print("seen   ", seen)
if seen != [18432, 4608, 0]:
    raise SystemExit("the behaviour has changed")
EOF
