#!/usr/bin/env bash
# nir 1.0.8, nirtorch 2.6, SpikingJelly 2.0.0, Norse 1.1.0 and torch 2.15.0.
#
# Expected: a layer without a bias is written as one without, or at least leaves
# the number of parameters as it is: 72 weights of a convolution of 2 to 4
# channels, 3 x 3; 15 of a linear layer of 5 to 3.
# Seen: SpikingJelly writes a bias of zeros beside the convolution, 76 parameters;
# Norse beside the linear layer, as an Affine node, 18. (NIR has no convolution
# without a bias; it has the node Linear.)
# Why it matters: nothing in the file tells these zeros from a bias that training
# left at zero, so parameters counted from NIR are more than those of the network.

set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
python3 -m venv venv || exit 2
venv/bin/pip install --quiet torch==2.15.0 numpy==2.4.6 spikingjelly==2.0.0 norse==1.1.0 \
  nir==1.0.8 nirtorch==2.6 || exit 2
venv/bin/python -W ignore - <<'EOF'
import norse.torch
import numpy as np
import torch
from spikingjelly.activation_based import layer, neuron, nir_exchange


def counts(net, graph):
    own = sum(parameter.numel() for parameter in net.parameters())
    nodes = [node for node in graph.nodes.values() if hasattr(node, "weight")]
    fields = [getattr(node, name, ()) for node in nodes for name in ("weight", "bias")]
    written = sum(np.asarray(field).size for field in fields)
    return type(nodes[0]).__name__, own, int(written)


convolution = torch.nn.Sequential(
    layer.Conv2d(2, 4, 3, padding=1, bias=False), neuron.IFNode()
)
linear = norse.torch.SequentialState(
    torch.nn.Linear(5, 3, bias=False), norse.torch.LIFBoxCell()
)
seen = {
    "SpikingJelly": counts(
        convolution, nir_exchange.export_to_nir(convolution, torch.ones(1, 2, 8, 8))
    ),
    "Norse": counts(linear, norse.torch.to_nir(linear, torch.ones(5))),
}
for name, (kind, own, written) in seen.items():
    print(name.ljust(12), kind.ljust(7), "parameters of the network", own, "of the file", written)
if seen != {"SpikingJelly": ("Conv2d", 72, 76), "Norse": ("Affine", 15, 18)}:
    raise SystemExit("the behaviour has changed")
EOF
