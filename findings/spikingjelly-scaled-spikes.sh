#!/usr/bin/env bash
# SpikingJelly 2.0.0 with torch 2.15.0, the counters of
# spikingjelly.activation_based.op_counter.
#
# Expected: spikes of another height are still additions, as the height can be
# folded into the weights once: a Linear of 16 to 8 with 8 spikes does 8 * 8 = 64
# of them, and inputs of -1 and 1 do 16 * 8 = 128.
# Seen: 64 accumulations for spikes of 1. For spikes of 0.5 (as after an average
# pool or dropout) no accumulation but 128 multiply-accumulates, silent inputs
# included, and the same for signs.
# Why it matters: in the usual 45 nm numbers a MAC is 4.6 pJ and an accumulation
# 0.9 pJ, so one scale in front of a layer makes it ten times dearer here.

set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
python3 -m venv venv || exit 2
venv/bin/pip install --quiet torch==2.15.0 numpy==2.4.6 spikingjelly==2.0.0 || exit 2
venv/bin/python - <<'EOF'
import torch
from spikingjelly.activation_based import op_counter

layer = torch.nn.Linear(16, 8, bias=False)
spikes = (torch.arange(16) % 2).float()[None]


def count(values):
    adds, products = op_counter.ACCounter(), op_counter.MACCounter()
    with torch.no_grad(), op_counter.DispatchCounterMode([adds, products]):
        layer(values)
    return int(adds.get_total()), int(products.get_total())


seen = {"0 and 1": count(spikes), "0 and 0.5": count(spikes / 2), "-1 and 1": count(2 * spikes - 1)}
for name, (adds, products) in seen.items():
    print(name.ljust(10), "ACs", adds, "MACs", products)
if list(seen.values()) != [(64, 0), (0, 128), (0, 128)]:
    raise SystemExit("the behaviour has changed")
EOF
