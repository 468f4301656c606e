#!/usr/bin/env bash
# onnxslim 0.1.98 with onnx 1.23.2, first without and then with onnxruntime 1.32.0.
#
# Expected: the same file of the same network, whatever else is installed; onnxslim does
# not depend on onnxruntime. Weights of 64 x 1000 in int8, scaled by a Cast and a Mul,
# stay 64 000 bytes, as those behind a DequantizeLinear do.
# Seen: so it is until onnxruntime is installed. From then on the scaled weights are
# computed and stored: 256 000 bytes of float32 and no int8; float16 weights with a
# Cast become float32. Nothing is said. DequantizeLinear stays.
# Why it matters: a network quantised for its energy has full-precision weights behind
# the tool that makes it smaller, on one machine and not on the other, and counts,
# widths and bytes differ between two people who ran the same command.

set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
python3 -m venv venv || exit 2
venv/bin/pip install --quiet onnxslim==0.1.98 onnx==1.23.2 numpy==2.4.6 || exit 2
cat > slim.py <<'EOF'
import sys

import numpy as np
import onnx
import onnxslim
from onnx import TensorProto, helper, numpy_helper

drawn = np.random.default_rng(0)
integers = drawn.integers(-127, 128, (64, 1000), dtype=np.int8)
halves = drawn.standard_normal((64, 1000)).astype(np.float16)
node = helper.make_node
networks = {
    "int8, Cast, Mul": (
        [node("Cast", ["stored"], ["cast"], to=TensorProto.FLOAT), node("Mul", ["cast", "scale"], ["weights"])],
        {"stored": integers, "scale": np.float32(0.01)},
    ),
    "float16, Cast": ([node("Cast", ["stored"], ["weights"], to=TensorProto.FLOAT)], {"stored": halves}),
    "DequantizeLinear": (
        [node("DequantizeLinear", ["stored", "scale"], ["weights"])],
        {"stored": integers, "scale": np.float32(0.01)},
    ),
}
seen = []
for name, (nodes, constants) in networks.items():
    graph = helper.make_graph(
        [*nodes, node("MatMul", ["rows", "weights"], ["scores"])],
        "network",
        [helper.make_tensor_value_info("rows", TensorProto.FLOAT, [1, 8, 64])],
        [helper.make_tensor_value_info("scores", TensorProto.FLOAT, [1, 8, 1000])],
        [numpy_helper.from_array(np.asarray(array), key) for key, array in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10)
    onnx.checker.check_model(model, full_check=True)
    weights = max(onnxslim.slim(model).graph.initializer, key=lambda tensor: np.prod(tensor.dims))
    seen.append(numpy_helper.to_array(weights).nbytes)
    print(f"  {name:17} {seen[-1]:6} bytes of {TensorProto.DataType.Name(weights.data_type)}")
if seen != [int(size) for size in sys.argv[1:]]:
    raise SystemExit("the behaviour has changed")
EOF
echo "without onnxruntime:"
venv/bin/python slim.py 64000 128000 64000 || exit 1
venv/bin/pip install --quiet onnxruntime==1.32.0 || exit 2
echo "with onnxruntime:"
venv/bin/python slim.py 256000 256000 64000
