#!/usr/bin/env bash
# codecarbon 3.3.2 over a powercap tree of its own: one package, and a zone for
# its memory where Linux puts it, below the package.
#
# Expected: rapl_include_dram=True adds the memory to the energy of the processor,
# "measures CPU package + DRAM". With 100 J in the package and 30 J in the memory
# that is 130 J (the zone of the package doesn't hold the memory's energy).
# Seen: 100 J with the option and without. A zone for memory below a package is
# taken for a part of it and left out; a zone for memory beside the package is
# read, but only names of the form "Processor Energy Delta" are added up, and its
# name is "dram".
# Why it matters: whoever fits joules against bytes moved to DRAM switches this on
# and fits the package alone.

set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
python3 -m venv venv || exit 2
venv/bin/pip install --quiet codecarbon==3.3.2 || exit 2
venv/bin/python - <<'EOF'
import logging
from pathlib import Path

from codecarbon.external.hardware import CPU

logging.disable(logging.CRITICAL)


def write(zone, name, joules):
    zone.mkdir(parents=True, exist_ok=True)
    (zone / "name").write_text(name + "\n")
    (zone / "energy_uj").write_text(f"{joules * 10**6}\n")
    (zone / "max_energy_range_uj").write_text("262143328850\n")


def joules(memory, include):
    root = Path("trees", memory.replace("/", "-"), str(include), "intel-rapl").absolute()
    package, memory = root / "intel-rapl:0", root / memory
    write(package, "package-0", 1000)
    write(memory, "dram", 5000)
    cpu = CPU(".", "intel_rapl", "any", 100, rapl_dir=str(root), rapl_include_dram=include)
    cpu.start()
    write(package, "package-0", 1100)
    write(memory, "dram", 5030)
    return round(cpu.measure_power_and_energy(1.0)[1].kWh * 3.6e6)


seen = []
for place in ("intel-rapl:0/intel-rapl:0:0", "intel-rapl:1"):
    seen += [joules(place, False), joules(place, True)]
    print(f"memory in {place}: {seen[-2]} J without the option, {seen[-1]} J with it")
if seen != [100, 100, 100, 100]:
    raise SystemExit("the behaviour has changed")
EOF
