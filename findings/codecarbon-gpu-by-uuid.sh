#!/usr/bin/env bash
# codecarbon 3.3.2 with a driver of its own for two GPUs (functions of nvidia-ml-py
# that answer without one), their names "GPU-" and a UUID as NVIDIA's are.
#
# Expected: gpu_ids takes indices or the beginnings of such names, "as described in"
# CUDA_VISIBLE_DEVICES, which is where it comes from if not given; either way the
# second GPU has its 300 J.
# Seen: 300 J by index, 0 J by name. "MIG-" is taken off the front of the name as a
# set of letters, not as a word, so that the G of "GPU-" goes as well, and no name
# begins with "PU-". The tracker goes on without a GPU, after a warning.
# Why it matters: clusters hand out GPUs by name; there the greatest part of the
# energy of a network is left out, and what remains looks like a measurement.

set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
python3 -m venv venv || exit 2
venv/bin/pip install --quiet codecarbon==3.3.2 || exit 2
venv/bin/python - <<'EOF'
import logging

import pynvml

logging.disable(logging.CRITICAL)
names = ["GPU-11111111-2222-3333-4444-555555555555", "GPU-aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"]
millijoules = [0, 0]
answers = {
    "nvmlInit": lambda: None,
    "nvmlDeviceGetCount": lambda: len(names),
    "nvmlDeviceGetHandleByIndex": lambda index: index,
    "nvmlDeviceGetUUID": lambda gpu: names[gpu],
    "nvmlDeviceGetName": lambda gpu: "any",
    "nvmlDeviceGetMemoryInfo": lambda gpu: pynvml.c_nvmlMemory_t(2**34, 2**34, 0),
    "nvmlDeviceGetEnforcedPowerLimit": lambda gpu: 300_000,
    "nvmlDeviceGetPowerUsage": lambda gpu: 300_000,
    "nvmlDeviceGetTotalEnergyConsumption": lambda gpu: millijoules[gpu],
}
for name, answer in answers.items():
    setattr(pynvml, name, answer)

from codecarbon.external.hardware import GPU


def joules(gpu):
    millijoules[:] = 0, 0
    meter = GPU.from_utils([gpu])
    meter.start()
    millijoules[:] = 100_000, 300_000
    return round(meter.measure_power_and_energy(1.0)[1].kWh * 3.6e6)


seen = {gpu: joules(gpu) for gpu in (1, "1", names[1], names[1][:8])}
for gpu, energy in seen.items():
    print(str(gpu).ljust(42), energy, "J")
if list(seen.values()) != [300, 300, 0, 0]:
    raise SystemExit("the behaviour has changed")
EOF
