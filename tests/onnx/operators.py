"""Makes the files of operators/: one operator each, as ONNX Runtime, scikit-learn's exporter or
a new version of the specification has it. What they count is in expected.csv of that folder, by
hand, with the reckoning.

    pip install onnx numpy
    python tests/onnx/operators.py
"""

from pathlib import Path

import numpy as np
from onnx import TensorProto, helper

import small

small.HERE = Path(__file__).parent / "operators"
small.ROWS.clear()
graph = small.graph
FLOAT, INT32, INT64, UINT8 = TensorProto.FLOAT, TensorProto.INT32, TensorProto.INT64, TensorProto.UINT8
MS, ML, PREVIEW = "com.microsoft", "ai.onnx.ml", "ai.onnx.preview"


def packed(g, *shape):
    """Numbers of few bits, several to a byte."""
    return g.constant((np.arange(int(np.prod(shape))) % 250).astype(np.uint8).reshape(shape))


def body(name, build, *inputs):
    """A graph of one input of which only the element is told."""
    g = small.Graph(name)
    for at, shape in enumerate(inputs):
        g.inputs.append(helper.make_tensor_value_info(f"{name}_x{at}", FLOAT, shape))
    result = build(g, *(one.name for one in g.inputs))
    return g.subgraph((result, FLOAT))


# Mixtures of experts


def moe(g, *weights, kind="MoE", **attributes):
    return g.op(kind, g.input("x", 3, 8), g.input("router", 3, 4), *weights, domain=MS, **attributes)


@graph("experts", "macs", 3 * 2 * (8 * 16 + 16 * 8), "3 tokens, each by 2 of 4 experts of 8 by 16 and 16 by 8", domains=[MS])
def _(g):
    return moe(g, g.weight(4, 16, 8), "", g.weight(4, 8, 16), k=2)


@graph("experts_inputs_first", "macs", 3 * 2 * (8 * 16 + 16 * 8), "the same as older files have it, inputs before outputs", domains=[MS])
def _(g):
    return moe(g, g.weight(4, 8, 16), "", g.weight(4, 16, 8), k=2)


@graph("experts_all_are_parameters", "parameters", 4 * (16 * 8 + 16 + 8 * 16 + 8), "all 4 experts with their biases, whichever are chosen", domains=[MS])
def _(g):
    return moe(g, g.weight(4, 16, 8), g.weight(4, 16), g.weight(4, 8, 16), g.weight(4, 8), k=2)


@graph("experts_shares", "prim:compare", 3 * 4 * 2 + 3 * 2 * 16 + 3 * 4, "every expert is looked at for each of 2 that are chosen; relu of 3·2·16; the largest score of 3 rows of 4, for the softmax", domains=[MS])
def _(g):
    return moe(g, g.weight(4, 16, 8), "", g.weight(4, 8, 16), k=2, normalize_routing_weights=1)


@graph("experts_gated", "macs", 3 * 2 * (8 * 32 + 16 * 8), "swiglu: the first layer gives 16 numbers and 16 factors", domains=[MS])
def _(g):
    return moe(g, g.weight(4, 32, 8), "", g.weight(4, 8, 16), k=2, activation_type="swiglu", swiglu_fusion=1)


@graph("experts_gated_by_a_third", "macs", 3 * 1 * (2 * 8 * 16 + 16 * 8), "silu of the first layer times the third, one expert", domains=[MS])
def _(g):
    return moe(g, g.weight(4, 16, 8), "", g.weight(4, 8, 16), "", g.weight(4, 16, 8), k=1, activation_type="silu")


@graph("experts_of_four_bits", "macs", 3 * 2 * (8 * 16 + 16 * 8), "as `experts`, two numbers to a byte", domains=[MS])
def _(g):
    return moe(g, packed(g, 4, 16, 4), g.weight(4, 16), "", packed(g, 4, 8, 8), g.weight(4, 8), kind="QMoE", k=2, expert_weight_bits=4)


@graph("experts_of_four_bits_parameters", "parameters", 4 * 2 * 128, "4 experts of 128 and 128 weights; the scales of the numbers are none", domains=[MS])
def _(g):
    return moe(g, packed(g, 4, 16, 4), g.weight(4, 16), "", packed(g, 4, 8, 8), g.weight(4, 8), kind="QMoE", k=2, expert_weight_bits=4)


# Attention


