"""Small graphs whose parameters are not simply the weights that nodes read.

    python3 parameters.py       writes parameters/*.onnx

The right numbers stand in `tests/onnx_parameters.rs`.
"""

import pathlib

import numpy as np
from onnx import TensorProto, helper, numpy_helper, save

FOLDER = pathlib.Path(__file__).parent / "parameters"
KIND = "pkg.torch.export.graph_signature.InputSpec.kind"
FOLDED = "pkg.onnxscript.optimizer.folded_from"
RULE = "pkg.onnxscript.rewriter.rule_name"


class Graph:
    """Nodes and tensors of one file."""

    def __init__(self, name, opset=18):
        self.name, self.opset = name, opset
        self.random = np.random.default_rng(0)
        self.nodes, self.initializers, self.infos = [], [], []
        self.inputs, self.outputs = [], []

    def input(self, name, *shape, kind=TensorProto.FLOAT):
        self.inputs.append(helper.make_tensor_value_info(name, kind, shape))
        return name

    def tensor(self, name, array, **said):
        """A tensor of the file, and what an exporter says of it."""
        array = np.asarray(array)
        self.initializers.append(numpy_helper.from_array(array, name))
        if said:
            kind = helper.np_dtype_to_tensor_dtype(array.dtype)
            info = helper.make_tensor_value_info(name, kind, array.shape)
            for key, value in said.items():
                entry = info.metadata_props.add()
                entry.key, entry.value = {"kind": KIND, "folded": FOLDED}[key], value
            self.infos.append(info)
        return name

    def weight(self, name, *shape, **said):
        return self.tensor(name, self.random.standard_normal(shape).astype(np.float32), **said)

    def op(self, kind, *inputs, out, **attributes):
        self.nodes.append(helper.make_node(kind, list(inputs), [out], **attributes))
        return out

    def write(self, result, *shape):
        output = helper.make_tensor_value_info(result, TensorProto.FLOAT, shape or None)
        graph = helper.make_graph(
            self.nodes, self.name, self.inputs, [output], self.initializers, value_info=self.infos
        )
        opset = helper.make_opsetid("", self.opset)
        save(helper.make_model(graph, opset_imports=[opset], ir_version=10), FOLDER / f"{self.name}.onnx")


def used_twice():
    g = Graph("used_twice")
    x, w = g.input("x", 4, 10), g.weight("w", 10, 10)
    a = g.op("MatMul", x, w, out="a")
    b = g.op("Relu", g.op("MatMul", a, w, out="b"), out="c")
    g.write(g.op("Add", a, b, out="y"), 4, 10)


def tied():
    g = Graph("tied")
    i, w = g.input("i", 4, kind=TensorProto.INT64), g.weight("w", 50, 8)
    h = g.op("MatMul", g.op("Gather", w, i, out="e"), g.weight("v", 8, 8), out="h")
    g.write(g.op("MatMul", h, g.op("Transpose", w, perm=[1, 0], out="t"), out="y"), 4, 50)


def layers(name, shared):
    """Three layers, of one set of weights or of three."""
    g = Graph(name)
    x = g.input("x", 4, 8)
    for at in range(3):
        if at == 0 or not shared:
            weights = [g.weight(f"layer.{at}.w", 8, 8), g.weight(f"layer.{at}.b", 8)]
            norm = [g.weight(f"layer.{at}.g", 8), g.weight(f"layer.{at}.s", 8)]
        y = g.op("MatMul", x, weights[0], out=f"m{at}")
        y = g.op("Add", y, weights[1], out=f"a{at}")
        y = g.op("Add", x, y, out=f"r{at}")
        x = g.op("LayerNormalization", y, *norm, out=f"n{at}")
    g.write(x, 4, 8)


def batch_norm():
    g = Graph("batch_norm")
    names = [g.weight(name, 8) for name in ("gain", "shift", "mean")]
    variance = g.tensor("variance", np.ones(8, np.float32))
    g.write(g.op("BatchNormalization", g.input("x", 1, 8, 3, 3), *names, variance, out="y"), 1, 8, 3, 3)


def conv_transpose():
    g = Graph("conv_transpose")
    x, w, b = g.input("x", 1, 4, 5, 5), g.weight("w", 4, 6, 4, 4), g.weight("b", 6)
    g.write(g.op("ConvTranspose", x, w, b, strides=[2, 2], pads=[1, 1, 1, 1], out="y"), 1, 6, 10, 10)


