#!/usr/bin/env bash
# onnxsim 0.8.1 with onnx 1.23.2.
#
# Expected: a network made simpler computes the same from the same parameters, or from
# fewer. A table of 1000 words by 64 that words are gathered from at the start, and that
# is multiplied by, transposed, at the end, is one table of 64 000 numbers.
# Seen: onnxsim works out the transpose of the table and stores it beside the table:
# 128 000 numbers. One that is only multiplied by stays one table. onnxslim 0.1.98
# leaves the transpose in the network.
# Why it matters: parameters, and the bytes that a device has to read, are taken from
# the file. GPT-2 ties its embedding: written so it has 163 million parameters behind
# onnxsim, and 124 million before.

set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
python3 -m venv venv || exit 2
venv/bin/pip install --quiet onnxsim==0.8.1 onnxslim==0.1.98 onnx==1.23.2 numpy==2.4.6 || exit 2
venv/bin/python - <<'EOF'
import numpy as np
import onnx
import onnxsim
import onnxslim
from onnx import TensorProto, helper, numpy_helper

words, width = 1000, 64
table = numpy_helper.from_array(np.random.default_rng(0).standard_normal((words, width)).astype(np.float32), "table")
end = [
    helper.make_node("Transpose", ["table"], ["turned"], perm=[1, 0]),
    helper.make_node("MatMul", ["rows", "turned"], ["scores"]),
]
gather = helper.make_node("Gather", ["table", "words"], ["rows"])
networks = {
    "gathered from and multiplied by": ([gather, *end], ("words", TensorProto.INT64, [1, 8])),
    "multiplied by": (end, ("rows", TensorProto.FLOAT, [1, 8, width])),
}


def stored(model):
    return sum(numpy_helper.to_array(tensor).size for tensor in model.graph.initializer)


seen = []
for name, (nodes, given) in networks.items():
    scores = helper.make_tensor_value_info("scores", TensorProto.FLOAT, [1, 8, words])
    graph = helper.make_graph(nodes, "network", [helper.make_tensor_value_info(*given)], [scores], [table])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10)
    onnx.checker.check_model(model, full_check=True)
    simplified, same = onnxsim.simplify(model)
    assert same
    seen.append([stored(model), stored(simplified), stored(onnxslim.slim(model))])
    print(f"{name:31} as built {seen[-1][0]:6} numbers, onnxsim {seen[-1][1]:6}, onnxslim {seen[-1][2]:6}")
if seen != [[64000, 128000, 64000], [64000, 64000, 64000]]:
    raise SystemExit("the behaviour has changed")
EOF