@graph("window_of_group_query", "macs", 4 * 8 * 3 * (4 + 4), "8 queries of 4 heads see 3 keys each", domains=[MS])
def _(g):
    lengths, total = g.input("lengths", 1, kind=INT32), g.number(8, np.int32)
    q, k, v = g.input("q", 1, 8, 16), g.input("k", 1, 8, 8), g.input("v", 1, 8, 8)
    return g.op("GroupQueryAttention", q, k, v, "", "", lengths, total, domain=MS, num_heads=4, kv_num_heads=2, local_window_size=3)


@graph("window_larger_than_the_keys", "macs", 4 * 8 * 8 * (4 + 4), "a window of 20 of which there are 8", domains=[MS])
def _(g):
    lengths, total = g.input("lengths", 1, kind=INT32), g.number(8, np.int32)
    q, k, v = g.input("q", 1, 8, 16), g.input("k", 1, 8, 8), g.input("v", 1, 8, 8)
    return g.op("GroupQueryAttention", q, k, v, "", "", lengths, total, domain=MS, num_heads=4, kv_num_heads=2, local_window_size=20)


@graph("bias_of_group_query", "prim:add", 2 * 4 * 8 * 8 * 4 + 4 * 4 * 8 * 8, "2 products of 4 numbers for each of 8·8 scores of 4 heads; the causal mask and a bias of each score; the shift and the sum of the softmax", domains=[MS])
def _(g):
    lengths, total = g.input("lengths", 1, kind=INT32), g.number(8, np.int32)
    q, k, v = g.input("q", 1, 8, 16), g.input("k", 1, 8, 8), g.input("v", 1, 8, 8)
    bias = g.input("bias", 1, 1, 8, 8)
    return g.op("GroupQueryAttention", q, k, v, "", "", lengths, total, "", "", "", bias, domain=MS, num_heads=4, kv_num_heads=2, scale=1.0)


@graph("window_on_both_sides", "macs", 2 * 6 * 4 * (4 + 4), "6 queries see 2 keys before, their own, and 1 behind", opset=25)
def _(g):
    q, k, v = (g.input(name, 1, 2, 6, 4) for name in "qkv")
    return g.op("Attention", q, k, v, left_window_size=2, right_window_size=1)


@graph("window_of_a_causal_one", "macs", 2 * 6 * 3 * (4 + 4), "6 queries see 2 keys before and their own; a mask for 6 keys says so of 3", opset=25)
def _(g):
    q, k, v = (g.input(name, 1, 2, 6, 4) for name in "qkv")
    return g.op("Attention", q, k, v, g.input("mask", 6, 6), left_window_size=2, right_window_size=4, is_causal=1)


@graph("scores_of_attention", "macs", 2 * 6 * 6 * (4 + 4) + 2 * 6 * 6 * 2, "the fourth result has 6 scores a query, here times 6 by 2", opset=24)
def _(g):
    q, k, v = (g.input(name, 1, 2, 6, 4) for name in "qkv")
    context, _, _, scores = g.op("Attention", q, k, v, outputs=4, qk_matmul_output_mode=1)
    read = g.op("MatMul", scores, g.weight(6, 2))
    return g.op("Add", g.op("ReduceSum", context), g.op("ReduceSum", read))


@graph("scores_through_a_graph", "prim:tanh", 4 * 3 * 5, "a tanh of each of 3·5 scores of 4 heads, in the graph of the operator", opset=26, domains=[PREVIEW])
def _(g):
    q, k, v = g.input("q", 1, 4, 3, 8), g.input("k", 1, 2, 5, 8), g.input("v", 1, 2, 5, 6)
    mod = body("mod", lambda g, x: g.op("Tanh", x), (1, 4, 3, 5))
    return g.op("FlexAttention", q, k, v, domain=PREVIEW, score_mod=mod)


@graph("flex_attention", "macs", 4 * 3 * 5 * (8 + 6), "4 heads of queries, two for each of keys and values", opset=26, domains=[PREVIEW])
def _(g):
    q, k, v = g.input("q", 1, 4, 3, 8), g.input("k", 1, 2, 5, 8), g.input("v", 1, 2, 5, 6)
    return g.op("FlexAttention", q, k, v, domain=PREVIEW)


def packed_rows(g):
    return g.input("offset", 2, 4, kind=INT32), g.input("lengths", 3, kind=INT32)


