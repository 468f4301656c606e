#!/usr/bin/env bash
# torch 2.15.0 (torch.onnx.export with dynamo=False) with timm 1.0.31 and
# onnx 1.23.2.
#
# Expected: a convolution whose weights are standardised in the forward pass, as in
# NFNets, is written with its 288 weights once, or with them already standardised.
# Seen: 576 values. The standardisation is a batch normalisation of the weights;
# folding constants stores the weights once as its input and once, transposed, as
# the input of its mean, and leaves both computations in the graph. Without
# folding there are 288.
# Why it matters: parameters counted from the file are double, and the work on the
# weights, which is done once, stands in the graph like work on each picture.

set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
python3 -m venv venv || exit 2
venv/bin/pip install --quiet torch==2.15.0 torchvision==0.29.2 numpy==2.4.6 timm==1.0.31 onnx==1.23.2 || exit 2
venv/bin/python - <<'EOF'
import io
import warnings
from math import prod

import onnx
import torch
from timm.layers import StdConv2d

warnings.filterwarnings("ignore")
layer = StdConv2d(4, 8, 3, padding=1, bias=False).eval()


def written(fold):
    file = io.BytesIO()
    torch.onnx.export(
        layer, (torch.randn(1, 4, 8, 8),), file, dynamo=False, opset_version=17, do_constant_folding=fold
    )
    graph = onnx.load_from_string(file.getvalue()).graph
    values = sum(prod(i.dims) for i in graph.initializer if i.data_type == onnx.TensorProto.FLOAT)
    return values, [node.op_type for node in graph.node if node.op_type != "Constant"]


folded, nodes = written(True)
plain, _ = written(False)
print("weights of the layer", layer.weight.numel())
print("stored, folded      ", folded, nodes)
print("stored, not folded  ", plain)
if (folded, plain) != (576, 288) or "BatchNormalization" not in nodes:
    raise SystemExit("the behaviour has changed")
EOF
