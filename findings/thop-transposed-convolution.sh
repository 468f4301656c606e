#!/usr/bin/env bash
# thop 0.1.1.post2209072238 with torch 2.15.0.
#
# Expected: a transposed convolution of 4 to 8 channels, 3 x 3, stride 2, on an
# 8 x 8 picture does 8*8 * 4*8*9 = 18 432 multiply-adds: each input value meets
# each weight of its channel once.
# Seen: 83 232 = 17*17 * 4*8*9. The kernel is charged for each of the 17 x 17
# outputs, as in a plain convolution; with stride 2 most of those products are
# with zeros that are not there.
# Why it matters: decoders, generators and U-Nets come out about stride squared
# too dear.

set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
python3 -m venv venv || exit 2
venv/bin/pip install --quiet torch==2.15.0 numpy==2.4.6 thop==0.1.1.post2209072238 || exit 2
venv/bin/python - <<'EOF'
import torch
from thop import profile

layer = torch.nn.ConvTranspose2d(4, 8, 3, stride=2, bias=False)
seen, _ = profile(layer, inputs=(torch.randn(1, 4, 8, 8),), verbose=False)
print("by hand", 8 * 8 * 4 * 8 * 9)
print("seen   ", int(seen))
if seen != 17 * 17 * 4 * 8 * 9:
    raise SystemExit("the behaviour has changed")
EOF