@graph("packed_heads", "macs", 2 * 2 * 4 * 4 * (4 + 4), "6 rows of 2 sequences, each taken to be 4 long: 2 heads of 4 by 4 scores", domains=[MS])
def _(g):
    q, k, v = (g.input(name, 6, 8) for name in "qkv")
    return g.op("PackedMultiHeadAttention", q, k, v, "", *packed_rows(g), domain=MS, num_heads=2)


@graph("packed_heads_in_one", "macs", 2 * 2 * 4 * 4 * (4 + 4), "the same in one tensor", domains=[MS])
def _(g):
    return g.op("PackedMultiHeadAttention", g.input("qkv", 6, 2, 3, 4), "", "", "", *packed_rows(g), domain=MS, num_heads=2)


# What ONNX Runtime's optimiser writes


@graph("convolution_with_channels_last", "macs", 4 * 9 * 3 * 4, "4 channels at 3·3 places, windows of 2·2·3", domains=[MS])
def _(g):
    return g.op("NhwcConv", g.input("x", 1, 4, 4, 3), g.weight(4, 2, 2, 3), domain=MS, kernel_shape=[2, 2])


@graph("groups_with_channels_last", "prim:div", 2 * 16 * 6 + 2 * 3, "silu of 2·16·6 elements has a division each, the normalisation of each of 2·3 groups one", domains=[MS])
def _(g):
    x, skip = g.input("x", 2, 4, 4, 6), g.input("skip", 2, 4, 4, 6)
    return g.op("SkipGroupNorm", x, g.weight(6), g.weight(6), skip, outputs=2, domain=MS, groups=3, activation=1)[0]


@graph("half_a_gate", "prim:erf", 3 * 4, "the GELU of 4 of 8 columns of 3 rows", domains=[MS])
def _(g):
    return g.op("BiasSplitGelu", g.op("BiasAdd", g.input("x", 1, 3, 8), g.weight(8), g.input("skip", 1, 3, 8), domain=MS), g.weight(8), domain=MS)


# Whole numbers


@graph("rows_of_blocks", "prim:mul", 3 * 8, "3 rows of 8 numbers of four bits, two to a byte, each times a scale", domains=[MS])
def _(g):
    rows = g.input("rows", 3, kind=INT64)
    return g.op("GatherBlockQuantized", packed(g, 6, 4), rows, g.weight(6, 1), domain=MS, bits=4, block_size=8, quantize_axis=1)


@graph("rows_of_blocks_parameters", "parameters", 6 * 8, "a table of 6 rows of 8", domains=[MS])
def _(g):
    rows = g.input("rows", 3, kind=INT64)
    return g.op("GatherBlockQuantized", packed(g, 6, 4), rows, g.weight(6, 1), domain=MS, bits=4, block_size=8, quantize_axis=1)


def product_of_blocks(g):
    """3 rows of 32 by 32 by 5, whose weights lie two to a byte, with a bias."""
    packed_weights, scales = packed(g, 5, 1, 16), g.weight(5, 1)
    return g.op("MatMulNBits", g.input("x", 3, 32), packed_weights, scales, "", "", g.weight(5), domain=MS, K=32, N=5, bits=4, block_size=32)


@graph("product_of_blocks", "prim:add", 3 * 32 * 5, "3 rows of 32 by 32 by 5, the sums begin at the bias", domains=[MS])
def _(g):
    return product_of_blocks(g)


@graph("product_of_blocks_parameters", "parameters", 32 * 5 + 5, "32 by 5 and a bias of 5; the scales are none", domains=[MS])
def _(g):
    return product_of_blocks(g)


def lstm_of_bytes(g):
    weights = [g.constant(np.ones(shape, np.int8)) for shape in ((1, 5, 16), (1, 4, 16))]
    scales = [g.number(0.1, np.float32), g.number(0, np.int8)] * 2
    x = g.input("x", 2, 3, 5)
    return g.op("DynamicQuantizeLSTM", x, *weights, g.weight(1, 32), "", "", "", "", *scales, domain=MS, hidden_size=4)


@graph("lstm_of_bytes", "macs", 2 * 3 * 16 * (5 + 4), "2 steps of 3 rows, 4 gates of 4 from 5 and 4", domains=[MS])
def _(g):
    return lstm_of_bytes(g)


