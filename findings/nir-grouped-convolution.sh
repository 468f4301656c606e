#!/usr/bin/env bash
# nir 1.0.8.
#
# Expected: a depthwise convolution (4 channels, a group each, weights of shape
# (4, 1, 3, 3), as the format has them) fits behind an input of 4 x 8 x 8.
# Seen: ValueError, a mismatch of (4, 8, 8) and (1, 8, 8). The input of a Conv2d
# is taken to have as many channels as the second axis of its weights, which is
# the channels of one group. The output is right. Without a check of the types
# the graph is built and written; reading it checks them again and fails.
# Why it matters: files with grouped convolutions exist that the library that
# wrote them refuses to read; a reader has to multiply by the groups itself.

set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
python3 -m venv venv || exit 2
venv/bin/pip install --quiet nir==1.0.8 numpy==2.4.6 || exit 2
venv/bin/python - <<'EOF'
import nir
import numpy as np


def graph(**options):
    convolution = nir.Conv2d(
        input_shape=(8, 8), weight=np.ones((4, 1, 3, 3)), stride=1, padding=1,
        dilation=1, groups=4, bias=np.zeros(4),
    )
    print("input", convolution.input_type["input"], "output", convolution.output_type["output"])
    picture = np.array([4, 8, 8])
    return nir.NIRGraph(
        nodes={"input": nir.Input(picture), "conv": convolution, "output": nir.Output(picture)},
        edges=[("input", "conv"), ("conv", "output")],
        **options,
    )


def error(work):
    try:
        work()
    except ValueError as problem:
        return str(problem)
    return None


built = error(graph)
nir.write("depthwise.nir", graph(type_check=False))
read = error(lambda: nir.read("depthwise.nir"))
print("built:", built)
print("read: ", read)
if not all(text and "[[4 8 8]] -> conv.input: [[1 8 8]]" in text for text in (built, read)):
    raise SystemExit("the behaviour has changed")
EOF
