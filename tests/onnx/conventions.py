#!/usr/bin/env python3
"""Small graphs on which counters differ: padded convolutions, biases, causal masks.

    conventions.py      writes the graphs and expected.csv into conventions/

Attention has 3 heads of 4, so that each pair of a query and a key takes 12 products for its score and 12 for the context.
"""
import csv
import pathlib

import numpy as np
from onnx import TensorProto, checker, helper, numpy_helper, save

HERE = pathlib.Path(__file__).parent / "conventions"
ROWS = []
HEADS, HEAD = 3, 4


def write(name, nodes, inputs, outputs, weights=(), opset=23, microsoft=False):
    rng = np.random.default_rng(1)
    any_of = lambda given: given if isinstance(given, np.ndarray) else rng.normal(size=given).astype(np.float32)
    stored = [numpy_helper.from_array(any_of(given), key) for key, given in weights]
    value = lambda key, shape: helper.make_tensor_value_info(key, TensorProto.FLOAT, shape)
    graph = helper.make_graph(nodes, name, [value(*one) for one in inputs], [value(*one) for one in outputs], stored)
    opsets = [helper.make_opsetid("", opset)] + ([helper.make_opsetid("com.microsoft", 1)] if microsoft else [])
    model = helper.make_model(graph, opset_imports=opsets, ir_version=10, producer_name="picojoule")
    if not microsoft:
        checker.check_model(model, full_check=True)
    save(model, HERE / f"{name}.onnx")


def expect(name, options, quantity, count, why):
    ROWS.append([f"{name}.onnx", options, quantity, count, why])


def conv(name, x, kernel, y, inputs_per_group=2, out=6, bias=False, **attributes):
    weights = [("w", (out, inputs_per_group, *kernel))] + ([("b", (out,))] if bias else [])
    node = helper.make_node("Conv", ["x", *(key for key, _ in weights)], ["y"], **attributes)
    write(name, [node], [("x", x)], [("y", y)], weights)


def attention(name, queries, keys, past=None, **attributes):
    shape = lambda tokens: (1, HEADS, tokens, HEAD)
    inputs = [("q", shape(queries)), ("k", shape(keys)), ("v", shape(keys))]
    names, outputs = ["q", "k", "v"], [("y", shape(queries))]
    if past is not None:
        names += ["", "past_k", "past_v"]
        inputs += [("past_k", shape(past)), ("past_v", shape(past))]
        outputs += [("k_all", shape(past + keys)), ("v_all", shape(past + keys))]
    node = helper.make_node("Attention", names, [key for key, _ in outputs], **attributes)
    write(name, [node], inputs, outputs)


def microsoft(name, operator, tokens, window=None, **attributes):
    shape = (1, tokens, HEADS * HEAD)
    inputs = [("q", shape), ("k", shape), ("v", shape)]
    names = ["q", "k", "v"]
    if operator == "GroupQueryAttention":
        attributes |= {"kv_num_heads": HEADS, "local_window_size": window or -1}
    node = helper.make_node(operator, names, ["y"], domain="com.microsoft", num_heads=HEADS, **attributes)
    write(name, [node], inputs, [("y", shape)], microsoft=True)


HERE.mkdir(exist_ok=True)

conv("conv_uneven_pads", (1, 2, 7, 6), (3, 2), (1, 6, 4, 5), pads=[1, 0, 2, 1], strides=[2, 1], dilations=[1, 2])
expect("conv_uneven_pads", "", "macs", 12 * 4 * 5 * 3 * 2, "2 to 6 channels, 4·5 places, windows of 3 by 2")
expect("conv_uneven_pads", "--padding=skipped", "macs", 12 * 10 * 9,
       "rows 2y + k - 1 of 7: k = 0 leaves out y = 0; k = 1 none of 0 2 4 6; k = 2 the last, 7: 3 + 4 + 3; columns x + 2k of 6: 5 for k = 0, 4 for k = 1")
expect("conv_uneven_pads", "--padding=skipped", "prim:add", 12 * 10 * 9, "an addition for each product")
expect("conv_uneven_pads", "--padding=skipped --dot-adds=k-1", "prim:add", 12 * 10 * 9 - 6 * 20, "one fewer in each of 6·4·5 sums")

conv("conv_in_groups", (1, 4, 5, 5), (3, 3), (1, 6, 5, 5), group=2, pads=[1, 1, 1, 1], bias=True)
expect("conv_in_groups", "--padding=skipped", "macs", 6 * 2 * 13 * 13, "5 + 5 + 5 less one at each end by row, likewise by column; 6 channels of 2 each")
expect("conv_in_groups", "--padding=skipped --bias=counted", "macs", 6 * 2 * 13 * 13 + 6 * 25, "and 150 biases")
expect("conv_in_groups", "--bias=counted", "prim:add", 6 * 2 * 225 + 6 * 25, "all padding, and 150 biases")
expect("conv_in_groups", "--bias=counted --dot-adds=k-1", "prim:add", 6 * 2 * 225, "one fewer in each sum, one for its bias")
expect("conv_in_groups", "--bias=counted", "parameters", 6 * 2 * 9 + 6, "what is counted changes no parameter")

