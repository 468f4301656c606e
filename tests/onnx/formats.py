"""Makes the files of formats/: graphs of a few nodes that say in which numbers a product is
computed, by QDQ and by QONNX. What they count is in expected.csv of that folder, by hand,
with the reckoning.

    pip install onnx numpy
    python tests/onnx/formats.py

Where nothing else is said, 2 rows of 6 are multiplied by 6 by 5: 60 products, 10 sums.
"""

import csv
from pathlib import Path

import numpy as np
from onnx import TensorProto, helper

from small import Graph

HERE = Path(__file__).parent / "formats"
ROWS = []
QONNX, BREVITAS, FINN = "qonnx.custom_op.general", "onnx.brevitas", "finn.custom_op.general"
INT8, UINT8, INT16, INT4, UINT4, INT2 = (
    getattr(TensorProto, name) for name in ("INT8", "UINT8", "INT16", "INT4", "UINT4", "INT2")
)
FLOAT8, FLOAT4 = TensorProto.FLOAT8E4M3FN, TensorProto.FLOAT4E2M1


def graph(name, why, opset=21, **rights):
    """Registers a graph; each of `rights` is a quantity, `__` for a colon and `_` for a dot."""

    def register(build):
        g = Graph()
        result = build(g)
        out = helper.make_tensor_value_info(result, TensorProto.FLOAT, None)
        body = helper.make_graph(g.nodes, name, g.inputs, [out], g.initializers)
        opsets = [helper.make_opsetid("", opset), *(helper.make_opsetid(d, 1) for d in (QONNX, BREVITAS, FINN))]
        model = helper.make_model(body, opset_imports=opsets, ir_version=10)
        HERE.mkdir(exist_ok=True)
        (HERE / f"{name}.onnx").write_bytes(model.SerializeToString(deterministic=True))
        for quantity, right in rights.items():
            ROWS.append([f"{name}.onnx", quantity.replace("__", ":").replace("_", "."), right, why])
        return build

    return register


def of_type(g, kind, *shape):
    """Zeros and ones of a type."""
    name = g.name()
    values = np.arange(int(np.prod(shape))) % 2
    g.initializers.append(helper.make_tensor(name, kind, shape, values))
    return name


def scale(g, value=0.1):
    return g.number(value, np.float32)


def quantised(g, x, kind, clip=None):
    """x by QuantizeLinear, a Clip and DequantizeLinear."""
    zero = of_type(g, kind)
    x = g.op("QuantizeLinear", x, scale(g), zero)
    if clip:
        x = g.op("Clip", x, *(g.number(bound, np.int8) for bound in clip))
    return g.op("DequantizeLinear", x, scale(g), zero)


def weights(g, kind, *shape, clip=None):
    w = of_type(g, kind, *shape)
    if clip:
        w = g.op("Clip", w, *(g.number(bound, np.int8) for bound in clip))
    return g.op("DequantizeLinear", w, scale(g), of_type(g, kind))


def quant(g, x, bits, of=1.0, domain=QONNX, kind="Quant", **attributes):
    settings = {"signed": 1, "narrow": 0, "rounding_mode": "ROUND", **attributes}
    zero, width = scale(g, 0.0), scale(g, bits)
    return g.op(kind, x, scale(g, of), zero, width, domain=domain, **settings)


def signs(g, x, domain=QONNX):
    return g.op("BipolarQuant", x, scale(g, 1.0), domain=domain)


# QDQ


@graph("qdq_moved", "8·4·4 values, their largest of windows of 2 by 2 (4·32 comparisons behind 2·128 of the bounds), rectified (32), padded to 8·3·3, flat, times 72 by 4",
       count__mul_int8=288, prim__compare=256 + 128 + 32, parameters=288)
def _(g):
    x = quantised(g, g.input("x", 1, 8, 4, 4), UINT8)
    x = g.op("Relu", g.op("MaxPool", x, kernel_shape=[2, 2], strides=[2, 2]))
    x = g.op("Pad", x, g.ints(0, 0, 0, 0, 0, 0, 1, 1), scale(g, 0.0))
    return g.op("MatMul", g.op("Flatten", x), weights(g, INT8, 72, 4))


@graph("qdq_padded_with_one", "padded with another number than 0, which stands for no known whole number: fractions are multiplied",
       count__mul_int8=0, macs=70)
def _(g):
    x = quantised(g, g.input("x", 2, 6), INT8)
    return g.op("MatMul", g.op("Pad", x, g.ints(0, 1, 0, 0), scale(g, 1.0)), weights(g, INT8, 7, 5))


