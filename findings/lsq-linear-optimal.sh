#!/usr/bin/env bash
# scipy 1.17.1 and numpy 2.4.6: joules fitted against operations and seconds. A
# dozen runs of a rack of GPUs, 10^16 to 12 * 10^16 operations in 1 to 9 seconds,
# joules exact: 100 J in every 10^16 operations, and 50 W.
#
# Expected: lsq_linear with bounds from zero finds both or says that it did not
# converge. No parameter lies at a bound, and nnls finds both.
# Seen: 0 W, 30 % too much in each operation and "The unconstrained solution is
# optimal", from both of its methods, with joules left over. It asks numpy's lstsq
# first and trusts it; that takes what is 2 * 10^-16 of the largest for nothing, and
# says so by a rank of 1, which is left to be found in unbounded_sol. With seconds in
# femtoseconds the fit is exact. lstsq with its own default drops the seconds from
# 10^15 operations on.
# Why it matters: the idle power vanishes from a calibration whose status is that of
# success, and the operations pay for it.

set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
python3 -m venv venv || exit 2
venv/bin/pip install --quiet scipy==1.17.1 numpy==2.4.6 || exit 2
venv/bin/python - <<'EOF'
import numpy as np
from scipy.optimize import lsq_linear, nnls

unit = 1e16
runs = np.c_[np.arange(1, 13) * unit, [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8]]
joules = runs @ [100 / unit, 50]


def say(name, prices, note=""):
    found = round(float(prices[0] * unit), 1), round(float(prices[1]), 1) + 0.0
    print(name.ljust(17), found[0], "J in 10^16 operations,", found[1], "W", note)
    return found


seen = [say("nnls", nnls(runs, joules)[0])]
for method in ("trf", "bvls"):
    fit = lsq_linear(runs, joules, bounds=(0, np.inf), method=method)
    seen.append(say("lsq_linear, " + method, fit.x, f"{fit.message} Left: {2 * fit.cost:.0f} J^2"))
    success = fit.success
fit = np.linalg.lstsq(runs, joules, rcond=None)
seen.append(say("lstsq", fit[0], f"rank {fit[2]}"))
scaled = lsq_linear(runs * [1, 1e15], joules, bounds=(0, np.inf)).x * [1, 1e15]
seen.append(say("lsq_linear, scaled", scaled))
right, wrong = (100.0, 50.0), (129.8, 0.0)
if seen != [right, wrong, wrong, wrong, right] or not success or fit[2] != 1:
    raise SystemExit("the behaviour has changed")
EOF
