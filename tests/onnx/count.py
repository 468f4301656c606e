"""Multiply-accumulates of an ONNX file, counted from the shapes that tensors have at run time.

    python count.py                     checks every row of expected.csv
    python count.py FILE [dim=size ...] prints the count of each node, and the sum

The model is run on made-up inputs (weights that were stripped are made up, too), once by
onnxruntime with every intermediate tensor as an output; where onnxruntime cannot, or where there
is control flow, by onnx's reference evaluator, in which every operator is watched. Nothing here is
taken from shape inference. Where a node's branches differ (If), the branch that ran is counted.
"""

import csv
import math
import sys
from pathlib import Path

import numpy as np
import onnx
import onnx.inliner
from onnx import helper, numpy_helper
from onnx.reference import ReferenceEvaluator, op_run

from common import graphs, is_stripped, nodes, tensors

HERE = Path(__file__).parent
CONTROL = {"If", "Loop", "Scan", "SequenceMap"}


def attribute(node, name, default=None):
    for one in node.attribute:
        if one.name == name:
            value = helper.get_attribute_value(one)
            return value.decode() if isinstance(value, bytes) else value
    return default


def product(values):
    return math.prod(int(value) for value in values)


def matmul(a, b):
    """Every output element is a dot product over the last axis of the first operand."""
    if len(a) == 1 and len(b) == 1:
        return a[0]
    if len(a) == 1:
        return product(b)
    if len(b) == 1:
        return product(a)
    batch = np.broadcast_shapes(tuple(a[:-2]), tuple(b[:-2]))
    return product(batch) * a[-2] * a[-1] * b[-1]


def einsum(equation, shapes):
    left = equation.replace(" ", "").split("->")[0].split(",")
    if len(left) != 2:
        return 0
    extents = {}
    for term, shape in zip(left, shapes):
        dots = len(shape) - len(term.replace("...", ""))
        names = list(term.replace("...", "".join(chr(ord("0") + i) for i in range(dots))))
        for name, size in zip(names, shape):
            extents[name] = max(size, extents.get(name, 1))
    result = equation.replace(" ", "").split("->")[1] if "->" in equation else None
    if result is not None and all(name in result for name in extents if name.isalpha()):
        return 0  # no index is summed: products, not multiply-accumulates
    return product(extents.values())


