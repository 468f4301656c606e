"""Makes the files of small/: graphs of a few nodes, each with one thing that an importer
may miss. What they count is in expected.csv of that folder, by hand, with the reckoning.

    pip install onnx numpy
    python tests/onnx/small.py

Where the reference evaluator of the onnx package runs a graph, the number of elements
of its result is checked here.
"""

import csv
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

HERE = Path(__file__).parent / "small"
FLOAT, INT64, BOOL = TensorProto.FLOAT, TensorProto.INT64, TensorProto.BOOL
ROWS = []


class Graph:
    """Nodes and constants as they are added."""

    def __init__(self, prefix="t"):
        self.prefix, self.count = prefix, 0
        self.nodes, self.initializers, self.inputs, self.functions = [], [], [], []

    def name(self):
        self.count += 1
        return f"{self.prefix}{self.count}"

    def input(self, name, *shape, kind=FLOAT):
        self.inputs.append(helper.make_tensor_value_info(name, kind, shape))
        return name

    def constant(self, array):
        name = self.name()
        self.initializers.append(numpy_helper.from_array(np.asarray(array), name))
        return name

    def ints(self, *values):
        return self.constant(np.array(values, np.int64))

    def number(self, value, kind=np.int64):
        return self.constant(np.array(value, kind))

    def weight(self, *shape):
        size = int(np.prod(shape))
        return self.constant((np.arange(size) % 7 * 0.37 - 1.1).astype(np.float32).reshape(shape))

    def op(self, kind, *inputs, outputs=1, domain="", **attributes):
        names = [self.name() for _ in range(outputs)]
        self.nodes.append(helper.make_node(kind, inputs, names, domain=domain, **attributes))
        return names[0] if outputs == 1 else names

    def subgraph(self, *outputs, shapes=None):
        """A body: its outputs, of shapes that may be told."""
        shapes = shapes or [None] * len(outputs)
        infos = [helper.make_tensor_value_info(o, kind, s) for (o, kind), s in zip(outputs, shapes)]
        return helper.make_graph(self.nodes, "body", self.inputs, infos, self.initializers)


def graph(name, quantity, right, why, elements=None, binds="", opset=20, domains=(), options="", shape=None):
    """Registers a graph; `build` adds nodes to it and returns its result."""

    def register(build):
        g = Graph()
        result = build(g)
        out = helper.make_tensor_value_info(result, FLOAT, shape)
        body = helper.make_graph(g.nodes, name, g.inputs, [out], g.initializers)
        opsets = [helper.make_opsetid("", opset), *(helper.make_opsetid(d, 1) for d in domains)]
        model = helper.make_model(body, opset_imports=opsets, functions=g.functions, ir_version=9)
        HERE.mkdir(exist_ok=True)
        (HERE / f"{name}.onnx").write_bytes(model.SerializeToString(deterministic=True))
        ROWS.append([f"{name}.onnx", " ".join([binds, options]).strip(), quantity, right, why])
        if elements is not None:
            check(name, model, dict(b.split("=") for b in binds.split()), elements)
        return build

    return register


def check(name, model, binds, elements):
    from onnx.reference import ReferenceEvaluator

    feeds = {}
    for value in model.graph.input:
        kind = value.type.tensor_type
        shape = [int(binds[d.dim_param]) if d.dim_param else d.dim_value for d in kind.shape.dim]
        fill = int(binds.get(value.name, 0)) if np.prod(shape) == 1 else 0
        feeds[value.name] = np.full(shape, fill, helper.tensor_dtype_to_np_dtype(kind.elem_type))
    found = ReferenceEvaluator(model).run(None, feeds)[0]
    assert found.size == elements, f"{name}: {found.shape}"


def rows_of(g, count):
    """An activation of as many rows of 4 as a known number says: 4 comparisons a row."""
    row = g.op("Slice", g.input("x", 6, 4), g.ints(0), g.ints(1), g.ints(0))
    if isinstance(count, int):
        count = g.ints(count)
    shape = g.op("Concat", g.op("Reshape", count, g.ints(1)), g.ints(4), axis=0)
    return g.op("Relu", g.op("Expand", row, shape))


def sum_of(g, parts):
    total = parts[0]
    for part in parts[1:]:
        total = g.op("Add", total, part)
    return total


def first_extent(g, x, at=0):
    return g.op("Gather", g.op("Shape", x), g.ints(at))


# Slices


@graph("slice_start_before_the_first", "prim:compare", 28, "x[-s:] of 7 rows of 4, s = 9: from the first on", 28, "s=9")
def _(g):
    x, s = g.input("x", 7, 4), g.input("s", "s")
    return g.op("Relu", g.op("Slice", x, g.op("Neg", first_extent(g, s)), g.ints(2**63 - 1), g.ints(0)))


@graph("slice_start_below_zero", "prim:compare", 4, "x[n-5:n] of n rows of 4, n = 4: from -1, the last, to the end", 4, "n=4")
def _(g):
    x = g.input("x", "n", 4)
    n = first_extent(g, x)
    return g.op("Relu", g.op("Slice", x, g.op("Sub", n, g.ints(5)), n, g.ints(0)))


@graph("slice_end_beyond", "prim:compare", 20, "x[:n] of 5 rows of 4, n = 8: all of them", 20, "n=8")
def _(g):
    x, n = g.input("x", 5, 4), g.input("n", "n")
    return g.op("Relu", g.op("Slice", x, g.ints(0), first_extent(g, n), g.ints(0)))


