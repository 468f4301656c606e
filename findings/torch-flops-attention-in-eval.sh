#!/usr/bin/env bash
# torch 2.15.0, torch.utils.flop_counter.FlopCounterMode, and torchvision 0.29.2.
#
# Expected: attention over 5 tokens of 16 features does 5920 multiply-adds, 11 840
# operations, in training and in inference:
#   projections 5*16*48 + 5*16*16 = 5120, scores and sum 2*5*5*16 = 800.
# Seen: 11 840 after .train(), 0 after .eval() under no_grad. There the module takes
# a single operator, _native_multi_head_attention, that the counter has no formula
# for. The ViT of torchvision, made of such modules, keeps its feed-forward layers
# alone: of images of 64 by 64, 12 layers with 17 tokens of 768,
#   12 * (17*4*768*768 + 2*17*17*768) = 486 623 232 multiply-adds
# of 1 459 421 184, a third, are gone.
# Why it matters: one counts inference after .eval(), and the count of a ViT depends
# on who wrote it.

set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
python3 -m venv venv || exit 2
venv/bin/pip install --quiet torch==2.15.0 torchvision==0.29.2 numpy==2.4.6 || exit 2
venv/bin/python - <<'EOF'
import warnings

import torch
import torchvision
from torch.utils.flop_counter import FlopCounterMode

warnings.filterwarnings("ignore")


def count(layer, *inputs):
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        layer(*inputs)
    return counter.get_total_flops()


layer = torch.nn.MultiheadAttention(16, 2, batch_first=True)
tokens = torch.randn(1, 5, 16)
training = count(layer.train(), tokens, tokens, tokens)
inference = count(layer.eval(), tokens, tokens, tokens)
print("by hand  ", 2 * 5920)
print("training ", training)
print("inference", inference)

vit = torchvision.models.vit_b_16(image_size=64)
image = torch.randn(1, 3, 64, 64)
lost = count(vit.train(), image) - count(vit.eval(), image)
print("lost of a ViT", lost, "by hand", 2 * 486623232)
if (training, inference, lost) != (11840, 0, 2 * 486623232):
    raise SystemExit("the behaviour has changed")
EOF
