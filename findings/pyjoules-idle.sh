#!/usr/bin/env bash
# pyJoules 0.5.1, the meter and its gen_idle, on a device of a steady 10 W.
#
# Expected: gen_idle waits as long as each sample took and measures meanwhile; the
# documentation has remove_idle take that away. A device that does nothing but
# draw 10 W is left with 0 J of two seconds, give or take the switching.
# Seen: it waits for a thousand-millionth of the time. The duration of a sample is
# in seconds and is divided by 10^9, as if it were nanoseconds, so that 20 J stay.
# Why it matters: the energy "without idle" is the energy with it; on a server that
# idles at 100 W the static part is then charged to the operations.

set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
python3 -m venv venv || exit 2
venv/bin/pip install --quiet pyJoules==0.5.1 || exit 2
venv/bin/python - <<'EOF'
import time

from pyJoules.device import Device, Domain
from pyJoules.energy_meter import EnergyMeter


class Supply(Domain):
    def __repr__(self):
        return "supply"

    def __eq__(self, other):
        return isinstance(other, Supply)

    def get_device_type(self):
        return Steady


class Steady(Device):
    """A device of 10 W; its counter is in microjoules."""

    @staticmethod
    def available_domains():
        return [Supply()]

    def get_energy(self):
        return [time.monotonic() * 10e6]


device = Steady()
device.configure([Supply()])
meter = EnergyMeter([device])
meter.start(tag="sleep")
time.sleep(2)
meter.stop()
trace = meter.get_trace()
total = trace["sleep"].energy["supply"] / 1e6
idle = meter.gen_idle(trace)
trace.remove_idle(idle)
left = trace["sleep"].energy["supply"] / 1e6
print(f"{total:.1f} J in all, {idle[0]['supply'] / 1e6:.3f} J idle, {left:.1f} J left")
if not left > 0.75 * total:
    raise SystemExit("the behaviour has changed")
EOF