def lost_bias():
    """A convolution and a product that lost a bias of zeros, as their exporter says, and one that has its own."""
    g = Graph("lost_bias")
    x = g.op("Conv", g.input("x", 1, 3, 4, 4), g.weight("w", 2, 3, 4, 4), out="a")
    x = g.op("Reshape", x, g.tensor("rows", np.array([1, 2])), out="b")
    x = g.op("Gemm", x, g.weight("v", 2, 5), out="c")
    for node, rule in ((g.nodes[0], "RemoveOptionalBiasFromConv"), (g.nodes[2], "RemoveOptionalBiasFromGemm")):
        entry = node.metadata_props.add()
        entry.key, entry.value = RULE, rule
    g.write(g.op("Gemm", x, g.weight("u", 5, 4), g.weight("bias", 4), out="y"), 1, 4)


def lstm():
    g = Graph("lstm")
    x = g.input("x", 5, 1, 8)
    weights = [g.weight("W", 1, 64, 8), g.weight("R", 1, 64, 16), g.weight("B", 1, 128)]
    g.write(g.op("LSTM", x, *weights, hidden_size=16, out="y"), 5, 1, 1, 16)


def zero_state():
    g = Graph("zero_state")
    x = g.op("Add", g.input("x", 4, 8), g.tensor("v0", np.zeros((1, 8), np.float32)), out="a")
    g.write(g.op("MatMul", x, g.weight("w", 8, 3), out="y"), 4, 3)


def masked(name, length, **said):
    """Attention of two heads with a mask of so many tokens; the mask of few is
    read, that of many is not."""
    g = Graph(name)
    x = g.input("x", 1, 2, length, 8)
    k = g.op("MatMul", x, g.weight("w", 8, 8), out="k")
    scores = g.op("MatMul", x, g.op("Transpose", k, perm=[0, 1, 3, 2], out="t"), out="s")
    mask = np.triu(np.full((length, length), -np.inf, np.float32), 1)
    scores = g.op("Add", scores, g.tensor("mask", mask, **said), out="m")
    weights = g.op("Softmax", scores, axis=-1, out="p")
    g.write(g.op("MatMul", weights, x, out="y"), 1, 2, length, 8)


def head_bias():
    """A bias for every head and pair of tokens, which is learnt."""
    g = Graph("head_bias")
    x = g.input("x", 1, 2, 6, 8)
    scores = g.op("MatMul", x, g.op("Transpose", x, perm=[0, 1, 3, 2], out="t"), out="s")
    weights = g.op("Softmax", g.op("Add", scores, g.weight("bias", 2, 6, 6), out="b"), axis=-1, out="p")
    g.write(g.op("MatMul", weights, x, out="y"), 1, 2, 6, 8)


def sliced_table():
    g = Graph("sliced_table")
    x, table = g.input("x", 1, 4, 8), g.weight("positions", 32, 8)
    ends = [g.tensor(name, np.array([value])) for name, value in (("from", 0), ("to", 4), ("axis", 0))]
    g.write(g.op("Add", x, g.op("Slice", table, *ends, out="rows"), out="y"), 1, 4, 8)


def low_rank():
    g = Graph("low_rank")
    x = g.input("x", 4, 64)
    product = g.op("MatMul", g.weight("a", 64, 2), g.weight("b", 2, 64), out="ab")
    g.write(g.op("MatMul", x, product, out="y"), 4, 64)


def queries():
    g = Graph("queries")
    x = g.input("x", 6, 16)
    q = g.op("MatMul", g.weight("q", 3, 16), g.weight("w", 16, 16), out="qw")
    scores = g.op("MatMul", q, g.op("Transpose", x, perm=[1, 0], out="t"), out="s")
    g.write(scores, 3, 6)


def said():
    """What PyTorch's exporter says: a temperature that is learnt, a buffer and
    a table of sines that are not."""
    g = Graph("said")
    x = g.op("MatMul", g.input("x", 4, 8), g.weight("w", 8, 8, kind="PARAMETER"), out="a")
    x = g.op("Mul", x, g.weight("temperature", 1, kind="PARAMETER"), out="b")
    x = g.op("Add", x, g.weight("buffer", 4, 8, kind="BUFFER"), out="c")
    table = g.weight("val_9", 4, 8, folded="['arange', 'sin', 'val_3']")
    x = g.op("Mul", x, table, out="d")
    gain = g.weight("val_12", 4, 8, folded="['scale.gain', 'val_11']")
    g.write(g.op("Mul", x, gain, out="y"), 4, 8)


def constant_node():
    g = Graph("constant_node")
    value = numpy_helper.from_array(g.random.standard_normal((8, 8)).astype(np.float32))
    basis = g.op("Constant", value=value, out="basis")
    x = g.op("MatMul", g.input("x", 4, 8), basis, out="a")
    g.write(g.op("MatMul", x, g.weight("w", 8, 3), out="y"), 4, 3)


def copied_head():
    """A table of words and the head that is its turned copy, as PyTorch's exporter writes both."""
    g = Graph("copied_head")
    i = g.input("i", 4, kind=TensorProto.INT64)
    e = g.op("Gather", g.weight("embed.weight", 50, 8, kind="PARAMETER"), i, out="e")
    g.write(g.op("MatMul", e, g.weight("val_3", 8, 50, folded="['embed.weight']"), out="y"), 4, 50)


