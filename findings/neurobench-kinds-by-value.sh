#!/usr/bin/env bash
# NeuroBench 2.3.0 with torch 2.15.0, the metric SynapticOperations.
#
# Expected: effective operations are accumulations where the inputs can be added
# without a product; the documentation speaks of spiking and other networks.
# Seen: it is decided by the values, layer by layer. A Linear of 16 to 8 with 8
# spikes of 1 does 64 accumulations; the same spikes of height 2 are 64
# multiply-accumulates; a plain, dense layer whose inputs happen to be -1 and 1 is
# 128 accumulations.
# Why it matters: a binarised network is ranked among the spiking ones, a spiking
# one with scaled spikes among the plain ones, and the two counts are priced apart.
# SpikingJelly 2.0.0 takes signs for products instead.

set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
python3 -m venv venv || exit 2
venv/bin/pip install --quiet torch==2.15.0 numpy==2.4.6 neurobench==2.3.0 || exit 2
venv/bin/python - <<'EOF'
import contextlib
import io

import torch
from neurobench.benchmarks import Benchmark
from neurobench.metrics.workload import SynapticOperations
from neurobench.models import TorchModel
from torch.utils.data import DataLoader, TensorDataset

spikes = (torch.arange(16) % 2).float()[None]


def count(values):
    model = TorchModel(torch.nn.Sequential(torch.nn.Linear(16, 8, bias=False)))
    data = DataLoader(TensorDataset(values, torch.zeros(1)), batch_size=1)
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        result = Benchmark(model, data, [], [], [[], [SynapticOperations]]).run(verbose=False)
    result = result["SynapticOperations"]
    return int(result["Effective_ACs"]), int(result["Effective_MACs"])


seen = {"0 and 1": count(spikes), "0 and 2": count(2 * spikes), "-1 and 1": count(2 * spikes - 1)}
for name, (adds, products) in seen.items():
    print(name.ljust(9), "ACs", adds, "MACs", products)
if list(seen.values()) != [(64, 0), (0, 64), (128, 0)]:
    raise SystemExit("the behaviour has changed")
EOF
