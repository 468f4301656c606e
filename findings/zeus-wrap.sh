#!/usr/bin/env bash
# zeus 0.16.0, ZeusMonitor over a powercap tree of its own, when the counter of the
# package begins anew (at 262 143 J on many processors: every 22 minutes at 200 W).
#
# Expected: a window in which the package used 200 J, from 150 J before the end of
# the range to 50 J after it, has 200 J; zeus does follow counters that wrap.
# Seen: minus 261 943 J. Wraps are counted by a process of its own that looks once
# a second, and the reading is corrected by what it has counted so far: until it
# has looked, the counter seems to have run backwards. It looks ten times as often
# near the end of the range, but "near" is 100 J, which 200 W cross between two
# looks.
# Why it matters: one such window in a fit outweighs every honest one, and its sign
# is wrong; with a floor at zero it only looks like a free run.

set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
python3 -m venv venv || exit 2
venv/bin/pip install --quiet zeus==0.16.0 || exit 2
cat > look.py <<'EOF'
import os
import time
import warnings
from pathlib import Path

import zeus.device.cpu.rapl as rapl
from zeus.monitor import ZeusMonitor

warnings.simplefilter("ignore")
zone = Path("intel-rapl/intel-rapl:0").absolute()
last = 262143328850


def write(energy):
    zone.mkdir(parents=True, exist_ok=True)
    (zone / "name").write_text("package-0\n")
    (zone / "max_energy_range_uj").write_text(f"{last}\n")
    (zone / "new").write_text(f"{energy}\n")
    os.replace(zone / "new", zone / "energy_uj")


if __name__ == "__main__":
    write(last - 150 * 10**6)
    rapl.RAPL_DIR = str(zone.parent)
    monitor = ZeusMonitor(gpu_indices=[])
    monitor.begin_window("first")  # starts the process that looks
    monitor.end_window("first")
    time.sleep(5)
    monitor.begin_window("run")
    write(50 * 10**6)
    energy = round(monitor.end_window("run").cpu_energy[0])
    print("expected 200 J, seen", energy, "J")
    if energy != -261943:
        raise SystemExit("the behaviour has changed")
EOF
venv/bin/python look.py
