#!/usr/bin/env bash
# torch 2.15.0 (torch.onnx.export with dynamo=True) with onnxscript 0.7.2 and
# onnx 1.23.2.
#
# Expected: x of 1 row and y of 3 are added; both numbers of rows are to stay open,
# as `a` and `b`. That the result has 3 rows is known only where one of them is 1, so
# torch.export refuses: it has taken the 1 for a constant.
# Seen: torch.onnx.export takes both for the same dim, `a`, which the very example
# that it was given does not fit, and says nothing of it but a warning that `b` is
# not used.
# Why it matters: the sizes that a graph declares for its inputs depend on the
# example; one with a batch of 1 beside a table of 3 rows declares that every batch
# has as many rows as the table.

set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
python3 -m venv venv || exit 2
venv/bin/pip install --quiet torch==2.15.0 numpy==2.4.6 onnx==1.23.2 onnxscript==0.7.2 onnx-ir==1.1.0 || exit 2
venv/bin/python - <<'EOF'
import warnings

import torch

warnings.filterwarnings("ignore")


class Sum(torch.nn.Module):
    def forward(self, x, y):
        return x + y


example = torch.randn(1, 4), torch.randn(3, 4)
program = torch.onnx.export(
    Sum(), example, dynamo=True, verbose=False,
    dynamic_shapes={"x": {0: "a"}, "y": {0: "b"}},
)
shapes = {one.name: str(one.shape) for one in program.model.graph.inputs}
print("example        ", {"x": "[1,4]", "y": "[3,4]"})
print("inputs declared", shapes)
dynamic = torch.export.Dim.DYNAMIC
try:
    torch.export.export(Sum(), example, dynamic_shapes={"x": {0: dynamic}, "y": {0: dynamic}})
    refused = False
except ValueError as error:
    refused = "specialized" in str(error)
print("torch.export refuses", refused)
if shapes != {"x": "[a,4]", "y": "[a,4]"} or not refused:
    raise SystemExit("the behaviour has changed")
EOF
