"""Exports small networks of Brevitas as QONNX and as QDQ, and holds what is counted for them
against counts by hand. Prints what differs.

    pip install torch brevitas onnx onnxoptimizer
    python tests/onnx/brevitas_networks.py target/debug/picojoule

Where nothing else is said, 8 filters of 3·3·3 over an image of 3·8·8, padded: 8·8·8 sums of 27
products, 13 824 in all.
"""

import json
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

import brevitas.nn as qnn
import torch
from brevitas.export import export_onnx_qcdq, export_qonnx
from brevitas.quant import Int8WeightPerChannelFloat, Int32Bias, Uint8ActPerTensorFloat
from brevitas.quant.binary import SignedBinaryActPerTensorConst, SignedBinaryWeightPerTensorConst
from brevitas.quant.ternary import SignedTernaryWeightPerTensorConst

warnings.filterwarnings("ignore")
torch.manual_seed(0)
IMAGE, TOKENS = torch.randn(1, 3, 8, 8), torch.randn(2, 5, 16)
BINARY_ACT = {"act_quant": SignedBinaryActPerTensorConst}
BINARY = {"weight_quant": SignedBinaryWeightPerTensorConst}
ALL, PRODUCTS, SUMS = 3 * 64, 13824, 512


def conv(**settings):
    return qnn.QuantConv2d(3, 8, 3, padding=1, **{"bias": False, **settings})


class Residual(torch.nn.Module):
    """A sum of two quantised tensors, and a convolution of it: fractions, for their scales differ."""

    def __init__(self):
        super().__init__()
        self.quant = qnn.QuantIdentity(return_quant_tensor=True)
        self.inner = qnn.QuantConv2d(3, 3, 3, padding=1, bias=False)
        self.outer = conv()

    def forward(self, x):
        x = self.quant(x)
        return self.outer(self.quant(self.inner(x)) + x)


# Name, layers, input, and what is counted: a primitive with its format, or of all formats.
NETWORKS = [
    ("signs by signs", [qnn.QuantIdentity(**BINARY_ACT, scaling_init=1.0), conv(**BINARY, weight_scaling_init=1.0)], IMAGE,
     {"xnor": PRODUCTS, "popcount": PRODUCTS, "mul": 0, "compare": ALL, "parameters": 216}),
    ("signs by signs times 0.1", [qnn.QuantIdentity(**BINARY_ACT), conv(**BINARY)], IMAGE,
     {"xnor": PRODUCTS, "popcount": PRODUCTS, "mul": SUMS, "compare": ALL}),
    ("ternary weights", [conv(weight_quant=SignedTernaryWeightPerTensorConst)], IMAGE,
     {"select": PRODUCTS, "add": PRODUCTS, "mul": SUMS}),
    # 8 filters: 216 weights, 8 biases; a linear layer of 512 by 10: 5120 and 10. Scales of 192
    # and 512 values and of 512 and 10 sums.
    ("8 bits", [qnn.QuantIdentity(), conv(bias=True), qnn.QuantReLU(), torch.nn.Flatten(), qnn.QuantLinear(512, 10, bias=True)], IMAGE,
     {"mul.int8": PRODUCTS + 5120, "add.int32": PRODUCTS + 5120, "mul.fp32": 192 + 512 + 512 + 10, "parameters": 5354}),
    ("8 bits by channel", [qnn.QuantIdentity(), conv(bias=True, weight_quant=Int8WeightPerChannelFloat)], IMAGE,
     {"mul.int8": PRODUCTS, "mul.fp32": 192 + 512, "parameters": 224}),
    ("unsigned", [qnn.QuantIdentity(act_quant=Uint8ActPerTensorFloat), conv()], IMAGE, {"mul.int8": PRODUCTS}),
    ("biases of 32 bits", [qnn.QuantIdentity(return_quant_tensor=True), qnn.QuantLinear(16, 8, bias=True, bias_quant=Int32Bias)], TOKENS,
     {"mul.int8": 1280, "add.int32": 1280, "add.fp32": 0}),
    ("tokens", [qnn.QuantIdentity(), qnn.QuantLinear(16, 8, bias=True)], TOKENS,
     {"mul.int8": 1280, "add.int32": 1280, "add.fp32": 0, "parameters": 136}),
    # 192 values times windows of 3·3 for 8 channels.
    ("transposed", [qnn.QuantIdentity(), qnn.QuantConvTranspose2d(3, 8, 3, stride=2, bias=True)], IMAGE,
     {"mul.int8": PRODUCTS, "parameters": 224}),
    ("residual", [Residual()], IMAGE, {"mul.int8": 64 * 3 * 27, "macs": 64 * 3 * 27 + PRODUCTS}),
    ("16 bits", [qnn.QuantIdentity(bit_width=16), conv(weight_bit_width=16)], IMAGE, {"mul.int16": PRODUCTS}),
    ("4 bits", [qnn.QuantIdentity(bit_width=4), conv(weight_bit_width=4)], IMAGE, "`mul` in int4"),
]


def counted(binary, path):
    run = subprocess.run([binary, "estimate", path, "--table", "45nm", "--output", "json"], capture_output=True, text=True)
    if run.returncode:
        return run.stderr
    result = json.loads(run.stdout)
    result = result[0] if isinstance(result, list) else result
    found = {"parameters": result["parameters"], "macs": result["macs"]}
    for stage in result["stages"]:
        for key, count in stage["counts"].items():
            for name in {key, key.split(".")[0]}:
                found[name] = found.get(name, 0) + count
    return found


def main():
    binary, wrong, exported = sys.argv[1], 0, 0
    with tempfile.TemporaryDirectory() as folder:
        for name, layers, x, right in NETWORKS:
            network = torch.nn.Sequential(*layers).eval()
            with torch.no_grad():
                network(x)
            for kind, export in (("QONNX", export_qonnx), ("QDQ", export_onnx_qcdq)):
                path = Path(folder) / "network.onnx"
                try:
                    export(network, args=x, export_path=str(path), dynamo=False)
                except Exception as error:  # QDQ has no bits and no 16 bits
                    print(f"{name}: no {kind}: {str(error)[:60]}")
                    continue
                exported += 1
                found = counted(binary, path)
                if isinstance(right, str) or isinstance(found, str):
                    ok = isinstance(right, str) and right in found
                    wrong += not ok
                    if not ok:
                        print(f"{name} as {kind}: {found}")
                    continue
                for quantity, count in right.items():
                    if found.get(quantity, 0) != count:
                        wrong += 1
                        print(f"{name} as {kind}: {quantity} {found.get(quantity, 0)} instead of {count}")
    print(f"{exported} exports, {wrong} differences")
    sys.exit(wrong > 0)


if __name__ == "__main__":
    main()
