#!/usr/bin/env bash
# torchprofile 0.1.0 with torch 2.15.0 and torchvision 0.29.2.
#
# Expected: an LSTM of 10 to 20 features over 5 steps does
# 5 * 4 * 20 * (10 + 20) = 12 000 multiply-adds, a GRU (3 gates for 4) 9000.
# Seen: 12 000 and 0: the GRU has no formula and is passed over. An LSTM with a
# projection to 8 features is taken for a plain one of 8 units: 2880 for
# 5 * (4 * 20 * (10 + 8) + 20 * 8) = 8000.
# Why it matters: the same tool is exact for one recurrent cell and silent or
# far off for its neighbours.

set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
python3 -m venv venv || exit 2
venv/bin/pip install --quiet torch==2.15.0 torchvision==0.29.2 numpy==2.4.6 torchprofile==0.1.0 || exit 2
venv/bin/python - <<'EOF'
import warnings

import torch
from torchprofile import profile_macs

warnings.filterwarnings("ignore")
steps = torch.randn(1, 5, 10)
seen = [
    int(profile_macs(cell, steps))
    for cell in (
        torch.nn.LSTM(10, 20, batch_first=True),
        torch.nn.GRU(10, 20, batch_first=True),
        torch.nn.LSTM(10, 20, proj_size=8, batch_first=True),
    )
]
print("by hand", [12000, 9000, 8000])
print("seen   ", seen)
if seen != [12000, 0, 2880]:
    raise SystemExit("the behaviour has changed")
EOF
