#!/usr/bin/env bash
# nir 1.0.8.
#
# Expected: a Flatten node left at its defaults turns channels x height x width
# into one axis, since NIR shapes have no batch axis: 4 x 3 x 3 into 36.
# Seen: 4 x 9. start_dim is 1 by default, the value that fits a layout with the
# batch in front; without a batch the channels stay apart, and a Linear of 36
# inputs behind it is refused.
# Why it matters: of a file with only the defaults in mind one infers the wrong
# shape, and with it the wrong number of products of the next layer.

set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
python3 -m venv venv || exit 2
venv/bin/pip install --quiet nir==1.0.8 numpy==2.4.6 || exit 2
venv/bin/python - <<'EOF'
import nir
import numpy as np

default = nir.Flatten(input_type={"input": np.array([4, 3, 3])})
given = nir.Flatten(input_type={"input": np.array([4, 3, 3])}, start_dim=0)
seen = [node.output_type["output"].tolist() for node in (default, given)]
print("default     ", seen[0])
print("start_dim=0 ", seen[1])
try:
    nir.NIRGraph.from_list(default, nir.Linear(np.ones((2, 36))))
    refused = None
except ValueError as problem:
    refused = str(problem)
print("with Linear ", refused)
if seen != [[4, 9], [36]] or refused is None:
    raise SystemExit("the behaviour has changed")
EOF