def copied_layer():
    """A matrix that two layers share, which the exporter turned twice."""
    g = Graph("copied_layer")
    x = g.input("x", 4, 8)
    for at in range(2):
        x = g.op("MatMul", x, g.weight(f"val_{at}", 8, 8, folded="['shared.weight']"), out=f"m{at}")
        x = g.op("Relu", x, out=f"r{at}")
    g.write(x, 4, 8)


def token():
    """A token of the module itself, spread over two sequences; a state that began as zeros."""
    g = Graph("token")
    x = g.input("x", 2, 3, 8)
    token = g.weight("expand", 2, 1, 8, folded="['cls_token', 'val_6', 'val_7']")
    state = g.weight("zeros_1", 2, 1, 8, folded="['val_2', 'zeros']")
    x = g.op("Concat", token, x, state, axis=1, out="c")
    g.write(g.op("MatMul", x, g.weight("w", 8, 3, kind="PARAMETER"), out="y"), 2, 5, 3)


def slopes():
    g = Graph("slopes")
    g.write(g.op("PRelu", g.input("x", 1, 6, 4), g.weight("slope", 6, 1), out="y"), 1, 6, 4)


def learnt_tokens():
    """Queries that attend to each other alone: what comes of them is known before."""
    g = Graph("learnt_tokens")
    q = g.op("MatMul", g.weight("queries", 3, 16), g.weight("wq", 16, 16), out="q")
    p = g.op("Softmax", g.op("MatMul", q, g.op("Transpose", q, perm=[1, 0], out="t"), out="s"), axis=-1, out="p")
    v = g.op("MatMul", p, g.weight("wv", 3, 16), out="v")
    x = g.op("MatMul", g.input("x", 6, 16), g.op("Transpose", v, perm=[1, 0], out="vt"), out="y")
    g.write(x, 6, 3)


def turns(name, carries):
    """A matrix that a loop of five turns reads around it, or hands on from turn to turn."""
    g = Graph(name)
    x, w = g.input("x", 4, 8), g.weight("w", 8, 8)
    count, true = g.tensor("count", np.array(5)), g.tensor("true", np.array(True))
    value = helper.make_tensor_value_info
    inputs = [value("at", TensorProto.INT64, []), value("go", TensorProto.BOOL, [])]
    inputs.append(value("h", TensorProto.FLOAT, [4, 8]))
    nodes = [
        helper.make_node("MatMul", ["h", "own" if carries else "w"], ["m"]),
        helper.make_node("Relu", ["m"], ["r"]),
        helper.make_node("Identity", ["go"], ["goes_on"]),
    ]
    outputs = [value("goes_on", TensorProto.BOOL, []), value("r", TensorProto.FLOAT, [4, 8])]
    if carries:
        inputs.append(value("own", TensorProto.FLOAT, [8, 8]))
        nodes.append(helper.make_node("Identity", ["own"], ["owned"]))
        outputs.append(value("owned", TensorProto.FLOAT, [8, 8]))
    body = helper.make_graph(nodes, "body", inputs, outputs)
    results = ["y", "last"] if carries else ["y"]
    states = [x, w] if carries else [x]
    g.nodes.append(helper.make_node("Loop", [count, true, *states], results, body=body))
    g.write("y", 4, 8)


def scanned():
    """A state that is added to at each of six steps, from a constant on."""
    g = Graph("scanned")
    x, w, state = g.input("x", 6, 4, 8), g.weight("w", 8, 8), g.weight("state", 4, 8)
    value = helper.make_tensor_value_info
    nodes = [
        helper.make_node("MatMul", ["h", "w"], ["m"]),
        helper.make_node("Add", ["m", "row"], ["next"]),
        helper.make_node("Identity", ["next"], ["given"]),
    ]
    rows = [value(name, TensorProto.FLOAT, [4, 8]) for name in ("h", "row", "next", "given")]
    body = helper.make_graph(nodes, "body", rows[:2], rows[2:])
    g.nodes.append(helper.make_node("Scan", [state, x], ["last", "y"], body=body, num_scan_inputs=1))
    g.write("y", 6, 4, 8)


FOLDER.mkdir(exist_ok=True)
used_twice()
tied()
layers("layers_shared", True)
layers("layers_own", False)
batch_norm()
conv_transpose()
lost_bias()
lstm()
zero_state()
masked("mask_of_few", 6)
masked("mask_of_many", 16)
masked("mask_said", 16, folded="['full', 'triu']")
head_bias()
sliced_table()
low_rank()
queries()
said()
constant_node()
copied_head()
copied_layer()
token()
slopes()
learnt_tokens()
turns("read_each_turn", False)
turns("handed_on", True)
scanned()
