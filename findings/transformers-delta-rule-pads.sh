#!/usr/bin/env bash
# transformers 5.24.0 with torch 2.15.0, torch.utils.flop_counter.FlopCounterMode.
#
# Expected: the gated delta rule of Qwen3-Next is linear in the tokens: each head
# of 8 x 8 reads its state under the key, writes to it and reads it under the
# query, 3*8*8 = 192 multiply-adds a token, 2304 for 12 tokens.
# Seen: without its CUDA kernels the function takes chunks of 64 tokens and pads
# to them. 1, 12 and 64 tokens all count the same, 48 times what 12 tokens take,
# and 65 twice as much; the triangular systems it solves besides are in no count.
# Why it matters: who asks a counter what such a model takes for a short prompt
# gets the number for a long one.

set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
python3 -m venv venv || exit 2
venv/bin/pip install --quiet torch==2.15.0 numpy==2.4.6 transformers==5.24.0 || exit 2
venv/bin/python - <<'EOF'
import logging

import torch
from torch.utils.flop_counter import FlopCounterMode
from transformers.models.qwen3_next import modeling_qwen3_next as qwen

logging.disable(logging.WARNING)
width = 8
seen = {}
for tokens in (1, 12, 64, 65):
    rows = [torch.rand(1, tokens, 1, width) for _ in range(3)]
    gates = [-torch.rand(1, tokens, 1), torch.rand(1, tokens, 1)]
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        qwen.torch_chunk_gated_delta_rule(*rows, *gates)
    seen[tokens] = counter.get_total_flops() // 2
    print(tokens, "tokens:", "by hand", 3 * width * width * tokens, "seen", seen[tokens])
if not seen[1] == seen[12] == seen[64] == seen[65] // 2:
    raise SystemExit("the behaviour has changed")
EOF
