#!/usr/bin/env bash
# transformers 5.24.0 with torch 2.15.0, torch.utils.flop_counter.FlopCounterMode.
#
# Expected: a Llama 4 layer whose router takes one expert a token computes one
# expert a token: of width 16 and inner width 8 with gate, 3*16*8 = 384
# multiply-adds, 2304 for 6 tokens, however many experts there are to choose from.
# Seen: every expert runs on every token, and the scores of those that were not
# chosen are zero. 2, 4 and 8 experts count 2, 4 and 8 times 2304.
# Why it matters: a mixture is built to take few of its experts. Counted this way
# Scout's 16 experts take 16 times what its authors say of active parameters.

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
from transformers import Llama4ForCausalLM, Llama4TextConfig

logging.disable(logging.WARNING)
seen = {}
for experts in (2, 4, 8):
    config = Llama4TextConfig(
        hidden_size=16, intermediate_size=8, intermediate_size_mlp=8, num_hidden_layers=1,
        num_attention_heads=2, num_key_value_heads=2, head_dim=8, vocab_size=32,
        num_local_experts=experts, num_experts_per_tok=1, interleave_moe_layer_step=1,
        pad_token_id=0, bos_token_id=1, eos_token_id=2,
    )
    model = Llama4ForCausalLM(config).eval()
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        model(torch.zeros(1, 6, dtype=torch.long))
    layer = "Llama4ForCausalLM.model.layers.0.feed_forward.experts"
    seen[experts] = sum(counter.get_flop_counts()[layer].values()) // 2
    print(experts, "experts, one taken: by hand", 6 * 3 * 16 * 8, "seen", seen[experts])
if any(count != experts * 2304 for experts, count in seen.items()):
    raise SystemExit("the behaviour has changed")
EOF