@graph("slice_backwards", "prim:compare", 12, "x[::-2] of 5 rows of 4: rows 4, 2 and 0", 12)
def _(g):
    x = g.input("x", 5, 4)
    return g.op("Relu", g.op("Slice", x, g.ints(-1), g.ints(-(2**63)), g.ints(0), g.ints(-2)))


@graph("slice_end_a_billion", "prim:sub", 24, "x[:10**9] - x of n rows of 4, n = 6", 24, "n=6")
def _(g):
    x = g.input("x", "n", 4)
    return g.op("Sub", g.op("Slice", x, g.ints(0), g.ints(10**9), g.ints(0)), x)


# Numbers


@graph("division_cuts_off", "prim:compare", 28, "-9 / 4 is -2: 9 - 2 = 7 rows of 4", 28)
def _(g):
    return rows_of(g, g.op("Add", g.op("Div", g.ints(-9), g.ints(4)), g.ints(9)))


@graph("division_of_a_formula_cuts_off", "prim:compare", 20, "(n - 8) / 3 with n = 1 is -2: 7 - 2 = 5 rows of 4", 20, "n=1")
def _(g):
    n = g.op("Sub", first_extent(g, g.input("n", "n")), g.ints(8))
    return rows_of(g, g.op("Add", g.op("Div", n, g.ints(3)), g.ints(7)))


@graph("fmod_keeps_the_sign", "prim:compare", 16, "fmod(-5, 3) is -2, -5 mod 3 is 1: 5 - 2 + 1 = 4 rows of 4", 16)
def _(g):
    kept = g.op("Mod", g.ints(-5), g.ints(3), fmod=1)
    return rows_of(g, g.op("Add", g.op("Add", kept, g.op("Mod", g.ints(-5), g.ints(3))), g.ints(5)))


@graph("floor_ceil_round_cast", "prim:compare", 36, "floor 2.5 = 2, ceil 2.5 = 3, round 2.5 = 2, cast of 2.5 = 2: 9 rows of 4", 36)
def _(g):
    half = g.number(2.5, np.float32)
    parts = [g.op("Cast", g.op(kind, half), to=INT64) for kind in ("Floor", "Ceil", "Round")]
    parts.append(g.op("Cast", half, to=INT64))
    return rows_of(g, sum_of(g, parts))


@graph("clip_of_a_number", "prim:compare", 12, "clip(7, 1, 3) is 3, clip(-2, -1) is -1, clip(9, high 1) is 1: 3 rows of 4", 12)
def _(g):
    a = g.op("Clip", g.number(7), g.number(1), g.number(3))
    b = g.op("Clip", g.number(-2), g.number(-1))
    c = g.op("Clip", g.number(9), "", g.number(1))
    return rows_of(g, sum_of(g, [a, b, c]))


# Tables of known numbers


@graph("logic_of_known", "prim:compare", 20, "1·And(1, 0) + 2·Or(1, 0) + 3·Xor(1, 0) = 5 rows of 4", 20)
def _(g):
    yes, no = g.constant(np.array([True])), g.constant(np.array([False]))
    parts = [g.op("Where", g.op(kind, yes, no), g.ints(n), g.ints(0)) for n, kind in ((1, "And"), (2, "Or"), (3, "Xor"))]
    return rows_of(g, sum_of(g, parts))


@graph("joined_in_two_axes", "prim:compare", 32, "[[1, 2], [3, 4]] joined with [[5], [6]] along axis 1, row 1: 3, 4, 6; the last and the first but 1: 6 + 3 - 1 = 8 rows of 4", 32)
def _(g):
    table = g.op("Concat", g.constant(np.array([[1, 2], [3, 4]])), g.constant(np.array([[5], [6]])), axis=1)
    last = g.op("GatherND", table, g.constant(np.array([[1, 2]])))
    first = g.op("GatherND", table, g.constant(np.array([[1, 0]])))
    return rows_of(g, sum_of(g, [last, first, g.ints(-1)]))


@graph("scattered_and_gathered", "prim:compare", 28, "[0, 0, 0] with 7 at 1: 7 rows of 4", 28)
def _(g):
    table = g.op("ScatterElements", g.ints(0, 0, 0), g.ints(1), g.ints(7))
    return rows_of(g, g.op("Gather", table, g.ints(1)))


@graph("added_at_known_places", "prim:compare", 40, "[1, 2, 3] with 3 and 4 added at 2: 10 rows of 4", 40)
def _(g):
    sums = g.op("ScatterElements", g.ints(1, 2, 3), g.ints(2, 2), g.ints(3, 4), axis=0, reduction="add")
    return rows_of(g, g.op("Gather", sums, g.ints(2)))


@graph("largest_at_known_places", "prim:compare", 28, "[[1, 9], [3, 4]] with 7 at its last place where that is larger: 7 rows of 4", 28)
def _(g):
    table = g.constant(np.array([[1, 9], [3, 4]]))
    last = g.constant(np.array([[1, 1]]))
    changed = g.op("ScatterND", table, last, g.ints(7), reduction="max")
    return rows_of(g, g.op("GatherND", changed, last))


@graph("shifted_number", "prim:compare", 24, "3 shifted by 2 to the left is 12, by 1 to the right 6: 6 rows of 4", 24)
def _(g):
    more = g.op("BitShift", g.number(3, np.uint64), g.number(2, np.uint64), direction="LEFT")
    half = g.op("BitShift", more, g.number(1, np.uint64), direction="RIGHT")
    return rows_of(g, g.op("Cast", half, to=INT64))


