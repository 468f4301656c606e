#!/usr/bin/env bash
# carbontracker 2.4.7 without a meter: its table of the watts of 3923 processors.
#
# Expected: half of what the table has for the processor (the assumed load): 7.5 W
# for an i7-8650U, 75 W for a Xeon Gold 6248, 112.5 W for an EPYC 7742. All are in it.
# Seen: 35.6 W for each, half the mean of the table. The name that the processor gives
# itself is looked for within the names of the table, and it is the longer one:
# Intel's say "(R)" and "CPU", AMD's end in "64-Core Processor". A name as short as
# Apple's is found.
# Why it matters: a notebook and a server of fifteen times its power use the same
# energy in the same time, so that whatever is fast is frugal.

set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
python3 -m venv venv || exit 2
venv/bin/pip install --quiet carbontracker==2.4.7 || exit 2
venv/bin/python - <<'EOF'
import logging

from carbontracker.components.cpu import generic

logging.disable(logging.CRITICAL)
processors = {
    "Intel(R) Core(TM) i7-8650U CPU @ 1.90GHz": "Intel Core i7-8650U",
    "Intel(R) Xeon(R) Gold 6248 CPU @ 2.50GHz": "Intel Xeon Gold 6248",
    "AMD EPYC 7742 64-Core Processor": "AMD EPYC 7742",
    "AMD Ryzen Threadripper 3970X 32-Core Processor": "AMD Ryzen Threadripper 3970X",
    "Apple M1": "Apple M1",
}
right, seen = [], []
for name, entry in processors.items():
    generic.cpuinfo.get_cpu_info = lambda: {"brand_raw": name}
    processor = generic.GenericCPU([], False)
    processor.init()
    right.append(processor.cpu_power_data[entry] / 2)
    seen.append(round(processor.power_usage()[0], 1))
    print(name.ljust(47), "by the table", right[-1], "W, seen", seen[-1], "W")
if right != [7.5, 75, 112.5, 140, 5] or seen != [35.6, 35.6, 35.6, 35.6, 5.0]:
    raise SystemExit("the behaviour has changed")
EOF
