#!/usr/bin/env bash
# zigzag-dse 3.9.1: 4 x K by K x 4 on one multiplier with a register that holds one
# partial sum, each access of which costs 1 pJ.
#
# Expected: K - 1 reads of the sum so far for each of the 16 results: the first product
# has nothing to be added to. 0, 16, 48 and 112 for K of 1, 2, 4 and 8.
# Seen: 0, 32, 64 and 128 in the energy: K reads each, but none where K is 1. The
# mapping counts K - 1; the energy is the traffic of one period times the periods,
# and those are the writes'.
# Why it matters: the code is the same for each level where sums wait. Where a buffer
# takes K in two parts its reads are charged twice over, which speaks against dividing
# K; and who counts from the mapping's numbers gets another energy than ZigZag does.

set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
python3 -m venv venv || exit 2
venv/bin/pip install --quiet zigzag-dse==3.9.1 six==1.17.0 || exit 2
venv/bin/python - <<'EOF'
import logging
from pathlib import Path

import yaml
from zigzag.api import get_hardware_performance_zigzag
from zigzag.hardware.architecture.memory_port import DataDirection
from zigzag.mapping.data_movement import DataMoveAttr

logging.disable(logging.CRITICAL)


def port(name, kind, bits, *served):
    return {
        "name": name,
        "type": kind,
        "bandwidth_min": bits,
        "bandwidth_max": bits,
        "allocation": list(served),
    }


def memory(bits, cost, operands, ports, across):
    return {
        "size": bits,
        "r_cost": cost,
        "w_cost": cost,
        "area": 0,
        "latency": 1,
        "operands": operands,
        "ports": ports,
        "served_dimensions": across,
    }


sums = [
    port("r_port_1", "read", 32, "O, tl"),
    port("r_port_2", "read", 32, "O, th"),
    port("w_port_1", "write", 32, "O, fh"),
    port("w_port_2", "write", 32, "O, fl"),
]
every = [f"{operand}, {end}" for operand in ("I1", "I2") for end in ("tl", "fh")]
every += [f"O, {end}" for end in ("tl", "th", "fh", "fl")]
accelerator = {
    "name": "one_multiplier",
    "memories": {
        "register": memory(32, 1, ["O"], sums, []),
        "dram": memory(10**10, 100, ["I1", "I2", "O"], [port("rw_port_1", "read_write", 8, *every)], ["D1"]),
    },
    "operational_array": {"unit_energy": 0, "unit_area": 1, "dimensions": ["D1"], "sizes": [1]},
}
mapping = [{
    "name": "default",
    "spatial_mapping": {"D1": ["M, 1"]},
    "memory_operand_links": {"O": "O", "W": "I2", "I": "I1"},
}]
Path("accelerator.yaml").write_text(yaml.safe_dump(accelerator, sort_keys=False))
Path("mapping.yaml").write_text(yaml.safe_dump(mapping))


def every_one(results):
    for result in results:
        if isinstance(result, (list, tuple)):
            yield from every_one(result)
        else:
            yield result


def accesses(inner):
    layer = {
        "id": 0,
        "name": "product",
        "operator_type": "Gemm",
        "equation": "O[m][k]+=I[m][c]*W[c][k]",
        "loop_dims": ["M", "C", "K"],
        "loop_sizes": [4, inner, 4],
        "operand_precision": {"O": 16, "O_final": 8, "W": 8, "I": 8},
        "operand_source": {"W": 0, "I": 0},
    }
    results = get_hardware_performance_zigzag(
        [layer], "accelerator.yaml", "mapping.yaml", opt="energy", dump_folder="out", loma_show_progress_bar=False
    )[2]
    results = next(result for result in every_one(results) if hasattr(result, "mapping"))
    output = results.layer.output_operand
    charged = results.memory_word_access[output][0]
    counted = results.mapping.unit_mem_data_movement[output][0].get_attribute(DataMoveAttr.DATA_ELEM_MOVE_COUNT)
    read, write = DataDirection.RD_OUT_TO_LOW, DataDirection.WR_IN_BY_LOW
    return int(charged.get(write)), int(counted.get(read)), int(charged.get(read))


seen = {}
for inner in (1, 2, 4, 8):
    seen[inner] = accesses(inner)
    print(f"K = {inner}: writes {seen[inner][0]}, reads counted {seen[inner][1]}, charged {seen[inner][2]}")
if seen != {1: (16, 0, 0), 2: (32, 16, 32), 4: (64, 48, 64), 8: (128, 112, 128)}:
    raise SystemExit("the behaviour has changed")
EOF
