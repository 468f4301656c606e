"""Makes large ONNX files to measure by; nothing of theirs is kept in the repository.

    pip install torch transformers onnx onnxscript
    python benches/onnx-files.py bert FILE          BERT-base with its weights, random: 435 MB in one file
    python benches/onnx-files.py graph FILE [NODES] a graph of 100 000 nodes, no two layers alike
    python benches/onnx-files.py weights FILE       the weights of BERT-base alone, random: 435 MB, without torch
"""

import random
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


def bert(path):
    import torch
    from transformers import BertConfig, BertModel

    class Ids(torch.nn.Module):
        def __init__(self, model):
            super().__init__()
            self.model = model

        def forward(self, ids):
            return self.model(input_ids=ids, return_dict=True)[0]

    torch.manual_seed(0)
    model = Ids(BertModel(BertConfig(attn_implementation="eager"), add_pooling_layer=False)).eval()
    torch.onnx.export(
        model, (torch.ones(1, 128, dtype=torch.long),), path, dynamo=True, opset_version=18,
        external_data=False, input_names=["ids"], output_names=["out"], verbose=False,
    )


class Graph:
    """Small tensors, so that what is measured is nodes."""

    def __init__(self):
        self.random = random.Random(0)
        self.nodes, self.initializers, self.macs = [], [], 0

    def constant(self, array):
        name = f"c{len(self.initializers)}"
        self.initializers.append(numpy_helper.from_array(np.asarray(array), name))
        return name

    def weight(self, *shape):
        name = f"c{len(self.initializers)}"
        self.initializers.append(
            TensorProto(name=name, dims=shape, data_type=TensorProto.FLOAT, raw_data=bytes(4 * int(np.prod(shape))))
        )
        return name

    def op(self, kind, *inputs, outputs=1, **attributes):
        names = [f"v{len(self.nodes)}_{i}" for i in range(outputs)]
        self.nodes.append(helper.make_node(kind, inputs, names, name=f"n{len(self.nodes)}", **attributes))
        return names[0] if outputs == 1 else names


N = 16
UNARY = ("Relu", "Sigmoid", "Tanh", "Exp", "Abs", "Neg", "Sqrt", "Erf", "Floor", "Softplus")


def dense(g, x, d):
    e = g.random.choice((8, 12, 16, 24, 32))
    g.macs += N * d * e
    return g.op("Add", g.op("MatMul", x, g.weight(d, e)), g.weight(e)), e


def unary(g, x, d):
    for _ in range(g.random.randint(1, 4)):
        x = g.op(g.random.choice(UNARY), x)
    return x, d


def normalised(g, x, d):
    return g.op("LayerNormalization", x, g.weight(d), g.weight(d), axis=-1), d


def by_hand(g, x, d):
    y = g.op("Sub", x, g.op("ReduceMean", x, g.constant(np.array([-1])), keepdims=1))
    z = g.op("ReduceMean", g.op("Mul", y, y), g.constant(np.array([-1])), keepdims=1)
    return g.op("Div", y, g.op("Sqrt", g.op("Add", z, g.constant(np.float32(1e-5))))), d


def gated(g, x, d):
    return g.op("Mul", x, g.op("Sigmoid", g.op("Mul", x, g.constant(np.float32(1.702))))), d


def attention(g, x, d):
    heads = g.random.choice((1, 2, 4))

    def split():
        y = g.op("MatMul", x, g.weight(d, d))
        y = g.op("Reshape", y, g.constant(np.array([1, N, heads, d // heads])))
        return g.op("Transpose", y, perm=[0, 2, 1, 3])

    q, k, v = split(), split(), split()
    scores = g.op("MatMul", q, g.op("Transpose", k, perm=[0, 1, 3, 2]))
    y = g.op("MatMul", g.op("Softmax", scores, axis=-1), v)
    y = g.op("Reshape", g.op("Transpose", y, perm=[0, 2, 1, 3]), g.constant(np.array([1, N, d])))
    g.macs += 3 * N * d * d + 2 * N * N * d
    return g.op("Add", x, y), d


def convolution(g, x, d):
    e, k = g.random.choice((8, 16, 24)), g.random.choice((1, 3, 5))
    y = g.op("Transpose", x, perm=[0, 2, 1])
    y = g.op("Conv", y, g.weight(e, d, k), kernel_shape=[k], pads=[k // 2, k // 2])
    g.macs += N * e * d * k
    return g.op("Transpose", y, perm=[0, 2, 1]), e


def shaped(g, x, d):
    """The shape arithmetic of exporters."""
    size = g.op("Gather", g.op("Shape", x), g.constant(np.array([1])), axis=0)
    shape = g.op("Concat", g.constant(np.array([1])), size, g.constant(np.array([d // 4, 4])), axis=0)
    y = g.op("Reshape", x, shape)
    return g.op("Reshape", g.op("Relu", y), g.constant(np.array([1, N, d]))), d


def halves(g, x, d):
    a, b = g.op("Split", x, outputs=2, axis=-1, num_outputs=2)
    return g.op("Concat", g.op("Neg", b), a, axis=-1), d


def bits(g, x, d):
    y = g.op("Where", g.op("Greater", x, g.constant(np.float32(0))), x, g.op("Mul", x, g.constant(np.float32(0.1))))
    return g.op("Clip", y, g.constant(np.float32(-6)), g.constant(np.float32(6))), d


PARTS = (dense, unary, normalised, by_hand, gated, attention, convolution, shaped, halves, bits)


def graph(path, count=100_000):
    g = Graph()
    x, d = "x", 16
    while len(g.nodes) < count - 40:
        x, d = g.random.choice(PARTS)(g, x, d)
    while len(g.nodes) < count:
        x = g.op("Relu", x)
    g.nodes[-1].output[0] = "out"
    value = lambda name, size: helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, N, size])
    made = helper.make_graph(g.nodes, "graph", [value("x", 16)], [value("out", d)], g.initializers)
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", 18)], ir_version=8)
    onnx.save(model, path)
    print(f"{len(g.nodes)} nodes, {g.macs} macs")


def weights(path):
    """Products with matrices of the shapes of BERT-base, one after the other; no value repeats much."""
    dice = np.random.default_rng(0)
    shapes = [(768, 30522 + 512 + 2)]
    for _ in range(12):
        shapes += [(768, 768)] * 4 + [(768, 3072), (3072, 768)]
    nodes, tensors, outputs = [], [], []
    for at, shape in enumerate(shapes):
        data = dice.standard_normal(shape, dtype=np.float32).tobytes()
        tensors.append(TensorProto(name=f"w{at}", dims=shape, data_type=TensorProto.FLOAT, raw_data=data))
        nodes.append(helper.make_node("MatMul", [f"x{shape[0]}", f"w{at}"], [f"y{at}"]))
        outputs.append(helper.make_tensor_value_info(f"y{at}", TensorProto.FLOAT, [128, shape[1]]))
    inputs = [helper.make_tensor_value_info(f"x{size}", TensorProto.FLOAT, [128, size]) for size in (768, 3072)]
    made = helper.make_graph(nodes, "weights", inputs, outputs, tensors)
    onnx.save(helper.make_model(made, opset_imports=[helper.make_opsetid("", 18)], ir_version=8), path)


if __name__ == "__main__":
    what, path, *more = sys.argv[1:]
    {"bert": bert, "graph": graph, "weights": weights}[what](path, *(int(one) for one in more))