@graph("lstm_of_bytes_tanh", "prim:tanh", 2 * 3 * 4 * 2, "two for each state, as an LSTM has", domains=[MS])
def _(g):
    return lstm_of_bytes(g)


@graph("quantised_along_an_axis", "prim:round", 3 * 4, "a scale and a zero point for each of 3 rows", opset=21)
def _(g):
    zero = g.constant(np.array([1, 2, 3], np.uint8))
    return g.op("DequantizeLinear", g.op("QuantizeLinear", g.input("x", 3, 4), g.weight(3), zero, axis=0), g.weight(3), zero, axis=0)


@graph("quantised_in_blocks", "prim:round", 4 * 4, "a zero point for each of 2 blocks of 2 in 4 rows", opset=21)
def _(g):
    zero = g.constant(np.arange(1, 9, dtype=np.uint8).reshape(4, 2))
    return g.op("QuantizeLinear", g.input("x", 4, 4), g.weight(4, 2), zero, axis=1, block_size=2)


# Recurrent layers


@graph("peepholes_are_parameters", "parameters", 16 * 5 + 16 * 4 + 32 + 12, "4 gates of 4 from 5 and from 4, two biases a gate, 3 peepholes for each of 4")
def _(g):
    x = g.input("x", 2, 3, 5)
    return g.op("LSTM", x, g.weight(1, 16, 5), g.weight(1, 16, 4), g.weight(1, 32), "", "", "", g.weight(1, 12), hidden_size=4)


def lstm_from(g, *states):
    """3 steps of 2 rows of 5, states of 4, the first ones given."""
    weights = g.weight(1, 16, 5), g.weight(1, 16, 4)
    return g.op("LSTM", g.input("x", 3, 2, 5), *weights, "", "", *states, hidden_size=4)


@graph("first_states_are_parameters", "parameters", 16 * 5 + 16 * 4 + 2 * 2 * 4, "4 gates of 4 from 5 and from 4; the first state and cell of 2 rows of 4 stand in the file")
def _(g):
    return lstm_from(g, g.weight(1, 2, 4), g.weight(1, 2, 4))


@graph("first_states_of_zeros", "parameters", 16 * 5 + 16 * 4, "the same from zeros, which are none")
def _(g):
    zeros = g.constant(np.zeros((1, 2, 4), np.float32))
    return lstm_from(g, zeros, zeros)


@graph("state_of_zeros", "macs", 3 * 2 * 4 * 4, "3 turns of a state of 2 rows of 4 times 4 by 4, the first one of zeros as any other")
def _(g):
    weight = g.weight(4, 4)
    step = small.Graph("step")
    step.inputs += [helper.make_tensor_value_info(n, FLOAT, [2, 4]) for n in ("state", "row")]
    state = step.op("Add", step.op("MatMul", "state", weight), "row")
    again = step.op("Identity", state)
    inner = step.subgraph((state, FLOAT), (again, FLOAT))
    zeros = g.constant(np.zeros((2, 4), np.float32))
    return g.op("Scan", zeros, g.input("x", 3, 2, 4), outputs=2, body=inner, num_scan_inputs=1)[1]


# Sequences


@graph("mapped", "macs", (3 + 2) * 4 * 6, "rows 3 and 2 of a sequence, each times 4 by 6", 30)
def _(g):
    parts = g.op("SplitToSequence", g.input("x", 5, 4), g.ints(3, 2))
    step = small.Graph("step")
    step.inputs.append(helper.make_tensor_value_info("row", FLOAT, None))
    result = step.op("MatMul", "row", step.weight(4, 6))
    mapped = g.op("SequenceMap", parts, body=step.subgraph((result, FLOAT)))
    return g.op("ConcatFromSequence", mapped, axis=0)


# Bodies


def scaled_by(g, name, columns):
    """A branch: x times a weight of so many columns."""
    inner = small.Graph(name)
    return inner.subgraph((inner.op("MatMul", "x", inner.weight(4, columns)), FLOAT))


@graph("branches_on_data", "left_out:36 MACs if it holds; 72 else", 1, "3 rows of 4 times 4 by 3 or 4 by 6: which, only data tells")
def _(g):
    g.input("x", 3, 4)
    branches = dict(then_branch=scaled_by(g, "yes", 3), else_branch=scaled_by(g, "no", 6))
    return g.op("If", g.input("c", kind=TensorProto.BOOL), **branches)


