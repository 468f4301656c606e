#!/usr/bin/env bash
# torch 2.15.0, torch.utils.flop_counter.FlopCounterMode.
#
# Expected: a module that is given a learnt token, repeated for each image of the
# batch, is counted under no_grad as it is with gradients: 2 tokens by 4 x 4 weights,
# 64 operations.
# Seen: 64 with gradients; under no_grad an AssertionError, "Expected gradient
# function to be set". What `expand` makes of a parameter there says that it wants a
# gradient and has nothing to get it from, and the tracker of modules asks for it.
# Why it matters: class tokens are passed so (CaiT of timm 1.0.31, `cait_xxs24_224`):
# the counter stops the network that it should watch. `requires_grad_(False)` on the
# module before counting helps.

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


class Inner(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(4, 4)

    def forward(self, tokens):
        return self.linear(tokens)


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.token = nn.Parameter(torch.zeros(1, 1, 4))
        self.inner = Inner()

    def forward(self, images):
        return self.inner(self.token.expand(images.shape[0], -1, -1))


def count(network, grad):
    try:
        with torch.set_grad_enabled(grad), FlopCounterMode(display=False) as counter:
            network(torch.randn(2, 3))
    except AssertionError as error:
        return str(error)
    return counter.get_total_flops()


found = [
    count(Network(), True),
    count(Network(), False),
    count(Network().requires_grad_(False), False),
]
print("with gradients        ", found[0])
print("under no_grad         ", found[1])
print("parameters want none  ", found[2])
if found != [64, "Expected gradient function to be set", 64]:
    raise SystemExit("the behaviour has changed")
EOF
