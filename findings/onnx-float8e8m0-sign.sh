#!/usr/bin/env bash
# onnx 1.23.2 with ml_dtypes 0.6.0: helper.make_tensor, the reference evaluator.
#
# Expected: FLOAT8E8M0 has no sign, so -500 cannot be stored: NaN, an error or the
# smallest value.
# Seen: 512, by make_tensor and by the Cast of the reference evaluator alike: the
# sign is dropped and the size kept. The type of the same name in ml_dtypes, which
# onnx uses for its arrays, gives NaN; it also rounds 0.3 to the nearest, 0.25,
# where onnx rounds up, to 0.5.
# Why it matters: E8M0 holds the scales of the MX formats. Whether a scale is a
# power too large depends on which of the two wrote the file.

set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
python3 -m venv venv || exit 2
venv/bin/pip install --quiet onnx==1.23.2 numpy==2.4.6 ml_dtypes==0.6.0 || exit 2
venv/bin/python - <<'EOF'
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

values = [-500.0, 0.3]
made = numpy_helper.to_array(helper.make_tensor("scale", TensorProto.FLOAT8E8M0, [2], values))
dtype = helper.tensor_dtype_to_np_dtype(TensorProto.FLOAT8E8M0)
array = np.array(values).astype(dtype)
model = helper.make_model(
    helper.make_graph(
        [
            helper.make_node("Cast", ["x"], ["e"], to=TensorProto.FLOAT8E8M0),
            helper.make_node("Cast", ["e"], ["y"], to=TensorProto.FLOAT),
        ],
        "cast",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [2])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [2])],
    ),
    opset_imports=[helper.make_opsetid("", 25)],
    ir_version=11,
)
onnx.checker.check_model(model, full_check=True)
cast = ReferenceEvaluator(model).run(None, {"x": np.array(values, np.float32)})[0]
seen = {name: got.astype(np.float32).tolist() for name, got in (("make_tensor", made), ("Cast", cast), ("ml_dtypes", array))}
for name, got in seen.items():
    print(name.ljust(12), values, "->", got)
if str(seen) != str({"make_tensor": [512.0, 0.5], "Cast": [512.0, 0.5], "ml_dtypes": [float("nan"), 0.25]}):
    raise SystemExit("the behaviour has changed")
EOF
