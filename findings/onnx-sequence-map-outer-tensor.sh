#!/usr/bin/env bash
# onnx 1.23.2, the reference evaluator.
#
# Expected: the body of a SequenceMap may read a tensor of the graph around it, as
# the bodies of If, Loop and Scan may; the checker accepts it.
# Seen: RuntimeError, the outer tensor is not found. The same body in an If finds
# it.
# Why it matters: a body that uses the weights of its model has to read them from
# around it, and such a model cannot be compared with the reference.

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

pair = lambda name: helper.make_tensor_value_info(name, TensorProto.FLOAT, [2])


def run(nodes, inputs):
    graph = helper.make_graph(nodes, "g", inputs, [pair("y")])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model, full_check=True)
    given = {"x": np.ones(2, np.float32), "w": np.ones(2, np.float32), "at": np.array(0), "yes": np.array(True)}
    try:
        return ReferenceEvaluator(model).run(None, {i.name: given[i.name] for i in inputs})[0].tolist()
    except RuntimeError as problem:
        return f"RuntimeError: {problem}"


mapped = helper.make_graph([helper.make_node("Add", ["e", "w"], ["o"])], "b", [pair("e")], [pair("o")])
branch = helper.make_graph([helper.make_node("Add", ["x", "w"], ["o"])], "b", [], [pair("o")])
by_map = run(
    [
        helper.make_node("SequenceConstruct", ["x", "x"], ["s"]),
        helper.make_node("SequenceMap", ["s"], ["r"], body=mapped),
        helper.make_node("SequenceAt", ["r", "at"], ["y"]),
    ],
    [pair("x"), pair("w"), helper.make_tensor_value_info("at", TensorProto.INT64, [])],
)
by_if = run(
    [helper.make_node("If", ["yes"], ["y"], then_branch=branch, else_branch=branch)],
    [pair("x"), pair("w"), helper.make_tensor_value_info("yes", TensorProto.BOOL, [])],
)
print("SequenceMap", by_map)
print("If         ", by_if)
if by_if != [2.0, 2.0] or not str(by_map).startswith("RuntimeError: Unable to find input"):
    raise SystemExit("the behaviour has changed")
EOF
