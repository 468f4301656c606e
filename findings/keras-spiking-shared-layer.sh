#!/usr/bin/env bash
# keras-spiking 0.3.0, ModelEnergy (tensorflow-cpu 2.15.1).
#
# Expected: a layer applied to two inputs of the same rates costs twice what it costs
# with one; the documentation of layer_energy says that the energy is summed over all
# the applications.
# Seen: on a chip for spikes the synapses cost four times as much, and nine times with
# three inputs: the rates of the applications are summed, the connections are summed,
# and the sums are multiplied. Neurons, and synapses on a CPU, cost two and three times.
# Why it matters: networks that compare two inputs, or look at several views with the same
# layers, get worse on Loihi the more they share, beside the same network on a CPU.

set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
python3 -m venv venv || exit 2
venv/bin/pip install --quiet keras-spiking==0.3.0 tensorflow-cpu==2.15.1 keras==2.15.0 numpy==1.26.4 || exit 2
TF_CPP_MIN_LOG_LEVEL=3 CUDA_VISIBLE_DEVICES= venv/bin/python -W ignore - 2> errors <<'EOF'
import keras_spiking
import numpy as np
import tensorflow as tf

tf.keras.utils.disable_interactive_logging()
rates = np.full((2, 64), 100, np.float32)


def energies(times):
    inputs = [tf.keras.Input((64,)) for _ in range(times)]
    layer = tf.keras.layers.Dense(10, activation="relu")
    network = tf.keras.Model(inputs, [layer(one) for one in inputs])
    energy = keras_spiking.ModelEnergy(network, example_data=[rates] * times)
    return np.array([energy.layer_energy(layer, device) for device in ("loihi", "cpu")]).flatten() * 1e12


one = energies(1)
seen = {}
for times in (1, 2, 3):
    found = energies(times)
    seen[times] = [round(ratio, 3) for ratio in (found / one).tolist()]
    print(f"{times} inputs: Loihi, synapses {found[0]:8.1f} pJ, neurons {found[1]:6.1f} pJ;", end=" ")
    print(f"CPU, synapses {found[2]:10.1f} pJ, neurons {found[3]:8.1f} pJ")
if seen != {1: [1, 1, 1, 1], 2: [4, 2, 2, 2], 3: [9, 3, 3, 3]}:
    raise SystemExit("the behaviour has changed")
EOF
status=$?
[ $status = 0 ] || tail -3 errors
exit $status
