"""Makes the files of values/: graphs whose products need no multiplication, because of
the values that tensors hold, whatever stands between them and the product. What they
count is in expected.csv of that folder, by hand, with the reckoning.

    pip install onnx numpy
    python tests/onnx/values.py
"""

from pathlib import Path

import numpy as np
from onnx import TensorProto

import small

small.HERE = Path(__file__).parent / "values"
small.ROWS.clear()
graph = small.graph


def number(g, value):
    return g.number(value, np.float32)


def spikes(g, *shape, name="x"):
    """Whether an input is above 1, as 0.0 and 1.0."""
    above = g.op("Greater", g.input(name, *shape), number(g, 1))
    return g.op("Cast", above, to=TensorProto.FLOAT)


def rounded(g, low, high, *shape):
    """Weights that the graph rounds, then clips."""
    scaled = g.op("Mul", g.weight(*shape), number(g, 3))
    return g.op("Clip", g.op("Round", scaled), number(g, low), number(g, high))


def product(g, x, *shape):
    return g.op("MatMul", x, g.weight(*shape))


@graph("pooled", "prim:select", 32, "the largest of bits is a bit, also flattened: 8 · 4 products are chosen", 4)
def _(g):
    pooled = g.op("MaxPool", spikes(g, 1, 2, 4, 4), kernel_shape=[2, 2], strides=[2, 2])
    return product(g, g.op("Flatten", pooled), 8, 4)


@graph("clipped_then_rounded", "prim:mul", 0, "round(clip(x, 0, 1)) in two nodes is a bit: of 3 · 4 · 2 products none is a multiplication", 6)
def _(g):
    clipped = g.op("Clip", g.input("x", 3, 4), number(g, 0), number(g, 1))
    return product(g, g.op("Round", clipped), 4, 2)


@graph("clipped_moved_then_rounded", "prim:mul", 0, "the same with a Transpose between", 6)
def _(g):
    clipped = g.op("Clip", g.input("x", 4, 3), number(g, 0), number(g, 1))
    return product(g, g.op("Round", g.op("Transpose", clipped, perm=[1, 0])), 4, 2)


@graph("rounded_to_four", "prim:mul", 24, "round(clip(x, 0, 4)) has five values: all 3 · 4 · 2 products multiply", 6)
def _(g):
    clipped = g.op("Clip", g.input("x", 3, 4), number(g, 0), number(g, 4))
    return product(g, g.op("Round", clipped), 4, 2)


@graph("channels_scaled", "prim:mul", 8, "ternary weights times a number for each of 4 channels: each of 2 · 4 sums takes it once", 8)
def _(g):
    return g.op("MatMul", g.input("x", 2, 8), g.op("Mul", rounded(g, -1, 1, 8, 4), g.weight(4)))


@graph("channels_scaled_turned", "prim:mul", 8, "the same with the weights the other way round: the numbers go where their axis goes", 8)
def _(g):
    weights = g.op("Mul", rounded(g, -1, 1, 4, 8), g.weight(4, 1))
    return g.op("MatMul", g.input("x", 2, 8), g.op("Transpose", weights, perm=[1, 0]))


@graph("rows_scaled", "prim:mul", 64, "ternary weights times a number for each of the 8 that are summed: no sum can take it, and all 2 · 8 · 4 products multiply", 8)
def _(g):
    return g.op("MatMul", g.input("x", 2, 8), g.op("Mul", rounded(g, -1, 1, 8, 4), g.weight(8, 1)))


@graph("filters_scaled", "prim:mul", 48, "signs times a number for each of 3 filters: each of 3 · 16 sums takes it once", 48)
def _(g):
    filters = g.op("Mul", g.op("Sign", g.weight(3, 2, 3, 3)), g.weight(3, 1, 1, 1))
    return g.op("Conv", g.input("x", 1, 2, 4, 4), filters, pads=[1, 1, 1, 1])


@graph("spikes_times_a_number", "prim:mul", 8, "{0, 0.7} chooses 16 times and in 2 · 8 · 4 products; each of 2 · 4 sums takes 0.7 once", 8)
def _(g):
    return product(g, g.op("Mul", spikes(g, 2, 8), number(g, 0.7)), 8, 4)


@graph("estimated_signs", "prim:xnor", 64, "x + (sign(x) - x) is sign(x), of inputs and of weights: 2 · 8 · 4 products of signs", 8)
def _(g):
    x, w = g.input("x", 2, 8), g.weight(8, 4)
    signs = [g.op("Add", t, g.op("Sub", g.op("Sign", t), t)) for t in (x, w)]
    return g.op("MatMul", *signs)


@graph("ones_or_zeros", "prim:select", 64, "Where(x > 1, ones, zeros) of whole tensors is the condition: 2 · 8 · 4 products are chosen", 8)
def _(g):
    above = g.op("Greater", g.input("x", 2, 8), number(g, 1))
    filled = g.op("ConstantOfShape", g.ints(2, 8))
    return product(g, g.op("Where", above, g.constant(np.ones((2, 8), np.float32)), filled), 8, 4)


