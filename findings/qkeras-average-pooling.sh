#!/usr/bin/env bash
# QKeras 0.9.0, QTools' count of operations (tensorflow-cpu 2.15.1).
#
# Expected: an average over windows of 2 x 2 of 32 x 32 x 16 adds each of the 16 384
# values up once, as the average over the whole map does.
# Seen: 64, for AveragePooling2D: the additions of one window in each channel, and not
# of the 256 windows. Windows of 4 x 4 count 256. One window over all, and
# GlobalAveragePooling2D, count 16 384; the latter adds 1024 values of 8 bits in 8 bits,
# where the former takes 18, and costs less than half for the same sums.
# Why it matters: the layer comes out at 2 pJ instead of 512, and its work grows with the
# window, although the same values are added whatever the window is.

set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
python3 -m venv venv || exit 2
venv/bin/pip install --quiet qkeras==0.9.0 tensorflow-cpu==2.15.1 keras==2.15.0 \
  tensorflow-model-optimization==0.7.5 keras-tuner==1.4.8 networkx==3.6.1 scikit-learn==1.9.1 pyparsing==3.2.5 \
  numpy==1.26.4 || exit 2
TF_CPP_MIN_LOG_LEVEL=3 CUDA_VISIBLE_DEVICES= venv/bin/python -W ignore - 2> errors <<'EOF'
import json

import tensorflow as tf
from qkeras import quantized_bits
from qkeras.qtools import run_qtools

layers = {
    "2 x 2": tf.keras.layers.AveragePooling2D(2, name="layer"),
    "4 x 4": tf.keras.layers.AveragePooling2D(4, name="layer"),
    "32 x 32": tf.keras.layers.AveragePooling2D(32, name="layer"),
    "global": tf.keras.layers.GlobalAveragePooling2D(name="layer"),
}
seen, energy = {}, {}
for name, layer in layers.items():
    network = tf.keras.Sequential([tf.keras.Input((32, 32, 16)), layer])
    tools = run_qtools.QTools(network, process="horowitz", source_quantizers=[quantized_bits(8, 0, 1)])
    tools.qtools_stats_to_json("stats.json")
    with open("stats.json") as stats:
        seen[name] = json.load(stats)["layer"]["operation_count"]
    energy[name] = tools.pe()["layer"]["energy"]["op_cost"]
    print(f"{name:8} {seen[name]:6} operations {energy[name]:6.1f} pJ")
if list(seen.values()) != [64, 256, 16384, 16384] or energy["32 x 32"] != 921.6 or energy["global"] != 409.6:
    raise SystemExit("the behaviour has changed")
EOF
status=$?
[ $status = 0 ] || tail -3 errors
exit $status
