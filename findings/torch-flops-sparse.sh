#!/usr/bin/env bash
# torch 2.15.0, torch.utils.flop_counter.FlopCounterMode.
#
# Expected: a sparse matrix of 64 x 64 with a single number in it, times a dense one of
# 64 x 8, is counted by what stands in it (2 * 8 operations), or not at all; and
# torch.sparse.mm, which is the same product, counts as much as `@`.
# Seen: `@` counts 65 536, as if every number were there, in COO, CSR and CSC alike;
# torch.sparse.mm counts 0; and a sparse matrix times a vector counts 0.
# Why it matters: whoever prunes weights and holds the counts against each other finds
# either no saving at all or all of it, by how the product is spelt.

set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
python3 -m venv venv || exit 2
venv/bin/pip install --quiet torch==2.15.0 numpy==2.4.6 || exit 2
venv/bin/python -W ignore - <<'EOF'
import torch
from torch.utils.flop_counter import FlopCounterMode


def count(product):
    with FlopCounterMode(display=False) as counter:
        product()
    return counter.get_total_flops()


single = torch.zeros(64, 64)
single[0, 0] = 1
dense = torch.randn(64, 8)
found = {
    "dense @ dense": count(lambda: single @ dense),
    "COO @ dense": count(lambda: single.to_sparse_coo() @ dense),
    "CSR @ dense": count(lambda: single.to_sparse_csr() @ dense),
    "CSC @ dense": count(lambda: single.to_sparse_csc() @ dense),
    "torch.sparse.mm(CSR, dense)": count(lambda: torch.sparse.mm(single.to_sparse_csr(), dense)),
    "CSR @ vector": count(lambda: single.to_sparse_csr() @ dense[:, 0]),
}
for what, operations in found.items():
    print(f"{what:28} {operations:6}")
if list(found.values()) != [65536] * 4 + [0, 0]:
    raise SystemExit("the behaviour has changed")
EOF
