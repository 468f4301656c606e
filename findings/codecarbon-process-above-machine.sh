#!/usr/bin/env bash
# codecarbon 3.3.2 without a meter: the power of a processor estimated from its load.
#
# Expected: tracking_mode="process" is a share of what tracking_mode="machine"
# says. If the process is all that runs, the two agree, or the machine is above.
# Seen: on a processor of 100 W that one process loads by half, the process takes
# 50 W and the machine it runs on 21 W. The machine follows the cube of the load
# above a floor of 10 %, the process follows the load itself and is above from a
# tenth of the load on, 2.4 times at half of it.
# Why it matters: without a meter the same run has two energies, and the part is the
# greater one; joules of the two kinds don't belong in one fit.

set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
python3 -m venv venv || exit 2
venv/bin/pip install --quiet codecarbon==3.3.2 || exit 2
venv/bin/python - <<'EOF'
import logging
import time

from codecarbon.external.hardware import CPU

logging.disable(logging.CRITICAL)


def watts(mode, load):
    """One process that loads every core by `load` percent, and nothing else."""
    cpu = CPU(".", "cpu_load", "any", 100, tracking_mode=mode)
    seconds = 10**6
    cpu._cpu_load_meter.percent = lambda: load
    cpu._last_measurement_time = time.time() - seconds
    cpu._last_cpu_times = {cpu._pid: 0.0}
    cpu._get_process_cpu_times = lambda: {cpu._pid: seconds * cpu._cpu_count * load / 100}
    return round(cpu.total_power().W, 2)


loads = (10, 25, 50, 75, 100)
machine = [watts("machine", load) for load in loads]
process = [watts("process", load) for load in loads]
print("load, %   ", *loads)
print("machine, W", *machine)
print("process, W", *process)
if machine != [10.09, 11.41, 21.25, 47.97, 100.0] or process != [10.0, 25.0, 50.0, 75.0, 100.0]:
    raise SystemExit("the behaviour has changed")
EOF
