#!/usr/bin/env bash
# onnx 1.23.2, the reference evaluator.
#
# Expected: a ConvTranspose with output_shape, which the operator has for saying
# the size of its result, is run; shape inference gives 8 x 8 for it.
# Seen: ValueError. The padding that output_shape stands for (here one row and one
# column of the 9 x 9 that come out without) is not worked out, and the columns do
# not fit the shape. The same node with the padding written out runs.
# Why it matters: such a model passes the checker and shape inference, and its
# numbers cannot be compared with the reference.

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


def run(**attributes):
    model = helper.make_model(
        helper.make_graph(
            [helper.make_node("ConvTranspose", ["x", "w"], ["y"], strides=[2, 2], **attributes)],
            "up",
            [
                helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 2, 4, 4]),
                helper.make_tensor_value_info("w", TensorProto.FLOAT, [2, 3, 3, 3]),
            ],
            [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 3, 8, 8])],
        ),
        opset_imports=[helper.make_opsetid("", 22)],
        ir_version=10,
    )
    onnx.checker.check_model(model, full_check=True)
    given = {"x": np.ones((1, 2, 4, 4), np.float32), "w": np.ones((2, 3, 3, 3), np.float32)}
    try:
        return list(ReferenceEvaluator(model).run(None, given)[0].shape)
    except Exception as problem:
        return f"{type(problem).__name__}: {problem}"


seen = {
    "output_shape 8 x 8": run(output_shape=[8, 8]),
    "pads of 0 and 1": run(pads=[0, 0, 1, 1]),
}
for name, got in seen.items():
    print(name.ljust(18), got)
by_shape, by_pads = seen.values()
if by_pads != [1, 3, 8, 8] or not str(by_shape).startswith("ValueError: Given n_input_plane"):
    raise SystemExit("the behaviour has changed")
EOF
