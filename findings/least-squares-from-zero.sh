#!/usr/bin/env bash
# scipy 1.17.1 with numpy 2.4.6: joules fitted against millions of operations and
# seconds by least_squares, both prices at least zero and begun at zero. A dozen runs
# of 1 to 12 * 10^6 operations in 1 to 9 seconds, joules exact: 100 J for a million and
# 50 W.
#
# Expected: 100 J and 50 W; the problem is linear and its columns are alike.
# Seen: success, "`ftol` termination condition is satisfied", and both prices where
# they began, to 10^-9. A start on the bound is moved inside by 10^-10, and the first
# step is as short as the start; it changes so little that it counts as converged.
# Begun at 0.001 or at 1, or by the method "dogbox", all is right.
# Why it matters: zero is the natural start for prices that can't be negative, and a
# fit that says success has found that nothing costs anything.

set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
python3 -m venv venv || exit 2
venv/bin/pip install --quiet scipy==1.17.1 numpy==2.4.6 || exit 2
venv/bin/python - <<'EOF'
import numpy as np
from scipy.optimize import least_squares

runs = np.c_[np.arange(1.0, 13), [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8]]
joules = runs @ [100, 50]
seen = []
for method in ("trf", "dogbox"):
    for start in (0, 0.001, 1):
        fit = least_squares(lambda prices: runs @ prices - joules, [start] * 2, bounds=(0, np.inf), method=method)
        seen.append([round(float(price), 3) for price in fit.x] + [fit.success])
        print(f"{method} from {start}: {seen[-1][0]} J, {seen[-1][1]} W, {fit.nfev} evaluations, {fit.message}")
right, wrong = [100.0, 50.0, True], [0.0, 0.0, True]
if seen != [wrong] + [right] * 5:
    raise SystemExit("the behaviour has changed")
EOF
