#!/usr/bin/env bash
# nir 1.0.8, nirtorch 2.6, snnTorch 1.0.0, SpikingJelly 2.0.0, Norse 1.1.0 and
# torch 2.15.0.
#
# Expected: a neuron that keeps nine tenths of its potential in a step has one time
# constant in NIR, in seconds, whichever library writes it: 10 ms for steps of 1 ms.
# Seen: snnTorch and SpikingJelly write 1 ms, as both take a step for 0.1 ms and
# ask nobody; Norse, told that it is 1 ms, writes 0.01 ms, the time constant times
# the step.
# Why it matters: how long a step is cannot be read off a file, and so neither how
# many steps a recording takes nor how many spikes a second there are. Energy is
# counted for each step; the number has to be given.

set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
python3 -m venv venv || exit 2
venv/bin/pip install --quiet torch==2.15.0 numpy==2.4.6 snntorch==1.0.0 spikingjelly==2.0.0 \
  norse==1.1.0 nir==1.0.8 nirtorch==2.6 || exit 2
venv/bin/python -W ignore - <<'EOF'
import nir
import norse.torch
import snntorch
import torch
from snntorch.export_nir import export_to_nir
from spikingjelly.activation_based import layer, neuron, nir_exchange


def tau(graph):
    neurons = [node for node in graph.nodes.values() if isinstance(node, nir.LIF)]
    return round(float(neurons[0].tau.flatten()[0]) * 1000, 6)


def of_snntorch():
    cell = snntorch.Leaky(beta=torch.full((3,), 0.9), threshold=torch.ones(3), init_hidden=True)
    return export_to_nir(torch.nn.Sequential(torch.nn.Linear(2, 3), cell), torch.ones(2))


def of_spikingjelly():
    net = torch.nn.Sequential(layer.Linear(2, 3), neuron.LIFNode(tau=10.0))
    return nir_exchange.export_to_nir(net, torch.ones(1, 2))


def of_norse():
    parameters = norse.torch.LIFBoxParameters(
        tau_mem_inv=torch.full((3,), 100.0), v_th=torch.ones(3), v_leak=torch.zeros(3)
    )
    net = norse.torch.SequentialState(
        torch.nn.Linear(2, 3), norse.torch.LIFBoxCell(parameters, dt=0.001)
    )
    return norse.torch.to_nir(net, torch.ones(2), dt=0.001)


seen = {
    "snnTorch": tau(of_snntorch()),
    "SpikingJelly": tau(of_spikingjelly()),
    "Norse": tau(of_norse()),
}
for name, milliseconds in seen.items():
    print(name.ljust(12), "tau", milliseconds, "ms")
if seen != {"snnTorch": 1.0, "SpikingJelly": 1.0, "Norse": 0.01}:
    raise SystemExit("the behaviour has changed")
EOF