@graph("padded_table", "prim:compare", 60, "[1, 2] with one 4 before and two behind sums to 15 rows of 4", 60)
def _(g):
    table = g.op("Pad", g.ints(1, 2), g.ints(1, 2), g.number(4))
    return rows_of(g, g.op("ReduceSum", table, g.ints(0), keepdims=0))


@graph("tiled_and_summed", "prim:compare", 24, "[1, 2] tiled to [1, 2, 1, 2], running sums 1, 3, 4, 6: the last is 6 rows of 4", 24)
def _(g):
    sums = g.op("CumSum", g.op("Tile", g.ints(1, 2), g.ints(2)), g.number(0))
    return rows_of(g, g.op("Gather", sums, g.ints(-1)))


@graph("largest_of_known", "prim:compare", 36, "TopK 2 of [3, 8, 5]: 8 and 5 at 1 and 2; ArgMax 1: 5 + 2 + 1 + ArgMin 0 + 1 = 9 rows of 4", 36)
def _(g):
    x = g.ints(3, 8, 5)
    values, places = g.op("TopK", x, g.ints(2), outputs=2)
    most, least = g.op("ArgMax", x, axis=0), g.op("ArgMin", x, axis=0)
    return rows_of(g, sum_of(g, [g.op("Gather", values, g.ints(1)), g.op("Gather", places, g.ints(1)), most, least, g.ints(1)]))


@graph("triangle_and_unit", "prim:compare", 24, "the lower triangle of [[1, 9], [3, 4]] sums to 8, the unit matrix to 2: 6 rows of 4", 24)
def _(g):
    low = g.op("ReduceSum", g.op("Trilu", g.constant(np.array([[1, 9], [3, 4]])), upper=0), keepdims=0)
    unit = g.op("ReduceSum", g.op("EyeLike", g.constant(np.zeros((2, 2), np.int64)), dtype=INT64), keepdims=0)
    return rows_of(g, g.op("Sub", low, unit))


@graph("non_zero_of_known", "prim:compare", 20, "[0, 4, 0, 6, 6] is not 0 at 1, 3, 4: 3 places, the second is 3, less 1: 3 + 3 - 1 = 5 rows of 4", 20)
def _(g):
    places = g.op("NonZero", g.ints(0, 4, 0, 6, 6))
    count = g.op("Gather", g.op("Shape", places), g.ints(1))
    return rows_of(g, sum_of(g, [count, g.op("GatherND", places, g.constant(np.array([[0, 1]]))), g.ints(-1)]))


@graph("range_of_fractions", "prim:compare", 24, "from 0.5 to 2 by 0.25: 6 numbers, as many rows of 4", 24)
def _(g):
    bounds = [g.number(value, np.float32) for value in (0.5, 2.0, 0.25)]
    return rows_of(g, g.op("Size", g.op("Range", *bounds)))


@graph("compressed", "prim:compare", 3 * 4, "3 of 5 rows of 4 are taken", 12)
def _(g):
    taken = g.constant(np.array([True, False, True, True]))
    return g.op("Relu", g.op("Compress", g.input("x", 5, 4), taken, axis=0))


@graph("gemm_of_known", "prim:compare", 28, "2·[1, 2]·[1, 1] + 1 = 7 rows of 4", 28)
def _(g):
    a, b = (g.constant(np.array(value, np.float32)) for value in ([[1, 2]], [[1], [1]]))
    y = g.op("Gemm", a, b, g.constant(np.array([1], np.float32)), alpha=2.0)
    return rows_of(g, g.op("Cast", y, to=INT64))


@graph("product_of_known", "prim:compare", 44, "[1, 2]·[3, 4] = 11 rows of 4", 44)
def _(g):
    return rows_of(g, g.op("MatMul", g.constant(np.array([[1, 2]])), g.constant(np.array([[3], [4]]))))


@graph("one_hot_of_known", "macs", 2 * 6 * 4 * 4, "one-hot of 0 among 2 with values 1 and 2 is [2, 1]: 6 rows become 2 tables of 6, each times 4 by 4", 48)
def _(g):
    repeats = g.op("OneHot", g.ints(0), g.number(2), g.ints(1, 2), axis=-1)
    x = g.op("Tile", g.input("x", 6, 4), g.op("Reshape", repeats, g.ints(-1)))
    return g.op("MatMul", x, g.weight(4, 4))


# Layers


@graph("conv_of_known", "macs", 2 * 4 * 9, "a convolution of what is known costs nothing; the one behind it 4·2 products for each of 3·3 places", 18)
def _(g):
    known = g.op("Conv", g.weight(1, 3, 3, 3), g.weight(4, 3, 1, 1), g.weight(4))
    return g.op("Conv", g.op("Add", g.input("x", 1, 4, 3, 3), known), g.weight(2, 4, 1, 1))


@graph("conv_bias_of_an_input", "prim:add", 2 * 9 * 4 + 18, "4 additions for each of 2·3·3 sums, one for the bias that is no weight", 18)
def _(g):
    return g.op("Conv", g.input("x", 1, 4, 3, 3), g.weight(2, 4, 1, 1), g.input("b", 2))


