#!/usr/bin/env python3
"""Holds the small files and the sizes of blocks against other readers.

Needs `pip install gguf==0.19.0 safetensors`, which CI has not. Every file is
read with the packages of those who made the formats: as many numbers and bytes
must be there as `expected.csv` says. The sizes of blocks are those of
`src/import/weights/block.rs`. Of `q8_1` the package says 40 bytes, and the struct
of ggml, whose scale and sum have 16 bits each, has 36; no file stores weights so.

    python3 tests/weights/oracle.py
"""

import csv
import json
import re
import struct
import sys
from pathlib import Path

import gguf

HERE = Path(__file__).parent
ROOT = HERE.parent.parent


def blocks():
    text = (ROOT / "src/import/weights/block.rs").read_text()
    rows = re.findall(r'row\((\d+), "(\w+)", (\d+), ([\d +]+)\)', text)
    assert len(rows) == 34, len(rows)
    for number, name, length, size in rows:
        kind = gguf.GGMLQuantizationType(int(number))
        assert kind.name.lower() == name, (kind.name, name)
        known = gguf.GGML_QUANT_SIZES[kind]
        own = (int(length), sum(int(part) for part in size.split("+")))
        if name == "q8_1":
            assert known == (32, 40) and own == (32, 36)
            continue
        assert known == own, (name, known, own)
    types = {int(number) for number, *_ in rows}
    assert types == {int(kind) for kind in gguf.GGMLQuantizationType}
    print(f"{len(rows)} types of blocks")


def padded(path, taken):
    """The file with as many zeros as its tensors would take."""
    copy = Path("/tmp") / f"padded-{path.name}"
    copy.write_bytes(path.read_bytes() + bytes(taken + 4096))
    return copy


def named(reader, path):
    """The tensors are those that the package lists for the architecture."""
    arch = bytes(reader.fields["general.architecture"].parts[-1]).decode()
    known = {name: arch for arch, name in gguf.MODEL_ARCH_NAMES.items()}
    if arch not in known:
        return
    allowed = gguf.MODEL_TENSORS[known[arch]]
    stems = {gguf.TENSOR_NAMES[tensor] for tensor in allowed}
    for tensor in reader.tensors:
        stem = re.sub(r"^blk\.\d+\.", "blk.{bid}.", tensor.name)
        stem = re.sub(r"\.(weight|bias)$", "", stem)
        assert stem in stems, (path, tensor.name)


def gguf_file(path, numbers, taken):
    copy = padded(path, 2 * taken)
    reader = gguf.GGUFReader(copy)
    named(reader, path)
    own = [t for t in reader.tensors if not t.name.startswith("rope_")]
    assert sum(int(t.n_elements) for t in own) == numbers, path
    assert sum(int(t.n_bytes) for t in own) == taken, path
    copy.unlink()


def safetensors_file(path, taken):
    from safetensors import safe_open

    copy = padded(path, 0)
    (length,) = struct.unpack("<Q", path.read_bytes()[:8])
    copy.write_bytes(path.read_bytes()[: 8 + length] + bytes(taken))
    with safe_open(copy, "np") as file:
        names = list(file.keys())
    assert names, path
    copy.unlink()


def main():
    blocks()
    files = 0
    with open(HERE / "small" / "expected.csv") as file:
        for row in csv.DictReader(file):
            path = HERE / "small" / row["file"]
            if path.suffix == ".gguf":
                gguf_file(path, int(row["numbers"]), int(row["bytes"]))
            elif path.suffix == ".safetensors":
                safetensors_file(path, int(row["bytes"]))
            else:
                total = json.loads(path.read_text())["metadata"]["total_size"]
                assert total == int(row["bytes"]), path
            files += 1
    print(f"{files} files")


if __name__ == "__main__":
    sys.exit(main())
