#!/usr/bin/env bash
# hwcomponents-cacti 1.0.40 with hwcomponents 1.0.114, its models of DRAM (they ask
# for Python 3.12).
#
# Expected: bytes per second as the standards give them: LPDDR4 at 3200 Mbit/s on 64
# pins 25.6 GB/s; HBM2 at 2.4 Gbit/s on 2048 pins 614 GB/s; HBM3 at 6.4 Gbit/s on as
# many 1638 GB/s.
# Seen: 0.42, 660 and 14 074 GB/s. The table holds accesses per second, each as wide
# as all the pins: for HBM2 the rate of one pin, which is right but for a G of 2^30;
# for LPDDR4 a 64th of that rate, for HBM3 eight times it.
# Why it matters: static energy is watts * seconds, and the seconds of a layer bound
# by memory are 61 times too many with LPDDR4 and a ninth with HBM3, beside joules per
# bit that look right, 8 and 4.05 pJ.

set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
python3.12 -m venv venv || exit 2
venv/bin/pip install --quiet hwcomponents==1.0.114 hwcomponents-cacti==1.0.40 || exit 2
venv/bin/python - <<'EOF'
from hwcomponents_cacti import HBM2, HBM3, LPDDR4

seen = []
for model, gigabits in ((LPDDR4, 3.2), (HBM2, 2.4), (HBM3, 6.4)):
    memory = model()
    access = memory.read()
    seen.append(round(access.throughput * memory.width / 8 / 1e9, 2))
    right = gigabits * memory.width / 8
    print(f"{model.__name__}, {memory.width} pins: {right:.1f} GB/s, seen {seen[-1]}, "
          f"{access.energy / memory.width * 1e12:.2f} pJ/bit")
if seen != [0.42, 659.71, 14073.75]:
    raise SystemExit("the behaviour has changed")
EOF
