"""Makes the files of bad/: what an importer must refuse in a sentence, or survive.

    pip install onnx numpy
    python tests/onnx/bad.py

Protobuf is written by hand where no library would write it.
"""

import struct
import zlib
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

HERE = Path(__file__).parent / "bad"
FLOAT, INT64 = TensorProto.FLOAT, TensorProto.INT64


def write(name, data):
    HERE.mkdir(exist_ok=True)
    if not isinstance(data, bytes):
        data = data.SerializeToString(deterministic=True)
    (HERE / f"{name}.onnx").write_bytes(data)
    print(name, len(data))


def value(name, shape, kind=FLOAT):
    return helper.make_tensor_value_info(name, kind, shape)


def weight(name, *shape):
    return numpy_helper.from_array(np.full(shape, 0.5, np.float32), name)


def model(nodes, inputs=None, outputs=None, initializers=(), functions=(), domains=(), opset=18, infos=()):
    graph = helper.make_graph(
        nodes, "graph", inputs or [value("x", [2, 4])], outputs or [value("y", None)],
        list(initializers), value_info=list(infos),
    )
    opsets = [helper.make_opsetid("", opset), *(helper.make_opsetid(d, 1) for d in domains)]
    return helper.make_model(graph, opset_imports=opsets, functions=list(functions), ir_version=8)


def node(kind, ins, outs, **options):
    return helper.make_node(kind, ins.split(), outs.split(), **options)


# Protobuf by hand


def varint(number):
    number &= 2**64 - 1
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes(out) + bytes([number])


def integer(tag, number):
    return varint(tag << 3) + varint(number)


def block(tag, data, length=None):
    return varint(tag << 3 | 2) + varint(len(data) if length is None else length) + data


def bare(name, dims, kind=FLOAT, more=b""):
    """A TensorProto whose dims are what they are."""
    return b"".join(integer(1, dim) for dim in dims) + integer(2, kind) + block(8, name.encode()) + more


def around(graph_more):
    """A model of y = x · w, and more fields in its graph."""
    graph = helper.make_graph([node("MatMul", "x w", "y")], "graph", [value("x", [2, 4])], [value("y", None)])
    return (
        integer(1, 8) + block(8, integer(2, 18)) + block(7, graph.SerializeToString() + graph_more)
    )


good = model([node("MatMul", "x w", "y")], initializers=[weight("w", 4, 3)])
full = good.SerializeToString(deterministic=True)

# Not ONNX at all