@graph("qdq_turned_weight", "3 rows of 6, reshaped, times a weight of 5 by 6 that is turned and reshaped behind its DequantizeLinear: 3·6·5 products",
       count__mul_int8=90, parameters=30)
def _(g):
    x = g.op("Reshape", quantised(g, g.input("x", 1, 3, 6), INT8), g.ints(3, 6))
    w = g.op("Transpose", weights(g, INT8, 5, 3, 2), perm=[1, 2, 0])
    return g.op("MatMul", x, g.op("Reshape", w, g.ints(6, 5)))


@graph("qdq_read_twice", "values that are padded for a product and added as they are: the comparisons of the pool (2 for each of 2·3) are there once behind the 2·12 of the bounds",
       count__mul_int8=2 * 4 * 3, prim__compare=24 + 12)
def _(g):
    x = quantised(g, g.input("x", 1, 2, 6), INT8)
    pooled = g.op("MaxPool", x, kernel_shape=[2], strides=[2])
    padded = g.op("Reshape", g.op("Pad", pooled, g.ints(0, 0, 1, 0, 0, 0), scale(g, 0.0)), g.ints(2, 4))
    return g.op("Add", g.op("MatMul", padded, weights(g, INT8, 4, 3)), g.op("Reshape", pooled, g.ints(2, 3)))


@graph("qdq_joined", "values of one scale, joined, each element twice: 2 rows of 12 times 12 by 5", count__mul_int8=120)
def _(g):
    x = quantised(g, g.input("x", 2, 3), INT8)
    x = g.op("Concat", x, quantised(g, g.input("y", 2, 3), INT8), axis=1)
    x = g.op("Resize", x, "", g.constant(np.array([1, 2], np.float32)), mode="nearest")
    return g.op("MatMul", x, weights(g, INT8, 12, 5))


@graph("qdq_joined_of_two_scales", "numbers of two scales cannot be summed: fractions are multiplied", count__mul_int8=0, count__mul_int16=0)
def _(g):
    x = g.op("Concat", quantised(g, g.input("x", 2, 3), INT8), quantised(g, g.input("y", 2, 3), INT16), axis=1)
    return g.op("MatMul", x, weights(g, INT8, 6, 5))


@graph("qdq_16_bits", "both factors in 16 bits", count__mul_int16=60)
def _(g):
    return g.op("MatMul", quantised(g, g.input("x", 2, 6), INT16), weights(g, INT16, 6, 5))


@graph("qdq_16_by_8_bits", "a factor of 16 bits and one of 8 are multiplied in 16", count__mul_int16=60)
def _(g):
    return g.op("MatMul", quantised(g, g.input("x", 2, 6), INT16), weights(g, INT8, 6, 5))


@graph("qdq_8_by_4_bits", "a factor of 8 bits and one of 4 are multiplied in 8", count__mul_int8=60)
def _(g):
    return g.op("MatMul", quantised(g, g.input("x", 2, 6), INT8), weights(g, INT4, 6, 5))


@graph("qdq_rectified_by_bounds", "int8 that is kept from 0 to 127 is int8, its sign unused", count__mul_int8=60)
def _(g):
    return g.op("MatMul", quantised(g, g.input("x", 2, 6), INT8, clip=(0, 127)), weights(g, INT4, 6, 5))


@graph("qdq_ternary_weights", "whole numbers of -1 to 1 multiply nothing: the scale of 12 values and that of 10 sums",
       prim__mul=22, prim__select=60)
def _(g):
    return g.op("MatMul", quantised(g, g.input("x", 2, 6), INT8), weights(g, INT8, 6, 5, clip=(-1, 1)))


@graph("ternary_weights", "fractions times weights of -1 to 1, times one scale: one multiplication for each of 10 sums",
       prim__mul=10, prim__select=60)
def _(g):
    return g.op("MatMul", g.input("x", 2, 6), weights(g, INT8, 6, 5, clip=(-1, 1)))


@graph("qdq_summed_by_indices", "Einsum: 2 times 3 rows of 6 by 6 by 5, and its result, brought back to 8 bits, by 2 times 5 by 4; 36 scales before, 30 from one to the other, 24 behind",
       count__mul_int8=180 + 120, count__mul_fp32=36 + 30 + 24)
def _(g):
    x = quantised(g, g.input("x", 2, 3, 6), INT8)
    y = quantised(g, g.op("Einsum", x, weights(g, INT8, 6, 5), equation="bnk,km->bnm"), INT8)
    return g.op("Einsum", y, weights(g, INT8, 2, 5, 4), equation="bnk,bkm->bnm")