@graph("clipped_bytes", "prim:mul", 8, "int8 weights clipped to -1..1, then dequantised, are ternary times one scale: each of 2 · 4 sums takes it once", 8)
def _(g):
    weights = g.constant((np.arange(32) % 7 - 3).astype(np.int8).reshape(8, 4))
    clipped = g.op("Clip", weights, g.number(-1, np.int8), g.number(1, np.int8))
    return g.op("MatMul", g.input("x", 2, 8), g.op("DequantizeLinear", clipped, number(g, 0.5), g.number(0, np.int8)))


@graph("moved_bits", "prim:select", 80, "bits padded with 0 (2 · 10), bounded, joined with others (4 · 10) and turned stay bits: 10 · 4 · 2 products are chosen", 20)
def _(g):
    padded = g.op("Pad", spikes(g, 2, 8), g.ints(0, 0, 0, 2))
    bounded = g.op("Relu", g.op("Clip", padded, number(g, 0), number(g, 1)))
    joined = g.op("Concat", bounded, spikes(g, 2, 10, name="z"), axis=0)
    return product(g, g.op("Transpose", joined, perm=[1, 0]), 4, 2)


@graph("joined_with_any", "prim:mul", 48, "bits joined with any numbers are any numbers: 4 · 6 · 2 products multiply", 8)
def _(g):
    joined = g.op("Concat", spikes(g, 2, 6), g.input("z", 2, 6), axis=0)
    return product(g, joined, 6, 2)


def stored(g, few, shape, axis):
    """Weights as the file holds them: few values times a gain for each index of an axis."""
    at = np.arange(int(np.prod(shape))) * 5 // 3
    along = [extent if index == axis else 1 for index, extent in enumerate(shape)]
    gains = (0.3 + 0.11 * np.arange(shape[axis])).reshape(along)
    return g.constant((np.array(few)[at % len(few)].reshape(shape) * gains).astype(np.float32))


SCAN = "--scan-weights"


@graph("stored_signs_of_channels", "prim:mul", 8, "weights stored as plus or minus a gain for each of 4 channels: each of 2 · 4 sums takes it once", 8, options=SCAN)
def _(g):
    return g.op("MatMul", g.input("x", 2, 8), stored(g, [1, -1], (8, 4), 1))


@graph("stored_ternary_of_filters", "prim:mul", 48, "filters stored as 0 and plus or minus a gain each: each of 3 · 4 · 4 sums takes it once", 48, options=SCAN)
def _(g):
    return g.op("Conv", g.input("x", 1, 2, 4, 4), stored(g, [1, 0, -1], (3, 2, 3, 3), 0), pads=[1, 1, 1, 1])


@graph("stored_signs_of_lone_channels", "prim:mul", 32, "the same for a window in each channel: each of 2 · 4 · 4 sums takes the gain of its channel once", 32, options=SCAN)
def _(g):
    return g.op("Conv", g.input("x", 1, 2, 4, 4), stored(g, [1, -1], (2, 1, 3, 3), 0), pads=[1, 1, 1, 1], group=2)


@graph("stored_signs_by_signs", "prim:xnor", 64, "the sign of an input times stored signs of 4 channels: 2 · 8 · 4 products of signs", 8, options=SCAN)
def _(g):
    return g.op("MatMul", g.op("Sign", g.input("x", 2, 8)), stored(g, [1, -1], (8, 4), 1))


@graph("stored_signs_of_rows", "prim:mul", 64, "gains of the 8 that are summed: no sum can take one, and all 2 · 8 · 4 products multiply", 8, options=SCAN)
def _(g):
    return g.op("MatMul", g.input("x", 2, 8), stored(g, [1, -1], (8, 4), 0))


@graph("signs_of_whole_tensors", "parameters", 32, "Where(x > 1, ones, minus ones) of whole tensors: a choice of two numbers, which are no weights; 8 · 4 of the product are", 8)
def _(g):
    above = g.op("Greater", g.input("x", 2, 8), number(g, 1))
    ones = np.ones((2, 8), np.float32)
    return product(g, g.op("Where", above, g.constant(ones), g.constant(-ones)), 8, 4)


def logic(g, kind, *names):
    """A logical function of inputs of 2 by 8 that are above 1, as numbers, times 8 by 4."""
    above = [g.op("Greater", g.input(name, 2, 8), number(g, 1)) for name in names]
    return product(g, g.op("Cast", g.op(kind, *above), to=TensorProto.FLOAT), 8, 4)


for kind, names, kept, why in (
    ("Not", "x", 48, "what is not one of a quarter: three quarters of 2 · 8 · 4 products are added"),
    ("Or", "xy", 32, "at most the quarters of both are ones: half of 2 · 8 · 4 products are added"),
    ("Xor", "xy", 32, "the same: what is one in one of both is one in either"),
):
    graph(f"{kind.lower()}_of_bits", "prim:add", kept, why, 8, "rho=0.25")(lambda g: logic(g, kind, *names))
    small.ROWS.append([f"{kind.lower()}_of_bits.onnx", "rho=0.25", "prim:and", 16, "one for each of 2 · 8 bits"])


if __name__ == "__main__":
    small.main()
