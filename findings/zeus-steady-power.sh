#!/usr/bin/env bash
# zeus 0.16.0, PowerMonitor over a GPU of its own that draws 300 W for two seconds
# and, before and after, 100 W for two seconds each.
#
# Expected: get_energy gives 1000 J for the six seconds, give or take a sample of a
# tenth of a second, and 200 J for two seconds at a steady 100 W.
# Seen: 400 J and 0 J. A reading is kept only if it differs from the one before, and
# energy is the area under straight lines between those kept within the window: of
# the six seconds the two between the steps, on a slope from 300 W down to 100 W; of a
# steady load nothing.
# Why it matters: the steadier the load the less energy it has; a GPU held at its
# limit, or idle, comes out free, and measured idle is taken from nothing.

set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
python3 -m venv venv || exit 2
venv/bin/pip install --quiet zeus==0.16.0 || exit 2
cat > look.py <<'EOF'
import os
import time
from pathlib import Path

import zeus.monitor.power as power


class Gpus:
    """One GPU whose power stands in a file, in milliwatts."""

    def __len__(self):
        return 1

    def get_instant_power_usage(self, index):
        return int(Path("milliwatts").read_text())

    get_average_power_usage = get_average_memory_power_usage = get_instant_power_usage


power.get_gpus = lambda ensure_homogeneous=False: Gpus()


def draw(watts, seconds):
    Path("new").write_text(str(1000 * watts))
    os.replace("new", "milliwatts")
    time.sleep(seconds)


if __name__ == "__main__":
    draw(100, 0)
    monitor = power.PowerMonitor(gpu_indices=[0], update_period=0.1, power_domains=["device_instant"])
    draw(100, 2)
    begin = time.time()
    draw(100, 2)
    steady = monitor.get_energy(begin, time.time())[0]
    begin = time.time()
    for watts in (100, 300, 100):
        draw(watts, 2)
    steps = monitor.get_energy(begin, time.time())[0]
    monitor.stop()
    print(f"steady: 200 J, seen {steady:.0f} J; in steps: 1000 J, seen {steps:.0f} J")
    if steady != 0 or not 300 < steps < 500:
        raise SystemExit("the behaviour has changed")
EOF
venv/bin/python look.py