@graph("split_to_sequence", "macs", 2 * 3 * 4 + 2 * 2 * 4, "8 columns in parts of 3: 3, 3, 2; the first and the last times 4 columns", 8)
def _(g):
    parts = g.op("SplitToSequence", g.input("x", 2, 8), g.number(3), axis=1)
    first, last = g.op("SequenceAt", parts, g.number(0)), g.op("SequenceAt", parts, g.number(-1))
    return g.op("Add", g.op("MatMul", first, g.weight(3, 4)), g.op("MatMul", last, g.weight(2, 4)))


@graph("joined_sequence", "prim:tanh", 2 * 9, "parts of 4 and 4 columns, one of 1 inserted, joined again: 9 columns of 2", 18)
def _(g):
    x = g.input("x", 2, 8)
    parts = g.op("SplitToSequence", x, g.ints(4, 4), axis=1)
    one = g.op("Slice", x, g.ints(0), g.ints(1), g.ints(1))
    return g.op("Tanh", g.op("ConcatFromSequence", g.op("SequenceInsert", parts, one), axis=1))


@graph("overlapped_windows", "prim:add", 5 * 4 * 12, "5 channels, windows of 2 by 2 at 12 places: one addition for each of 5·4·12 elements")
def _(g):
    return g.op("Col2Im", g.input("x", 1, 20, 12), g.ints(4, 5), g.ints(2, 2))


@graph("resize_not_larger", "prim:tanh", 2 * 5 * 7, "6 by 8 to at most 5 by 7: the scale is min(5/6, 7/8), 8·5/6 = 6.67 rounds to 7, 2·5·7", 2 * 5 * 7)
def _(g):
    return g.op("Tanh", g.op("Resize", g.input("x", 1, 2, 6, 8), "", "", g.ints(5, 7), axes=[2, 3], mode="nearest", keep_aspect_ratio_policy="not_larger"))


@graph("resize_not_smaller", "prim:tanh", 2 * 5 * 7, "6 by 8 to at least 5 by 7: the scale is max(5/6, 7/8), 6·7/8 = 5.25 rounds to 5, 2·5·7", 2 * 5 * 7)
def _(g):
    return g.op("Tanh", g.op("Resize", g.input("x", 1, 2, 6, 8), "", "", g.ints(5, 7), axes=[2, 3], mode="nearest", keep_aspect_ratio_policy="not_smaller"))


@graph("last_window_outside", "prim:tanh", 3, "windows of 2 by strides of 3 over n = 7, the last one partial: from 0, 3 and 6; with n = 6 a third would begin outside", 3, "n=7")
def _(g):
    return g.op("Tanh", g.op("MaxPool", g.input("x", 1, 1, "n"), kernel_shape=[2], strides=[3], ceil_mode=1))


@graph("last_window_dropped", "prim:tanh", 2, "windows of 2 by strides of 3 over n = 6: from 0 and 3; the one from 6 begins outside", 2, "n=6")
def _(g):
    return g.op("Tanh", g.op("MaxPool", g.input("x", 1, 1, "n"), kernel_shape=[2], strides=[3], ceil_mode=1))


# Bodies


@graph("if_captures", "macs", 3 * 4 * 4, "a product of 3 rows that only the branches of an If on an input read")
def _(g):
    y = g.op("MatMul", g.input("x", 3, 4), g.weight(4, 4))
    branches = []
    for at, kind in enumerate(["Relu", "Tanh"]):
        inner = Graph(f"b{at}_")
        branches.append(inner.subgraph((inner.op(kind, y), FLOAT)))
    return g.op("If", g.input("c", kind=BOOL), then_branch=branches[0], else_branch=branches[1])


def then_of(name):
    inner = Graph("then_")
    return inner.subgraph((inner.op("Relu", name), FLOAT))


@graph("if_behind_what_it_captures", "macs", 3 * 4 * 4, "the branch that is taken reads a product which stands behind the If in the file")
def _(g):
    x, w = g.input("x", 3, 4), g.weight(4, 4)
    g.nodes.append(helper.make_node("If", [g.constant(np.array(True))], ["result"], **{
        "then_branch": then_of("late"), "else_branch": then_of("late"),
    }))
    g.nodes.append(helper.make_node("MatMul", [x, w], ["late"]))
    return "result"


def loop_body(w, gives=False):
    inner = Graph("l_")
    inner.input("turn", kind=INT64), inner.input("go", kind=BOOL), inner.input("state", 2, 4)
    y = inner.op("Relu", inner.op("MatMul", "state", w))
    outputs = [(inner.op("Identity", "go"), BOOL), (y, FLOAT)]
    if gives:
        outputs.append((inner.op("Tanh", y), FLOAT))
    return inner.subgraph(*outputs)


@graph("loop_of_three", "macs", 3 * 2 * 4 * 4, "3 turns of a product of 2 rows", 8)
def _(g):
    w, x = g.weight(4, 4), g.input("x", 2, 4)
    return g.op("Loop", g.number(3), g.constant(np.array(True)), x, body=loop_body(w))


@graph("loop_that_gives", "macs", 3 * 2 * 4 * 4 + 6 * 4 * 2, "3 turns of a product of 2 rows; what each gives is stacked, 3·2 rows of 4 times 4 by 2")
def _(g):
    w, x = g.weight(4, 4), g.input("x", 2, 4)
    _, given = g.op("Loop", g.number(3), "", x, outputs=2, body=loop_body(w, gives=True))
    return g.op("MatMul", given, g.weight(4, 2))


