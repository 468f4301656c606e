#!/usr/bin/env bash
# transformers 5.24.0 with torch 2.15.0, DogeForCausalLM with experts.
#
# Expected: a decoder's scores of a word depend on the words before it alone; a full pass
# over a prompt and one token after the other give the same.
# Seen: with `is_moe` the scores that choose experts are cut in two halves over all tokens
# together, so that a token takes its experts by scores of others. When the last of 8
# tokens is another, scores of the first 7 change; without experts none does.
# Why it matters: perplexity from full passes, and which experts are read, are not those
# of decoding. Counts are the same in both, so picojoule's are not concerned.

set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
python3 -m venv venv || exit 2
venv/bin/pip install --quiet torch==2.15.0 numpy==2.4.6 transformers==5.24.0 || exit 2
venv/bin/python - <<'EOF'
import torch
from transformers import DogeConfig, DogeForCausalLM

moved = {}
for experts in (False, True):
    torch.manual_seed(0)
    config = DogeConfig(
        hidden_size=16, intermediate_size=16, num_hidden_layers=2, num_attention_heads=2, vocab_size=32,
        is_moe=experts, num_experts=16, num_experts_per_tok=2, max_position_embeddings=32,
    )
    model = DogeForCausalLM(config).eval()
    for number in model.parameters():
        torch.nn.init.normal_(number)
    words = torch.arange(1, 9)[None]
    other = words.clone()
    other[0, -1] = 20
    with torch.no_grad():
        before, after = (model(input_ids=given, use_cache=False).logits[0, :-1] for given in (words, other))
    moved[experts] = not torch.allclose(before, after, atol=1e-4)
    print("with" if experts else "without", "experts, earlier scores", "change" if moved[experts] else "stay")
if moved != {False: False, True: True}:
    raise SystemExit("the behaviour has changed")
EOF
