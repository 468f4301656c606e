#!/usr/bin/env bash
# scikit-learn 1.9.1 (numpy 2.4.6, scipy 1.17.1): LinearRegression of joules on
# operations and seconds, a dozen runs, joules exact: 100 J for every 10^5 (10^6,
# 10^12) operations and 50 W, no constant. The runs do one to twelve times as many in
# one to nine seconds.
#
# Expected: 50 W and no constant each time; doubles carry sixteen digits, and least
# squares doesn't ask for units.
# Seen: right with 10^5; from 10^6 on 0 W, a constant of 103 J, and 17 % too much in
# each operation, without a warning. What is below a millionth of the largest
# singular value is taken for nothing: the default of tol, now the cut-off for dense
# data. rank_ is 1. With tol=0 or with positive=True, which goes another way, all is
# right.
# Why it matters: a calibration against counted operations loses its idle power at
# once, and has a constant that is the same for a run of a second and of an hour.

set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
python3 -m venv venv || exit 2
venv/bin/pip install --quiet scikit-learn==1.9.1 scipy==1.17.1 numpy==2.4.6 || exit 2
venv/bin/python - <<'EOF'
import warnings

import numpy as np
from sklearn.linear_model import LinearRegression

warnings.simplefilter("error")
seconds = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8]
seen = []
for unit in (1e5, 1e6, 1e12):
    runs = np.c_[np.arange(1, 13) * unit, seconds]
    joules = runs @ [100 / unit, 50]
    for options in ({}, {"tol": 0.0}, {"positive": True}):
        fit = LinearRegression(**options).fit(runs, joules)
        found = fit.coef_[0] * unit, fit.coef_[1], fit.intercept_
        seen.append([round(float(value), 1) + 0.0 for value in found])
        print(f"{unit:.0e} operations, {options or 'as it comes'}: {seen[-1][0]} J in them, "
              f"{seen[-1][1]} W, constant {seen[-1][2]} J")
right, wrong = [100.0, 50.0, 0.0], [117.5, 0.0, 103.0]
if seen != [right] * 3 + [wrong, right, right] * 2:
    raise SystemExit("the behaviour has changed")
EOF
