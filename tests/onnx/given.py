"""Makes the files of given/: graphs that can be read, or whose work is known, only once
some of their dims are given, and graphs whose dims are called as no formula can call them.
The counts by hand are in tests/onnx_given.rs.

    pip install onnx numpy
    python tests/onnx/given.py
"""

from pathlib import Path

import numpy as np
from onnx import TensorProto, helper, numpy_helper

HERE = Path(__file__).parent / "given"
FLOAT, INT64 = TensorProto.FLOAT, TensorProto.INT64


def weight(name, *shape):
    size = int(np.prod(shape))
    values = (np.arange(size) % 7 * 0.37 - 1.1).astype(np.float32)
    return numpy_helper.from_array(values.reshape(shape), name)


def ints(name, *values):
    return numpy_helper.from_array(np.array(values, np.int64), name)


def info(name, *shape):
    return helper.make_tensor_value_info(name, FLOAT, shape)


def save(name, nodes, inputs, initializers, result="y"):
    out = helper.make_tensor_value_info(result, FLOAT, None)
    graph = helper.make_graph(nodes, name, inputs, [out], initializers)
    opsets = [helper.make_opsetid("", 18)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=9)
    HERE.mkdir(exist_ok=True)
    (HERE / f"{name}.onnx").write_bytes(model.SerializeToString(deterministic=True))


node = helper.make_node

# Two halvings, one undone by Resize: its extents are those of the first half only for sizes
# that 4 divides.
save(
    "skip",
    [
        node("Conv", ["x", "k"], ["half"], strides=[2, 2], pads=[1, 1, 1, 1]),
        node("Conv", ["half", "k"], ["quarter"], strides=[2, 2], pads=[1, 1, 1, 1]),
        node("Resize", ["quarter", "", "twice"], ["back"], mode="nearest"),
        node("Add", ["half", "back"], ["y"]),
    ],
    [info("x", 1, 2, "rows", "columns")],
    [weight("k", 2, 2, 3, 3), numpy_helper.from_array(np.float32([1, 1, 2, 2]), "twice")],
)

# The contracted axis is a dim on one side and a number on the other.
save(
    "contracted",
    [node("MatMul", ["x", "w"], ["y"])],
    [info("x", "n", "features")],
    [weight("w", 6, 7)],
)

# A layer that is run only for more than one row.
captured = lambda kind, out: helper.make_graph(
    [node("MatMul", ["x", kind], [out])], kind, [], [info(out, None, 4)]
)
save(
    "branch",
    [
        node("Shape", ["x"], ["shape"]),
        node("Gather", ["shape", "first"], ["rows"]),
        node("Greater", ["rows", "one"], ["several"]),
        node(
            "If",
            ["several"],
            ["y"],
            then_branch=captured("wide", "a"),
            else_branch=helper.make_graph(
                [node("Relu", ["x"], ["b"])], "narrow", [], [info("b", None, 4)]
            ),
        ),
    ],
    [info("x", "rows", 4)],
    [
        weight("wide", 4, 4),
        numpy_helper.from_array(np.array(0, np.int64), "first"),
        numpy_helper.from_array(np.array(1, np.int64), "one"),
    ],
)

# Keys of a cache, a new one behind it, and a mask over both whose length is a formula.
save(
    "cache",
    [
        node("Concat", ["past", "k"], ["keys"], axis=0),
        node("Transpose", ["keys"], ["turned"], perm=[1, 0]),
        node("MatMul", ["k", "turned"], ["scores"]),
        node("Add", ["scores", "mask"], ["y"]),
    ],
    [
        info("past", "past_length", 8),
        info("k", 1, 8),
        info("mask", 1, "past_length + 1"),
    ],
    [],
)

# Names that are no names of formulas, and extents without a name.
save(
    "names",
    [node("MatMul", ["x", "w"], ["a"]), node("MatMul", ["z", "w"], ["b"]), node("Relu", ["b"], ["c"]),
     node("ReduceSum", ["c", "all"], ["d"], keepdims=0), node("Add", ["a", "d"], ["y"])],
    [info("x", "p2o.DynamicDimension.0", 4), info("z", -1, 4)],
    [weight("w", 4, 5), ints("all", 0, 1)],
)

# A transposed convolution that stands alone, and a loop of at most four turns which ends by
# what it computes: what is said of them is in tests/words.rs.
save(
    "lone",
    [node("ConvTranspose", ["x", "k"], ["y"], strides=[2, 2])],
    [info("x", 1, 2, 4, 4)],
    [weight("k", 2, 3, 2, 2)],
)
body = helper.make_graph(
    [
        node("ReduceSum", ["state"], ["sum"], keepdims=0),
        node("Less", ["sum", "limit"], ["more"]),
        node("Relu", ["state"], ["next"]),
    ],
    "turn",
    [
        helper.make_tensor_value_info("turn", INT64, []),
        helper.make_tensor_value_info("goes_on", TensorProto.BOOL, []),
        info("state", 4),
    ],
    [helper.make_tensor_value_info("more", TensorProto.BOOL, []), info("next", 4)],
)
save(
    "ends",
    [node("Loop", ["four", "", "x"], ["y"], body=body)],
    [info("x", 4)],
    [
        numpy_helper.from_array(np.array(4, np.int64), "four"),
        numpy_helper.from_array(np.float32(9), "limit"),
    ],
)
