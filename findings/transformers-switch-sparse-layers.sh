#!/usr/bin/env bash
# transformers 5.24.0 with torch 2.15.0, SwitchTransformersModel.
#
# Expected: `num_sparse_encoder_layers` is how many layers of the encoder have experts.
# Seen: the config makes a step of it, layers divided by sparse ones and rounded down,
# and every layer whose number leaves 1 has experts. Of 4 layers 0 asked for are 1,
# 3 are 4, and of 12 layers 5 are 6. 1, 2 and 4 of 4 come out.
# Why it matters: an expert is most of the parameters, and of the bytes that move; who
# counts from the config what it says counts another network than runs. picojoule counts
# the layers that run.

set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
python3 -m venv venv || exit 2
venv/bin/pip install --quiet torch==2.15.0 numpy==2.4.6 transformers==5.24.0 || exit 2
venv/bin/python - <<'EOF'
import torch
from transformers import SwitchTransformersConfig, SwitchTransformersModel

seen = {}
for layers, asked in ((4, 0), (4, 1), (4, 2), (4, 3), (4, 4), (12, 5)):
    config = SwitchTransformersConfig(
        num_layers=layers, num_sparse_encoder_layers=asked, num_decoder_layers=1, num_sparse_decoder_layers=1,
        d_model=16, d_kv=4, d_ff=16, num_heads=4, num_experts=2, vocab_size=32,
    )
    with torch.device("meta"):
        model = SwitchTransformersModel(config)
    seen[layers, asked] = sum(block.layer[-1].is_sparse for block in model.encoder.block)
    print(layers, "layers,", asked, "with experts asked for:", seen[layers, asked])
if seen != {(4, 0): 1, (4, 1): 1, (4, 2): 2, (4, 3): 4, (4, 4): 4, (12, 5): 6}:
    raise SystemExit("the behaviour has changed")
EOF
