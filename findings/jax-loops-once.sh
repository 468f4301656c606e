#!/usr/bin/env bash
# jax 0.10.2 on the CPU, `jax.jit(f).lower(...).compile().cost_analysis()`.
#
# Expected: ten rounds of x <- tanh(x W), 32 x 64 times 64 x 64, are 10 * 2 * 32 * 64 * 64
# = 2 621 440 operations and 20 480 transcendental functions, written out or as a loop
# whose number of rounds stands in the program.
# Seen: written out, yes. As lax.scan or lax.fori_loop 262 146 and 2048: the body once.
# lax.map over 32 rows counts one row.
# Why it matters: recurrent and spiking networks are scans over time in JAX; their cost
# comes out as that of a single step, and so a spiking network of T steps looks T times
# as cheap as it is beside a network that has none.

set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
python3 -m venv venv || exit 2
venv/bin/pip install --quiet jax==0.10.2 jaxlib==0.10.2 numpy==2.4.6 || exit 2
JAX_PLATFORMS=cpu venv/bin/python - <<'EOF'
import jax
import jax.numpy as jnp
from jax import lax

rows, weights = jnp.ones((32, 64)), jnp.ones((64, 64))


def step(x):
    return jnp.tanh(x @ weights)


def written_out(x):
    for _ in range(10):
        x = step(x)
    return x


functions = {
    "written out": written_out,
    "lax.scan": lambda x: lax.scan(lambda carried, _: (step(carried), None), x, None, length=10)[0],
    "lax.fori_loop": lambda x: lax.fori_loop(0, 10, lambda _, carried: step(carried), x),
    "lax.map over rows, once": lambda x: lax.map(step, x),
}
found = []
for name, function in functions.items():
    cost = jax.jit(function).lower(rows).compile().cost_analysis()
    found.append((int(cost["flops"]), int(cost["transcendentals"])))
    print(f"{name:24} {found[-1][0]:8} operations {found[-1][1]:6} transcendental")
one = 2 * 32 * 64 * 64
written, scan, loop, rows_once = found
same = written == (10 * one, 20480) and all(one <= flops < 1.01 * one and more == 2048 for flops, more in (scan, loop))
if not same or not rows_once[0] < 1.01 * one / 32:
    raise SystemExit("the behaviour has changed")
EOF
