#!/usr/bin/env bash
# torch 2.15.0, torch.utils.flop_counter.FlopCounterMode, on the processor.
#
# Expected: an LSTM of 10 to 20 features over 5 steps does
# 5 * 4 * 20 * (10 + 20) = 12 000 multiply-adds, 24 000 operations.
# Seen: 0. The GRU of the same sizes (3 gates for 4) is right at 18 000, and so
# is an LSTM with a projection: those two fall apart into matrix products, the
# plain LSTM is one operator without a formula.
# Why it matters: a network with an LSTM seems nearly free, with no warning, and
# swapping the cell for a GRU seems to make it dearer.

set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
python3 -m venv venv || exit 2
venv/bin/pip install --quiet torch==2.15.0 numpy==2.4.6 || exit 2
venv/bin/python - <<'EOF'
import torch
from torch.utils.flop_counter import FlopCounterMode


def count(cell):
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        cell(torch.randn(1, 5, 10))
    return counter.get_total_flops()


lstm = count(torch.nn.LSTM(10, 20, batch_first=True))
gru = count(torch.nn.GRU(10, 20, batch_first=True))
projected = count(torch.nn.LSTM(10, 20, proj_size=8, batch_first=True))
print("LSTM               by hand", 2 * 5 * 4 * 20 * (10 + 20), "seen", lstm)
print("GRU                by hand", 2 * 5 * 3 * 20 * (10 + 20), "seen", gru)
print("LSTM, projected    by hand", 2 * 5 * (4 * 20 * (10 + 8) + 20 * 8), "seen", projected)
if (lstm, gru, projected) != (0, 18000, 16000):
    raise SystemExit("the behaviour has changed")
EOF
