#!/usr/bin/env bash
# torch 2.15.0, torch.utils.flop_counter.FlopCounterMode.
#
# Expected: an encoder layer (16 features, 2 heads, 32 in the middle, 5 tokens)
# does 11 040 multiply-adds, 22 080 operations, in training and in inference:
#   projections 5*16*48 + 5*16*16 = 5120, scores and sum 2*5*5*16 = 800,
#   feed-forward 2*5*16*32 = 5120.
# Seen: 22 080 after .train(), 0 after .eval() under no_grad. There the layer
# takes its fused path, a single operator that the counter has no formula for,
# and nothing says that an operator was left out.
# Why it matters: one counts inference after .eval(); the 0 goes into the sum of
# a larger network unseen.

set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
python3 -m venv venv || exit 2
venv/bin/pip install --quiet torch==2.15.0 numpy==2.4.6 || exit 2
venv/bin/python - <<'EOF'
import warnings

import torch
from torch.utils.flop_counter import FlopCounterMode

warnings.filterwarnings("ignore")


def count(layer, tokens):
    with FlopCounterMode(display=False) as counter:
        layer(tokens)
    return counter.get_total_flops()


layer = torch.nn.TransformerEncoderLayer(16, 2, 32, batch_first=True)
tokens = torch.randn(1, 5, 16)
training = count(layer.train(), tokens)
with torch.no_grad():
    inference = count(layer.eval(), tokens)
print("by hand  ", 2 * 11040)
print("training ", training)
print("inference", inference)
if (training, inference) != (22080, 0):
    raise SystemExit("the behaviour has changed")
EOF
