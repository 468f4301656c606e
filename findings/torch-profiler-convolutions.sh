#!/usr/bin/env bash
# torch 2.15.0, torch.profiler with with_flops=True.
#
# Expected: one convolution of 4 to 8 channels costs the same however it is
# written: 3 x 3 over an 8 x 8 picture, padded by one, 2 * 8*8 * 8*4*9 = 36 864
# operations as padding=1 and as padding="same"; the transposed one with stride 2
# also meets 8*8 * 4*8*9 pairs; and a Conv1d over 10 places does 2*8 * 8*4*3.
# Seen: 36 864 for padding=1, and no entry at all for padding="same", for the
# transposed convolution and for Conv1d. (For padding="same" it logs a line.)
# Why it matters: an operator without an entry is left out of the sum, so speech
# and U-shaped networks look cheaper than they are.

set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
python3 -m venv venv || exit 2
venv/bin/pip install --quiet torch==2.15.0 numpy==2.4.6 || exit 2
venv/bin/python - <<'EOF'
import torch
from torch.profiler import ProfilerActivity, profile


def count(layer, values):
    with torch.no_grad(), profile(activities=[ProfilerActivity.CPU], with_flops=True, record_shapes=True) as trace:
        layer(values)
    return sum(event.flops for event in trace.key_averages())


picture, signal = torch.randn(1, 4, 8, 8), torch.randn(1, 4, 10)
cases = {
    "padding=1": (36864, torch.nn.Conv2d(4, 8, 3, padding=1, bias=False), picture),
    "padding=same": (36864, torch.nn.Conv2d(4, 8, 3, padding="same", bias=False), picture),
    "transposed": (36864, torch.nn.ConvTranspose2d(4, 8, 3, stride=2, bias=False), picture),
    "Conv1d": (1536, torch.nn.Conv1d(4, 8, 3, bias=False), signal),
}
seen = {name: count(layer, values) for name, (_, layer, values) in cases.items()}
for name, (by_hand, _, _) in cases.items():
    print(name.ljust(13), "by hand", by_hand, "seen", seen[name])
if list(seen.values()) != [36864, 0, 0, 0]:
    raise SystemExit("the behaviour has changed")
EOF