@graph("qdq_attention", "2 heads of 4 queries and 4 keys of 3: 2·4·4·3 products for the scores and as many behind the softmax, whose results are fractions; 72 values brought to scale before, 24 of v and 32 scores behind",
       opset=23, count__mul_int8=96, macs=192, count__mul_fp32=72 + 24 + 32 + 96)
def _(g):
    q, k, v = (quantised(g, g.input(name, 1, 2, 4, 3), INT8) for name in "qkv")
    return g.op("Attention", q, k, v)


@graph("qdq_linear_of_tokens", "2 times 3 rows of 6, by 6 by 5: the sums begin at the bias, which is a number for each of 5; 36 scales before, 30 behind",
       count__mul_int8=180, prim__add=180, count__mul_fp32=66, parameters=35)
def _(g):
    x = quantised(g, g.input("x", 2, 3, 6), INT8)
    product = g.op("MatMul", x, g.op("Transpose", weights(g, INT8, 5, 6), perm=[1, 0]))
    return g.op("Add", g.weight(5), product)


@graph("qdq_windows_laid_down", "3·8·8 values times windows of 3·3 for 8 channels, 2 apart: 192·72 products; weights 3·8·9 and 8 biases",
       count__mul_int8=13824, parameters=224)
def _(g):
    x = quantised(g, g.input("x", 1, 3, 8, 8), INT8)
    return g.op("ConvTranspose", x, weights(g, INT8, 3, 8, 3, 3, clip=(-127, 127)), g.weight(8), strides=[2, 2])


def scaled(g, kind, shape, scales, **options):
    """Weights with so many scales."""
    return g.op("DequantizeLinear", of_type(g, kind, *shape), g.weight(*scales), **options)


@graph("qdq_a_scale_for_each_result", "a scale for each of 5 columns: one multiplication for each of 10 sums, behind those of 12 values",
       count__mul_int8=60, count__mul_fp32=22, prim__add=60)
def _(g):
    return g.op("MatMul", quantised(g, g.input("x", 2, 6), INT8), scaled(g, INT8, (6, 5), (5,), axis=1))


@graph("qdq_blocks", "6 by 5 in blocks of 2 rows: 3 scales for each of 10 sums, whose parts are joined by 2 additions; the scale of 12 values",
       count__mul_int8=60, count__mul_fp32=12 + 30, prim__add=60 + 20)
def _(g):
    return g.op("MatMul", quantised(g, g.input("x", 2, 6), INT8), scaled(g, INT8, (6, 5), (3, 5), axis=0, block_size=2))


@graph("qdq_blocks_turned", "5 by 6 in blocks of 4 columns, turned: 2 scales for each of 10 sums, of 4 and of 2 products, joined by an addition, and a bias added",
       count__mul_int8=60, count__mul_fp32=12 + 20, prim__add=60 + 10 + 10, parameters=35)
def _(g):
    w = g.op("Transpose", scaled(g, INT8, (5, 6), (5, 2), axis=1, block_size=4), perm=[1, 0])
    return g.op("Gemm", quantised(g, g.input("x", 2, 6), INT8), w, g.weight(5))


@graph("qdq_a_scale_for_each_term", "values with a scale for each of 6 columns, over which sums run: 6 multiplications for each of 10 sums, 5 additions; 12 values to whole numbers",
       count__mul_int8=60, count__mul_fp32=12 + 60, prim__add=60 + 50)
def _(g):
    scales = g.weight(6)
    x = g.op("QuantizeLinear", g.input("x", 2, 6), scales, axis=1, output_dtype=INT8)
    x = g.op("DequantizeLinear", x, scales, axis=1)
    return g.op("MatMul", x, weights(g, INT8, 6, 5))


@graph("qdq_blocks_of_both", "values in 2 blocks of 6 columns, weights in 3: common parts are 6, so that each term has a scale of its own",
       count__mul_int8=60, count__mul_fp32=12 + 60, prim__add=60 + 50)
def _(g):
    scales = g.weight(2, 2)
    x = g.op("QuantizeLinear", g.input("x", 2, 6), scales, axis=1, block_size=3, output_dtype=INT8)
    x = g.op("DequantizeLinear", x, scales, axis=1, block_size=3)
    return g.op("MatMul", x, scaled(g, INT8, (6, 5), (3, 5), axis=0, block_size=2))


@graph("qdq_a_scale_for_each_channel", "windows of 3 channels by 2·2, each channel with a scale: 4·9 sums of 12 products and 3 scales, joined by 2 additions; 48 values brought to whole numbers",
       count__mul_int8=432, count__mul_fp32=48 + 108, prim__add=432 + 72)
