#!/usr/bin/env bash
# torch 2.15.0, torch.utils.flop_counter.FlopCounterMode.
#
# Expected: 64 keys of 32 numbers times one query are 2 * 64 * 32 = 4096 operations,
# however the product is written; a Bilinear layer of 8 x 8 -> 8 over two rows is some
# 2 * 2 * 8 * 8 * 8.
# Seen: `keys @ query` counts 0, torch.einsum of the same two 4096, and so does the
# query as a matrix of one column; F.linear on a single vector is counted. nn.Bilinear
# and torch.cdist count 0, the latter even where it is asked to work by a product of
# matrices.
# Why it matters: decoding one token, read-outs of spiking networks and associative
# memories are matrices times vectors; what is found depends on the spelling.

set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
python3 -m venv venv || exit 2
venv/bin/pip install --quiet torch==2.15.0 numpy==2.4.6 || exit 2
venv/bin/python - <<'EOF'
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode


def count(product):
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        product()
    return counter.get_total_flops()


keys, query = torch.randn(64, 32), torch.randn(32)
bilinear, rows = nn.Bilinear(8, 8, 8), torch.randn(2, 8)
found = {
    "keys @ query": count(lambda: keys @ query),
    "keys @ query[:, None]": count(lambda: keys @ query[:, None]),
    'einsum("nd, d -> n")': count(lambda: torch.einsum("nd, d -> n", keys, query)),
    "F.linear(query, keys)": count(lambda: nn.functional.linear(query, keys)),
    "nn.Bilinear": count(lambda: bilinear(rows, rows)),
    "torch.cdist by a product": count(lambda: torch.cdist(keys, keys, compute_mode="use_mm_for_euclid_dist")),
}
for what, operations in found.items():
    print(f"{what:26} {operations:6}")
if list(found.values()) != [0, 4096, 4096, 4096, 0, 0]:
    raise SystemExit("the behaviour has changed")
EOF
