"""Fixtures that no exporter makes, built node by node."""

import numpy as np
from onnx import TensorProto, helper, numpy_helper

from common import Fixture, fixture

B, N, D, H, FF = 2, 16, 64, 4, 128
FLOAT, INT64, BOOL = TensorProto.FLOAT, TensorProto.INT64, TensorProto.BOOL
MS = "com.microsoft"


class Graph:
    """Nodes and weights as they are added."""

    def __init__(self, seed=0):
        self.random = np.random.default_rng(seed)
        self.nodes, self.initializers, self.inputs, self.outputs = [], [], [], []
        self.values, self.functions, self.parameters, self.names = [], [], 0, 0

    def name(self, stem):
        self.names += 1
        return f"{stem}_{self.names}"

    def input(self, name, shape, kind=FLOAT):
        self.inputs.append(helper.make_tensor_value_info(name, kind, shape))
        return name

    def output(self, name, shape=None, kind=FLOAT):
        self.outputs.append(helper.make_tensor_value_info(name, kind, shape))
        return name

    def value(self, name, shape, kind=FLOAT):
        self.values.append(helper.make_tensor_value_info(name, kind, shape))

    def constant(self, array, stem="c"):
        name = self.name(stem)
        self.initializers.append(numpy_helper.from_array(np.asarray(array), name))
        return name

    def ints(self, *values):
        return self.constant(np.array(values, np.int64))

    def weight(self, *shape, stem="w"):
        array = (self.random.standard_normal(shape) * 0.05).astype(np.float32)
        self.parameters += array.size
        return self.constant(array, stem)

    def op(self, kind, *inputs, outputs=1, domain="", out=None, **attributes):
        names = out or [self.name(kind.lower()) for _ in range(outputs)]
        self.nodes.append(
            helper.make_node(kind, list(inputs), names, domain=domain, **attributes)
        )
        return names[0] if len(names) == 1 else names

    def linear(self, x, inner, outer):
        return self.op("Add", self.op("MatMul", x, self.weight(inner, outer)), self.weight(outer))

    def norm(self, x, size=D):
        return self.op(
            "LayerNormalization", x, self.weight(size), self.weight(size), axis=-1, epsilon=1e-5
        )

    def model(self, opset=23, ir=10, **domains):
        graph = helper.make_graph(
            self.nodes, "graph", self.inputs, self.outputs, self.initializers,
            value_info=self.values,
        )
        opsets = [helper.make_opsetid("", opset)]
        opsets += [helper.make_opsetid(name.replace("_", "."), v) for name, v in domains.items()]
        return helper.make_model(
            graph, opset_imports=opsets, ir_version=ir, functions=self.functions,
            producer_name="picojoule-fixtures",
        )


LAYER = B * (4 * N * D * D + 2 * N * N * D + 2 * N * D * FF)
HEADS_FIRST = [0, 2, 1, 3]


def feed_forward(g, x, gelu="Gelu"):
    return g.linear(g.op(gelu, g.linear(x, D, FF)), FF, D)


def heads(g, x, count=H):
    return g.op("Transpose", g.op("Reshape", x, g.ints(0, 0, count, -1)), perm=HEADS_FIRST)


def merge(g, x):
    return g.op("Reshape", g.op("Transpose", x, perm=HEADS_FIRST), g.ints(0, 0, -1))


# The Attention operator of opset 23


def encoder23(name, note, four=False, symbolic=False, **attributes):
    @fixture(name)
    def _():
        g = Graph()
        shape = ["batch", "seq", D] if symbolic else [B, N, D]
        x = g.input("x", shape)
        q, k, v = (g.linear(x, D, D) for _ in range(3))
        if four:
            y = merge(g, g.op("Attention", *(heads(g, one) for one in (q, k, v)), **attributes))
        else:
            y = g.op("Attention", q, k, v, q_num_heads=H, kv_num_heads=H, **attributes)
        x = g.norm(g.op("Add", x, g.linear(y, D, D)))
        x = g.norm(g.op("Add", x, feed_forward(g, x)))
        g.op("Identity", x, out=[g.output("out", shape)])
        binds = {"batch": B, "seq": N} if symbolic else {}
        return Fixture(g.model(23), LAYER, g.parameters, note, binds)


SAME = "the encoder layer of enc_*, "
encoder23("enc_att23", SAME + "Attention of opset 23 on 3-D tensors, default scale")
encoder23("enc_att23_sym", SAME + "Attention of opset 23 on 3-D tensors, symbolic", symbolic=True)
encoder23("enc_att23_4d", SAME + "Attention of opset 23 on 4-D tensors", four=True)
encoder23("enc_att23_scale", SAME + "Attention of opset 23 with the scale given", scale=D / H / 64)