@graph("loop_until", "macs", 3 * 2 * 4 * 4, "a Loop without a number of turns that goes on while turn < 2: turns 0, 1 and 2", 8)
def _(g):
    w, x = g.weight(4, 4), g.input("x", 2, 4)
    inner = Graph("l_")
    inner.input("turn", kind=INT64), inner.input("go", kind=BOOL), inner.input("state", 2, 4)
    two = inner.number(2)
    outputs = [(inner.op("Less", "turn", two), BOOL), (inner.op("MatMul", "state", w), FLOAT)]
    return g.op("Loop", "", g.constant(np.array(True)), x, body=inner.subgraph(*outputs))


@graph("loop_on_an_input", "macs", 2 * 4 * 4, "a Loop of so many turns as an input says is left out; the product that only its body reads is counted")
def _(g):
    w, x = g.weight(4, 4), g.input("x", 2, 4)
    y = g.op("MatMul", x, w)
    inner = Graph("l_")
    inner.input("turn", kind=INT64), inner.input("go", kind=BOOL), inner.input("state", 2, 4)
    outputs = [(inner.op("Identity", "go"), BOOL), (inner.op("Add", "state", y), FLOAT)]
    return g.op("Loop", g.input("n", kind=INT64), "", x, body=inner.subgraph(*outputs))


ROWS.append(["loop_on_an_input.onnx", "n=3", "prim:add", 56, "the same with n set to 3: as many additions as products, and 3 turns of 8"])


@graph("branch_by_a_rate", "macs", 36, "a branch by whether an input, a rate, is 16000: then 3 rows times 4 by 3", 9, "rate=16000")
def _(g):
    w, v, x = g.weight(4, 3), g.weight(4, 5), g.input("x", 3, 4)
    rate = g.op("Equal", g.input("rate", kind=INT64), g.number(16000))
    yes, no = Graph("y_"), Graph("n_")
    then = yes.subgraph((yes.op("MatMul", x, w), FLOAT))
    other = no.subgraph((no.op("Slice", no.op("MatMul", x, v), no.ints(0), no.ints(3), no.ints(1)), FLOAT))
    return g.op("If", rate, then_branch=then, else_branch=other)


ROWS.append(["branch_by_a_rate.onnx", "rate=8000", "macs", 60, "else 3 rows times 4 by 5"])


@graph("rows_by_an_input", "prim:compare", 20, "as many rows of 4 as an input says", 20, "m=5")
def _(g):
    return rows_of(g, g.op("Cast", g.input("m", 1, kind=TensorProto.INT32), to=INT64))


@graph("steps_behind_the_batch", "macs", 2 * 5 * 4 * 7 + 2 * 5 * 4 * 6, "layout = 1: 2 sequences of 5 steps, 4 states from 3 and 4; all states, 2·5 rows of 4, times 4 by 6", 60, "n=5")
def _(g):
    x = g.input("x", 2, "n", 3)
    states, _ = g.op("RNN", x, g.weight(1, 4, 3), g.weight(1, 4, 4), outputs=2, hidden_size=4, layout=1)
    return g.op("MatMul", g.op("Squeeze", states, g.ints(2)), g.weight(4, 6))


@graph("scan_of_five", "macs", 5 * 2 * (3 * 4 + 4 * 4) + 5 * 2 * 4 * 2, "5 steps of 2 rows, 3·4 and 4·4 products each; the states of all steps times 4 by 2")
def _(g):
    w, r, x = g.weight(3, 4), g.weight(4, 4), g.input("x", 2, 5, 3)
    inner = Graph("s_")
    inner.input("h", 2, 4), inner.input("step", 2, 3)
    h = inner.op("Tanh", inner.op("Add", inner.op("MatMul", "step", w), inner.op("MatMul", "h", r)))
    body = inner.subgraph((h, FLOAT), (inner.op("Identity", h), FLOAT), shapes=[[2, 4], [2, 4]])
    start = g.constant(np.zeros((2, 4), np.float32))
    _, states = g.op("Scan", start, x, outputs=2, body=body, num_scan_inputs=1, scan_input_axes=[1], scan_output_axes=[1])
    return g.op("MatMul", states, g.weight(4, 2))


@graph("behind_a_cosine", "macs", 3 * 4 * 2, "a cosine, which no table prices, keeps its shape: 3 rows of 4 behind it times 4 by 2", 6)
def _(g):
    return g.op("MatMul", g.op("Cos", g.input("x", 3, 4)), g.weight(4, 2))


@graph("behind_regions", "macs", 5 * 2 * 3 * 3 * 4, "5 regions of 2 channels, 3 by 3 places, times 2 by 4 by a 1x1 convolution", 180)
def _(g):
    x, boxes, at = g.input("x", 1, 2, 8, 8), g.input("boxes", 5, 4), g.input("at", 5, kind=INT64)
    regions = g.op("RoiAlign", x, boxes, at, output_height=3, output_width=3)
    return g.op("Conv", regions, g.weight(4, 2, 1, 1))


@graph("function_without_its_bias", "macs", 3 * 4 * 4, "a function of three inputs called with two: a Gemm without a bias", 12, domains=["local"])
def _(g):
    node = helper.make_node("Gemm", ["a", "w", "b"], ["y"])
    opset = [helper.make_opsetid("", 20)]
    g.functions.append(helper.make_function("local", "Linear", ["a", "w", "b"], ["y"], [node], opset))
    return g.op("Linear", g.input("x", 3, 4), g.weight(4, 4), "", domain="local")


