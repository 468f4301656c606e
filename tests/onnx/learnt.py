"""What training would change in every fixture, reckoned from the files alone.

    python tests/onnx/learnt.py          writes learnt.csv
    python tests/onnx/learnt.py FILE …   lists what is counted, and why

An initialiser counts once if a node reads it as a weight, or what it was turned, sliced, cast,
dequantised or multiplied into: WEIGHTS says which inputs of which operators are weights. Of what
is added or multiplied element by element count tensors of more than one number that are not all
zero and hide no score. Constants that nodes hold count nothing, nor do running means and
variances, states, scales and zero points. The operators of operators/ hold weights in attributes
and packed, and are counted in expected.csv there. Nothing here is taken from the program that is tested.
"""

import ast
import csv
import math
import sys
from pathlib import Path

import onnx
import onnx.inliner
from onnx import TensorProto, numpy_helper

from common import graphs, is_stripped

HERE = Path(__file__).parent
ANY = range(100)
WEIGHTS = {
    "MatMul": ANY, "Gemm": ANY, "Einsum": ANY, "Conv": ANY, "ConvTranspose": (1, 2),
    "LSTM": (1, 2, 3, 7), "GRU": (1, 2, 3), "RNN": (1, 2, 3), "Gather": (0,), "PRelu": (1,),
    "LayerNormalization": (1, 2), "RMSNormalization": (1,), "BatchNormalization": (1, 2),
    "GroupNormalization": (1, 2), "InstanceNormalization": (1, 2), "DeformConv": (1, 3),
    "SimplifiedLayerNormalization": (1,), "MatMulInteger": (0, 1), "ConvInteger": (1,),
    "QLinearMatMul": (0, 3), "QLinearConv": (3, 8), "CausalConvWithState": (1, 2),
    # com.microsoft
    "Attention": (1, 2), "QAttention": (1, 2), "MultiHeadAttention": (3,), "FusedMatMul": (0, 1),
    "FusedGemm": (0, 1, 2), "FusedConv": (1, 2), "BiasGelu": (1,), "FastGelu": (1,),
    "SkipLayerNormalization": (2, 3, 4), "SkipSimplifiedLayerNormalization": (2, 3),
    "EmbedLayerNormalization": (2, 3, 4, 5, 6), "DynamicQuantizeMatMul": (1, 4),
    "MatMulIntegerToFloat": (1, 6), "QGemm": (0, 3, 6), "QEmbedLayerNormalization": (2, 3, 4, 5, 6),
    "MatMulNBits": (1, 5), "TransposeMatMul": (0, 1), "PackedAttention": (1, 2),
    "QLinearAdd": (0, 3), "GroupQueryAttention": (11, 14, 15),
    # qonnx.custom_op.general
    "XnorPopcountMatMul": (0, 1), "MultiThreshold": (1,),
    # of nobody
    "FooBar": ANY,
}
SUMS = {"Add", "Sub", "Mul", "Div", "Sum", "Where", "Max", "Min", "Concat", "ScatterND"}
# What these make of a weight is that weight: of the first input, or of all.
FIRST = {
    "Transpose", "Reshape", "Cast", "Identity", "Slice", "Squeeze", "Unsqueeze", "Expand", "Split",
    "DequantizeLinear", "QuantizeLinear", "Gather", "Flatten", "Sign", "Clip", "Round", "Abs",
    "Pad", "Tile", "Quant", "IntQuant", "BipolarQuant", "Trunc", "Relu", "Greater", "Neg",
    "GreaterOrEqual", "Less", "Xor", "And", "Not", "BitwiseXor",
}
# What they read besides is a shape.
SHAPED = {"Reshape", "Expand", "Slice", "Tile", "Pad"}
ALL = SUMS - {"Where"} | {"MatMul", "Gemm"}
# Tensors of some files that are read as weights are, and are none: file, dims, why.
NONE = [
    ("attention/rotary", {(5, 1), (5, 2), (5, 4), (5, 2, 1)}, "tables of cosines and sines"),
    ("llama_", {(1, 1, 16, 16), (8,)}, "tables of cosines and sines, their frequencies"),
    ("", {(2, 1, 16, 16), (2, 1, 17, 17)}, "masks of 2 sequences, for all heads"),
]
SAID = "pkg.torch.export.graph_signature.InputSpec.kind"
FOLDED = "pkg.onnxscript.optimizer.folded_from"


