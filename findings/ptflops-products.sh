#!/usr/bin/env bash
# ptflops 0.7.5 with torch 2.15.0.
#
# Expected: x @ y and torch.matmul(x, y) are the same product, 5 * 5 * 16 = 400
# multiply-adds here, and so are the two products of scaled_dot_product_attention,
# 800.
# Seen, with the default backend ("pytorch"): matmul 400, @ nothing, attention
# nothing. With the backend "aten" @ is counted, attention still is not.
# Why it matters: the scores of attention, the part that grows with the square of
# the sequence, are written in one of these three ways, and which one a model
# uses decides whether they are counted.

set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
python3 -m venv venv || exit 2
venv/bin/pip install --quiet torch==2.15.0 numpy==2.4.6 ptflops==0.7.5 || exit 2
venv/bin/python - <<'EOF'
import torch
from ptflops import get_model_complexity_info
from torch.nn.functional import scaled_dot_product_attention


class Tokens(torch.nn.Module):
    """A Linear, so that the tool finds a layer that it knows, and then a product."""

    def __init__(self, product):
        super().__init__()
        self.linear = torch.nn.Linear(16, 16, bias=False)
        self.product = product

    def forward(self, x):
        return self.product(self.linear(x))


products = {
    "matmul": lambda x: torch.matmul(x, x.transpose(-2, -1)),
    "@": lambda x: x @ x.transpose(-2, -1),
    "attention": lambda x: scaled_dot_product_attention(x, x, x),
}


def count(product, backend):
    total, _ = get_model_complexity_info(
        Tokens(product).eval(), (1, 5, 16), as_strings=False, print_per_layer_stat=False, backend=backend
    )
    return total - 5 * 16 * 16


seen = {backend: {name: count(p, backend) for name, p in products.items()} for backend in ("pytorch", "aten")}
print("by hand", {"matmul": 400, "@": 400, "attention": 800})
for backend, counts in seen.items():
    print(backend.ljust(7), counts)
if seen != {
    "pytorch": {"matmul": 400, "@": 0, "attention": 0},
    "aten": {"matmul": 400, "@": 400, "attention": 0},
}:
    raise SystemExit("the behaviour has changed")
EOF
