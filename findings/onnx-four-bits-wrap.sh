#!/usr/bin/env bash
# onnx 1.23.2, helper.make_tensor.
#
# Expected: values outside a type of few bits are treated in one way: all refused,
# or all held at the nearest end.
# Seen: 4-bit integers wrap (20 becomes 4 and -9 becomes 7, with the sign turned),
# 4-bit and 8-bit floats are held at their largest value (20 becomes 6 and 1000
# becomes 448), and 8-bit integers are refused.
# Why it matters: weights that were rounded for 4 bits without a clip change sign
# in the file, and nothing says so.

set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
python3 -m venv venv || exit 2
venv/bin/pip install --quiet onnx==1.23.2 numpy==2.4.6 || exit 2
venv/bin/python - <<'EOF'
from onnx import TensorProto, helper, numpy_helper

cases = {
    "INT4": [7, 20, -9],
    "UINT4": [15, 20, -1],
    "FLOAT4E2M1": [6.0, 20.0, -9.0],
    "FLOAT8E4M3FN": [448.0, 1000.0, -1000.0],
    "INT8": [127, 200, -129],
}
seen = {}
for name, values in cases.items():
    try:
        tensor = helper.make_tensor("weight", getattr(TensorProto, name), [3], values)
        seen[name] = [float(value) for value in numpy_helper.to_array(tensor)]
    except Exception as problem:
        seen[name] = type(problem).__name__
    print(name.ljust(13), values, "->", seen[name])
if list(seen.values()) != [
    [7, 4, 7],
    [15, 4, 15],
    [6, 6, -6],
    [448, 448, -448],
    "OverflowError",
]:
    raise SystemExit("the behaviour has changed")
EOF