class Reckoning:
    def __init__(self, model, file):
        self.file, self.kinds = file, {}
        copied = {one.name for one in model.graph.initializer}
        for info in model.graph.value_info:
            for entry in info.metadata_props:
                if entry.key == SAID:
                    self.kinds[info.name] = entry.value == "PARAMETER"
                elif entry.key == FOLDED:
                    sources = ast.literal_eval(entry.value)
                    learnt = any("." in one or one.endswith("_token") for one in sources)
                    again = len(sources) == 1 and sources[0] in copied
                    self.kinds[info.name] = learnt and not again
                    copied.update(sources if len(sources) == 1 else ())
        if model.functions:
            model = onnx.inliner.inline_local_functions(model)
        parts = list(graphs(model.graph))
        self.held = {one.name: one for part in parts for one in part.initializer}
        self.nodes = [node for part in parts for node in part.node]
        self.makers = {name: node for node in self.nodes for name in node.output if name}
        for node in self.nodes:
            if node.op_type == "Loop":
                self.hand_on(node, next(one.g for one in node.attribute if one.name == "body"))
        self.given = [one.name for part in parts for one in part.output]
        self.packed = {
            node.input[1] for node in self.nodes for one in node.attribute
            if node.op_type == "MatMulNBits" and one.name == "bits" and one.i == 4
        }
        self.known, self.found = {}, {}

    def count(self):
        self.drop_unread()
        for node in self.nodes:
            for at, name in enumerate(node.input):
                attention = node.op_type == "Attention" and node.domain != "com.microsoft"
                if at in WEIGHTS.get(node.op_type, ()) and not attention:
                    self.weight(name, node.op_type)
                elif node.op_type in SUMS and self.computed(node):
                    self.added(name, node.op_type)
        return sum(self.size(name) for name in self.found if self.is_learnt(name))

    def size(self, name):
        """Two numbers of four bits a byte, where these are packed."""
        tensor = self.held[name]
        packed = name in self.packed and tensor.data_type == TensorProto.UINT8
        return math.prod(tensor.dims) * (2 if packed else 1)

    def is_learnt(self, name):
        dims = tuple(self.held[name].dims)
        if name in self.kinds:
            return self.kinds[name]
        if math.prod(dims) == 1 and self.found[name] not in ("Conv", "ConvTranspose"):
            return False
        return not any(self.file.startswith(file) and dims in shapes for file, shapes, _ in NONE)

    def hand_on(self, node, body):
        """A state that a body gives as it was given is what the first turn is given."""
        for at, state in enumerate(node.input[2:]):
            own, result = body.input[2 + at].name, self.makers.get(body.output[1 + at].name)
            if result is not None and result.op_type == "Identity" and result.input[0] == own:
                self.makers[own] = onnx.helper.make_node("Identity", [state], [own])

    def drop_unread(self):
        """Nodes of which nothing that is given is made."""
        open_, read = list(self.given), set(self.given)
        while open_:
            node = self.makers.get(open_.pop())
            shaped = node is not None and node.op_type in SHAPED
            for name in (node.input[:1] if shaped else node.input) if node else ():
                if name not in read:
                    read.add(name)
                    open_.append(name)
            for part in (one.g for one in node.attribute if one.HasField("g")) if node else ():
                # What a body captures is read by its nodes, which its outputs lead to.
                open_ += [one.name for one in part.output]
        self.nodes = [node for node in self.nodes if read & set(node.output)]

    def computed(self, node):
        """Whether anything that it reads is known only at run time."""
        return any(name and not self.constant(name) for name in node.input)

    def constant(self, name):
        """Whether a tensor is known before any input."""
        if name not in self.known:
            self.known[name] = name in self.held  # of a tensor made of itself
            node = self.makers.get(name)
            if node is not None:
                read = node.input[:1] if node.op_type in SHAPED else node.input
                self.known[name] = all(self.constant(one) for one in read if one)
        return self.known[name]

    def weight(self, name, why):
        tensor = self.held.get(name)
        if tensor is not None:
            zeros = why == "InstanceNormalization" and not is_stripped(tensor)
            if not zeros or numpy_helper.to_array(tensor).any():
                self.found[name] = why
            return
        node = self.makers.get(name)
        if node is None or not self.constant(name):
            return
        if node.op_type in FIRST or node.op_type == "Where":
            self.weight(node.input[0], why)
        elif node.op_type in ALL:
            for one in node.input:
                tensor = self.held.get(one)
                if tensor is None or math.prod(tensor.dims) > 1:
                    self.weight(one, why)

    def added(self, name, why):
        """A tensor beside one that is computed."""
        tensor = self.held.get(name)
        node = self.makers.get(name)
        if tensor is None and node is not None and node.op_type in FIRST | {"Mul", "Add"}:
            if self.constant(name):
                for one in node.input[: 1 if node.op_type in FIRST else None]:
                    self.added(one, why)
            return
        if tensor is None or tensor.data_type in (TensorProto.INT64, TensorProto.BOOL):
            return
        if not is_stripped(tensor):
            values = numpy_helper.to_array(tensor)
            equal = why == "Where" and (values == values.flat[0]).all()
            if equal or not values.any() or (values <= -1e4).any():
                return
        self.found[name] = why


GIVEN = {
    "given/branch.onnx": "rows=3", "given/cache.onnx": "past_length=0", "given/contracted.onnx": "n=5;features=6",
    "given/names.onnx": "p2o_DynamicDimension_0=3;z_axis0=2", "given/skip.onnx": "rows=16;columns=12",
}


def settings():
    """What the dims of fixtures are set to."""
    found = dict(GIVEN)
    for path in HERE.rglob("expected.csv"):
        folder = path.parent.relative_to(HERE)
        with open(path, newline="") as table:
            for row in csv.DictReader(table):
                text = row.get("binds") or row.get("settings") or ""
                parts = [part for part in text.split() if not part.startswith("--")]
                found.setdefault((folder / row["file"]).as_posix(), ";".join(parts))
    return found


def main():
    if sys.argv[1:]:
        for path in sys.argv[1:]:
            reckoning = Reckoning(onnx.load(path, load_external_data=False), Path(path).name)
            print(reckoning.count())
            for name, why in reckoning.found.items():
                print(f"  {name} {list(reckoning.held[name].dims)} {why}")
        return
    rows, known = [], settings()
    sys.setrecursionlimit(100_000)
    for path in sorted(HERE.rglob("*.onnx")):
        name = path.relative_to(HERE).as_posix()
        if not name.startswith(("bad/", "formats/refused", "operators/")):
            reckoning = Reckoning(onnx.load(path, load_external_data=False), name)
            rows.append((name, known.get(name, ""), reckoning.count()))
    with open(HERE / "learnt.csv", "w", newline="") as table:
        writer = csv.writer(table, lineterminator="\n")
        writer.writerow(("file", "settings", "parameters"))
        writer.writerows(rows)


if __name__ == "__main__":
    main()
