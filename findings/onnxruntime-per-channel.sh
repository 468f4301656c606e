#!/usr/bin/env bash
# onnxruntime 1.32.0 (quantize_dynamic) with onnx 1.23.2.
#
# Expected: with per_channel=True the weights of each operator that is quantized
# get a scale for each output channel, 8 here.
# Seen: a MatMul gets 8 scales, a Conv 1, as without the option; nothing is
# reported. A GRU stays in 32-bit floats where an LSTM becomes 8-bit.
# Why it matters: whether the scales of a convolution take one multiplication or
# one for each channel, and whether a recurrent cell is priced as integers, cannot
# be told from the options that a model was quantized with, only from its file.

set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
python3 -m venv venv || exit 2
venv/bin/pip install --quiet onnxruntime==1.32.0 onnx==1.23.2 numpy==2.4.6 sympy==1.14.0 || exit 2
venv/bin/python - <<'EOF'
import logging

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import quantize_dynamic

logging.disable(logging.WARNING)
generator = np.random.default_rng(0)


def quantized(node, inputs, weights):
    graph = helper.make_graph(
        [node],
        "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, inputs)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
        [
            numpy_helper.from_array(generator.standard_normal(shape).astype(np.float32), name)
            for name, shape in weights.items()
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.save(onnx.shape_inference.infer_shapes(model, strict_mode=True), "float.onnx")
    onnx.checker.check_model("float.onnx", full_check=True)
    quantize_dynamic("float.onnx", "integer.onnx", per_channel=True)
    graph = onnx.load("integer.onnx").graph
    return {
        "operators": [node.op_type for node in graph.node],
        "scales": [int(np.prod(i.dims)) for i in graph.initializer if i.name.endswith("_scale")],
    }


seen = {
    "MatMul": quantized(helper.make_node("MatMul", ["x", "w"], ["y"]), [5, 16], {"w": (16, 8)}),
    "Conv": quantized(helper.make_node("Conv", ["x", "w"], ["y"]), [1, 4, 8, 8], {"w": (8, 4, 3, 3)}),
    "LSTM": quantized(
        helper.make_node("LSTM", ["x", "w", "r"], ["y"], hidden_size=20),
        [5, 1, 10], {"w": (1, 80, 10), "r": (1, 80, 20)},
    ),
    "GRU": quantized(
        helper.make_node("GRU", ["x", "w", "r"], ["y"], hidden_size=20),
        [5, 1, 10], {"w": (1, 60, 10), "r": (1, 60, 20)},
    ),
}
for name, got in seen.items():
    print(name.ljust(7), "scales", got["scales"], "operators", got["operators"])
scales = {name: got["scales"] for name, got in seen.items()}
if scales != {"MatMul": [8], "Conv": [1], "LSTM": [80, 80], "GRU": []} or seen["GRU"]["operators"] != ["GRU"]:
    raise SystemExit("the behaviour has changed")
EOF
