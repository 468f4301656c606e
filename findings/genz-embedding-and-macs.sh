#!/usr/bin/env bash
# genz-llm 0.0.16, the prompt of Llama 2 7B, 128 tokens on one A100.
#
# Expected: 850.0 * 10^9 multiply-adds: the weights of 32 layers and of the head for 128
# tokens, and the full attention; the embedding is looked up and multiplies nothing. One
# number under one name.
# Seen: "MACs" is 866.8 * 10^9 in the table of the profile and 1733.6 * 10^9 in the table
# of the result, where it counts each twice. Either has the embedding as a product of
# 128 x 32 000 with 32 000 x 4096, 16.8 * 10^9, which also reads all 250 MiB of it for
# 128 rows of 8 KiB.
# Why it matters: joules per multiply-add fitted to the one table and applied to the
# other are off by two; the embedding alone is 2 % of a 7B model's prompt, and more of
# a smaller model's.

set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
python3 -m venv venv || exit 2
venv/bin/pip install --quiet genz-llm==0.0.16 || exit 2
venv/bin/python -W ignore - <<'EOF'
from GenZ import prefill_moddeling

tokens, width, inner, words, layers = 128, 4096, 11008, 32000, 32
prompt = dict(model="llama2_7b", batch_size=1, input_tokens=tokens, system_name="A100_80GB_GPU")
weights = layers * (4 * width**2 + 3 * width * inner) + words * width
by_hand = tokens * weights + layers * 2 * tokens**2 * width

operators, profile = prefill_moddeling(**prompt, model_profilling=True)
result = prefill_moddeling(**prompt)["summary_table"]
seen = [round(table["MACs (MFLOP)"].iloc[0] * 1e6) for table in (profile, result)]
first = operators.iloc[0]
print("by hand", by_hand, "in the profile", seen[0], "in the result", seen[1])
print(first["Layer Name"], round(first["Num ops (MFLOP)"] * 1e6), "multiply-adds,", first["Input_w (MB)"], "MB of weights")
embedding = tokens * words * width
if seen != [by_hand + embedding, 2 * (by_hand + embedding)] or first["Input_w (MB)"] != 250:
    raise SystemExit("the behaviour has changed")
EOF
