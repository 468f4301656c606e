#!/usr/bin/env bash
# transformers 5.24.0 with torch 2.15.0, MptForCausalLM.
#
# Expected: `expansion_ratio` of an MPT config is how many times as wide the
# feed-forward layer is as the model: of width 16 and ratio 2 it has matrices of
# 16 x 32.
# Seen: the module multiplies by 4 whatever the config says. Ratios 2, 4 and 8
# have the same parameters, and a config that was saved with another ratio says
# something that its weights are not.
# Why it matters: who counts from the config what it says is off by the ratio,
# and a counter that follows the library ignores a field without a word.

set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
python3 -m venv venv || exit 2
venv/bin/pip install --quiet torch==2.15.0 numpy==2.4.6 transformers==5.24.0 || exit 2
venv/bin/python - <<'EOF'
from transformers import MptConfig, MptForCausalLM

seen = {}
for ratio in (2, 4, 8):
    config = MptConfig(d_model=16, n_heads=2, n_layers=1, vocab_size=32, expansion_ratio=ratio)
    model = MptForCausalLM(config)
    width = model.transformer.blocks[0].ffn.up_proj.out_features
    seen[ratio] = (width, sum(number.numel() for number in model.parameters()))
    print("ratio", ratio, "by the config", 16 * ratio, "wide; seen", width, "wide,", seen[ratio][1], "parameters")
if {width for width, _ in seen.values()} != {64} or len(set(seen.values())) != 1:
    raise SystemExit("the behaviour has changed")
EOF
