#!/usr/bin/env python3
"""Small graphs of attention, one for each way in which exporters write it.

    attention.py      writes the graphs into attention/

Without more said: 5 tokens of width 12, 3 heads of 4, so that each projection takes 5·12·12 = 720 products, the scores
3·5·5·4 = 300, the context as many, a rotation of queries or keys 2·5·12 = 120.
"""
import pathlib

import numpy as np
from onnx import TensorProto, checker, helper, numpy_helper, save

HERE = pathlib.Path(__file__).parent / "attention"
TOKENS, WIDTH, HEADS = 5, 12, 3
HEAD = WIDTH // HEADS


class Graph:
    """A graph under construction."""

    def __init__(self):
        self.nodes, self.weights, self.infos = [], [], []
        self.rng = np.random.default_rng(1)

    def const(self, value, dtype=np.int64):
        self.weights.append(numpy_helper.from_array(np.array(value, dtype), f"c{len(self.weights)}"))
        return self.weights[-1].name

    def weight(self, *shape):
        return self.const(self.rng.normal(size=shape), np.float32)

    def says(self, weight, key, value):
        """What the exporter says of the last weight."""
        dims = self.weights[-1].dims
        self.infos.append(helper.make_tensor_value_info(weight, TensorProto.FLOAT, dims))
        entry = self.infos[-1].metadata_props.add()
        entry.key, entry.value = key, value

    def op(self, name, *inputs, outputs=1, **attributes):
        made = [f"t{len(self.nodes)}_{at}" for at in range(outputs)]
        self.nodes.append(helper.make_node(name, list(inputs), made, **attributes))
        return made[0] if outputs == 1 else made

    def slice(self, x, start, end, axis, step=1):
        return self.op("Slice", x, *(self.const([v]) for v in (start, end, axis, step)))

    def heads(self, x, tokens=TOKENS):
        """`1 n (h c)` as `1 h n c`."""
        x = self.op("Reshape", x, self.const([1, tokens, HEADS, HEAD]))
        return self.op("Transpose", x, perm=[0, 2, 1, 3])

    def separate(self):
        return [self.heads(self.op("MatMul", "x", self.weight(WIDTH, WIDTH))) for _ in range(3)]

    def packed(self, change=lambda x: x):
        """Queries, keys and values of one projection, of which `change` makes something else before it is taken apart."""
        x = change(self.op("MatMul", "x", self.weight(WIDTH, 3 * WIDTH)))
        x = self.op("Reshape", x, self.const([1, TOKENS, 3, HEADS, HEAD]))
        x = self.op("Transpose", x, perm=[2, 0, 3, 1, 4])
        return [self.op("Squeeze", self.slice(x, at, at + 1, 0), self.const([0])) for at in range(3)]

    def attend(self, q, k, v, rows=TOKENS, on_scores=lambda s: s, on_weights=lambda p: p):
        k = self.op("Transpose", k, perm=[0, 1, 3, 2])
        scores = self.op("Mul", self.op("MatMul", q, k), self.const(0.5, np.float32))
        weights = on_weights(self.op("Softmax", on_scores(scores), axis=-1))
        y = self.op("Transpose", self.op("MatMul", weights, v), perm=[0, 2, 1, 3])
        y = self.op("Reshape", y, self.const([1, rows, WIDTH]))
        self.op("MatMul", y, self.weight(WIDTH, WIDTH))
        self.rows = rows

    def save(self, name, x=(1, TOKENS, WIDTH)):
        result = helper.make_tensor_value_info(self.nodes[-1].output[0], TensorProto.FLOAT, (1, self.rows, WIDTH))
        given = helper.make_tensor_value_info("x", TensorProto.FLOAT, x)
        graph = helper.make_graph(self.nodes, name, [given], [result], self.weights, value_info=self.infos)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=8)
        checker.check_model(model)
        save(model, HERE / f"{name}.onnx")