@fixture("dec_att23")
def _():
    g = Graph()
    x = g.input("x", [B, N, D])
    y = g.norm(x)
    q, k, v = (g.linear(y, D, D) for _ in range(3))
    y = g.op("Attention", q, k, v, q_num_heads=H, kv_num_heads=H, is_causal=1)
    x = g.op("Add", x, g.linear(y, D, D))
    g.op("Add", x, feed_forward(g, g.norm(x)), out=[g.output("out", [B, N, D])])
    return Fixture(
        g.model(23), LAYER, g.parameters,
        "the decoder layer of dec_*, Attention of opset 23, is_causal (all n·n products counted)",
    )


def grouped(name, note, causal=0, masked=False, past=0, kv=2, size=D // H, vsize=D // H):
    """Attention alone, and its four projections; vsize is that of a head of v."""

    @fixture(name)
    def _():
        g = Graph()
        x = g.input("x", [B, N, D])
        q = g.linear(x, D, H * size)
        k, v = g.linear(x, D, kv * size), g.linear(x, D, kv * vsize)
        more, keys, outputs = [], N + past, 1
        if masked or past:
            more.append(g.input("mask", [N, keys]) if masked else "")
        if past:
            more.append(g.input("past_k", [B, kv, past, size]))
            more.append(g.input("past_v", [B, kv, past, vsize]))
            outputs = 3
        y = g.op(
            "Attention", q, k, v, *more, outputs=outputs, q_num_heads=H, kv_num_heads=kv,
            is_causal=causal,
        )
        if past:
            y, present_k, present_v = y
            g.op("Identity", present_k, out=[g.output("present_k", [B, kv, keys, size])])
            g.op("Identity", present_v, out=[g.output("present_v", [B, kv, keys, vsize])])
        y = g.linear(y, H * vsize, D)
        g.op("Identity", y, out=[g.output("out", [B, N, D])])
        macs = B * N * D * (H * size + kv * size + kv * vsize) + B * N * H * vsize * D
        macs += B * H * N * keys * (size + vsize)
        return Fixture(g.model(23), macs, g.parameters, note)


grouped("gqa_att23", "4 query heads, 2 key heads, Attention of opset 23, causal", causal=1)
grouped("mqa_att23_mask", "4 query heads, 1 key head, Attention of opset 23, mask", masked=True, kv=1)
grouped("att23_past", "Attention of opset 23 with 48 past keys, present as outputs", past=48, kv=4)
grouped("att23_vsize", "Attention of opset 23, heads of v wider than those of q", kv=4, vsize=24)


@fixture("gqa_expanded")
def _():
    """The same as gqa_att23, spelt out: keys and values repeated by Expand."""
    g = Graph()
    x = g.input("x", [B, N, D])
    size = D // H
    q = heads(g, g.linear(x, D, D))
    k, v = (heads(g, g.linear(x, D, 2 * size), 2) for _ in range(2))

    def repeat(t):
        t = g.op("Unsqueeze", t, g.ints(2))
        t = g.op("Expand", t, g.ints(B, 2, 2, N, size))
        return g.op("Reshape", t, g.ints(B, H, N, size))

    k, v = repeat(k), repeat(v)
    scores = g.op("MatMul", q, g.op("Transpose", k, perm=[0, 1, 3, 2]))
    scores = g.op("Mul", scores, g.constant(np.float32(0.25)))
    mask = np.triu(np.full((N, N), -np.inf, np.float32), 1)
    scores = g.op("Add", scores, g.constant(mask))
    y = g.op("MatMul", g.op("Softmax", scores, axis=-1), v)
    y = g.linear(merge(g, y), D, D)
    g.op("Identity", y, out=[g.output("out", [B, N, D])])
    macs = B * N * D * (D + D + 2 * 2 * size) + 2 * B * N * N * D
    return Fixture(g.model(23), macs, g.parameters, "gqa_att23 spelt out, keys repeated by Expand")


def llama23(name, note, microsoft=False):
    @fixture(name)
    def _():
        g = Graph()
        shape = [B, N, D]
        x = g.input("x", shape)
        size, kv = D // H, 2

        def rms(x):
            if microsoft:
                return g.op("SimplifiedLayerNormalization", x, g.weight(D), axis=-1, epsilon=1e-6)
            return g.op("RMSNormalization", x, g.weight(D), axis=-1, epsilon=1e-6)

        y = rms(x)
        q, k, v = (g.op("MatMul", y, g.weight(D, one * size)) for one in (H, kv, kv))
        angles = np.outer(np.arange(N), 1e4 ** (-np.arange(0, size, 2) / size)).astype(np.float32)
        cos, sin = np.cos(angles), np.sin(angles)
        if microsoft:
            cos, sin = g.constant(cos), g.constant(sin)
            y = g.op(
                "GroupQueryAttention", q, k, v, "", "",
                g.constant(np.full(B, N - 1, np.int32)), g.constant(np.int32(N)), cos, sin,
                outputs=3, domain=MS, num_heads=H, kv_num_heads=kv, do_rotary=1,
            )[0]
        else:
            place = g.constant(np.tile(np.arange(N), (B, 1)))
            cos, sin = g.constant(cos), g.constant(sin)
            q = g.op("RotaryEmbedding", q, cos, sin, place, num_heads=H)
            k = g.op("RotaryEmbedding", k, cos, sin, place, num_heads=kv)
            y = g.op("Attention", q, k, v, q_num_heads=H, kv_num_heads=kv, is_causal=1)
        y = g.op("MatMul", y, g.weight(D, D))
        if microsoft:
            y, _, _, x = g.op(
                "SkipSimplifiedLayerNormalization", y, x, g.weight(D), domain=MS, epsilon=1e-6,
                out=[g.name("norm"), "", "", g.name("sum")],
            )
        else:
            x = g.op("Add", x, y)
            y = rms(x)
        gate, up = (g.op("MatMul", y, g.weight(D, FF)) for _ in range(2))
        if microsoft:
            gate = g.op("QuickGelu", gate, domain=MS, alpha=1.0)
        else:
            gate = g.op("Mul", gate, g.op("Sigmoid", gate))
        y = g.op("MatMul", g.op("Mul", gate, up), g.weight(FF, D))
        g.op("Add", x, y, out=[g.output("out", shape)])
        macs = B * N * D * (2 * D + 2 * kv * size + 3 * FF) + 2 * B * N * N * D
        domains = {"com_microsoft": 1} if microsoft else {}
        return Fixture(g.model(23, **domains), macs, g.parameters, note)


LLAMA = "Llama layer b=2 n=16 d=64, 4 heads, 2 kv heads, SwiGLU of 128, "
llama23("llama_layer23", LLAMA + "RMSNormalization, RotaryEmbedding and Attention of opset 23")
llama23("llama_layer_ms", LLAMA + "GroupQueryAttention (with rotary) of com.microsoft", True)


# com.microsoft


def encoder_ms(name, note, kind):
    @fixture(name)
    def _():
        g = Graph()
        shape = [B, N, D]
        x = g.input("x", shape)
        if kind == "attention":
            y = g.op(
                "Attention", x, g.weight(D, 3 * D), g.weight(3 * D), domain=MS, num_heads=H
            )
        elif kind == "mha":
            q, k, v = (g.op("MatMul", x, g.weight(D, D)) for _ in range(3))
            y = g.op("MultiHeadAttention", q, k, v, g.weight(3 * D), domain=MS, num_heads=H)
        else:
            q, k, v = (heads(g, g.linear(x, D, D)) for _ in range(3))
            scores = g.op("FusedMatMul", q, k, domain=MS, transB=1, alpha=0.25)
            y = merge(g, g.op("MatMul", g.op("Softmax", scores, axis=-1), v))
        y = g.op("MatMul", y, g.weight(D, D))
        x = g.op(
            "SkipLayerNormalization", y, x, g.weight(D), g.weight(D), g.weight(D), domain=MS,
            epsilon=1e-5,
        )
        y = g.op("MatMul", x, g.weight(D, FF))
        y = g.op("FastGelu" if kind == "fast" else "BiasGelu", y, g.weight(FF), domain=MS)
        y = g.op("MatMul", y, g.weight(FF, D))
        g.op(
            "SkipLayerNormalization", y, x, g.weight(D), g.weight(D), g.weight(D), domain=MS,
            epsilon=1e-5, out=[g.output("out", shape)],
        )
        return Fixture(g.model(17, 8, com_microsoft=1), LAYER, g.parameters, note)


encoder_ms("enc_ms_attention", SAME + "com.microsoft Attention, SkipLayerNormalization, BiasGelu", "attention")
encoder_ms("enc_ms_mha", SAME + "com.microsoft MultiHeadAttention, SkipLayerNormalization, BiasGelu", "mha")
encoder_ms("enc_ms_matmul", SAME + "com.microsoft FusedMatMul, SkipLayerNormalization, BiasGelu", "matmul")
encoder_ms("enc_ms_fastgelu", SAME + "but FastGelu (by tanh), com.microsoft FusedMatMul", "fast")


@fixture("embed_ms")
def _():
    g = Graph()
    ids = g.input("ids", ["batch", "seq"], TensorProto.INT32)
    kinds = g.input("kinds", ["batch", "seq"], TensorProto.INT32)
    x, _ = g.op(
        "EmbedLayerNormalization", ids, kinds, g.weight(100, D), g.weight(32, D), g.weight(2, D),
        g.weight(D), g.weight(D), domain=MS, outputs=2, epsilon=1e-12,
    )
    y = g.op("MatMul", x, g.weight(D, D))
    g.op("Identity", y, out=[g.output("out", ["batch", "seq", D])])
    return Fixture(
        g.model(17, 8, com_microsoft=1), B * N * D * D, g.parameters,
        "EmbedLayerNormalization of com.microsoft, and a product", {"batch": B, "seq": N},
    )


# Control flow, functions, and what nobody knows


def branch(g, name, sizes):
    """A graph that takes x of D features through products of these sizes, back to D."""
    inside = Graph(1)
    inside.names = 1000 * (len(g.nodes) + len(sizes))
    x = "x"
    for inner, outer in zip([D, *sizes], [*sizes, D]):
        x = inside.op("MatMul", x, inside.weight(inner, outer))
    inside.output(x, [B, N, D])
    g.parameters += inside.parameters
    return helper.make_graph(
        inside.nodes, name, [], inside.outputs, inside.initializers
    )


THEN, ELSE = B * N * 2 * D * FF, B * N * D * D


def choice(name, note, condition, macs, opset=17):
    @fixture(name)
    def _():
        g = Graph()
        x = g.input("x", [B, N, D])
        which = condition(g)
        y = g.op(
            "If", which, then_branch=branch(g, "then", [FF]), else_branch=branch(g, "else", []),
        )
        g.op("Relu", y, out=[g.output("out", [B, N, D])])
        return Fixture(g.model(opset, 8), macs, g.parameters, note)


BOTH = f"; then: {THEN} macs, else: {ELSE}"
choice("if_input", "If on an input" + BOTH, lambda g: g.input("which", [], BOOL), THEN)
choice("if_const", "If on a constant, false" + BOTH, lambda g: g.constant(np.array(False)), ELSE)


def long_enough(g):
    size = g.op("Gather", g.op("Shape", "x"), g.constant(np.int64(1)))
    return g.op("Greater", size, g.constant(np.int64(8)))


choice("if_shape", "If on a shape: 16 > 8" + BOTH, long_enough, THEN)


def loop(name, note, trip, times, binds=None, n=N):
    """x = relu(x·w), so often as trip says."""

    @fixture(name)
    def _():
        g = Graph()
        x = g.input("x", [B, n, D])
        inside = Graph(1)
        inside.names = 1000
        inside.input("i", [], INT64)
        inside.input("go", [], BOOL)
        inside.input("state", [B, n, D])
        w = g.weight(D, D)
        y = inside.op("Relu", inside.op("MatMul", "state", w))
        inside.op("Identity", "go", out=["go_on"])
        inside.output("go_on", [], BOOL)
        inside.output(y, [B, n, D])
        body = helper.make_graph(inside.nodes, "body", inside.inputs, inside.outputs)
        g.op("Loop", trip(g), "", x, body=body, out=[g.output("out", [B, n, D])])
        return Fixture(g.model(17, 8), times * B * N * D * D, g.parameters, note, binds or {})


loop("loop_const", "Loop of 5 turns, each a product", lambda g: g.constant(np.int64(5)), 5)
loop("loop_input", "Loop of so many turns as an input says; macs of one", lambda g: g.input("turns", [], INT64), 1)
loop(
    "loop_shape", "Loop of so many turns as x is long (seq)",
    lambda g: g.op("Gather", g.op("Shape", "x"), g.constant(np.int64(1))), N, {"seq": N}, "seq",
)


@fixture("scan")
def _():
    """An Elman network, its steps by Scan."""
    g = Graph()
    x = g.input("x", [N, B, D])
    h = g.constant(np.zeros((B, FF), np.float32))
    inside = Graph(1)
    inside.names = 1000
    inside.input("h", [B, FF])
    inside.input("step", [B, D])
    w, r = g.weight(D, FF), g.weight(FF, FF)
    new = inside.op("Tanh", inside.op(
        "Add", inside.op("MatMul", "step", w), inside.op("MatMul", "h", r)
    ))
    inside.output(new, [B, FF])
    inside.op("Identity", new, out=["y"])
    inside.output("y", [B, FF])
    body = helper.make_graph(inside.nodes, "body", inside.inputs, inside.outputs)
    last, every = g.op("Scan", h, x, outputs=2, body=body, num_scan_inputs=1)
    g.op("Identity", last, out=[g.output("last", [B, FF])])
    g.op("Identity", every, out=[g.output("out", [N, B, FF])])
    return Fixture(
        g.model(17, 8), N * B * (D * FF + FF * FF), g.parameters, "Elman network by Scan, 16 steps"
    )


@fixture("functions")
def _():
    """Dense(x, w, b) thrice; Block calls Dense, which calls Scale with an attribute of its own."""
    domain = "local"
    scale = helper.make_function(
        domain, "Scale", ["x"], ["y"],
        [
            helper.make_node("Constant", [], ["c"]),
            helper.make_node("Mul", ["x", "c"], ["y"]),
        ],
        [helper.make_opsetid("", 18)], ["by"],
    )
    reference = scale.node[0].attribute.add()
    reference.name, reference.ref_attr_name, reference.type = "value_float", "by", 1
    call = helper.make_node("Scale", ["z"], ["y"], domain=domain)
    passed = call.attribute.add()
    passed.name, passed.ref_attr_name, passed.type = "by", "factor", 1
    dense = helper.make_function(
        domain, "Dense", ["x", "w", "b"], ["y"],
        [
            helper.make_node("MatMul", ["x", "w"], ["p"]),
            helper.make_node("Add", ["p", "b"], ["z"]),
            call,
        ],
        [helper.make_opsetid("", 18), helper.make_opsetid(domain, 1)], ["factor"],
    )
    block = helper.make_function(
        domain, "Block", ["x", "u", "a", "v", "b"], ["y"],
        [
            helper.make_node("Dense", ["x", "u", "a"], ["p"], domain=domain, factor=0.5),
            helper.make_node("Relu", ["p"], ["q"]),
            helper.make_node("Dense", ["q", "v", "b"], ["z"], domain=domain, factor=2.0),
            helper.make_node("Add", ["x", "z"], ["y"]),
        ],
        [helper.make_opsetid("", 18), helper.make_opsetid(domain, 1)],
    )
    g = Graph()
    g.functions = [scale, dense, block]
    x = g.input("x", ["batch", "seq", D])
    for _ in range(2):
        x = g.op(
            "Block", x, g.weight(D, FF), g.weight(FF), g.weight(FF, D), g.weight(D), domain=domain
        )
    g.op(
        "Dense", x, g.weight(D, D), g.weight(D), domain=domain, factor=1.0,
        out=[g.output("out", ["batch", "seq", D])],
    )
    return Fixture(
        g.model(18, 8, local=1), B * N * (4 * D * FF + D * D), g.parameters,
        "local functions within functions, attributes by reference", {"batch": B, "seq": N},
    )


def opaque(name, note, typed):
    @fixture(name)
    def _():
        g = Graph()
        x = g.input("x", [B, N, D])
        y = g.linear(x, D, FF)
        z = g.op("FooBar", y, g.weight(FF), domain="com.acme", alpha=1.5)
        if typed:
            g.value(z, [B, N, FF])
        z = g.linear(z, FF, D)
        g.op("Identity", z, out=[g.output("out", [B, N, D] if typed else None)])
        return Fixture(g.model(17, 8, com_acme=1), B * N * 2 * D * FF, g.parameters, note)


opaque("opaque_typed", "com.acme::FooBar between two layers; its result's shape is in value_info", True)
opaque("opaque", "the same, nothing known of its result; macs as if it kept the shape", False)


# Operators one by one


def single(name, note, build, macs, opset=17, ir=8, binds=None, keep=False, **domains):
    @fixture(name)
    def _():
        g = Graph()
        result, kind = build(g)
        g.op("Identity", result, out=[g.output("out", None, kind)])
        return Fixture(
            g.model(opset, ir, **domains), macs, g.parameters, note, binds or {}, keep
        )


def einsums(g):
    x = g.input("x", ["batch", "seq", D])
    y = g.op("Einsum", x, g.weight(D, D), equation="bnd,de->bne")
    q = g.op("Einsum", x, g.weight(D, H, D // H), equation="bnd,dhe->bhne")
    k = g.op("Einsum", y, g.weight(D, H, D // H), equation="b n d, d h e -> b h n e")
    s = g.op("Einsum", q, k, equation="bhne,bhme->bhnm")
    s = g.op("Softmax", s, axis=-1)
    v = g.op("Einsum", q, equation="bhne->bnhe")
    c = g.op("Einsum", s, v, equation="...hnm,...mhe->...nhe")
    t = g.op("Einsum", c, g.weight(H, D // H, D), equation="bnhe,hed->bnd")
    return g.op("Einsum", t, t, equation="bnd,bmd"), FLOAT


single(
    "einsum", "eight einsums: products, attention, transposition, ellipsis, implicit result",
    einsums, B * N * (4 * D * D) + B * N * N * D * 3, binds={"batch": B, "seq": N},
)


def vectors(g):
    a, b = g.input("a", [D]), g.input("b", [D, FF])
    m = g.input("m", [3, 1, 5, D])
    y = g.op("MatMul", a, b)
    z = g.op("MatMul", b, y)
    s = g.op("MatMul", z, a)
    t = g.op("MatMul", m, g.input("n", [2, D, 7]))
    return g.op("Add", t, s), FLOAT


single(
    "matmul_ranks", "vector by matrix, matrix by vector, dot product, broadcast batches", vectors,
    D * FF + D * FF + D + 3 * 2 * 5 * D * 7,
)


def gemms(g):
    x = g.input("x", [B, D])
    y = g.op("Gemm", x, g.weight(FF, D), g.weight(FF), transB=1)
    z = g.op("Gemm", g.op("Transpose", y, perm=[1, 0]), g.weight(FF, D), g.weight(1), transA=1,
             alpha=0.5, beta=2.0)
    return g.op("Gemm", z, g.weight(D, D)), FLOAT


single("gemms", "Gemm: transposed, scaled, without bias", gemms, B * (2 * D * FF + D * D))


def convolutions(g):
    x = g.input("x", ["batch", 4, 15, 13])
    y = g.op("Conv", x, g.weight(8, 2, 3, 5), g.weight(8), group=2, pads=[2, 1, 0, 3],
             strides=[2, 1], dilations=[1, 2])
    z = g.op("Conv", y, g.weight(8, 8, 2, 2), auto_pad="SAME_UPPER", strides=[3, 2])
    z = g.op("Conv", z, g.weight(8, 8, 2, 1), auto_pad="VALID")
    t = g.op("ConvTranspose", z, g.weight(8, 3, 3, 3), g.weight(6), group=2, strides=[2, 3],
             pads=[0, 1, 1, 0], output_padding=[1, 0], dilations=[2, 1])
    return g.op("ConvTranspose", t, g.weight(6, 2, 2, 2), auto_pad="SAME_LOWER", strides=[2, 2]), FLOAT


single(
    "conv_pads", "uneven pads, auto_pad, dilated and grouped, transposed with output_padding",
    convolutions, B * (17280 + 3840 + 1280 + 2160 + 4704), binds={"batch": B},
)


def recurrent(kind, gates, direction="forward"):
    both = 2 if direction == "bidirectional" else 1

    def build(g):
        x = g.input("x", [N, B, D])
        y = g.op(
            kind, x, g.weight(both, gates * 32, D), g.weight(both, gates * 32, 32),
            g.weight(both, 2 * gates * 32), outputs=2, hidden_size=32, direction=direction,
        )
        return y[0], FLOAT

    single(
        f"{kind.lower()}_op{'_both' if both > 1 else ''}",
        f"{kind}, {direction}: 16 steps, b=2, 64 in, 32 hidden", build,
        both * N * B * gates * 32 * (D + 32),
    )


recurrent("LSTM", 4)
recurrent("LSTM", 4, "bidirectional")
recurrent("GRU", 3)
recurrent("RNN", 1)


def reductions(g):
    x = g.input("x", ["batch", "seq", D])
    y = g.op("MatMul", x, g.weight(D, D))
    axes = g.ints(-1)
    total = g.op("ReduceSum", y, axes, keepdims=1)
    for kind in ("ReduceMax", "ReduceMin", "ReduceMean", "ReduceL1", "ReduceL2", "ReduceProd",
                 "ReduceLogSumExp", "ReduceSumSquare"):
        total = g.op("Add", total, g.op(kind, y, axes, keepdims=1))
    y = g.op("Div", y, total)
    y = g.op("CumSum", y, g.constant(np.int64(1)))
    return g.op("ReduceSum", y, keepdims=0), FLOAT


single("reductions", "every reduction of one axis, a sum over all, CumSum", reductions,
       B * N * D * D, 18, binds={"batch": B, "seq": N})


def elementwise(g):
    x = g.input("x", [B, N, D])
    y = g.op("MatMul", x, g.weight(D, D))
    zero, one = g.constant(np.float32(0)), g.constant(np.float32(1))
    y = g.op("Where", g.op("Greater", y, zero), y, g.op("Neg", y))
    y = g.op("Clip", y, g.constant(np.float32(-3)), g.constant(np.float32(3)))
    y = g.op("Div", g.op("Round", g.op("Mul", y, g.constant(np.float32(16)))), g.constant(np.float32(16)))
    y = g.op("Add", y, g.op("Sign", x))
    for kind in ("Abs", "Floor", "Ceil", "Exp", "Sigmoid", "Tanh", "Softplus", "Softsign", "Erf",
                 "Elu", "Selu", "Celu", "HardSigmoid", "HardSwish", "LeakyRelu", "ThresholdedRelu",
                 "Sin", "Cos", "Atan", "Reciprocal"):
        y = g.op("Add", g.op(kind, y), one)
    y = g.op("Sqrt", g.op("Abs", y))
    y = g.op("Log", g.op("Add", y, one))
    y = g.op("Pow", y, g.constant(np.float32(2)))
    y = g.op("PRelu", y, g.weight(D))
    y = g.op("Max", y, x, one)
    y = g.op("Min", y, x)
    y = g.op("Sum", y, x, one)
    y = g.op("Mean", y, x)
    y = g.op("Mod", y, one, fmod=1)
    logic = g.op("And", g.op("Less", y, one), g.op("Not", g.op("Equal", y, zero)))
    logic = g.op("Or", logic, g.op("GreaterOrEqual", x, zero))
    logic = g.op("Xor", logic, g.op("LessOrEqual", x, one))
    y = g.op("Mul", y, g.op("Cast", logic, to=FLOAT))
    y = g.op("LogSoftmax", y, axis=-1)
    return g.op("Hardmax", y, axis=-1), FLOAT


single("elementwise", "a chain of every elementwise operator, and one product", elementwise, B * N * D * D)


def movement(g):
    x = g.input("x", ["batch", "seq", D])
    y = g.op("MatMul", x, g.weight(D, D))
    shape = g.op("Shape", y)
    batch, seq = (g.op("Gather", shape, g.ints(i), axis=0) for i in range(2))
    double = g.op("Mul", seq, g.ints(2))
    y = g.op("Tile", y, g.ints(1, 2, 1))
    y = g.op("Reshape", y, g.op("Concat", batch, double, g.ints(4, 16), axis=0))
    y = g.op("Pad", y, g.ints(0, 0, 0, 1, 0, 0, 0, 1))
    y = g.op("Slice", y, g.ints(1, 0), g.ints(2**31, -1), g.ints(1, 3), g.ints(2, 1))
    a, b = g.op("Split", y, g.ints(2, 2), outputs=2, axis=2)
    y = g.op("Concat", a, b, axis=-1)
    y = g.op("Squeeze", g.op("Unsqueeze", y, g.ints(0)), g.ints(0))
    y = g.op("Transpose", y, perm=[0, 2, 1, 3])
    y = g.op("Expand", y, g.op("Concat", g.ints(3), g.op("Shape", y), axis=0))
    y = g.op("Flatten", y, axis=4)
    many = g.op("ConstantOfShape", g.op("Shape", y), value=helper.make_tensor("v", FLOAT, [1], [2.0]))
    y = g.op("Add", y, many)
    ranks = g.op("Range", g.constant(np.int64(0)), g.op("Squeeze", double, g.ints(0)), g.constant(np.int64(1)))
    size = g.op("Cast", g.op("Add", g.op("Size", y), g.op("ReduceMax", ranks, keepdims=0)), to=FLOAT)
    y = g.op("Div", y, size)
    return g.op("MatMul", y, g.weight(34, 8)), FLOAT


single(
    "movement", "Tile Reshape Pad Slice Split Concat Squeeze Transpose Expand Flatten Range, and two products",
    movement, B * N * D * D + 3 * B * 2 * N * 34 * 8, 17, binds={"batch": B, "seq": N},
)


def indices(g):
    ids = g.input("ids", ["batch", "seq"], INT64)
    x = g.op("Gather", g.weight(100, D), ids, axis=0)
    y = g.op("MatMul", x, g.weight(D, D))
    values, where = g.op("TopK", y, g.ints(8), outputs=2, axis=-1)
    y = g.op("GatherElements", y, where, axis=2)
    y = g.op("Add", y, values)
    best = g.op("ArgMax", y, axis=-1, keepdims=1)
    worst = g.op("ArgMin", y, axis=-1, keepdims=1)
    hot = g.op("OneHot", g.op("Sub", best, worst), g.ints(8), g.constant(np.array([0, 1], np.float32)))
    z = g.op("MatMul", g.op("Squeeze", hot, g.ints(2)), g.weight(8, 16))
    z = g.op("GatherND", z, g.constant(np.zeros((4, 2), np.int64)))
    z = g.op("ScatterND", z, g.constant(np.array([[0], [2]])), g.constant(np.ones((2, 16), np.float32)))
    return g.op("Trilu", z, upper=0), FLOAT


single("indices", "Gather TopK GatherElements ArgMax OneHot GatherND ScatterND Trilu", indices,
       B * N * (D * D + 8 * 16), binds={"batch": B, "seq": N})


def norms(g):
    x = g.input("x", [B, 8, 6, 6])
    x = g.op("Conv", x, g.weight(8, 8, 1, 1))
    scale, bias = g.weight(8), g.weight(8)
    x = g.op("BatchNormalization", x, scale, bias, g.weight(8), g.constant(np.ones(8, np.float32)))
    g.parameters -= 8  # the running mean
    x = g.op("InstanceNormalization", x, scale, bias)
    x = g.op("GroupNormalization", x, scale, bias, num_groups=4)
    x = g.op("LRN", x, size=3)
    x = g.op("LpNormalization", x, axis=1, p=2)
    x = g.op("MeanVarianceNormalization", x)
    x = g.op("AveragePool", x, kernel_shape=[3, 3], pads=[1, 1, 1, 1], count_include_pad=1)
    x = g.op("MaxPool", x, kernel_shape=[2, 2], strides=[2, 2], ceil_mode=1)
    x = g.op("LpPool", x, kernel_shape=[2, 2], p=2)
    x = g.op("DepthToSpace", x, blocksize=2)
    x = g.op("SpaceToDepth", x, blocksize=2)
    x = g.op("Resize", x, "", g.constant(np.array([1, 1, 2, 2], np.float32)), mode="cubic")
    return g.op("Add", g.op("GlobalAveragePool", x), g.op("GlobalMaxPool", x)), FLOAT


single("norms", "every normalisation and pool on a picture, Resize, and a 1x1 convolution", norms,
       B * 36 * 64, 21, 10)


# Weights that say something


def linear_of(name, note, weights, scale=None):
    """keep: the payload is what matters."""

    def build(g):
        x = g.input("x", ["batch", D])
        array = weights(g.random).astype(np.float32)
        g.parameters += array.size
        y = g.op("MatMul", x, g.constant(array, "w"))
        if scale:
            y = g.op("Mul", y, g.constant(np.float32(scale)))
        return y, FLOAT

    single(name, note, build, B * D * D, binds={"batch": B}, keep=True)


def choose(*values):
    return lambda random: random.choice(np.array(values), (D, D))


linear_of("ternary", "weights of -1, 0 and 1", choose(-1, 0, 1))
linear_of("ternary_scaled", "weights of -s, 0 and s, s = 0.037", lambda r: choose(-1, 0, 1)(r) * np.float32(0.037))
linear_of("ternary_scale_after", "weights of -1, 0 and 1, the scale a product after", choose(-1, 0, 1), 0.037)
linear_of("signs", "weights of -1 and 1", choose(-1, 1))
linear_of("bits", "weights of 0 and 1", choose(0, 1))
linear_of("powers", "weights of plus and minus a power of two, 2^-6 to 2^1", lambda r: choose(-1, 1)(r) * 2.0 ** r.integers(-6, 2, (D, D)))
linear_of("powers_zero", "the same, some of them 0", lambda r: choose(-1, 0, 1)(r) * 2.0 ** r.integers(-6, 2, (D, D)))
linear_of("almost_ternary", "weights of -1, 0 and 1, but one of them 0.5", lambda r: np.where(np.arange(D * D).reshape(D, D) == 77, 0.5, choose(-1, 0, 1)(r)))
linear_of("real", "random weights, kept", lambda r: r.standard_normal((D, D)))


def binarised(how):
    def build(g):
        x = g.input("x", [B, N, D])
        w = g.weight(D, D)
        zero, one = g.constant(np.float32(0)), g.constant(np.float32(1))

        def sign(t):
            if how == "sign":
                return g.op("Sign", t)
            if how == "where":
                return g.op("Where", g.op("Greater", t, zero), one, g.constant(np.float32(-1)))
            bits = g.op("Cast", g.op("GreaterOrEqual", t, zero), to=FLOAT)
            return g.op("Sub", g.op("Mul", bits, g.constant(np.float32(2))), one)

        y = g.op("MatMul", sign(x), sign(w))
        return g.op("Mul", y, g.op("ReduceMean", g.op("Abs", w))), FLOAT

    single(f"xnor_{how}", f"binarised product, signs of both sides by {how}, then a scale", build, B * N * D * D)


for one in ("sign", "where", "cast"):
    binarised(one)


def xnor_both(g):
    q, k = g.input("q", [B, H, N, 16]), g.input("k", [B, H, N, 16])
    zero = g.constant(np.float32(0))
    q, k = (g.op("Cast", g.op("Greater", t, zero), to=FLOAT) for t in (q, k))
    return g.op("MatMul", q, g.op("Transpose", k, perm=[0, 1, 3, 2])), FLOAT


single("and_bits", "a product of bits and bits", xnor_both, B * H * N * N * 16)
