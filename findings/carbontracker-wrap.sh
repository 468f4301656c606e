#!/usr/bin/env bash
# carbontracker 2.4.7 over a powercap tree of its own with two packages, when the
# counter of one begins anew between the two readings of a sample.
#
# Expected: 150 W and 100 W, as in any other second: how far the counter goes stands
# beside it in the tree; or a sample less.
# Seen: 0 W for both packages, and the sample is kept. A power below zero is tried
# three times over with the same two readings, then every package is given 0.
# Why it matters: the wrap of one package makes all of them free for that sample,
# and the mean of the epoch takes it in; with few samples an epoch that is much of
# its energy, and it reads as noise of the workload.

set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
python3 -m venv venv || exit 2
venv/bin/pip install --quiet carbontracker==2.4.7 || exit 2
venv/bin/python - <<'EOF'
import os
import threading
from pathlib import Path

from carbontracker.components.cpu import intel

root = Path("powercap").absolute()
last = 262143328850


def write(*energies):
    for index, energy in enumerate(energies):
        zone = root / f"intel-rapl:{index}"
        zone.mkdir(parents=True, exist_ok=True)
        (zone / "name").write_text(f"package-{index}\n")
        (zone / "max_energy_range_uj").write_text(f"{last}\n")
        (zone / "new").write_text(f"{energy}\n")
        os.replace(zone / "new", zone / "energy_uj")


def sample(first, second):
    """Packages of 150 W and 100 W whose counters stand at `first` and `second`."""
    write(first, second)
    cpu = intel.IntelCPU([], False)
    cpu.init()
    after = (first + 150 * 10**6) % last, (second + 100 * 10**6) % last
    threading.Timer(0.5, write, after).start()
    return dict(sorted(zip(cpu.devices(), cpu.power_usage())))


intel.RAPL_DIR = str(root) + "/"
plain, wrapped = sample(10**9, 10**9), sample(last - 50 * 10**6, 10**9)
print("counters run on    ", plain)
print("one begins anew    ", wrapped)
if plain != {"cpu:0": 150.0, "cpu:1": 100.0} or wrapped != {"cpu:0": 0.0, "cpu:1": 0.0}:
    raise SystemExit("the behaviour has changed")
EOF
