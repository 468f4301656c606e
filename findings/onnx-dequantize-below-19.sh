#!/usr/bin/env bash
# onnx 1.23.2, the reference evaluator.
#
# Expected: QuantizeLinear and DequantizeLinear, which come in pairs, run at every
# opset from 10, where both began.
# Seen: QuantizeLinear runs at 10, 13 and 18; DequantizeLinear has no
# implementation below 19 and raises RuntimeError before anything is computed.
# Why it matters: a quantized model at one of the older opsets passes the checker,
# and its numbers cannot be compared with the reference without converting it.

set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
python3 -m venv venv || exit 2
venv/bin/pip install --quiet onnx==1.23.2 numpy==2.4.6 || exit 2
venv/bin/python - <<'EOF'
import numpy as np
import onnx
from onnx import TensorProto, helper
from onnx.reference import ReferenceEvaluator


def run(operator, opset):
    real, stored = (TensorProto.FLOAT, TensorProto.UINT8)
    if operator == "DequantizeLinear":
        real, stored = stored, real
    graph = helper.make_graph(
        [helper.make_node(operator, ["x", "scale", "zero"], ["y"])],
        "g",
        [
            helper.make_tensor_value_info("x", real, [2]),
            helper.make_tensor_value_info("scale", TensorProto.FLOAT, []),
            helper.make_tensor_value_info("zero", TensorProto.UINT8, []),
        ],
        [helper.make_tensor_value_info("y", stored, [2])],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=9)
    onnx.checker.check_model(model, full_check=True)
    given = {
        "x": np.array([2, 4], helper.tensor_dtype_to_np_dtype(real)),
        "scale": np.array(0.5, np.float32),
        "zero": np.array(1, np.uint8),
    }
    try:
        return ReferenceEvaluator(model).run(None, given)[0].tolist()
    except RuntimeError as problem:
        return f"RuntimeError: {problem}"


for operator, by_hand in (("QuantizeLinear", [5, 9]), ("DequantizeLinear", [0.5, 1.5])):
    for opset in (10, 13, 18, 19):
        seen = run(operator, opset)
        print(operator.ljust(17), opset, seen)
        missing = operator == "DequantizeLinear" and opset < 19
        if (str(seen).startswith("RuntimeError: No implementation") if missing else seen == by_hand) is False:
            raise SystemExit("the behaviour has changed")
EOF