write("empty", b"")
write("truncated", full[: len(full) * 2 // 3])
write("truncated_varint", full + b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff")
write("noise", np.random.default_rng(0).bytes(1024))
write("zeros", bytes(64))
write("text", b"This is not a model.\n")
write("json", b'{"model_type": "bert", "hidden_size": 768, "num_hidden_layers": 12}\n')
pixel = b"IHDR" + struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
write("png", b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + pixel + struct.pack(">I", zlib.crc32(pixel)))
write("zip", b"PK\x03\x04" + bytes(26) + b"data.pkl")
write("safetensors", struct.pack("<Q", 60) + b'{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}      ' + bytes(4))
write("lfs_pointer", b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"0" * 64 + b"\nsize 435000000\n")
write("gzip", b"\x1f\x8b\x08\x00" + bytes(20))
write("no_graph", integer(1, 8) + block(8, integer(2, 18)))
write("no_opset", block(7, good.graph.SerializeToString()) + integer(1, 8))
write("group_tag", full + bytes([0x0B, 0x0C]))
write("field_zero", full + bytes([0x02, 0x00]))
write("bad_utf8", around(block(5, bare("w", [4, 3])) + block(2, b"\xff\xfe\xc3\x28")))
write("opset_future", model([node("MatMul", "x w", "y")], initializers=[weight("w", 4, 3)], opset=9999))
write("opset_negative", integer(1, 8) + block(8, integer(2, -1)) + block(7, good.graph.SerializeToString()))

# Lengths and sizes that lie

write("raw_10gb", around(block(5, bare("w", [4, 3]) + varint(9 << 3 | 2) + varint(10 * 2**30) + bytes(48), 10 * 2**30 + 70)))
write("raw_long", around(block(5, bare("w", [4, 3], more=block(9, bytes(480))))))
write("raw_short", around(block(5, bare("w", [4, 3], more=block(9, bytes(7))))))
write("length_negative", around(varint(5 << 3 | 2) + varint(-1)))
write("dims_2_63", around(block(5, bare("w", [4, 2**61]))))
write("dims_overflow", around(block(5, bare("w", [4, 2**40, 2**40, 2**40]))))
write("dims_max", around(block(5, bare("w", [4, 2**63 - 1]))))
write("dims_negative", around(block(5, bare("w", [4, -3]))))
write("dims_zero", around(block(5, bare("w", [4, 0]))))
write("dims_many", around(block(5, bare("w", [1] * 10000 + [4, 3]))))
write("type_unknown", around(block(5, bare("w", [4, 3], 999))))
write("input_negative", model([node("Relu", "x", "y")], [value("x", [2, -4])]))
write("input_huge", model([node("MatMul", "x w", "y")], [value("x", [2**40, 2**40, 4])], initializers=[weight("w", 4, 3)]))
write("input_no_type", around(block(5, bare("w", [4, 3])) + block(11, block(1, b"z"))))


# External data

def external(name, **entries):
    tensor = TensorProto(name="w", dims=[4, 3], data_type=FLOAT, data_location=TensorProto.EXTERNAL)
    for key, text in entries.items():
        tensor.external_data.add(key=key, value=text)
    write(name, model([node("MatMul", "x w", "y")], initializers=[tensor]))


external("external_parent", location="../../etc/passwd")
external("external_deep", location="a/../../../../../../../../etc/passwd")
external("external_absolute", location="/etc/passwd", offset="0", length="48")
external("external_windows", location="C:\\Windows\\win.ini")
external("external_unc", location="\\\\server\\share\\w.bin")
external("external_url", location="https://example.com/w.bin")
external("external_device", location="/dev/zero")
external("external_itself", location="external_itself.onnx")
external("external_nul", location="w\0.bin")
external("external_absent", location="absent.bin")
external("external_offset", location="absent.bin", offset="-1", length="99999999999999999999")
external("external_nowhere")

# Graphs that are none

w = weight("w", 4, 3)
write("cycle", model([node("Add", "x b", "a"), node("Relu", "a", "b"), node("Relu", "b", "y")]))
write("cycle_itself", model([node("Add", "x y", "y")]))
write("unsorted", model([node("Relu", "a", "y"), node("MatMul", "x w", "a")], initializers=[w]))
write("duplicate_output", model([node("Relu", "x", "y"), node("Abs", "x", "y")]))
write("duplicate_input", model([node("Relu", "x", "y")], [value("x", [2, 4]), value("x", [3, 5])]))
write("duplicate_weight", model([node("MatMul", "x w", "y")], initializers=[w, weight("w", 4, 5)]))
write("output_is_input", model([node("Relu", "x", "x")], outputs=[value("x", None)]))
write("input_of_no_node", model([node("Add", "x ghost", "y")]))
write("weight_missing", model([node("MatMul", "x w", "y")]))
write("output_missing", model([node("Relu", "x", "z")]))
write("no_nodes", model([], outputs=[value("x", [2, 4])]))
write("no_outputs", integer(1, 8) + block(8, integer(2, 18)) + block(7, block(1, node("Relu", "x", "y").SerializeToString()) + block(11, value("x", [2, 4]).SerializeToString())))
write("op_no_name", model([node("", "x", "y")]))
write("op_unknown", model([node("NoSuchOperator", "x", "y")]))
write("op_few_inputs", model([node("MatMul", "x", "y")]))
write("op_many_inputs", model([node("Relu", "x x x", "y")]))
write("op_few_outputs", model([node("Split", "x", "y", axis=1, num_outputs=4)]))
write("op_no_outputs", model([node("Relu", "x", ""), node("Relu", "x", "y")]))
write("op_absent_input", model([helper.make_node("MatMul", ["x", ""], ["y"])]))

# Shapes that do not fit

write("matmul_k", model([node("MatMul", "x w", "y")], initializers=[weight("w", 5, 3)]))
write("matmul_batch", model([node("MatMul", "x w", "y")], [value("x", [2, 2, 4])], initializers=[weight("w", 3, 4, 3)]))
write("matmul_scalar", model([node("MatMul", "x w", "y")], initializers=[weight("w")]))
write("gemm_rank", model([node("Gemm", "x w", "y")], [value("x", [2, 2, 4])], initializers=[w]))
write("add_broadcast", model([node("Add", "x w", "y")], initializers=[weight("w", 3)]))
write("conv_channels", model([node("Conv", "x w", "y")], [value("x", [1, 3, 8, 8])], initializers=[weight("w", 4, 5, 3, 3)]))
write("conv_groups", model([node("Conv", "x w", "y", group=0)], [value("x", [1, 3, 8, 8])], initializers=[weight("w", 4, 3, 3, 3)]))
write("conv_group_share", model([node("Conv", "x w", "y", group=2)], [value("x", [1, 4, 8, 8])], initializers=[weight("w", 5, 2, 3, 3)]))
write("conv_stride_zero", model([node("Conv", "x w", "y", strides=[0, 0])], [value("x", [1, 3, 8, 8])], initializers=[weight("w", 4, 3, 3, 3)]))
write("conv_stride_negative", model([node("Conv", "x w", "y", strides=[-1, 1])], [value("x", [1, 3, 8, 8])], initializers=[weight("w", 4, 3, 3, 3)]))
write("conv_kernel_large", model([node("Conv", "x w", "y")], [value("x", [1, 3, 2, 2])], initializers=[weight("w", 4, 3, 3, 3)]))
write("conv_pads", model([node("Conv", "x w", "y", pads=[-9, -9, 0, 0])], [value("x", [1, 3, 8, 8])], initializers=[weight("w", 4, 3, 3, 3)]))
write("conv_pads_huge", model([node("Conv", "x w", "y", pads=[2**62, 2**62, 2**62, 2**62])], [value("x", [1, 3, 8, 8])], initializers=[weight("w", 4, 3, 3, 3)]))
write("conv_pads_count", model([node("Conv", "x w", "y", pads=[1])], [value("x", [1, 3, 8, 8])], initializers=[weight("w", 4, 3, 3, 3)]))


def ints(name, *values):
    return numpy_helper.from_array(np.array(values, np.int64), name)


write("reshape_wrong", model([node("Reshape", "x s", "y")], initializers=[ints("s", 3, 3)]))
write("reshape_two_unknown", model([node("Reshape", "x s", "y")], initializers=[ints("s", -1, -1)]))
write("reshape_uneven", model([node("Reshape", "x s", "y")], initializers=[ints("s", 3, -1)]))
write("transpose_perm", model([node("Transpose", "x", "y", perm=[0, 0])]))
write("transpose_long", model([node("Transpose", "x", "y", perm=[0, 1, 2])]))
write("concat_axis", model([node("Concat", "x x", "y", axis=7)]))
write("concat_none", model([helper.make_node("Concat", [], ["y"], axis=0)]))
write("gather_axis", model([node("Gather", "x i", "y", axis=-9)], initializers=[ints("i", 0)]))
write("gather_shape_out", model([node("Shape", "x", "s"), node("Gather", "s i", "d"), node("Expand", "x d", "y")], initializers=[ints("i", 9)]))
write("expand_huge", model([node("Expand", "x s", "y")], initializers=[ints("s", 2**31, 2**31, 2**31, 2, 4)]))
write("tile_huge", model([node("Tile", "x r", "y")], initializers=[ints("r", 2**62, 2**62)]))
write("range_endless", model([node("Range", "a b c", "y")], initializers=[numpy_helper.from_array(np.int64(v), n) for n, v in (("a", 0), ("b", 2**62), ("c", 1))]))
write("range_still", model([node("Range", "a b c", "y")], initializers=[numpy_helper.from_array(np.int64(v), n) for n, v in (("a", 0), ("b", 5), ("c", 0))]))
write("fill_huge", model([node("ConstantOfShape", "s", "y")], initializers=[ints("s", 2**31, 2**31, 2**31)]))
write("slice_step_zero", model([node("Slice", "x a b c d", "y")], initializers=[ints("a", 0), ints("b", 1), ints("c", 0), ints("d", 0)]))
write("split_sizes", model([node("Split", "x s", "y z", axis=1)], initializers=[ints("s", 3, 3)]))
write("div_by_zero", model([node("Shape", "x", "s"), node("Div", "s z", "d"), node("Expand", "x d", "y")], initializers=[ints("z", 0, 0)]))
write("div_min", model([node("Div", "a b", "d"), node("Expand", "x d", "y")], initializers=[ints("a", -(2**63)), ints("b", -1)]))
write("shape_overflow", model([node("Mul", "a b", "d"), node("Expand", "x d", "y")], initializers=[ints("a", 2**62), ints("b", 2**62)]))
write("squeeze_wrong", model([node("Squeeze", "x a", "y")], initializers=[ints("a", 1)]))
write("einsum_syntax", model([node("Einsum", "x x", "y", equation="ab,->>c1")]))
write("einsum_rank", model([node("Einsum", "x x", "y", equation="abc,cd->abd")]))
write("einsum_extent", model([node("Einsum", "x x", "y", equation="ab,bc->ac")]))
write("einsum_missing", model([node("Einsum", "x x", "y")]))
write("attention_heads", model([node("Attention", "x x x", "y", q_num_heads=3, kv_num_heads=2)], [value("x", [1, 4, 8])], opset=23))
write("attention_zero", model([node("Attention", "x x x", "y", q_num_heads=0, kv_num_heads=0)], [value("x", [1, 4, 8])], opset=23))
write("attribute_type", model([node("Conv", "x w", "y", group="three")], [value("x", [1, 3, 8, 8])], initializers=[weight("w", 4, 3, 3, 3)]))
write("value_info_lies", model([node("MatMul", "x w", "y")], initializers=[w], outputs=[value("y", [7, 7, 7])]))
write("matmulnbits_zero", model([node("MatMulNBits", "x w s", "y", domain="com.microsoft", K=0, N=-1, bits=4, block_size=0)], initializers=[w, weight("s", 1)], domains=["com.microsoft"]))
write("lstm_sizes", model([node("LSTM", "x w r", "y", hidden_size=0)], [value("x", [3, 2, 4])], initializers=[weight("w", 1, 7, 4), weight("r", 1, 7, 2)]))


# Depth

def function(name, body):
    return helper.make_function("f", name, ["x"], ["y"], body, [helper.make_opsetid("", 18), helper.make_opsetid("f", 1)])


def call(name, ins="x", outs="y"):
    return node(name, ins, outs, domain="f")


write("function_recursive", model([call("F")], functions=[function("F", [call("F")])], domains=["f"]))
write("function_mutual", model([call("F")], functions=[function("F", [call("G")]), function("G", [call("F")])], domains=["f"]))
doubling = [function(f"F{i}", [call(f"F{i + 1}", "x", "a"), call(f"F{i + 1}", "a", "y")]) for i in range(64)]
write("function_doubling", model([call("F0")], functions=[*doubling, function("F64", [node("Relu", "x", "y")])], domains=["f"]))
chain = [function(f"F{i}", [call(f"F{i + 1}")]) for i in range(1000)]
write("function_deep", model([call("F0")], functions=[*chain, function("F1000", [node("Relu", "x", "y")])], domains=["f"]))
write("function_arity", model([call("F", "x x x", "y z")], functions=[function("F", [node("Relu", "x", "y")])], domains=["f"]))
write("function_twice", model([call("F")], functions=[function("F", [node("Relu", "x", "y")]), function("F", [node("Abs", "x", "y")])], domains=["f"]))
write("function_no_output", model([call("F")], functions=[function("F", [node("Relu", "x", "z")])], domains=["f"]))


def nested(depth, kind="If", field=6):
    """If within If; a GraphProto's nodes are field 1, an attribute's graph field 6."""
    graph = block(1, node("Relu", "x", "y0").SerializeToString()) + block(12, block(1, b"y0"))
    for i in range(1, depth + 1):
        attribute = block(1, b"then_branch") + block(field, graph) + integer(20, 5)
        inner = block(1, b"c") + block(2, b"y%d" % i) + block(4, kind.encode()) + block(5, attribute)
        graph = block(1, inner) + block(2, b"g") + block(12, block(1, b"y%d" % i))
    inputs = block(11, value("x", [2, 4]).SerializeToString())
    inputs += block(11, value("c", [], TensorProto.BOOL).SerializeToString())
    return integer(1, 8) + block(8, integer(2, 18)) + block(7, graph + inputs)


write("nested_1000", nested(1000))


def type_nested(depth):
    """Optional of optional of ... : TypeProto.optional_type is field 9, its elem_type field 1."""
    kind = block(1, integer(1, 1))
    for _ in range(depth):
        kind = block(9, block(1, kind))
    return around(block(5, bare("w", [4, 3])) + block(11, block(1, b"z") + block(2, kind)))


write("type_nested", type_nested(5000))


def turns(times, outer=1):
    body = helper.make_graph(
        [node("Identity", "go", "on"), node("MatMul", "s w", "t")], "body",
        [value("i", [], INT64), value("go", [], TensorProto.BOOL), value("s", [4, 4])],
        [value("on", [], TensorProto.BOOL), value("t", [4, 4])],
    )
    many = numpy_helper.from_array(np.int64(times), "many")
    return model(
        [helper.make_node("Loop", ["many", "", "x"], ["y"], body=body)], [value("x", [4, 4])],
        initializers=[many, weight("w", 4, 4)],
    )


write("loop_endless", turns(2**63 - 1))
write("loop_negative", turns(-5))
write("if_one_branch", model([helper.make_node("If", ["c"], ["y"], then_branch=helper.make_graph([node("Relu", "x", "z")], "g", [], [value("z", None)]))], [value("x", [2, 4]), value("c", [], TensorProto.BOOL)]))
write("if_no_branch", model([helper.make_node("If", ["c"], ["y"])], [value("c", [], TensorProto.BOOL)]))
write("scan_sizes", model([helper.make_node("Scan", ["x"], ["y"], num_scan_inputs=9, body=helper.make_graph([node("Relu", "x", "z")], "g", [value("x", None)], [value("z", None)]))]))
write("names_escape", model([node("Relu", "x", "\x1b[31mred\x1b[0m"), node("NoSuchOperator\x1b[2J", "\x1b[31mred\x1b[0m", "y")]))
write("names_long", model([node("NoSuch" + "o" * 5000, "x", "y")]))
write("names_huge_dim", model([node("Relu", "x", "y")], [value("x", ["n" * 3000, "2*m - 1", "", "a b"])]))