# Single operators


@graph("clip_by_inputs", "prim:compare", 2 * 3 * 4, "bounds that are inputs: two comparisons for each of 3·4 elements", 12)
def _(g):
    return g.op("Clip", g.input("x", 3, 4), g.input("low"), g.input("high"))


@graph("clip_by_a_number_and_an_input", "prim:compare", 2 * 3 * 4, "one bound known, one an input: a comparison each", 12)
def _(g):
    return g.op("Clip", g.input("x", 3, 4), g.number(-1, np.float32), g.input("high"))


@graph("scattered_sums", "prim:add", 5 * 4, "ScatterElements that adds: one addition for each of 5·4 elements", 8)
def _(g):
    at = g.constant(np.zeros((5, 4), np.int64))
    return g.op("ScatterElements", g.constant(np.zeros((2, 4), np.float32)), at, g.input("x", 5, 4), reduction="add")


@graph("scattered_rows", "prim:add", 3 * 4, "ScatterND that adds 3 rows of 4 to 6", 24)
def _(g):
    at = g.constant(np.array([[0], [2], [0]]))
    return g.op("ScatterND", g.input("y", 6, 4), at, g.input("x", 3, 4), reduction="add")


@graph("elu_of_another_alpha", "prim:mul", 12, "alpha = 0.5 multiplies exp(x) - 1: once for each of 3·4 elements", 12)
def _(g):
    return g.op("Elu", g.input("x", 3, 4), alpha=0.5)


@graph("elu", "prim:mul", 0, "alpha = 1 multiplies nothing", 12)
def _(g):
    return g.op("Elu", g.input("x", 3, 4))


@graph("selu", "prim:mul", 24, "alpha and gamma: twice for each of 3·4 elements", 12)
def _(g):
    return g.op("Selu", g.input("x", 3, 4))


@graph("celu", "prim:mul", 12, "x is divided by alpha = 2, exp - 1 multiplied by it", 12)
def _(g):
    return g.op("Celu", g.input("x", 3, 4), alpha=2.0)


@graph("swish", "prim:mul", 12, "x / (1 + exp(-2x)): x times 2 for each of 3·4 elements", 12, opset=24)
def _(g):
    return g.op("Swish", g.input("x", 3, 4), alpha=2.0)


@graph("einsum_sums_first", "macs", 5 * 6, "ij,jk->k: the 3 rows of the first are summed, then 5·6 products, not 3·5·6", 6)
def _(g):
    return g.op("Einsum", g.input("x", 3, 5), g.input("y", 5, 6), equation="ij,jk->k")


@graph("einsum_sums_both", "prim:mul", 4, "bi,bj->b: both are summed first, then one product for each of 4", 4)
def _(g):
    return g.op("Einsum", g.input("x", 4, 5), g.input("y", 4, 6), equation="bi,bj->b")


@graph("lstm_bias_of_an_input", "prim:add", 2 * 3 * 16 * (5 + 4 + 1) + 16 + 2 * 3 * 4 * 8, "2 steps of 3, 4 gates of 4 from 5 and 4: as many additions as products, 1 for the bias, 16 for the sum of its halves; 8 for each of 2·3·4 states", 24)
def _(g):
    return g.op("LSTM", g.input("x", 2, 3, 5), g.weight(1, 16, 5), g.weight(1, 16, 4), g.input("b", 1, 32), hidden_size=4)


@graph("lstm_with_peepholes", "prim:mul", 2 * 3 * (16 * (5 + 4) + 4 * (3 + 3)), "the products of the gates; 3 for each of 2·3·4 states, 3 more for the peepholes", 24)
def _(g):
    return g.op("LSTM", g.input("x", 2, 3, 5), g.weight(1, 16, 5), g.weight(1, 16, 4), g.weight(1, 32), "", "", "", g.weight(1, 12), hidden_size=4)


@graph("windows_that_overlap", "prim:add", 8 * 3 * 2 * 4 - 2 * 16, "8 places of 3 channels, windows of 4 for 2: 192 products in 2·16 sums, 1 addition fewer in each", 32, options="--dot-adds=k-1")
def _(g):
    return g.op("ConvTranspose", g.input("x", 1, 3, 8), g.weight(3, 2, 4), strides=[2], pads=[1, 1])


@graph("windows_that_overlap_in_part", "prim:add", 16 * 3 * 2 * 9 - 2 * 64, "4·4 places of 3 channels, windows of 3 by 3 for 2, every other place under two: 864 products in 2·8·8 sums, 1 addition fewer in each", 128, options="--dot-adds=k-1")
def _(g):
    return g.op("ConvTranspose", g.input("x", 1, 3, 4, 4), g.weight(3, 2, 3, 3), strides=[2, 2], pads=[1, 1, 1, 1], output_padding=[1, 1])


@graph("windows_that_overlap_to_the_edge", "prim:add", 16 * 3 * 2 * 9 - 2 * 81 + 2 * 81, "the same without padding: 2·9·9 sums, each with a bias besides", 162, options="--dot-adds=k-1")
def _(g):
    return g.op("ConvTranspose", g.input("x", 1, 3, 4, 4), g.weight(3, 2, 3, 3), g.weight(2), strides=[2, 2])


@graph("windows_with_gaps", "prim:add", 4 * 3 * 2 * 2 - 2 * 8, "4 places of 3 channels, windows of 2 for 3: 48 products in 2·8 sums; on 3 of 11 places lies none", 22, options="--dot-adds=k-1")
def _(g):
    return g.op("ConvTranspose", g.input("x", 1, 3, 4), g.weight(3, 2, 2), strides=[3])