conv("conv_same", (1, 2, "n"), (4,), (1, 6, "m"), strides=[2], auto_pad="SAME_UPPER")
expect("conv_same", "n=9 --padding=skipped", "macs", 12 * 17,
       "5 places need 2·4 + 4 = 12, so 3 of padding, 1 before: places 2y + k - 1 of 9: 4 (y = 1 to 4), 5 (0 2 4 6 8), 4 (1 3 5 7), 4 (2 4 6 8)")
expect("conv_same", "n=8 --padding=skipped", "macs", 12 * 14,
       "4 places need 10, so 2 of padding, 1 before: 3 (1 3 5), 4 (0 2 4 6), 4 (1 3 5 7), 3 (2 4 6)")

attention("causal", 5, 5, is_causal=1)
expect("causal", "", "macs", 24 * 25, "all pairs")
expect("causal", "--causal=skipped", "macs", 24 * 15, "1 + 2 + 3 + 4 + 5 pairs")
expect("causal", "--causal=skipped", "prim:exp", 3 * 15, "an exponential for each score")
attention("causal_after_past", 5, 5, past=3, is_causal=1)
expect("causal_after_past", "--causal=skipped", "macs", 24 * 30, "4 + 5 + 6 + 7 + 8 pairs")
attention("causal_of_more_keys", 3, 8, is_causal=1)
expect("causal_of_more_keys", "--causal=skipped", "macs", 24 * 6, "the first query sees the first key alone: 1 + 2 + 3")
attention("causal_of_fewer_keys", 8, 5, is_causal=1)
expect("causal_of_fewer_keys", "--causal=skipped", "macs", 24 * 30, "1 + 2 + 3 + 4 + 5 + 5 + 5 + 5")
attention("not_causal", 5, 5)
expect("not_causal", "--causal=skipped", "macs", 24 * 25, "no mask hides any")
attention("causal_of_any_length", "n", "n", is_causal=1)
expect("causal_of_any_length", "n=7 --causal=skipped", "macs", 24 * 28, "7·8/2 pairs")
microsoft("one_way", "MultiHeadAttention", 5, unidirectional=1)
expect("one_way", "--causal=skipped", "macs", 24 * 15, "1 to 5 pairs")
microsoft("group_query", "GroupQueryAttention", 5)
expect("group_query", "--causal=skipped", "macs", 24 * 15, "causal without being told")
microsoft("group_query_window", "GroupQueryAttention", 6, window=2)
expect("group_query_window", "", "macs", 24 * 12, "2 keys of each of 6 queries")
expect("group_query_window", "--causal=skipped", "macs", 24 * 11, "1 + 2 + 2 + 2 + 2 + 2 pairs")

spiking = [
    helper.make_node("Greater", ["x", "threshold"], ["fires"]),
    helper.make_node("Cast", ["fires"], ["spikes"], to=TensorProto.FLOAT),
    helper.make_node("MaxPool", ["spikes"], ["pooled"], kernel_shape=[2, 2], strides=[2, 2]),
    helper.make_node("Flatten", ["pooled"], ["flat"]),
    helper.make_node("MatMul", ["flat", "w"], ["y"]),
]
write("spikes_pooled", spiking, [("x", (1, 2, 4, 4))], [("y", (1, 4))], [("threshold", ()), ("w", (8, 4))])
expect("spikes_pooled", "", "acs", 32, "8 · 4 terms; of the spikes nothing is known")
expect("spikes_pooled", "rho=0.125", "acs", 16, "the largest of 4 spikes of density 1/8 is one in at most half of the places")
expect("spikes_pooled", "rho=0.125", "dense_synops", 32, "with the zeros")

spiking[3] = helper.make_node("Pad", ["pooled", "around"], ["padded"])
spiking[4] = helper.make_node("MatMul", ["padded", "v"], ["y"])
write("spikes_padded", spiking, [("x", (1, 2, 4, 4))], [("y", (1, 2, 4, 3))], [("threshold", ()), ("around", np.array([0, 0, 1, 1, 0, 0, 1, 1])), ("v", (4, 3))])
expect("spikes_padded", "rho=0.125", "acs", 12, "at most half of 2 · 4 places, with 0 around 2 · 16: of 32 · 3 terms an eighth")

both = [
    helper.make_node("Greater", ["x", "threshold"], ["one"]),
    helper.make_node("Greater", ["z", "threshold"], ["other"]),
    helper.make_node("And", ["one", "other"], ["both"]),
    helper.make_node("Cast", ["both"], ["bits"], to=TensorProto.FLOAT),
    helper.make_node("MatMul", ["bits", "w"], ["y"]),
]
write("both_spike", both, [("x", (4, 8)), ("z", (4, 8))], [("y", (4, 3))], [("threshold", ()), ("w", (8, 3))])
expect("both_spike", "rho=0.25", "acs", 24, "at most a quarter of 4 · 8 · 3 terms")
expect("both_spike", "rho=0.25", "prim:and", 32, "one for each of 4 · 8 bits")

with open(HERE / "expected.csv", "w", newline="") as out:
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["file", "settings", "quantity", "count", "why"])
    writer.writerows(ROWS)