def _(g):
    return g.op("Conv", quantised(g, g.input("x", 1, 3, 4, 4), INT8), scaled(g, INT8, (4, 3, 2, 2), (3,), axis=1))


@graph("qdq_a_scale_for_each_group", "each of 3 channels by itself, values of each with a scale of their own: one for each of 3·9 sums of 4 products",
       count__mul_int8=108, count__mul_fp32=48 + 27, prim__add=108)
def _(g):
    scales = g.weight(3)
    x = g.op("QuantizeLinear", g.input("x", 1, 3, 4, 4), scales, axis=1, output_dtype=INT8)
    x = g.op("DequantizeLinear", x, scales, axis=1)
    return g.op("Conv", x, weights(g, INT8, 3, 1, 2, 2), group=3)


@graph("quant_of_blocks", "by Quant, whose scales broadcast: each of the 6 terms of 10 sums has one of its own",
       count__mul_int8=60, count__mul_fp32=60, prim__add=60 + 50)
def _(g):
    w = g.op("Quant", g.weight(6, 5), g.weight(6, 1), scale(g, 0.0), scale(g, 8), domain=QONNX, signed=1, narrow=0, rounding_mode="ROUND")
    return g.op("MatMul", quant(g, g.input("x", 2, 6), 8), w)


@graph("ternary_weights_of_channels", "weights of -1 to 1 with a scale for each of 5 results, turned and reshaped: 60 selections, one multiplication for each of 10 sums",
       prim__select=60, prim__mul=10)
def _(g):
    w = g.op("Clip", of_type(g, INT8, 5, 3, 2), g.number(-1, np.int8), g.number(1, np.int8))
    w = g.op("DequantizeLinear", w, g.weight(5), axis=0)
    return g.op("MatMul", g.input("x", 2, 6), g.op("Transpose", g.op("Reshape", w, g.ints(5, 6)), perm=[1, 0]))


@graph("ternary_weights_of_blocks", "weights of -1 to 1 in blocks along the sums: no sum can take their scales, which were multiplied with them before",
       prim__select=0, prim__mul=60)
def _(g):
    w = g.op("Clip", of_type(g, INT8, 6, 5), g.number(-1, np.int8), g.number(1, np.int8))
    return g.op("MatMul", g.input("x", 2, 6), g.op("DequantizeLinear", w, g.weight(3, 5), axis=0, block_size=2))


def refused(name, left, right, clip=None):
    """A product in a format that no shipped table has."""

    @graph(name, "")
    def _(g):
        x = quantised(g, g.input("x", 2, 6), left, clip=clip)
        return g.op("MatMul", x, weights(g, right, 6, 5, clip=clip))


refused("refused_4_bits", UINT4, INT4)
refused("refused_unsigned_4_bits", UINT4, UINT4)
refused("refused_2_bits", INT2, INT2)
refused("refused_clipped_to_4_bits", INT8, INT8, clip=(-7, 7))
refused("refused_float8", FLOAT8, FLOAT8)
refused("refused_float4", FLOAT4, FLOAT4)


# QONNX


@graph("signs_by_signs", "plus and minus 1 on both sides: 60 xnor and as many bits counted, one comparison for each of 12 values",
       prim__xnor=60, prim__popcount=60, prim__mul=0, prim__compare=12, parameters=30)
def _(g):
    return g.op("MatMul", signs(g, g.input("x", 2, 6)), signs(g, g.weight(6, 5)))


@graph("signs_convolved", "8 filters of 3·3·3 over 8·8 places, padded: 13 824 xnor and as many bits counted, one comparison for each of 192 values",
       prim__xnor=13824, prim__popcount=13824, prim__mul=0, prim__add=0, prim__compare=192, parameters=216)
def _(g):
    x, w = signs(g, g.input("x", 1, 3, 8, 8), domain=BREVITAS), signs(g, g.weight(8, 3, 3, 3), domain=BREVITAS)
    return g.op("Conv", x, w, pads=[1, 1, 1, 1])


@graph("signs_of_one_bit", "the same said by a Quant of one bit, signed, in the domain of Brevitas",
       prim__xnor=60, prim__popcount=60, prim__mul=0, prim__compare=12)
def _(g):
    x, w = g.input("x", 2, 6), g.weight(6, 5)
    return g.op("MatMul", quant(g, x, 1, domain=BREVITAS), quant(g, w, 1, domain=BREVITAS, narrow=1))


