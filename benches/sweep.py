"""The closed form of benches/sweep.rs in vectorised NumPy; prints points per second of the
processor as JSON.

    sum                 the sum of what is saved: axes are arrays that broadcast, and what does
                        not depend on an axis is worked out once for all of its values
    columns             the ten columns of a table in memory, as it is written or plotted: four
                        axes, four energies, two savings
    sum, in parts       the same, a few values of n at a time, whose arrays stay in the cache
    columns, in parts
"""

import json
import time

import numpy as np

n = np.arange(1, 501, dtype=float)[:, None, None, None]
d = 64.0 * np.arange(1, 26)[None, :, None, None]
h = np.array([1, 2, 4, 8, 16, 32, 64, 1], dtype=float)[None, None, :, None]
rho = (np.arange(1, 101) / 100.0)[None, None, None, :]
SIZES = (25, 8, 100)
POINTS = n.size * d.size * h.size * rho.size
PART = 5


def energies(n):
    vanilla = 4.6 * (2 * n * d * d + n * n * d)
    value = 4.6 * (n * d * d + n * n * d)
    cheap = 0.9 * (n * d + 2 * rho * n * d * d / h + 2 * n * n * d / h)
    return vanilla, cheap, vanilla + value, cheap + value


def total(n):
    vanilla, cheap, all_vanilla, all_cheap = energies(n)
    alignment = 1 - cheap / vanilla
    attention = 1 - all_cheap / all_vanilla
    return alignment.sum() + attention.sum()


def columns(n):
    vanilla, cheap, all_vanilla, all_cheap = energies(n)
    alignment = 1 - cheap / vanilla
    attention = 1 - all_cheap / all_vanilla
    all_columns = n, d, h, rho, vanilla, cheap, alignment, all_vanilla, all_cheap, attention
    return [np.ascontiguousarray(np.broadcast_to(column, (n.size, *SIZES))).ravel() for column in all_columns]


def in_parts(made):
    return lambda n: [made(n[at : at + PART]) is None for at in range(0, n.size, PART)]


def rate(made):
    best = 0.0
    for _ in range(5):
        start = time.process_time()
        made(n)
        best = max(best, POINTS / (time.process_time() - start))
    return best


print(json.dumps({
    "sum": rate(total),
    "columns": rate(columns),
    "sum, in parts": rate(in_parts(total)),
    "columns, in parts": rate(in_parts(columns)),
}))
