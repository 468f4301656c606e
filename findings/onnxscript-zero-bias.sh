#!/usr/bin/env bash
# torch 2.15.0 (torch.onnx.export with dynamo=True) with onnxscript 0.7.2 and
# onnx 1.23.2.
#
# Expected: a convolution of 3 to 4 channels, 3 x 3, with a bias has 108 weights and
# 4 biases in the file, whatever their values.
# Seen: where all biases are 0, as many networks begin their training, they are
# dropped: 108 parameters, and a convolution of two inputs. Only the metadata of the
# node still name the rule that did it.
# Why it matters: the same network has fewer parameters and additions before its
# training than after it.

set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
python3 -m venv venv || exit 2
venv/bin/pip install --quiet torch==2.15.0 numpy==2.4.6 onnx==1.23.2 onnxscript==0.7.2 onnx-ir==1.1.0 || exit 2
venv/bin/python - <<'EOF'
import contextlib
import io

import torch


def written(zero):
    torch.manual_seed(0)
    layer = torch.nn.Conv2d(3, 4, 3)
    if zero:
        torch.nn.init.zeros_(layer.bias)
    with contextlib.redirect_stdout(io.StringIO()):
        program = torch.onnx.export(layer, (torch.randn(1, 3, 8, 8),), dynamo=True, opset_version=20)
    graph = program.model_proto.graph
    [node] = [node for node in graph.node if node.op_type == "Conv"]
    rules = [entry.value for entry in node.metadata_props if "rule" in entry.key]
    weights = sum(torch.Size(value.dims).numel() for value in graph.initializer)
    return weights, len(node.input), rules


biased, zero = written(False), written(True)
print("biases of any value", biased)
print("biases of 0        ", zero)
if (biased[:2], zero[:2]) != ((112, 3), (108, 2)):
    raise SystemExit("the behaviour has changed")
EOF
