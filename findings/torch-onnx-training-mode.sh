#!/usr/bin/env bash
# torch 2.15.0 (torch.onnx.export with dynamo=True) with onnxscript 0.7.2 and
# onnx 1.23.2.
#
# Expected: a convolution, a batch normalisation and a dropout that are exported in
# training mode are a graph that trains: the means are those of the batch, and
# elements are dropped. Or else, in inference, a graph that does neither.
# Seen: half of each. The normalisation has the running means, as in inference, and
# is folded into the convolution; the Dropout stays, switched to training.
# Why it matters: a fresh module is in training mode, and torch only warns; its
# graph gives what the module gives in neither mode, with an operator that inference
# does not have.

set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
python3 -m venv venv || exit 2
venv/bin/pip install --quiet torch==2.15.0 numpy==2.4.6 onnx==1.23.2 onnxscript==0.7.2 onnx-ir==1.1.0 || exit 2
venv/bin/python - <<'EOF'
import warnings

import torch
from torch import nn

warnings.filterwarnings("ignore")


def written(training, optimize):
    network = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.Dropout(0.5))
    program = torch.onnx.export(
        network.train(training), (torch.randn(2, 3, 8, 8),), dynamo=True, verbose=False,
        optimize=optimize,
    )
    graph = program.model_proto.graph
    values = {one.name: one for one in graph.initializer}
    for node in graph.node:
        if node.op_type == "Constant":
            values[node.output[0]] = node.attribute[0].t
    found = []
    for node in graph.node:
        name = node.op_type
        if name == "Dropout":
            switch = values[node.input[2]]
            name += " that drops" if switch.raw_data != b"\0" or any(switch.int32_data) else ""
        if name == "BatchNormalization":
            mode = [one.i for one in node.attribute if one.name == "training_mode"]
            name += " of the batch" if mode == [1] else " of running means"
        if name != "Constant":
            found.append(name)
    return found


seen = {
    (training, optimize): written(training, optimize)
    for training in (True, False)
    for optimize in (True, False)
}
for (training, optimize), nodes in seen.items():
    print("training " if training else "inference", "optimised" if optimize else "as it is ", nodes)
if seen[True, True] != ["Conv", "Dropout that drops"] or seen[False, True] != ["Conv"]:
    raise SystemExit("the behaviour has changed")
EOF
