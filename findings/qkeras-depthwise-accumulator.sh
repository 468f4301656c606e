#!/usr/bin/env bash
# QKeras 0.9.0, QTools' widths and energies (tensorflow-cpu 2.15.1).
#
# Expected: a depthwise convolution of 3 x 3 adds nine products of 16 bits, whatever the
# number of its channels, and needs 20 bits for the sum.
# Seen: 20 bits with one channel, 24 with 16 and 29 with 512: channels count as if they
# were added up, as those of a full convolution are.
# Why it matters: the outputs take these bits on their way to the memory, which is nearly
# all of the energy: 45 % too much with 512 channels. Depthwise layers are what small
# networks for devices are made of.

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
from qkeras import QDepthwiseConv2D, quantized_bits
from qkeras.qtools import run_qtools

seen = {}
for channels in (1, 16, 512):
    layer = QDepthwiseConv2D(3, depthwise_quantizer=quantized_bits(8, 0, 1), use_bias=False, name="layer")
    network = tf.keras.Sequential([tf.keras.Input((8, 8, channels)), layer])
    tools = run_qtools.QTools(network, process="horowitz", source_quantizers=[quantized_bits(8, 0, 1)])
    tools.qtools_stats_to_json("stats.json")
    with open("stats.json") as stats:
        found = json.load(stats)["layer"]
    seen[channels] = found["accumulator"]["bits"]
    outputs = tools.pe()["layer"]["energy"]["outputs"] / (6 * 6 * channels)
    print(
        f"{channels:3} channels: products {found['multiplier']['bits']} bits, sums {seen[channels]} bits,",
        f"{outputs:5.1f} pJ for each output",
    )
if list(seen.values()) != [20, 24, 29]:
    raise SystemExit("the behaviour has changed")
EOF
status=$?
[ $status = 0 ] || tail -3 errors
exit $status
