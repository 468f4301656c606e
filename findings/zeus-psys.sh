#!/usr/bin/env bash
# zeus 0.16.0, ZeusMonitor over a powercap tree of its own: the two zones of a
# notebook with one processor, "package-0" and "psys".
#
# Expected: one CPU. psys is the whole platform and holds the package already;
# cpu_indices are documented as the "CPU packages".
# Seen: two CPUs, 0 and 1. Every zone intel-rapl:N is taken for a processor and its
# name is not looked at. While the platform used 50 J, 20 J of it in the package,
# the CPUs sum to 70 J.
# Why it matters: the sum over cpu_energy counts the package twice, on notebooks
# and not on most servers, so that a fit moved from one to the other is off.

set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
python3 -m venv venv || exit 2
venv/bin/pip install --quiet zeus==0.16.0 || exit 2
cat > look.py <<'EOF'
import warnings
from pathlib import Path

import zeus.device.cpu.rapl as rapl
from zeus.monitor import ZeusMonitor

warnings.simplefilter("ignore")
root = Path("intel-rapl").absolute()


def write(package, platform):
    for index, name, joules in ((0, "package-0", package), (1, "psys", platform)):
        zone = root / f"intel-rapl:{index}"
        zone.mkdir(parents=True, exist_ok=True)
        (zone / "name").write_text(name + "\n")
        (zone / "energy_uj").write_text(f"{joules * 10**6}\n")
        (zone / "max_energy_range_uj").write_text("262143328850\n")


if __name__ == "__main__":
    write(1000, 2000)
    rapl.RAPL_DIR = str(root)
    monitor = ZeusMonitor(gpu_indices=[])
    monitor.begin_window("run")
    write(1020, 2050)
    energy = monitor.end_window("run").cpu_energy
    print("CPUs  ", monitor.cpu_indices)
    print("joules", energy, "sum", sum(energy.values()))
    if energy != {0: 20.0, 1: 50.0}:
        raise SystemExit("the behaviour has changed")
EOF
venv/bin/python look.py