@graph("branches_of_any_length", "left_out:60 MACs if it holds; 0 else", 1, "5 rows of 4 times 4 by 3, or the rows as they are", binds="n=5")
def _(g):
    g.input("x", "n", 4)
    inner = small.Graph("no")
    kept = inner.subgraph((inner.op("Relu", "x"), FLOAT))
    return g.op("If", g.input("c", kind=TensorProto.BOOL), then_branch=scaled_by(g, "yes", 3), else_branch=kept)


def loop(g, turns, kind, state):
    """A Loop whose body, of a state alone, is `kind` or another Loop."""
    inner = small.Graph(f"in{turns}_")
    inner.inputs += [helper.make_tensor_value_info(f"{inner.prefix}{n}", k, []) for n, k in (("turn", INT64), ("on", TensorProto.BOOL))]
    inner.inputs.append(helper.make_tensor_value_info(f"{inner.prefix}state", FLOAT, [2, 4]))
    again = inner.op("Identity", f"{inner.prefix}on")
    result = kind(inner, f"{inner.prefix}state")
    body = inner.subgraph((again, TensorProto.BOOL), (result, FLOAT))
    return g.op("Loop", g.number(turns), g.number(True, bool), state, body=body)


@graph("branches_have_parameters", "parameters", 4 * 3 + 4 * 6, "4 by 3 and 4 by 6, whichever branch is taken")
def _(g):
    g.input("x", 3, 4)
    branches = dict(then_branch=scaled_by(g, "yes", 3), else_branch=scaled_by(g, "no", 6))
    return g.op("If", g.input("c", kind=TensorProto.BOOL), **branches)


@graph("behind_branches_on_data", "macs", 3 * 6 * 2, "both branches give 3 rows of 6, which no one says; behind them 6 by 2")
def _(g):
    g.input("x", 3, 4)
    branches = dict(then_branch=scaled_by(g, "yes", 6), else_branch=scaled_by(g, "no", 6))
    either = g.op("If", g.input("c", kind=TensorProto.BOOL), **branches)
    return g.op("MatMul", either, g.weight(6, 2))


@graph("behind_turns_on_data", "macs", 2 * 4 * 3, "a state of 2 rows of 4 stays such; behind it 4 by 3")
def _(g):
    inner = small.Graph("in_")
    inner.inputs += [helper.make_tensor_value_info(f"in_{n}", k, []) for n, k in (("turn", INT64), ("on", TensorProto.BOOL))]
    inner.inputs.append(helper.make_tensor_value_info("in_state", FLOAT, None))
    again, result = inner.op("Identity", "in_on"), inner.op("MatMul", "in_state", inner.weight(4, 4))
    body = inner.subgraph((again, TensorProto.BOOL), (result, FLOAT))
    return g.op("MatMul", g.op("Loop", g.input("turns", kind=INT64), "", g.input("x", 2, 4), body=body), g.weight(4, 3))


@graph("turns_on_data", "left_out:32 MACs a turn", 1, "2 rows of 4 times 4 by 4, as often as an input says")
def _(g):
    inner = small.Graph("in_")
    inner.inputs += [helper.make_tensor_value_info(f"in_{n}", k, []) for n, k in (("turn", INT64), ("on", TensorProto.BOOL))]
    inner.inputs.append(helper.make_tensor_value_info("in_state", FLOAT, [2, 4]))
    again, result = inner.op("Identity", "in_on"), inner.op("MatMul", "in_state", inner.weight(4, 4))
    body = inner.subgraph((again, TensorProto.BOOL), (result, FLOAT))
    return g.op("Loop", g.input("turns", kind=INT64), "", g.input("x", 2, 4), body=body)


@graph("loop_in_a_loop", "prim:tanh", 3 * 5 * 8, "3 turns of 5 turns, each 8 elements", 8)
def _(g):
    return loop(g, 3, lambda g, s: loop(g, 5, lambda g, s: g.op("Tanh", s), s), g.input("x", 2, 4))


@graph("loops_in_a_loop_that_are_too_long", "left_out:Loop (its turns", 1, "2000 turns of 2000 turns")
def _(g):
    return loop(g, 2000, lambda g, s: loop(g, 2001, lambda g, s: g.op("Tanh", s), s), g.input("x", 2, 4))


# Pictures


