#!/usr/bin/env bash
# snnTorch 1.0.0 with nir 1.0.8, nirtorch 2.6 and torch 2.15.0.
#
# Expected: a network written to NIR and read back fires as before, or the export
# refuses what NIR cannot say.
# Seen: the three ways of resetting a Leaky neuron (subtract the threshold, set to
# zero, not at all) are written as the same LIF node with v_reset 0, and are all
# read back as "zero"; nothing is reported. The neuron here fires 13, 10 and 19
# times in 20 steps, and 10 times in each case once it was written and read.
# Why it matters: "subtract" is the default of snnTorch, and energy is priced for
# each spike.

set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
python3 -m venv venv || exit 2
venv/bin/pip install --quiet torch==2.15.0 numpy==2.4.6 snntorch==1.0.0 nir==1.0.8 nirtorch==2.6 || exit 2
venv/bin/python - <<'EOF'
import warnings

import nir
import snntorch
import torch
from snntorch.export_nir import export_to_nir
from snntorch.import_nir import import_from_nir

warnings.filterwarnings("ignore")

DRIVE = 0.9


def network(reset):
    neuron = snntorch.Leaky(
        beta=torch.full((1,), 0.5), threshold=torch.ones(1), init_hidden=True,
        reset_mechanism=reset, reset_delay=False,
    )
    linear = torch.nn.Linear(1, 1, bias=False)
    linear.weight.data.fill_(1.0)
    return torch.nn.Sequential(linear, neuron)


def leaky(net):
    return next(module for module in net.modules() if isinstance(module, snntorch.Leaky))


def spikes(net):
    leaky(net).mem = torch.zeros(1)
    total = 0
    with torch.no_grad():
        for _ in range(20):
            out = net(torch.tensor([DRIVE]))
            total += int((out[0] if isinstance(out, tuple) else out).sum())
    return total


seen = {}
for reset in ("subtract", "zero", "none"):
    before = spikes(network(reset))
    nir.write("network.nir", export_to_nir(network(reset), torch.ones(1)))
    back = import_from_nir(nir.read("network.nir"))
    seen[reset] = (before, spikes(back), leaky(back).reset_mechanism)
for reset, (before, after, mechanism) in seen.items():
    print(reset.ljust(9), "spikes before", before, "after", after, "read back as", mechanism)
if seen != {"subtract": (13, 10, "zero"), "zero": (10, 10, "zero"), "none": (19, 10, "zero")}:
    raise SystemExit("the behaviour has changed")
EOF