@graph("windows_over_any_length", "prim:add", 5 * 3 * 2 * 3 - 2 * 11, "n = 5 places of 3 channels, windows of 3 for 2: 90 products in 2·11 sums", 22, "n=5", options="--dot-adds=k-1")
def _(g):
    return g.op("ConvTranspose", g.input("x", 1, 3, "n"), g.weight(3, 2, 3), strides=[2])


@graph("norm_behind_convtranspose", "prim:mul", 2 * 3 * 16 * 9, "3 by 2 channels, windows of 3 by 3 at 4·4 places; the normalisation is folded", 2 * 8 * 8)
def _(g):
    x = g.op("ConvTranspose", g.input("x", 1, 3, 4, 4), g.weight(3, 2, 3, 3), strides=[2, 2], pads=[1, 1, 1, 1], output_padding=[1, 1])
    return g.op("BatchNormalization", x, g.weight(2), g.weight(2), g.weight(2), g.constant(np.ones(2, np.float32)))


@graph("norm_behind_a_transpose", "prim:mul", 3 * 5 * 4 * 6, "5 rows of 4 times 4 by 6, three times; transposed, its channels are normalised: folded", 90)
def _(g):
    y = g.op("Add", g.op("MatMul", g.input("x", 3, 5, 4), g.weight(4, 6)), g.weight(6))
    y = g.op("Transpose", y, perm=[0, 2, 1])
    return g.op("BatchNormalization", y, g.weight(6), g.weight(6), g.weight(6), g.constant(np.ones(6, np.float32)))


@graph("norm_of_tokens", "prim:mul", 3 * 5 * 4 * 6 + 3 * 5 * 6, "the same without the Transpose: a gain for each row, which no column of the weight takes", 90)
def _(g):
    y = g.op("MatMul", g.input("x", 3, 5, 4), g.weight(4, 6))
    return g.op("BatchNormalization", y, g.weight(5), g.weight(5), g.weight(5), g.constant(np.ones(5, np.float32)))


@graph("gain_and_shift_behind_conv", "prim:add", 2 * 9 * 3 * 4, "x · gain + shift by channel, frozen: part of the convolution; 3 channels, windows of 2 by 2 at 3·3 places", 18)
def _(g):
    y = g.op("Conv", g.input("x", 1, 3, 4, 4), g.weight(2, 3, 2, 2), g.weight(2))
    return g.op("Add", g.op("Mul", y, g.weight(1, 2, 1, 1)), g.weight(1, 2, 1, 1))


@graph("gain_behind_matmul", "prim:mul", 3 * 4 * 6, "(x·w) · gain: a gain for each column, in the weight", 18)
def _(g):
    return g.op("Mul", g.op("MatMul", g.input("x", 3, 4), g.weight(4, 6)), g.weight(6))


@graph("bias_of_heads", "prim:add", 120, "2·3 rows of 5 to 2 heads of 2 by Einsum: 120 products and additions; the bias, a number for each column of each head, is where each sum starts", 24)
def _(g):
    heads = g.op("Einsum", g.input("x", 2, 3, 5), g.weight(5, 2, 2), equation="bij,jhk->bihk")
    return g.op("Add", heads, g.weight(2, 2))


@graph("gain_behind_signs", "prim:mul", 18, "weights of -1 and 1 stay such: a gain for each column of 3 rows remains", 18, options="--scan-weights")
def _(g):
    signs = np.where(np.arange(24) % 5 < 2, -1, 1).astype(np.float32).reshape(4, 6)
    return g.op("Mul", g.op("MatMul", g.input("x", 3, 4), g.constant(signs)), g.weight(6))


@graph("means_and_variances", "prim:sqrt", 3, "MeanVarianceNormalization: a root for each of 3 channels", 3 * 16)
def _(g):
    return g.op("MeanVarianceNormalization", g.input("x", 1, 3, 4, 4))


@graph("loss_of_classes", "prim:negate", 5, "the entry of each of 5 targets, its sign changed", 1)
def _(g):
    target = g.constant(np.array([0, 1, 2, 1, 0]))
    return g.op("NegativeLogLikelihoodLoss", g.input("x", 5, 3), target, g.weight(3))


@graph("windows_of_squares", "prim:mul", 2 * 3 * 3 * 4, "LpPool of windows of 2 by 2 at 2·3·3 places: a square for each element", 18)
def _(g):
    return g.op("LpPool", g.input("x", 1, 2, 4, 4), kernel_shape=[2, 2], p=2)


@graph("shifted_bits", "prim:shift", 12, "one shift for each of 3·4 numbers", 12)
def _(g):
    return g.op("BitShift", g.input("x", 3, 4, kind=TensorProto.UINT8), g.number(1, np.uint8), direction="LEFT")


@graph("what_it_was_given", "macs", 0, "an Identity: nothing is computed, and that is read", 12)
def _(g):
    return g.op("Identity", g.input("x", 3, 4))


@graph("axes_of_an_input", "prim:add", 24, "a sum over axes that an input tells: one addition for each of 2·3·4 elements, as the shape that the file tells of its result says", shape=[2, 1, 4])
def _(g):
    return g.op("ReduceSum", g.input("x", 2, 3, 4), g.input("axes", 1, kind=INT64), keepdims=1)


