#!/usr/bin/env bash
# accelforge 1.0.467 (it asks for Python 3.12) without Graphviz on the path.
#
# Expected: the best mapping of one product of matrices, and its energy; pictures are
# made where one asks for them.
# Seen: the search runs to its end, and then every mapping found is drawn into a file
# mapping.svg in the current folder. Without Graphviz's program dot, which pip does
# not install, that is where it stops, and the result with it.
# Why it matters: who compares estimates of data movement with this mapper installs a
# drawing program first, and pays for the pictures of a sweep.

set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
python3.12 -m venv venv || exit 2
venv/bin/pip install --quiet accelforge==1.0.467 || exit 2
cat >arch.yaml <<'EOF'
arch:
  nodes:
  - !Memory
    name: Dram
    size: inf
    leak_power: 0
    area: 0
    tensors: {keep: All}
    actions: [{name: read, energy: 1, throughput: inf}, {name: write, energy: 1, throughput: inf}]
  - !Memory
    name: Buffer
    size: 8192
    leak_power: 0
    area: 0
    tensors: {keep: All}
    actions: [{name: read, energy: 0, throughput: inf}, {name: write, energy: 0, throughput: inf}]
  - !Compute
    name: Mac
    leak_power: 0
    area: 0
    actions: [{name: compute, energy: 0, throughput: 1}]
EOF
cat >work.yaml <<'EOF'
workload:
  iteration_space_shape: {m: 0 <= m < 16, k: 0 <= k < 16, n: 0 <= n < 16}
  bits_per_value: {All: 8}
  einsums:
  - name: Product
    tensor_accesses:
    - {name: A, projection: [m, k]}
    - {name: B, projection: [k, n]}
    - {name: C, projection: [m, n], output: True}
    renames: {input: A, weight: B, output: C}
EOF
mkdir with
printf '#!/bin/sh\ncat >/dev/null\necho "<svg/>"\n' >with/dot
chmod +x with/dot
cat >map.py <<'EOF'
import contextlib
import os
import sys

import accelforge

spec = accelforge.Spec.from_yaml("arch.yaml", "work.yaml")
spec.mapper.metrics = accelforge.Metrics.ENERGY
with contextlib.redirect_stdout(sys.stderr):
    try:
        bits = spec.map_workload_to_arch().energy()
    except FileNotFoundError as error:
        bits = str(error)
print(bits, "mapping.svg" in os.listdir("."))
EOF
# Three matrices of 16 x 16 bytes, each moved once: 6144 bits.
seen_with=$(PATH="$work/with:/usr/bin:/bin" venv/bin/python map.py 2>/dev/null)
seen_without=$(PATH="$work/nothing" venv/bin/python map.py 2>/dev/null)
echo "with a program called dot:  $seen_with"
echo "without:                    $seen_without"
case "$seen_with / $seen_without" in
  "6144.0 True / "*dot*) ;;
  *) echo "the behaviour has changed"; exit 1 ;;
esac
