#!/usr/bin/env bash
# snnTorch 1.0.0 with nir 1.0.8, nirtorch 2.6 and torch 2.15.0.
#
# Expected: the network of the documentation of export_to_nir, with one decay for
# all neurons of a layer (beta=0.9), is exported.
# Seen: ValueError, a mismatch of [7] and []: the parameters are written without
# axes, nir takes that for the shape of the layer, and its check of types, which
# snnTorch asks for, fails. With a decay for each neuron, all the same, it works.
# Why it matters: whoever has a trained network gets no file of it before beta and
# threshold are spread over the neurons by hand.

set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
python3 -m venv venv || exit 2
venv/bin/pip install --quiet torch==2.15.0 numpy==2.4.6 snntorch==1.0.0 nir==1.0.8 nirtorch==2.6 || exit 2
venv/bin/python - <<'EOF'
import warnings

import snntorch
import torch
from snntorch.export_nir import export_to_nir

warnings.filterwarnings("ignore")


def export(beta, threshold):
    cell = snntorch.Leaky(beta=beta, threshold=threshold, init_hidden=True)
    try:
        graph = export_to_nir(torch.nn.Sequential(torch.nn.Linear(5, 7), cell), torch.ones(5))
    except ValueError as problem:
        return str(problem)
    return sorted(type(node).__name__ for node in graph.nodes.values())


one = export(0.9, 1.0)
each = export(torch.full((7,), 0.9), torch.ones(7))
print("one beta:             ", one)
print("a beta for each neuron:", each)
if "[[7]] -> 1.input: []" not in one or each != ["Affine", "Input", "LIF", "Output"]:
    raise SystemExit("the behaviour has changed")
EOF