@graph("norm_by_its_function", "prim:div", 3, "LayerNormalization as the specification spells it out, epsilon 0.1, is the block: one division for each of 3 rows, not for each element", 24)
def _(g):
    x = g.input("x", 3, 8)
    mean = g.op("ReduceMean", x, g.ints(-1))
    squares = g.op("ReduceMean", g.op("Mul", x, x), g.ints(-1))
    variance = g.op("Sub", squares, g.op("Mul", mean, mean))
    deviation = g.op("Sqrt", g.op("Add", variance, g.number(0.1, np.float32)))
    return g.op("Div", g.op("Sub", x, mean), deviation)


@graph("norm_behind_a_mean", "norm:sub", 24, "RMSNormalization of what its mean was taken from is LayerNormalization: 8 subtractions in each of 3 rows, in one stage", 24, opset=23)
def _(g):
    x = g.input("x", 3, 8)
    centred = g.op("Sub", x, g.op("ReduceMean", x, g.ints(-1)))
    return g.op("RMSNormalization", centred, g.weight(8))


@graph("norm_with_a_shift_of_zeros", "norm:add", 2 * (100 + 100 + 1), "two rows of 100: two sums, an epsilon, and no shift where a node holds zeros for it", 200)
def _(g):
    zeros = g.op("Constant", value=numpy_helper.from_array(np.zeros(100, np.float32)))
    return g.op("LayerNormalization", g.input("x", 2, 100), g.weight(100), zeros)


@graph("norm_of_groups_by_instances", "norm:mul", 2 * (1 + 12 + 1 + 12) + 24, "two groups of 12: the mean, squares, their mean, each element by the root; then a gain for each of 24 and none of the ones that a node holds", 24)
def _(g):
    def of(value):
        return g.op("Constant", value=numpy_helper.from_array(np.full(2, value, np.float32)))

    x = g.op("Reshape", g.input("x", 1, 6, 4), g.ints(1, 2, 12))
    x = g.op("Reshape", g.op("InstanceNormalization", x, of(1), of(0)), g.ints(1, 6, 4))
    return g.op("Add", g.op("Mul", x, g.weight(6, 1)), g.weight(6, 1))


@graph("pool_of_volumes", "pool:add", 2 * 60, "the mean of each of 2 channels over 3·4·5 places is a pool: 60 additions each", 2)
def _(g):
    return g.op("ReduceMean", g.input("x", 1, 2, 3, 4, 5), g.ints(2, 3, 4), keepdims=1)


def fraction(g, value):
    return g.number(value, np.float32)


@graph("norm_of_two_axes", "prim:div", 2, "RMSNormalization as the body of its function has it, over the last two axes: 2 rows of 12 take a division each", 24)
def _(g):
    x = g.input("x", 2, 3, 4)
    mean = g.op("ReduceMean", g.op("Mul", x, x), g.ints(1, 2))
    root = g.op("Sqrt", g.op("Add", mean, fraction(g, 1e-5)))
    return g.op("Mul", g.op("Div", x, root), g.weight(3, 4))


@graph("norm_of_channels", "prim:div", 16, "channels of every place normalised where they are the second axis: 4 · 4 rows of 8 take a division each", 128)
def _(g):
    x = g.input("x", 1, 8, 4, 4)
    moved = g.op("Sub", x, g.op("ReduceMean", x, g.ints(1)))
    spread = g.op("ReduceMean", g.op("Pow", moved, fraction(g, 2)), g.ints(1))
    normal = g.op("Div", moved, g.op("Sqrt", g.op("Add", spread, fraction(g, 1e-6))))
    return g.op("Add", g.op("Mul", normal, g.weight(8, 1, 1)), g.weight(8, 1, 1))


def normalised(g, x, channels):
    """A BatchNormalization."""
    return g.op("BatchNormalization", x, *[g.constant(np.full(channels, v, np.float32)) for v in (1.1, 0.2, 0.3, 0.9)])


@graph("norm_behind_tokens_in_a_row", "prim:mul", 240, "a BatchNormalization behind the product of 2 · 5 tokens, put in one row, by 6 by 4: folded, so that 2 · 5 · 6 · 4 multiplications are left", 40)
def _(g):
    product = g.op("MatMul", g.input("x", 2, 5, 6), g.weight(6, 4))
    return normalised(g, g.op("Reshape", product, g.ints(-1, 4)), 4)


@graph("norm_behind_flat_channels", "prim:mul", 1536, "the same behind 4 windows of 3 · 8 · 8 that give one place, flattened, of 2 images", 8)
def _(g):
    conv = g.op("Conv", g.input("x", 2, 3, 8, 8), g.weight(4, 3, 8, 8))
    return normalised(g, g.op("Flatten", conv), 4)


@graph("two_tensors_handed_on", "macs", 3 * 2 * 2 * 8 * 8, "3 rounds, each of which hands on two tensors of 2 by 8, made of the two before by 8 by 8 each", 16)
def _(g):
    a, b = g.input("a", 2, 8), g.input("b", 2, 8)
    for _ in range(3):
        a, b = g.op("Add", g.op("MatMul", a, g.weight(8, 8)), b), g.op("Mul", g.op("MatMul", b, g.weight(8, 8)), a)
    return g.op("Add", a, b)


def main():
    with open(HERE / "expected.csv", "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["file", "settings", "quantity", "right", "why"])
        writer.writerows(ROWS)


if __name__ == "__main__":
    main()
