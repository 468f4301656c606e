#!/usr/bin/env bash
# scalesim 3.0.0 (SCALE-Sim v3) with numpy 2.2.6: a 3 x 3 convolution with stride 2
# over a 14 x 14 picture, padded to 16 x 16, as where ResNet halves 14 to 7.
#
# Expected: 7 x 7 results, and 7*7 * 9*64*64 = 1 806 336 multiply-adds: windows lie
# wholly in the padded picture, in torch, in ONNX and in the paper of ResNet.
# Seen: 8 x 8 and 2 359 296: the windows are rounded up, and the last of each row and
# column reaches a pixel beyond the picture, with which nothing is multiplied but which
# counts among the operations.
# Why it matters: 31 % more operations and results in such a layer, 7 % at 28, 2 %
# in the stem; and the next layer, given as 7 x 7, doesn't match.

set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
python3 -m venv venv || exit 2
venv/bin/pip install --quiet scalesim==3.0.0 numpy==2.2.6 || exit 2
cat > layers.csv <<'EOF'
Layer name, IFMAP Height, IFMAP Width, Filter Height, Filter Width, Channels, Num Filter, Strides,
halve 14, 16, 16, 3, 3, 64, 64, 2,
halve 56, 58, 58, 3, 3, 64, 64, 2,
stem, 230, 230, 7, 7, 3, 64, 2,
EOF
venv/bin/python - <<'EOF'
from scalesim.topology_utils import topologies

layers = topologies()
layers.load_arrays("layers.csv")
layers.set_spatio_temporal_params()
seen = []
for index, side in enumerate((7, 28, 112)):
    rows, columns = layers.get_layer_ofmap_dims(index)
    operations = layers.get_layer_mac_ops(index)
    seen.append((rows, columns, operations))
    right = operations * side**2 // (rows * columns)
    print(f"{side} x {side} results, {right} operations; seen {rows} x {columns}, {operations}")
if seen != [(8, 8, 2359296), (29, 29, 31002624), (113, 113, 120130752)]:
    raise SystemExit("the behaviour has changed")
EOF
