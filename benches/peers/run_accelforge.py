"""What AccelForge finds for products of matrices through one buffer.

    PYTHON benches/peers/run_accelforge.py < products.json

Run by benches/movement.py with a Python 3.12 that has accelforge 1.0.467 (and
Graphviz's dot on the path: a picture of every mapping is drawn on the way).
Products are read as [[m, k, n, elements of the buffer], …]; printed are, for each,
the elements that cross between the buffer and the memory beyond, and the seconds
of the search. The mapper is left as it is by default, but for what it minimises.
"""

import contextlib
import json
import os
import sys
import tempfile
import time

import accelforge

ARCH = """
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
    size: %d
    leak_power: 0
    area: 0
    tensors: {keep: All}
    actions: [{name: read, energy: 0, throughput: inf}, {name: write, energy: 0, throughput: inf}]
  - !Compute
    name: Mac
    leak_power: 0
    area: 0
    actions: [{name: compute, energy: 0, throughput: 1}]
"""
WORKLOAD = """
workload:
  iteration_space_shape: {m: 0 <= m < %d, k: 0 <= k < %d, n: 0 <= n < %d}
  bits_per_value: {All: 8}
  einsums:
  - name: Product
    tensor_accesses:
    - {name: A, projection: [m, k]}
    - {name: B, projection: [k, n]}
    - {name: C, projection: [m, n], output: True}
    renames: {input: A, weight: B, output: C}
"""
# Prices are by the bit.
BITS = 8


def search(m, k, n, elements):
    for name, text in [("arch.yaml", ARCH % (elements * BITS)), ("work.yaml", WORKLOAD % (m, k, n))]:
        with open(name, "w") as file:
            file.write(text)
    spec = accelforge.Spec.from_yaml("arch.yaml", "work.yaml")
    spec.mapper.metrics = accelforge.Metrics.ENERGY
    start = time.perf_counter()
    found = spec.map_workload_to_arch()
    return round(found.energy()) // BITS, time.perf_counter() - start


def main():
    products = json.load(sys.stdin)
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        with contextlib.redirect_stdout(sys.stderr):
            found = [search(*product) for product in products]
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