def tables(g, columns, *more):
    return [g.weight(TOKENS, columns, *more) for _ in range(2)]


def by_halves(g, x, cos, sin, cast=False):
    """cat(a·cos − b·sin, b·cos + a·sin), with the halves behind casts."""
    a, b = g.op("Split", x, axis=-1, num_outputs=2, outputs=2)
    if cast:
        a, b = (g.op("Cast", half, to=TensorProto.DOUBLE) for half in (a, b))
        a, b = (g.op("Cast", half, to=TensorProto.FLOAT) for half in (a, b))
    left = g.op("Sub", g.op("Mul", a, cos), g.op("Mul", b, sin))
    right = g.op("Add", g.op("Mul", b, cos), g.op("Mul", a, sin))
    return g.op("Concat", left, right, axis=-1)


def half_by_halves(g, x, cos, sin):
    """The last two columns of four, joined with the first two as they were."""
    plain, x = g.slice(x, 0, HEAD // 2, 3), g.slice(x, HEAD // 2, HEAD, 3)
    a, b = g.slice(x, 0, HEAD // 4, 3), g.slice(x, HEAD // 4, HEAD // 2, 3)
    one = g.op("Sub", g.op("Mul", a, cos), g.op("Mul", b, sin))
    other = g.op("Add", g.op("Mul", b, cos), g.op("Mul", a, sin))
    return g.op("Concat", plain, one, other, axis=-1)


def by_pairs(g, x, cos, sin):
    """x·cos + rotated(x)·sin of even and odd columns."""
    even, odd = (g.slice(x, at, HEAD, 3, 2) for at in (0, 1))
    parts = [g.op("Unsqueeze", part, g.const([-1])) for part in (g.op("Neg", odd), even)]
    turned = g.op("Reshape", g.op("Concat", *parts, axis=-1), g.const([1, HEADS, TOKENS, HEAD]))
    return g.op("Add", g.op("Mul", x, cos), g.op("Mul", turned, sin))


def by_stacks(g, x, cos, sin):
    """Even and odd columns turned apart, then stacked again."""
    a, b = (g.slice(x, at, HEAD, 3, 2) for at in (0, 1))
    left = g.op("Sub", g.op("Mul", a, cos), g.op("Mul", b, sin))
    right = g.op("Add", g.op("Mul", b, cos), g.op("Mul", a, sin))
    parts = [g.op("Unsqueeze", part, g.const([-1])) for part in (left, right)]
    return g.op("Reshape", g.op("Concat", *parts, axis=-1), g.const([1, HEADS, TOKENS, HEAD]))


def by_complex(g, x, cos, sin):
    """(a + bi)·(cos + sin i)."""
    x = g.op("Reshape", x, g.const([1, HEADS, TOKENS, HEAD // 2, 2]))
    a, b = (g.slice(x, at, at + 1, 4) for at in (0, 1))
    left = g.op("Sub", g.op("Mul", a, cos), g.op("Mul", b, sin))
    right = g.op("Add", g.op("Mul", a, sin), g.op("Mul", b, cos))
    return g.op("Reshape", g.op("Concat", left, right, axis=-1), g.const([1, HEADS, TOKENS, HEAD]))


def to_length_one(g, x):
    length = g.op("Clip", g.op("ReduceL2", x, g.const([-1]), keepdims=1), g.const(1e-6, np.float32))
    return g.op("Div", x, g.op("Expand", length, g.const([1, HEADS, TOKENS, HEAD])))


def batch_norm(g, x):
    """Over the channels, as LeViT has it behind its projections."""
    flat = g.op("Reshape", x, g.const([TOKENS, 3 * WIDTH]))
    normal = g.op("BatchNormalization", flat, *(g.weight(3 * WIDTH) for _ in range(4)))
    return g.op("Reshape", normal, g.const([1, TOKENS, 3 * WIDTH]))


def mixed(g, x):
    """Heads that talk: a linear layer over the axis of heads."""
    x = g.op("MatMul", g.op("Transpose", x, perm=[0, 2, 3, 1]), g.weight(HEADS, HEADS))
    return g.op("Transpose", x, perm=[0, 3, 1, 2])


def rotations():
    def case(name, turn, columns, *more, packed=False, **options):
        g = Graph()
        q, k, v = g.packed() if packed else g.separate()
        cos, sin = tables(g, columns, *more)
        g.attend(turn(g, q, cos, sin, **options), turn(g, k, cos, sin, **options), v)
        g.save(name)

    case("rotary_halves", by_halves, HEAD // 2, cast=True)
    case("rotary_halves_of_packed", by_halves, HEAD // 2, packed=True)
    case("rotary_pairs", by_pairs, HEAD, packed=True)
    case("rotary_stacks", by_stacks, HEAD // 2)
    case("rotary_complex", by_complex, HEAD // 2, 1)
    case("rotary_behind_plain", half_by_halves, HEAD // 4)


def projections():
    g = Graph()
    q, k, v = g.packed()
    g.attend(to_length_one(g, q), to_length_one(g, k), v, on_scores=lambda s: g.op("Mul", s, g.weight(HEADS, 1, 1)))
    g.save("length_one_of_packed")
    g = Graph()
    q, k, v = g.packed()
    g.attend(g.op("Relu", q), g.op("Relu", k), v)
    g.save("relu_of_packed")
    g = Graph()
    g.attend(*g.packed(lambda x: batch_norm(g, x)))
    g.save("batch_norm_of_packed")
    g = Graph()
    q, k, v = g.packed()
    # Keys and values of every second token, each the mean of two.
    k, v = (g.op("AveragePool", x, kernel_shape=[2, 1], strides=[2, 1]) for x in (k, v))
    g.attend(q, k, v)
    g.save("pooled_of_packed")
    g = Graph()
    x = g.op("Conv", "x", g.weight(3 * WIDTH, WIDTH, 1, 1))
    x = g.op("Reshape", x, g.const([1, HEADS * 3, HEAD, 6]))
    parts = g.op("Split", x, axis=1, num_outputs=3, outputs=3)
    q, k, v = (g.op("Transpose", part, perm=[0, 1, 3, 2]) for part in parts)
    g.attend(q, k, v, rows=6)
    g.save("convolution_of_all", x=(1, WIDTH, 2, 3))


def queries_and_heads():
    g = Graph()
    k, v = g.separate()[1:]
    q = g.heads(g.op("MatMul", g.weight(1, 2, WIDTH), g.weight(WIDTH, WIDTH)), tokens=2)
    g.attend(q, k, v, rows=2)
    g.save("queries_learnt")
    g = Graph()
    k, v = g.separate()[1:]
    # As PyTorch's exporter writes them, which computed them before.
    q = g.weight(1, HEADS, 2, HEAD)
    g.says(q, "pkg.onnxscript.optimizer.folded_from", "['latent', 'attend.q.weight', 'val_3']")
    g.attend(q, k, v, rows=2)
    g.save("queries_stored")
    g = Graph()
    # A token is there if its first number is above 0.
    first = g.op("Reshape", g.slice("x", 0, 1, 2), g.const([1, 1, 1, TOKENS]))
    there = g.op("Greater", first, g.const(0, np.float32))
    mask = g.op("Where", there, g.const(0, np.float32), g.const(-1e9, np.float32))
    g.attend(*g.separate(), on_scores=lambda s: g.op("Add", s, mask))
    g.save("mask_of_tokens")
    g = Graph()
    g.attend(*g.separate(), on_scores=lambda s: mixed(g, s), on_weights=lambda p: mixed(g, p))
    g.save("heads_talk")


def streams():
    """Two streams of 5 and 4 tokens, each with projections of its own, packed, and one of its output, that attend jointly."""
    g = Graph()
    given, parts, ends = [], [], [0, 5, 9]
    for name, tokens in (("x", 5), ("y", 4)):
        given.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, (1, tokens, WIDTH)))
        packed = g.op("MatMul", name, g.weight(WIDTH, 3 * WIDTH))
        parts.append([g.heads(part, tokens) for part in g.op("Split", packed, axis=-1, num_outputs=3, outputs=3)])
    q, k, v = (g.op("Concat", *both, axis=2) for both in zip(*parts))
    scores = g.op("MatMul", q, g.op("Transpose", k, perm=[0, 1, 3, 2]))
    mixed = g.op("MatMul", g.op("Softmax", g.op("Mul", scores, g.const(0.5, np.float32)), axis=-1), v)
    mixed = g.op("Reshape", g.op("Transpose", mixed, perm=[0, 2, 1, 3]), g.const([1, 9, WIDTH]))
    made = [g.op("MatMul", g.slice(mixed, a, b, 1), g.weight(WIDTH, WIDTH)) for a, b in zip(ends, ends[1:])]
    results = [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in made]
    graph = helper.make_graph(g.nodes, "two_streams", given, results, g.weights)
    save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=8), HERE / "two_streams.onnx")


def operator(name, kind, inputs, weights=(), domain="com.microsoft", opset=23, then=None, types=None, stored=(), **attributes):
    """A graph of one operator, and `then` another of its result; `inputs` are names and shapes, `weights` constants by
    their shapes, None is left out; `types` are those of inputs that are no fractions; the `stored` have values."""
    g = Graph()
    names = [name if shape else "" for name, shape in inputs] + [g.weight(*shape) if shape else "" for shape in weights]
    type_of = lambda name: (types or {}).get(name, TensorProto.FLOAT)
    given = [helper.make_tensor_value_info(name, type_of(name), shape) for name, shape in inputs if shape and name not in stored]
    for held, shape in inputs:
        if held in stored:
            value = g.rng.integers(-9, 9, shape).astype(helper.tensor_dtype_to_np_dtype(type_of(held)))
            g.weights.append(numpy_helper.from_array(value, held))
    nodes = [helper.make_node(kind, names, ["made" if then else "y"], domain=domain, **attributes)]
    if then:
        nodes.append(helper.make_node(then, ["made"], ["y"]))
    # What the shape of the result is, the reader finds out.
    result = helper.make_tensor_value_info("y", TensorProto.FLOAT, None)
    graph = helper.make_graph(nodes, name, given, [result], g.weights)
    opsets = [helper.make_opsetid("", opset), helper.make_opsetid("com.microsoft", 1)]
    save(helper.make_model(graph, opset_imports=opsets, ir_version=10), HERE / f"{name}.onnx")


def operators():
    x, past = ("x", (1, 4, 12)), ("past", (2, 1, 3, 6, 4))
    g = Graph()
    g.nodes.append(helper.make_node("Attention", ["x", g.weight(12, 36), "", "", "past"], ["y", "present"], domain="com.microsoft", num_heads=3))
    given = [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in (x, past)]
    results = [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in ("y", "present")]
    graph = helper.make_graph(g.nodes, "ms_past", given, results, g.weights)
    save(helper.make_model(graph, opset_imports=[helper.make_opsetid("com.microsoft", 1)], ir_version=8), HERE / "ms_past.onnx")
    operator("ms_packed", "MultiHeadAttention", [("qkv", (1, 5, 3, 3, 4))], num_heads=3)
    operator("ms_packed_memory", "MultiHeadAttention", [("q", (1, 5, 12)), ("kv", (1, 7, 3, 2, 4))], num_heads=3)
    grouped = [("qkv", (1, 5, 32)), ("", None), ("", None), ("k", (1, 2, 6, 4)), ("v", (1, 2, 6, 4)), ("n", (1,)), ("t", (1,))]
    tables = [(64, 1), (64, 1)]
    operator("ms_packed_groups", "GroupQueryAttention", grouped, tables, num_heads=4, kv_num_heads=2, do_rotary=1)
    heads = dict(num_heads=4, kv_num_heads=2)
    rows = [("q", (1, 5, 16)), ("k", (1, 5, 8)), ("v", (1, 5, 8))]
    given = rows + [("", None), ("", None), ("n", (1,)), ("t", (1,))]
    operator("ms_both_ways", "GroupQueryAttention", given, causal=0, **heads)
    operator("ms_smooth", "GroupQueryAttention", given, smooth_softmax=1, **heads)
    operator("ms_sink", "GroupQueryAttention", given + [("", None)] * 4 + [("sink", (4,))], stored=["sink"], **heads)
    norms = [("", None)] * 7 + [("nq", (4,)), ("nk", (4,))]
    operator("ms_normed", "GroupQueryAttention", given + norms, stored=["nq", "nk"], **heads)
    tables = [("cos", (2, 5, 2)), ("sin", (2, 5, 2))]
    operator("rotary_part", "RotaryEmbedding", [("x", (2, 3, 5, 8)), *tables], domain="", rotary_embedding_dim=4)
    tables = [("at", (2, 5)), ("cos", (5, 2)), ("sin", (5, 2))]
    operator("ms_rotary_part", "RotaryEmbedding", [("x", (2, 5, 24)), *tables], num_heads=3, rotary_embedding_dim=4)
    memory = [("k", (1, 3, 7, 4)), ("v", (1, 3, 7, 4)), ("mask", (5, 4))]
    operator("mask_for_some_keys", "Attention", [("q", (1, 3, 5, 4)), *memory], domain="")
    bytes_and_numbers = [("x", (1, 4, 12)), ("w", (12, 36)), ("b", (36,)), ("sx", (1,)), ("sw", (1,))]
    operator("ms_of_bytes", "QAttention", bytes_and_numbers, types={"x": TensorProto.INT8, "w": TensorProto.INT8}, stored="wb", num_heads=3)
    lengths = {"at": TensorProto.INT32, "sums": TensorProto.INT32}
    rows = [("x", (7, 12)), ("w", (12, 36)), ("b", (36,)), ("at", (2, 4)), ("sums", (3,))]
    operator("ms_rows", "PackedAttention", rows, types=lengths, stored="wb", num_heads=3)
    now = [(name, (2, 1, 12)) for name in "qkv"]
    past = [("", None), ("", None), ("pk", (2, 3, 6, 4)), ("pv", (2, 3, 6, 4))]
    operator("ms_step", "DecoderMaskedMultiHeadAttention", now + past, num_heads=3)
    operator("ms_step_in_buffer", "DecoderMaskedMultiHeadAttention", now + past, num_heads=3, past_present_share_buffer=1)
    operator("swiglu", "SwiGLU", [("a", (2, 6)), ("b", (2, 6))], domain="", opset=28)
    operator("causal_conv", "CausalConvWithState", [("x", (2, 3, 5)), ("w", (3, 1, 4))], domain="", stored="w", opset=27)
    rows = [("q", (1, 5, 24)), ("k", (1, 5, 12)), ("v", (1, 5, 6))]
    operator("state_linear", "LinearAttention", rows, domain="", opset=27, update_rule="linear", q_num_heads=6, kv_num_heads=3)
    gates = [("", None), ("g", (1, 5, 3)), ("beta", (1, 5, 3))]
    operator("state_delta", "LinearAttention", rows + gates, domain="", opset=27, q_num_heads=6, kv_num_heads=3)
    operator("buffer_written", "TensorScatter", [("past", (2, 3, 8, 4)), ("x", (2, 3, 2, 4))], domain="", opset=24, then="Relu")


if __name__ == "__main__":
    HERE.mkdir(exist_ok=True)
    rotations()
    projections()
    queries_and_heads()
    streams()
    operators()
