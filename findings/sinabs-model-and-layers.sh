#!/usr/bin/env bash
# sinabs 3.1.3, SNNAnalyzer.
#
# Expected: the synaptic operations of a network are those of its layers, added up.
# Seen: a layer behind an average pooling of 2 x 2 is multiplied by 4 where layers are
# told, since pooled spikes are quarters, and is not where the network is told: with
# ones for weights and for spikes, 4 steps of 8 x 8 places, a convolution has 30 976 (what
# its hooks and a count by hand give), and the network that ends in it 7744 for the
# same layer.
# Why it matters: the figure of the network is the one that papers multiply by the
# energy of an operation; every pooling before a layer divides its part by 4. The
# class is called deprecated, and its successor, sinabs.hooks, agrees with the layers.

set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
python3 -m venv venv || exit 2
venv/bin/pip install --quiet torch==2.15.0 numpy==2.4.6 sinabs==3.1.3 || exit 2
venv/bin/python -W ignore - <<'EOF'
import sinabs
import sinabs.hooks
import sinabs.layers as layers
import torch
from torch import nn

STEPS, PLACES = 4, 16


def network():
    convolution = nn.Conv2d(1, 4, 3, padding=1, bias=False)
    nn.init.ones_(convolution.weight)
    return nn.Sequential(nn.AvgPool2d(2), convolution, layers.IAFSqueeze(batch_size=1))


spikes = torch.ones(STEPS, 1, PLACES, PLACES)
told = network()
analyzer = sinabs.SNNAnalyzer(told)
with torch.no_grad():
    told(spikes)
by_layer = sum(float(layer["synops"]) for layer in analyzer.get_layer_statistics()["parameter"].values())
of_network = float(analyzer.get_model_statistics()["synops"])
hooked = network()
sinabs.hooks.register_synops_hooks(hooked, dt=1)
with torch.no_grad():
    hooked(spikes)
by_hooks = STEPS * float(sinabs.hooks.get_hook_data_dict(hooked)["total_synops_per_timestep"])
# 8 places see 22 numbers along an axis; four channels; each pooled one stands for four spikes.
by_hand = STEPS * 22 * 22 * 4 * 4
print(f"by hand {by_hand}, layers {by_layer:.0f}, hooks {by_hooks:.0f}, network {of_network:.0f}")
if (by_layer, by_hooks, of_network) != (by_hand, by_hand, by_hand / 4):
    raise SystemExit("the behaviour has changed")
EOF