@graph("eight_bits", "60 products in int8; the scale of 12 values and that of 10 sums; 12 rounded",
       count__mul_int8=60, prim__mul=82, prim__round=12, parameters=30)
def _(g):
    x = quant(g, g.input("x", 2, 6), 8, of=0.1, kind="IntQuant", rounding_mode="half_even")
    return g.op("MatMul", x, quant(g, g.weight(6, 5), 8, of=0.1, narrow=1))


@graph("sixteen_bits", "60 products in int16, no scale", count__mul_int16=60, prim__mul=60)
def _(g):
    return g.op("MatMul", quant(g, g.input("x", 2, 6), 16), quant(g, g.weight(6, 5), 4))


@graph("bits_by_signs", "one unsigned bit selects -1 or 1", prim__select=60, prim__mul=0)
def _(g):
    x = quant(g, g.input("x", 2, 6), 1, signed=0)
    return g.op("MatMul", x, quant(g, g.weight(6, 5), 1))


@graph("two_narrow_bits", "fractions times weights of two bits, signed and narrow, which are -1, 0 and 1, times one scale: one multiplication for each of 10 sums",
       prim__mul=10, prim__select=60)
def _(g):
    return g.op("MatMul", g.input("x", 2, 6), quant(g, g.weight(6, 5), 2, of=0.5, narrow=1))


@graph("truncated", "12 values of 16 bits, shifted to 8, times 8 bits; all scales are 1", prim__shift=12, count__mul_int8=60, prim__mul=60)
def _(g):
    x = quant(g, g.input("x", 2, 6), 16)
    x = g.op("Trunc", x, scale(g, 1.0), scale(g, 0.0), scale(g, 16.0), scale(g, 8.0), domain=QONNX, rounding_mode="FLOOR")
    return g.op("MatMul", x, quant(g, g.weight(6, 5), 8))


@graph("truncated_and_bounded", "the same in version 2: the bounds of 16 and of 8 bits, 2·12 comparisons each; the scale of 2 for each of 10 sums",
       prim__shift=12, count__mul_int8=60, prim__mul=70, prim__compare=48)
def _(g):
    x = quant(g, g.input("x", 2, 6), 16)
    numbers = [scale(g, value) for value in (1.0, 0.0, 16.0, 2.0, 8.0)]
    x = g.op("Trunc", x, *numbers, domain=QONNX, rounding_mode="floor", signed=1, narrow=0)
    return g.op("MatMul", x, quant(g, g.weight(6, 5), 8))


@graph("thresholds", "12 values against 3 thresholds, 2 additions of what they give each; their counts times 8 bits: 60 products and additions",
       prim__compare=36, prim__add=24 + 60, count__mul_int8=60, prim__mul=60)
def _(g):
    x = g.op("MultiThreshold", g.input("x", 2, 6), g.weight(6, 3), domain=FINN, out_dtype="UINT2")
    return g.op("MatMul", x, quant(g, g.weight(6, 5), 8))


@graph("threshold_of_signs", "one threshold, times 2, less 1: plus and minus 1", prim__compare=12, prim__xnor=60, prim__mul=0)
def _(g):
    x = g.op("MultiThreshold", g.input("x", 2, 6), g.weight(1, 1), domain=QONNX, out_dtype="BIPOLAR", out_scale=2.0, out_bias=-1.0)
    return g.op("MatMul", x, signs(g, g.weight(6, 5)))


@graph("alike", "bits that are alike, counted", prim__xnor=60, prim__popcount=60, prim__mul=0)
def _(g):
    x = g.op("MultiThreshold", g.input("x", 2, 6), g.weight(1, 1), domain=FINN, out_dtype="BINARY")
    return g.op("XnorPopcountMatMul", x, of_type(g, TensorProto.FLOAT, 6, 5), domain=FINN)


@graph("sign_of_a_relu", "a Relu, then its sign: 12 comparisons each, and a warning", prim__compare=24, prim__xnor=60)
def _(g):
    return g.op("MatMul", signs(g, g.op("Relu", g.input("x", 2, 6))), signs(g, g.weight(6, 5)))


@graph("refused_width", "")
def _(g):
    return g.op("MatMul", quant(g, g.input("x", 2, 6), 2.5), g.weight(6, 5))


@graph("refused_rounding", "")
def _(g):
    return quant(g, g.input("x", 2, 6), 8, rounding_mode="NEAREST")


def main():
    with open(HERE / "expected.csv", "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["file", "quantity", "right", "why"])
        writer.writerows(ROWS)


if __name__ == "__main__":
    main()
