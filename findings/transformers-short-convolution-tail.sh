#!/usr/bin/env bash
# transformers 5.24.0 with torch 2.15.0, torch.utils.flop_counter.FlopCounterMode.
#
# Expected: the short convolution of LFM2 gives a result for every token. One
# layer of 16 channels with 3 taps takes 3*16 = 48 multiply-adds a token beside
# its matrices, so a step from 12 to 13 tokens and a step from 1 to 2 take as much,
# and one token takes 48.
# Seen: without the kernel for it the convolution is padded on both sides and the
# last two results are thrown away: 1 token takes 3*48 = 144, 12 take 14*48. Mamba,
# Mamba 2, Jamba, Bamba, Qwen3-Next and all others with short convolutions do the
# same.
# Why it matters: a count of a short prompt is too high, by as many tokens as the
# window looks back over.

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
from transformers import Lfm2Config
from transformers.models.lfm2.modeling_lfm2 import Lfm2ShortConv

logging.disable(logging.WARNING)
config = Lfm2Config(hidden_size=16, num_hidden_layers=1, num_attention_heads=2, layer_types=["conv"])
layer = Lfm2ShortConv(config, 0).eval()
seen = {}
for tokens in (1, 2, 12, 13):
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        layer(torch.rand(1, tokens, 16))
    matrices = tokens * (16 * 48 + 16 * 16)
    seen[tokens] = counter.get_total_flops() // 2 - matrices
    print(tokens, "tokens:", "by hand", 48 * tokens, "seen", seen[tokens])
if seen != {tokens: 48 * (tokens + 2) for tokens in (1, 2, 12, 13)}:
    raise SystemExit("the behaviour has changed")
EOF
