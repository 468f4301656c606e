#!/usr/bin/env bash
# keras 3.15.1 with tensorflow-cpu 2.21.0.
#
# Expected: a network whose weights are quantised has as many parameters as before, or
# some scales more: two Dense layers, 64 to 128 to 10, have 9610.
# Seen: after quantize("int4") count_params and summary say 5342: two weights stand in
# one number of int8, and that number counts as one parameter, while scales, zero points
# and an index of groups count, too. quantize("int8") gives 9748, quantize("float8")
# 15 760, of which 6144 are a history of the largest values seen.
# Why it matters: parameters times bits is what tables say of a network's memory; here
# the halving is counted twice.

set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
python3 -m venv venv || exit 2
venv/bin/pip install --quiet tensorflow-cpu==2.21.0 keras==3.15.1 numpy==2.4.6 || exit 2
TF_CPP_MIN_LOG_LEVEL=3 CUDA_VISIBLE_DEVICES= venv/bin/python -W ignore - 2> errors <<'EOF'
import keras


def parameters(mode):
    network = keras.Sequential([keras.Input((64,)), keras.layers.Dense(128), keras.layers.Dense(10)])
    if mode:
        network.quantize(mode)
    return network.count_params()


found = {mode: parameters(mode) for mode in (None, "int8", "int4", "float8")}
for mode, count in found.items():
    print(f"{mode or 'as built':8} {count:6}")
if list(found.values()) != [9610, 9748, 5342, 15760]:
    raise SystemExit("the behaviour has changed")
EOF
status=$?
[ $status = 0 ] || tail -3 errors
exit $status
