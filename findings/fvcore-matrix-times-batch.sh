#!/usr/bin/env bash
# fvcore 0.1.5.post20221221 with torch 2.15.0, FlopCountAnalysis.
#
# Expected: one for each multiplication with its addition, as fvcore defines it. A matrix
# of 50 x 50 times 8 matrices of 50 x 16 is 8 * 50 * 50 * 16 = 320 000, in either order
# and however it is written.
# Seen: 40 000 where the single matrix comes first: the batch of the second factor does
# not count, for 3 and 4 dimensions and for a first factor with a batch of 1 alike. The
# batch first, times one matrix, is right. So is einsum but for its digits, of which three
# are right and the others 0: 382 000 for 382 024. An outer product counts half.
# Why it matters: networks on graphs multiply the one adjacency matrix by every sample:
# their cost comes out as that of one sample, or of one channel, without a warning.

set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
python3 -m venv venv || exit 2
venv/bin/pip install --quiet fvcore==0.1.5.post20221221 torch==2.15.0 numpy==2.4.6 || exit 2
venv/bin/python -W ignore - <<'EOF'
import logging

import torch
from fvcore.nn import FlopCountAnalysis

logging.disable(logging.CRITICAL)


class Written(torch.nn.Module):
    def __init__(self, function):
        super().__init__()
        self.forward = function


def einsum(equation):
    return lambda left, right: torch.einsum(equation, left, right)


products = {
    "50x50 @ 8x50x16": (torch.matmul, (50, 50), (8, 50, 16), 320000, 40000),
    "50x50 @ 2x4x50x16": (torch.matmul, (50, 50), (2, 4, 50, 16), 320000, 40000),
    "1x50x50 @ 8x50x16": (torch.matmul, (1, 50, 50), (8, 50, 16), 320000, 40000),
    "8x50x50 @ 50x16": (torch.matmul, (8, 50, 50), (50, 16), 320000, 320000),
    "einsum vw,bwc->bvc": (einsum("vw,bwc->bvc"), (50, 50), (8, 50, 16), 320000, 320000),
    "einsum vw,bwc->bvc, 53": (einsum("vw,bwc->bvc"), (53, 53), (8, 53, 17), 382024, 382000),
    "einsum i,j->ij": (einsum("i,j->ij"), (50,), (16,), 800, 400),
}
same = True
for name, (function, left, right, expected, before) in products.items():
    seen = FlopCountAnalysis(Written(function), (torch.randn(left), torch.randn(right))).total()
    print(f"{name:24} expected {expected:7} seen {int(seen):7}")
    same = same and seen == before
if not same:
    raise SystemExit("the behaviour has changed")
EOF
