#!/usr/bin/env bash
# gguf 0.19.0.
#
# Expected: general.size_label of a mixture of experts, such as 32x1.8B, is a product:
# so many experts of so many parameters, together the model.
# Seen: the second number is one path through the network, all that experts share and
# one expert of each layer, so that the product counts what they share once an expert.
# A model of 1 640 960 parameters with 32 experts is labelled 32x117K, 3.7 million.
# Why it matters: the label is often the only size in a file's metadata; taken for the
# number of parameters it gives more than twice the bytes. picojoule takes parameters
# from the list of tensors.

set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
python3 -m venv venv || exit 2
venv/bin/pip install --quiet gguf==0.19.0 numpy==2.4.6 || exit 2
venv/bin/python - <<'EOF'
import gguf
import numpy as np


def tensor(*shape):
    return np.zeros(shape, np.float16)


def label(experts):
    writer = gguf.GGUFWriter("mixture.gguf", "llama")
    writer.add_tensor("token_embd.weight", tensor(1000, 64))
    writer.add_tensor("blk.0.attn_q.weight", tensor(64, 64))
    for part in ("gate", "up"):
        writer.add_tensor(f"blk.0.ffn_{part}_exps.weight", tensor(experts, 256, 64))
    writer.add_tensor("blk.0.ffn_down_exps.weight", tensor(experts, 64, 256))
    counts = writer.get_total_parameter_count()
    return counts[0], gguf.size_label(*counts)


# Shared: 64 000 + 4096 = 68 096. An expert: 3 x 256 x 64 = 49 152. Together 117 248.
few, many = label(8), label(32)
print("8 experts:", few)
print("32 experts:", many)
if few != (461312, "8x117K") or many != (1640960, "32x117K"):
    raise SystemExit("the behaviour has changed")
EOF
