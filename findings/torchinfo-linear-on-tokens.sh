#!/usr/bin/env bash
# torchinfo 1.8.0 with torch 2.15.0.
#
# Expected: a bias-free Linear of 16 to 16 features applied to 5 tokens is
# 5 * 16 * 16 = 1280 multiply-adds.
# Seen: 256. For a Linear only the first axis of the output (the batch) is
# multiplied in; the tokens are not. A convolution over the same 5 positions
# is counted in full.
# Why it matters: every projection of a Transformer is a Linear on (batch,
# tokens, features), so its sum is too small by the length of the sequence.

set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
python3 -m venv venv || exit 2
venv/bin/pip install --quiet torch==2.15.0 numpy==2.4.6 torchinfo==1.8.0 || exit 2
venv/bin/python - <<'EOF'
import torch
import torchinfo

tokens = 5
linear = torch.nn.Linear(16, 16, bias=False)
convolution = torch.nn.Conv1d(16, 16, 1, bias=False)
by_linear = torchinfo.summary(linear, input_size=(1, tokens, 16), verbose=0).total_mult_adds
by_convolution = torchinfo.summary(convolution, input_size=(1, 16, tokens), verbose=0).total_mult_adds
print("by hand            ", tokens * 16 * 16)
print("Linear             ", by_linear)
print("1x1 convolution    ", by_convolution)
if (by_linear, by_convolution) != (256, 1280):
    raise SystemExit("the behaviour has changed")
EOF
