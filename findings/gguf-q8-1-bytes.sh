#!/usr/bin/env bash
# gguf 0.19.0, beside the ggml 0.13.1 that pywhispercpp 1.5.1 brings.
#
# Expected: the table of block sizes in the Python package, GGML_QUANT_SIZES, and
# ggml's own ggml_blck_size and ggml_type_size say the same of every type of tensor.
# Seen: of 34 types one differs. Q8_1, 32 numbers of 8 bits with a scale and a sum, has
# 40 bytes in the package, as if scale and sum were 32 bits each, and 36 in ggml, where
# they are 16 bits each.
# Why it matters: bits of a weight are taken from that table; 10 instead of 9 is 11 %
# more traffic. picojoule has 9 for q8_1.

set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
python3 -m venv venv || exit 2
venv/bin/pip install --quiet gguf==0.19.0 numpy==2.4.6 pywhispercpp==1.5.1 || exit 2
venv/bin/python - <<'EOF'
import ctypes
from pathlib import Path

import _pywhispercpp
import gguf

root = Path(_pywhispercpp.__file__).parent
ggml = ctypes.CDLL(str(next(root.glob("**/libggml-base*.so*"))))
ggml.ggml_blck_size.restype = ctypes.c_int64
ggml.ggml_type_size.restype = ctypes.c_size_t
other = {}
for kind, package in gguf.GGML_QUANT_SIZES.items():
    own = (ggml.ggml_blck_size(int(kind)), ggml.ggml_type_size(int(kind)))
    if own != package:
        other[kind.name] = (package, own)
print(len(gguf.GGML_QUANT_SIZES), "types; numbers and bytes of a block, the package and ggml:", other)
if other != {"Q8_1": ((32, 40), (32, 36))} or len(gguf.GGML_QUANT_SIZES) != 34:
    raise SystemExit("the behaviour has changed")
EOF