def attention(q, k, v, past, q_heads, kv_heads, window=None):
    """q k v as (batch, heads, length, size) or (batch, length, heads * size)."""
    if len(q) == 3:
        q = (q[0], q_heads, q[1], q[2] // q_heads)
        k = (k[0], kv_heads, k[1], k[2] // kv_heads)
        v = (v[0], kv_heads, v[1], v[2] // kv_heads)
    keys = k[2] + (past[2] if past else 0)
    if window is not None:
        keys = min(window, keys)
    return q[0] * q[1] * q[2] * keys * (q[3] + v[3])


def window(node):
    """How many keys a query sees at most; None where a side is open."""
    left = attribute(node, "left_window_size", -1)
    right = 0 if attribute(node, "is_causal") else attribute(node, "right_window_size", -1)
    return None if left < 0 or right < 0 else left + 1 + right


def linear_attention(node, q, k, v):
    """Of every token: the query times the state; the key times it, too, where it is corrected."""
    heads, own = attribute(node, "q_num_heads"), attribute(node, "kv_num_heads")
    keys, values = k[2] // own, v[2] // own
    corrected = attribute(node, "update_rule", "gated_delta") in ("delta", "gated_delta")
    return q[0] * q[1] * keys * values * (heads + (own if corrected else 0))


def fused(node, ins, outs):
    """com.microsoft operators of attention."""
    heads = attribute(node, "num_heads")
    if node.op_type == "Attention":
        x, w = ins[0], ins[1]
        sizes = attribute(node, "qkv_hidden_sizes") or [w[1] // 3] * 3
        past = ins[4][3] if len(ins) > 4 and ins[4] else 0
        return x[0] * x[1] * w[0] * w[1] + x[0] * x[1] * (x[1] + past) * (sizes[0] + sizes[2])
    if node.op_type == "MultiHeadAttention":
        q = ins[0]
        if len(q) == 5:  # packed: batch, length, heads, 3, size
            return q[0] * q[1] * q[1] * q[2] * q[4] * 2
        k, v = ins[1], ins[2]
        keys = k[1] if len(k) in (3, 5) else k[2]
        width = v[-1] if len(v) == 3 else v[1] * v[3]
        past = ins[6][2] if len(ins) > 6 and ins[6] else 0
        return q[0] * q[1] * (keys + past) * (q[2] + width)
    if node.op_type == "GroupQueryAttention":
        q, k = ins[0], ins[1]
        groups = attribute(node, "kv_num_heads")
        width = q[2]
        seen = attribute(node, "local_window_size", 0)
        if not k:  # packed
            width = q[2] * heads // (heads + 2 * groups)
        keys = outs[1][2] if len(outs) > 1 and outs[1] else q[1]
        return q[0] * q[1] * (min(seen, keys) if seen > 0 else keys) * width * 2
    raise KeyError(node.op_type)


def recurrent(node, ins, gates):
    """Every step multiplies the input by W and the state by R."""
    x, w, r = ins[0], ins[1], ins[2]
    return x[0] * x[1] * (product(w) + product(r))


def macs(node, ins, outs):
    """The count of one node; shapes of absent inputs are None."""
    kind, domain = node.op_type, node.domain
    if domain == "com.microsoft" and kind in (
        "Attention", "MultiHeadAttention", "GroupQueryAttention",
    ):
        return fused(node, ins, outs)
    if kind == "FlexAttention":
        return attention(*ins[:3], None, None, None)
    if domain not in ("", "ai.onnx", "com.microsoft", "com.microsoft.nchwc"):
        return 0
    if kind in ("MatMul", "MatMulInteger"):
        return matmul(ins[0], ins[1])
    if kind in ("FusedMatMul", "TransposeMatMul"):
        a, b = list(ins[0]), list(ins[1])
        if attribute(node, "transA"):
            a[-2:] = a[-1], a[-2]
        if attribute(node, "transB"):
            b[-2:] = b[-1], b[-2]
        return matmul(a, b)
    if kind == "MatMulIntegerToFloat" or kind == "DynamicQuantizeMatMul":
        return matmul(ins[0], ins[1])
    if kind == "QLinearMatMul":
        return matmul(ins[0], ins[3])
    if kind == "MatMulNBits":
        return product(ins[0]) * attribute(node, "N")
    if kind in ("Gemm", "FusedGemm", "QGemm"):
        a, b = ins[0], ins[3 if kind == "QGemm" else 1]
        m, k = a[::-1] if attribute(node, "transA") else a
        n = b[0] if attribute(node, "transB") else b[1]
        return m * k * n
    if kind in ("Conv", "FusedConv", "ConvInteger", "DeformConv", "CausalConvWithState"):
        return product(outs[0]) * product(ins[1][1:])
    if kind == "QLinearConv":
        return product(outs[0]) * product(ins[3][1:])
    if kind == "ConvTranspose":
        return product(ins[0]) * product(ins[1][1:])
    if kind == "Einsum":
        return einsum(attribute(node, "equation"), ins)
    if kind == "Attention":
        return attention(
            ins[0], ins[1], ins[2], ins[4] if len(ins) > 4 else None,
            attribute(node, "q_num_heads"), attribute(node, "kv_num_heads"), window(node),
        )
    if kind == "LinearAttention":
        return linear_attention(node, *ins[:3])
    if kind == "AffineGrid":
        return product(outs[0]) * ins[0][2]
    if kind in ("LSTM", "GRU", "RNN"):
        return recurrent(node, ins, kind)
    if kind == "DynamicQuantizeLSTM":
        return recurrent(node, ins, kind)
    return 0


def refill(model):
    """Makes up what was stripped."""
    random = np.random.default_rng(0)
    for tensor in tensors(model):
        if is_stripped(tensor):
            kind = helper.tensor_dtype_to_np_dtype(tensor.data_type)
            if np.issubdtype(kind, np.floating):
                array = (random.standard_normal(tuple(tensor.dims)) * 0.02).astype(kind)
            else:
                array = np.zeros(tuple(tensor.dims), kind)
            tensor.CopyFrom(numpy_helper.from_array(array, tensor.name))


def inputs(model, binds):
    """Noise for every real input, ones for every other."""
    random = np.random.default_rng(1)
    constants = {tensor.name for tensor in model.graph.initializer}
    given = {}
    for one in model.graph.input:
        if one.name in constants:
            continue
        shape = []
        for dim in one.type.tensor_type.shape.dim:
            shape.append(binds[dim.dim_param] if dim.dim_param else dim.dim_value)
        kind = helper.tensor_dtype_to_np_dtype(one.type.tensor_type.elem_type)
        if np.issubdtype(kind, np.floating):
            given[one.name] = random.standard_normal(shape).astype(kind)
        else:
            given[one.name] = np.ones(shape, kind)
    return given


def by_runtime(model, binds):
    """The counts of every node that has any, by onnxruntime."""
    import onnxruntime

    given = inputs(model, binds)
    model = onnx.inliner.inline_local_functions(model) if model.functions else model
    refill(model)
    seen = {one.name for one in model.graph.output}
    for node in model.graph.node:
        for name in node.output:
            if name and name not in seen:
                seen.add(name)
                model.graph.output.append(onnx.ValueInfoProto(name=name))
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level = 4
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    names = [one.name for one in session.get_outputs()]
    shapes = {name: np.shape(value) for name, value in zip(names, session.run(None, given))}
    shapes |= {name: value.shape for name, value in given.items()}
    shapes |= {tensor.name: tuple(tensor.dims) for tensor in model.graph.initializer}
    counts = []
    for node in model.graph.node:
        ins = [shapes.get(name) for name in node.input]
        outs = [shapes.get(name) for name in node.output]
        counts.append((node.op_type, node.name or node.output[0], macs(node, ins, outs)))
    return [one for one in counts if one[2]]


def by_reference(model, binds):
    """The same by onnx's reference evaluator, within functions and control flow, too."""
    refill(model)
    return watched(model, inputs(model, binds))


def watched(model, given):
    """The counts of every node that the reference evaluator runs on the inputs given."""
    model.graph.initializer.append(numpy_helper.from_array(np.array(True), "always"))
    for node in nodes(model):
        if node.op_type == "Loop" and not node.input[1]:
            node.input[1] = "always"  # the evaluator takes no condition for false
    counts = []

    def watch(node):
        run = node.run

        def watched_run(*arguments, **options):
            results = run(*arguments, **options)
            ins, outs = (
                [None if one is None else shape_of(one) for one in values]
                for values in (arguments, results)
            )
            number = macs(node.onnx_node, ins, outs)
            if number:
                counts.append((node.onnx_node.op_type, node.onnx_node.output[0], number))
            return results

        node.run = watched_run

    class Watched(ReferenceEvaluator):
        """Functions and inner graphs are evaluators of the same class."""

        def __init__(self, *arguments, **options):
            super().__init__(*arguments, **options)
            for node in self.rt_nodes_:
                watch(node)

    Watched(model, new_ops=foreign(model)).run(None, given)
    return counts


def shape_of(value):
    """The shape of an array; a sequence of them has none."""
    return () if isinstance(value, (list, tuple)) else np.shape(value)


def foreign(model):
    """Operators of domains that nobody knows, as the identity of the first input."""
    known = {"", "ai.onnx", "ai.onnx.ml", "ai.onnx.preview.training", "com.microsoft"}
    known |= {function.domain for function in model.functions}
    found = {(node.domain, node.op_type) for node in nodes(model) if node.domain not in known}

    def make(domain, kind):
        def _run(self, x, *_, **__):
            return (x,)

        return type(kind, (op_run.OpRun,), {"op_domain": domain, "_run": _run})

    return [make(*one) for one in sorted(found)]


def count(model, binds):
    model = onnx.ModelProto.FromString(model.SerializeToString())
    odd = any(node.op_type in CONTROL for node in nodes(model)) or foreign(model)
    if not odd:
        try:
            return by_runtime(onnx.ModelProto.FromString(model.SerializeToString()), binds)
        except Exception as error:  # whatever onnxruntime has not got
            print(f"not by onnxruntime: {str(error)[:200]}", file=sys.stderr)
    return by_reference(model, binds)


def total(model, binds):
    return sum(one[2] for one in count(model, binds))


def pairs(text):
    return {name: int(size) for name, size in (one.split("=") for one in text.split(";") if one)}


def load(path):
    return onnx.load(path, load_external_data=False)


def check():
    wrong = 0
    with open(HERE / "expected.csv", newline="") as table:
        for row in csv.DictReader(table):
            found = total(load(HERE / row["file"]), pairs(row["binds"]))
            if found != int(row["macs"]):
                wrong += 1
                print(f"{row['file']}: {found} at run time, {row['macs']} expected")
            else:
                print(f"{row['file']}: {found}")
    return wrong


if __name__ == "__main__":
    if len(sys.argv) == 1:
        sys.exit(check())
    each = count(load(sys.argv[1]), pairs(";".join(sys.argv[2:])))
    for kind, name, number in each:
        print(number, kind, name)
    print(sum(one[2] for one in each))
