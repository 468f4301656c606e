"""What ZigZag finds for products of matrices through one buffer.

    PYTHON benches/peers/run_zigzag.py < products.json

Run by benches/movement.py with a Python that has zigzag-dse 3.9.1 (and six, which
it imports). Products are read as [[m, k, n, elements of the buffer], …]; printed
are, for each, the elements that cross between the buffer and the memory beyond,
and the seconds of the search, which is left as it is by default but for what it
minimises. One multiplier, so that all reuse is the buffer's.
"""

import contextlib
import json
import logging
import os
import sys
import tempfile
import time

import yaml
from zigzag.api import get_hardware_performance_zigzag

# Elements are bytes, and every access is one.
BITS = 8
OPERANDS = ["I1", "I2", "O"]
DIRECTIONS = ["I1, fh", "I1, tl", "I2, fh", "I2, tl", "O, fh", "O, tl", "O, fl", "O, th"]


def memory(bits, price):
    port = {
        "name": "rw_port_1",
        "type": "read_write",
        "bandwidth_min": BITS,
        "bandwidth_max": BITS,
        "allocation": DIRECTIONS,
    }
    return {
        "size": bits,
        "r_cost": price,
        "w_cost": price,
        "area": 0,
        "latency": 1,
        "auto_cost_extraction": False,
        "operands": OPERANDS,
        "ports": [port],
        "served_dimensions": ["D1", "D2"],
    }


def search(m, k, n, elements):
    hardware = {
        "name": "one_buffer",
        "memories": {"buffer": memory(elements * BITS, 0), "dram": memory(10**12, 1)},
        "operational_array": {
            "input_precision": [BITS, BITS],
            "unit_energy": 0,
            "unit_area": 1,
            "dimensions": ["D1", "D2"],
            "sizes": [1, 1],
        },
    }
    mapping = {
        "name": "default",
        "spatial_mapping": {"D1": ["K, 1"], "D2": ["C, 1"]},
        "memory_operand_links": {"O": "O", "W": "I2", "I": "I1"},
    }
    layer = {
        "id": 0,
        "name": "product",
        "operator_type": "Gemm",
        "equation": "O[b][k]+=I[b][c]*W[c][k]",
        "dimension_relations": [],
        "loop_dims": ["B", "K", "C"],
        "loop_sizes": [m, n, k],
        "operand_precision": {"O": BITS, "O_final": BITS, "W": BITS, "I": BITS},
        "operand_source": {"W": 0, "I": 0},
    }
    for name, value in [("hardware", hardware), ("mapping", [mapping]), ("layer", [layer])]:
        with open(f"{name}.yaml", "w") as file:
            yaml.dump(value, file)
    start = time.perf_counter()
    energy, *_ = get_hardware_performance_zigzag(
        "layer.yaml",
        "hardware.yaml",
        "mapping.yaml",
        opt="energy",
        dump_folder="out",
        loma_show_progress_bar=False,
    )
    return round(energy), time.perf_counter() - start


def main():
    products = json.load(sys.stdin)
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        with contextlib.redirect_stdout(sys.stderr):
            found = [search(*product) for product in products]
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