@graph("sampled", "prim:mul", 20 * 1 + 10 * 4 + 30 * 4, "20 coordinates times a factor; 4 products of factors for each of 10 places; 4 neighbours for each of 3·10 elements", 30, opset=20)
def _(g):
    return g.op("GridSample", g.input("x", 1, 3, 4, 4), g.input("grid", 1, 2, 5, 2))


@graph("sampled_nearest", "prim:round", 20, "20 coordinates are rounded, and nothing else", 30, opset=20)
def _(g):
    return g.op("GridSample", g.input("x", 1, 3, 4, 4), g.input("grid", 1, 2, 5, 2), mode="nearest")


@graph("deformed", "macs", 4 * 9 * 2 * 9, "4 channels at 3·3 places, windows of 2·3·3", opset=22)
def _(g):
    return g.op("DeformConv", g.input("x", 1, 2, 5, 5), g.weight(4, 2, 3, 3), g.input("offset", 1, 18, 3, 3))


@graph("deformed_in_groups", "prim:mul", 9 * 9 * 4 + 9 * 9 * 4 + 2 * 9 * 9 * 4 + 4 * 9 * 9, "factors of 9·9 neighbourhoods, times a mask each; 4 neighbours for each of 2·9·9 elements of the columns; windows of 3·3 in 2 groups for 4 channels", opset=22)
def _(g):
    offset, mask = g.input("offset", 1, 18, 3, 3), g.input("mask", 1, 9, 3, 3)
    return g.op("DeformConv", g.input("x", 1, 2, 5, 5), g.weight(4, 1, 3, 3), offset, g.weight(4), mask, group=2)


@graph("places_of_a_picture", "macs", 4 * 5 * 3 * 2, "4·5 places of 3 numbers times 3 by 2", 40, opset=20)
def _(g):
    return g.op("AffineGrid", g.input("theta", 1, 2, 3), g.ints(1, 3, 4, 5))


@graph("centred", "prim:tanh", 4 * 6, "4 rows of the middle, and 6 columns with others around", 24)
def _(g):
    return g.op("Tanh", g.op("CenterCropPad", g.input("x", 8, 3), g.ints(4, 6)))


@graph("unpooled", "prim:tanh", 2 * 4 * 4, "windows of 2 by 2 put back", 32)
def _(g):
    largest, at = g.op("MaxPool", g.input("x", 1, 2, 4, 4), outputs=2, kernel_shape=[2, 2], strides=[2, 2])
    return g.op("Tanh", g.op("MaxUnpool", largest, at, kernel_shape=[2, 2], strides=[2, 2]))


@graph("largest_of_rows", "prim:compare", 2 * 3 * 4, "Hardmax: the largest of each row, and which one it is", 12)
def _(g):
    return g.op("Hardmax", g.input("x", 3, 4))


@graph("entropy_of_classes", "prim:exp", 5 * 3, "the softmax of 5 rows of 3", 1)
def _(g):
    return g.op("SoftmaxCrossEntropyLoss", g.input("x", 5, 3), g.constant(np.array([0, 1, 2, 1, 0])))


@graph("behind_a_spectrum", "macs", 2 * 9 * 2 * 4, "9 of 16 frequencies of 2 rows, 2 numbers each; the transform itself is left out", opset=20)
def _(g):
    return g.op("MatMul", g.op("DFT", g.input("x", 2, 16, 1), onesided=1), g.weight(2, 4))


@graph("behind_frames", "macs", 2 * 7 * 5 * 2 * 4, "a signal of 20 in frames of 8, 2 apart: 7, of 5 frequencies")
def _(g):
    x = g.input("x", 2, 20, 1)
    return g.op("MatMul", g.op("STFT", x, g.number(2), g.op("HannWindow", g.number(8)), g.number(8)), g.weight(2, 4))


@graph("sum_told_behind", "prim:add", 24, "a sum over axes that an input tells: the shape stands behind the root", opset=18, shape=[2, 1, 4])
def _(g):
    return g.op("Sqrt", g.op("ReduceSum", g.input("x", 2, 3, 4), g.input("axes", 1, kind=INT64), keepdims=1))


@graph("trace", "prim:add", 2 * 3, "a sum over the diagonals of 2 matrices of 3 by 3", 2)
def _(g):
    return g.op("Einsum", g.input("x", 2, 3, 3), equation="bii->b")


# Models of scikit-learn


