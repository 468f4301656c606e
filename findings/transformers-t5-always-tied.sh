#!/usr/bin/env bash
# transformers 5.24.0 with torch 2.15.0.
#
# Expected: T5Config(tie_word_embeddings=False) gives a model whose output layer
# has its own weights, as T5 1.1 and its children are published.
# Seen: the weights are shared, and the configuration says True right after it was
# made. Llama with the same argument is not tied.
# Why it matters: a vocabulary of 32 128 by 512 is 16 million parameters that are
# missing from the count, and a config.json written again says the opposite of
# what was asked for.

set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
python3 -m venv venv || exit 2
venv/bin/pip install --quiet torch==2.15.0 numpy==2.4.6 transformers==5.24.0 || exit 2
venv/bin/python - <<'EOF'
import logging

import torch
from transformers import LlamaConfig, LlamaForCausalLM, T5Config, T5ForConditionalGeneration

logging.disable(logging.WARNING)
t5 = T5Config(
    vocab_size=32, d_model=16, d_kv=8, d_ff=32, num_layers=1, num_heads=2, tie_word_embeddings=False
)
llama = LlamaConfig(
    vocab_size=32, hidden_size=16, intermediate_size=32, num_hidden_layers=1,
    num_attention_heads=2, tie_word_embeddings=False,
)
seen = {}
for name, config, kind in (("T5", t5, T5ForConditionalGeneration), ("Llama", llama, LlamaForCausalLM)):
    model = kind(config)
    shared = model.get_output_embeddings().weight is model.get_input_embeddings().weight
    seen[name] = (config.tie_word_embeddings, shared)
    print(name.ljust(6), "asked for False, config says", config.tie_word_embeddings, "and the weights are shared:", shared)
if seen != {"T5": (True, True), "Llama": (False, False)}:
    raise SystemExit("the behaviour has changed")
EOF
