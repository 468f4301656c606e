#!/usr/bin/env bash
# nir 1.0.8.
#
# Expected: a convolution of 3 x 5 over 8 x 9 without padding gives 6 x 5, as in
# every library that trains it.
# Seen: 6 x 7. The first extent of the kernel is taken for both axes. A graph with
# the right shape behind the convolution is refused, and one with the wrong shape
# is built, written and read.
# Why it matters: the shapes in such a file are not those of the network; a reader
# has to infer them itself, from the input on.

set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
python3 -m venv venv || exit 2
venv/bin/pip install --quiet nir==1.0.8 numpy==2.4.6 || exit 2
venv/bin/python - <<'EOF'
import nir
import numpy as np


def built(rows, columns):
    convolution = nir.Conv2d(
        input_shape=(8, 9), weight=np.ones((4, 2, 3, 5)), stride=1, padding=0,
        dilation=1, groups=1, bias=np.zeros(4),
    )
    nodes = {"input": nir.Input(np.array([2, 8, 9])), "conv": convolution,
             "output": nir.Output(np.array([4, rows, columns]))}
    try:
        nir.write("oblong.nir", nir.NIRGraph(nodes, [("input", "conv"), ("conv", "output")]))
        return nir.read("oblong.nir").nodes["conv"].output_type["output"].tolist()
    except ValueError as problem:
        return str(problem)


right, wrong = built(6, 5), built(6, 7)
print("with 6 x 5 behind it:", right)
print("with 6 x 7 behind it:", wrong)
if "mismatch" not in right or wrong != [4, 6, 7]:
    raise SystemExit("the behaviour has changed")
EOF