def rows(g):
    return g.input("x", 4, 5)


def numbers(count):
    return [0.5 + 0.25 * at for at in range(count)]


@graph("linear_classes", "macs", 4 * 3 * 5, "4 rows of 5 for 3 classes", domains=[ML])
def _(g):
    attributes = dict(coefficients=numbers(15), intercepts=numbers(3), classlabels_ints=[0, 1, 2])
    return g.op("LinearClassifier", rows(g), outputs=2, domain=ML, post_transform="SOFTMAX", **attributes)[1]


@graph("linear_parameters", "parameters", 2 * 5 + 2, "2 targets of 5 coefficients and one number more", domains=[ML])
def _(g):
    return g.op("LinearRegressor", rows(g), domain=ML, coefficients=numbers(10), intercepts=numbers(2), targets=2)


@graph("scaled_features", "prim:mul", 4 * 5, "4 rows of 5 times a scale each", domains=[ML])
def _(g):
    return g.op("Scaler", rows(g), domain=ML, offset=[0.0], scale=numbers(5))


@graph("rows_of_length_one", "prim:sqrt", 4, "a root for each of 4 rows", domains=[ML])
def _(g):
    return g.op("Normalizer", rows(g), domain=ML, norm="L2")


TREES = dict(
    nodes_treeids=[0, 0, 0, 0, 0, 1, 1, 1],
    nodes_nodeids=[0, 1, 2, 3, 4, 0, 1, 2],
    nodes_featureids=[0, 1, 0, 0, 0, 2, 0, 0],
    nodes_modes=["BRANCH_LEQ", "BRANCH_LEQ", "LEAF", "LEAF", "LEAF", "BRANCH_LEQ", "LEAF", "LEAF"],
    nodes_truenodeids=[1, 3, 0, 0, 0, 1, 0, 0],
    nodes_falsenodeids=[2, 4, 0, 0, 0, 2, 0, 0],
    nodes_values=numbers(8),
)
LEAVES = [(0, 2), (0, 3), (0, 4), (1, 1), (1, 2)]


@graph("trees", "prim:compare", 4 * (2 + 1), "4 rows, a tree of two comparisons on its longest way and one of one", domains=[ML])
def _(g):
    target = dict(target_treeids=[t for t, _ in LEAVES], target_nodeids=[n for _, n in LEAVES], target_ids=[0] * 5, target_weights=numbers(5))
    return g.op("TreeEnsembleRegressor", rows(g), domain=ML, n_targets=1, **TREES, **target)


@graph("trees_of_classes", "prim:add", 4 * 2 * 3, "4 rows, 2 trees, whose leaves have a number for each of 3 classes", domains=[ML])
def _(g):
    each = [(t, n, c) for t, n in LEAVES for c in range(3)]
    classes = dict(class_treeids=[t for t, _, _ in each], class_nodeids=[n for _, n, _ in each], class_ids=[c for _, _, c in each], class_weights=numbers(15))
    return g.op("TreeEnsembleClassifier", rows(g), outputs=2, domain=ML, classlabels_int64s=[0, 1, 2], **TREES, **classes)[1]


@graph("support_vectors", "prim:exp", 4 * 3, "4 rows, a kernel with each of 3 vectors", domains=[ML])
def _(g):
    return g.op("SVMRegressor", rows(g), domain=ML, kernel_type="RBF", kernel_params=[0.1, 0.0, 3.0], support_vectors=numbers(15), coefficients=numbers(3), n_supports=3, rho=[0.5])


@graph("support_vectors_of_classes", "macs", 4 * 4 * 5 + 4 * 4 * 2, "4 rows times 4 vectors of 5; each vector has a coefficient against each of 2 other classes", domains=[ML])
def _(g):
    return g.op("SVMClassifier", rows(g), outputs=2, domain=ML, kernel_type="LINEAR", kernel_params=[0.1, 0.0, 3.0], support_vectors=numbers(20), coefficients=numbers(8), vectors_per_class=[2, 1, 1], classlabels_ints=[0, 1, 2], rho=numbers(3))[1]


@graph("categories", "prim:compare", 4 * 5 * 3, "a comparison of each element with 3 categories", domains=[ML])
def _(g):
    return g.op("OneHotEncoder", rows(g), domain=ML, cats_int64s=[1, 2, 3])


if __name__ == "__main__":
    small.main()
