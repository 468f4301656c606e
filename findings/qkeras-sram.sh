#!/usr/bin/env bash
# QKeras 0.9.0, the energy of QTools, process "horowitz" (tensorflow-cpu 2.15.1).
#
# Expected: Horowitz' numbers, which the code names as its source: 64 bits are 10 pJ from
# 8 KB of SRAM, 20 pJ from 32 KB, 100 pJ from 1 MB and 1300 pJ from DRAM. Layers with as
# many bytes of weights, each read once, cost 10 240, 81 920 and 13 107 200 pJ.
# Seen: 160, 1280 and 204 800 pJ, a 64th of it: the curve gives pJ per bit already, and
# the bits are divided by 64 again. DRAM is right. The curve passes through the three
# points and rises to the left of them: a bit from 32 bytes costs 3.2 times one of 3 KB.
# Why it matters: DRAM comes out 8320 times as dear as 8 KB of SRAM, where the source has
# 130, and 8 KB of weights on the chip cost a fourteenth of the layer's arithmetic, where
# by the source they cost more than four times as much.

set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
python3 -m venv venv || exit 2
venv/bin/pip install --quiet qkeras==0.9.0 tensorflow-cpu==2.15.1 keras==2.15.0 \
  tensorflow-model-optimization==0.7.5 keras-tuner==1.4.8 networkx==3.6.1 scikit-learn==1.9.1 pyparsing==3.2.5 \
  numpy==1.26.4 || exit 2
TF_CPP_MIN_LOG_LEVEL=3 CUDA_VISIBLE_DEVICES= venv/bin/python -W ignore - 2> errors <<'EOF'
import tensorflow as tf
from qkeras import QDense, quantized_bits
from qkeras.qtools import run_qtools


def energy(inner, outer, memory):
    layer = QDense(outer, kernel_quantizer=quantized_bits(8, 0, 1), use_bias=False, name="layer")
    network = tf.keras.Sequential([tf.keras.Input((inner,)), layer])
    tools = run_qtools.QTools(network, process="horowitz", source_quantizers=[quantized_bits(8, 0, 1)])
    found = tools.pe(weights_on_memory=memory, activations_on_memory="sram", rd_wr_on_io=False)
    return found["layer"]["energy"]


seen = {}
for inner, outer, published in ((8, 4, None), (64, 48, None), (64, 128, 10), (256, 128, 20), (1024, 1024, 100)):
    size = inner * outer
    on_chip, outside = (energy(inner, outer, memory) for memory in ("sram", "dram"))
    seen[size] = on_chip["parameters"]
    print(
        f"{size:7} bytes: {on_chip['op_cost']:9.1f} pJ of arithmetic, weights from SRAM {seen[size]:9.2f} pJ,",
        f"from DRAM {outside['parameters']:11.1f} pJ" + (f", by Horowitz {size // 8 * published}" if published else ""),
    )
    if outside["parameters"] != size * 8 * 1300 / 64:
        raise SystemExit("the behaviour has changed")
if [seen[size] for size in (8192, 32768, 1048576)] != [160, 1280, 204800]:
    raise SystemExit("the behaviour has changed")
if not 3.1 < (seen[32] / 32) / (seen[3072] / 3072) < 3.3:
    raise SystemExit("the behaviour has changed")
EOF
status=$?
[ $status = 0 ] || tail -3 errors
exit $status
