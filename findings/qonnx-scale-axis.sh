#!/usr/bin/env bash
# qonnx 1.0.0 with onnx 1.23.2, the transformation QCDQToQuant.
#
# Expected: integer weights with a DequantizeLinear of one scale for each row
# (axis=0) become a Quant node with the same values.
# Seen: the scales are multiplied in along the last axis, whatever the axis of the
# node: with 3 x 3 weights and scales 1, 2, 4 the product comes out wrong and
# nothing is reported; with 3 x 2 weights numpy raises a ValueError. With axis=1,
# the last, all is well.
# Why it matters: a convolution has its scales for the output channels on axis 0.
# With integer weights it is refused, or, with as many channels out as the kernel
# is wide (3 x 3 kernels of a layer that makes a picture), changes its values.

set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
python3 -m venv venv || exit 2
venv/bin/pip install --quiet qonnx==1.0.0 onnx==1.23.2 numpy==2.4.6 || exit 2
venv/bin/python - <<'EOF'
import numpy as np
from onnx import TensorProto, checker, helper, numpy_helper
from onnx.reference import ReferenceEvaluator
from qonnx.core.modelwrapper import ModelWrapper
from qonnx.core.onnx_exec import execute_onnx
from qonnx.transformation.infer_shapes import InferShapes
from qonnx.transformation.qcdq_to_qonnx import QCDQToQuant


def outputs(rows, columns, axis):
    """The product of [1, 2, ...] with dequantized ones, before and after."""
    x = np.arange(1, rows + 1, dtype=np.float32)[None]
    graph = helper.make_graph(
        [
            helper.make_node("DequantizeLinear", ["w", "scales", "zeros"], ["real"], axis=axis),
            helper.make_node("MatMul", ["x", "real"], ["y"]),
        ],
        "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, rows])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, columns])],
        [
            numpy_helper.from_array(np.ones((rows, columns), np.int8), "w"),
            numpy_helper.from_array(np.array([1, 2, 4], np.float32), "scales"),
            numpy_helper.from_array(np.zeros(3, np.int8), "zeros"),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 19)], ir_version=9)
    checker.check_model(model, full_check=True)
    before = ReferenceEvaluator(model).run(None, {"x": x})[0].ravel().tolist()
    try:
        changed = ModelWrapper(model).transform(InferShapes()).transform(QCDQToQuant())
        after = execute_onnx(changed, {"x": x})["y"].ravel().tolist()
    except ValueError as problem:
        after = f"ValueError: {problem}"
    print(f"{rows} x {columns}, axis {axis}: before {before}, after {after}")
    return after


if outputs(3, 3, 1) != [6, 12, 24] or outputs(3, 3, 0) != [1, 6, 24]:
    raise SystemExit("the behaviour has changed")
if not str(outputs(3, 2, 0)).startswith("ValueError: operands could not be broadcast"):
    raise SystemExit("the behaviour has changed")
EOF
