#!/usr/bin/env bash
# SpikingJelly 2.0.0 with torch 2.15.0, the counters of
# spikingjelly.activation_based.op_counter.
#
# Expected: the same convolution of 4 to 8 channels, 3 x 3, padded by one, over an
# 8 x 8 picture without a zero has one number of operations, whichever kind they
# are: 8*8 * 8*4*9 = 18 432 with the padding counted, 22*22 * 8*4 = 15 488
# without.
# Seen: as accumulations (all inputs 1) 15 488, as multiply-accumulates (all
# inputs 0.5) 18 432: the first leave out what falls on the padding, the second
# count it.
# Why it matters: a spiking network that fires everywhere seems to need fewer
# operations than the plain network of the same shape, 16 % on this picture and
# more on smaller ones.

set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
python3 -m venv venv || exit 2
venv/bin/pip install --quiet torch==2.15.0 numpy==2.4.6 spikingjelly==2.0.0 || exit 2
venv/bin/python - <<'EOF'
import torch
from spikingjelly.activation_based import op_counter

layer = torch.nn.Conv2d(4, 8, 3, padding=1, bias=False)


def count(picture):
    adds, products = op_counter.ACCounter(), op_counter.MACCounter()
    with torch.no_grad(), op_counter.DispatchCounterMode([adds, products]):
        layer(picture)
    return int(adds.get_total()), int(products.get_total())


ones = torch.ones(1, 4, 8, 8)
fires, plain = count(ones), count(ones / 2)
print("by hand with padding", 8 * 8 * 8 * 4 * 9, "without", 22 * 22 * 8 * 4)
print("spikes  ACs", fires[0], "MACs", fires[1])
print("values  ACs", plain[0], "MACs", plain[1])
if (fires, plain) != ((15488, 0), (0, 18432)):
    raise SystemExit("the behaviour has changed")
EOF
