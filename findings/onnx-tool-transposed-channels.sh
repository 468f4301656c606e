#!/usr/bin/env bash
# onnx-tool 1.0.1 with onnx 1.23.2.
#
# Expected: of stride 1 and padded by one, a convolution and a transposed
# convolution of 4 to 8 channels, 3 x 3, over an 8 x 8 picture do the same
# 8*8 * 4*8*9 = 18 432 multiply-adds.
# Seen: 18 432 and 36 864. The weights of the transposed one have their channels in
# the other order, (in, out, 3, 3); the second is taken for the channels in, so
# that 8*8 instead of 4*8 pairs of channels are charged. From 8 to 4 channels it is
# half of what it should be.
# Why it matters: a decoder that halves its channels at each step looks half as
# dear as it is.

set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
python3 -m venv venv || exit 2
venv/bin/pip install --quiet onnx-tool==1.0.1 onnx==1.23.2 numpy==2.4.6 || exit 2
venv/bin/python - <<'EOF'
import numpy as np
import onnx
import onnx_tool
from onnx import TensorProto, helper, numpy_helper


def count(operator, channels_in, channels_out):
    shape = [channels_out, channels_in] if operator == "Conv" else [channels_in, channels_out]
    graph = helper.make_graph(
        [helper.make_node(operator, ["x", "w"], ["y"], pads=[1, 1, 1, 1])],
        "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, channels_in, 8, 8])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, channels_out, 8, 8])],
        [numpy_helper.from_array(np.ones([*shape, 3, 3], np.float32), "w")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model, full_check=True)
    counted = onnx_tool.Model(model).graph
    counted.shape_infer({})
    counted.profile()
    return int(counted.macs[0])


seen = [count("Conv", 4, 8), count("ConvTranspose", 4, 8), count("Conv", 8, 4), count("ConvTranspose", 8, 4)]
print("by hand                ", 8 * 8 * 4 * 8 * 9)
print("Conv 4 to 8, transposed", seen[:2])
print("Conv 8 to 4, transposed", seen[2:])
if seen != [18432, 36864, 18432, 9216]:
    raise SystemExit("the behaviour has changed")
EOF
