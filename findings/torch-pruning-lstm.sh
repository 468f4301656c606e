#!/usr/bin/env bash
# torch-pruning 1.6.1 with torch 2.15.0, count_ops_and_params.
#
# Expected: an LSTM of 16 units on 5 steps of 8 features does 5 * 4 * 16 * (8 + 16) = 7680
# multiplications with additions, and some more for its gates; 25 600 with 64 features.
# Seen: 72 960 and 1 730 560, 9.5 and 67.6 times as many: it takes the steps for the
# batch and the features for the steps. Four sequences at once give 18 240: the count,
# which never saw the batch, is divided by it.
# Why it matters: the library prunes, and its ratio of operations before and after is the
# result that papers print: with half of the features gone, 31 to 39 % of the LSTM's
# operations seem to be left, where 60 to 75 % are.

set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
python3 -m venv venv || exit 2
venv/bin/pip install --quiet torch-pruning==1.6.1 torch==2.15.0 numpy==2.4.6 || exit 2
venv/bin/python -W ignore - <<'EOF'
import torch
from torch_pruning.utils import count_ops_and_params

steps, units = 5, 16
seen = {}
for features, batch in ((8, 1), (16, 1), (32, 1), (64, 1), (8, 4)):
    network = torch.nn.Sequential(torch.nn.LSTM(features, units, batch_first=True))
    found, parameters = count_ops_and_params(network, torch.randn(batch, steps, features))
    expected = steps * 4 * units * (features + units)
    seen[features, batch] = int(found)
    print(f"{features:2} features, batch of {batch}: a sequence takes {expected:5}, seen {int(found):7},", end=" ")
    print(f"{found / expected:4.1f} times")
if seen[8, 1] != 72960 or seen[64, 1] != 1730560 or seen[8, 4] != 18240:
    raise SystemExit("the behaviour has changed")
EOF
