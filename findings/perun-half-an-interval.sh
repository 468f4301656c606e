#!/usr/bin/env bash
# perun 1.0.0, the energy of a counter such as RAPL's, processed by processSensorData.
#
# Expected: a counter that stands at 0, 10 and 110 J a second apart has counted 110 J,
# 55 W on average: the last reading less the first is the energy.
# Seen: 65 J and 40 W. The differences are made powers, the first of them stands twice,
# and the curve is integrated by trapezoids: the first interval counts one and a half
# times and the last one a half. In the other order, 100 J and then 10, it is 155 J. A
# last reading soon after the one before weighs on it, too: 75 J of 120. The mean of the
# power has the first interval twice and no lengths.
# Why it matters: perun reads once a second unless told otherwise; a program that loads
# its data first and computes to the end loses half of its last second, and runs of a few
# seconds are off by tens of percent, from a counter that is exact.

set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
python3 -m venv venv || exit 2
venv/bin/pip install --quiet perun==1.0.0 numpy==2.4.6 || exit 2
venv/bin/python - <<'EOF'
import numpy as np
from perun.data_model.data import DataNode, MetricType, NodeType, RawData
from perun.data_model.measurement_type import Magnitude, MetricMetaData, Unit
from perun.data_model.sensor import DeviceType
from perun.processing import processSensorData

end = 262143328850  # what RAPL's counters of many processors go up to, in microjoules


def processed(seconds, joules):
    number, large = np.float32, np.uint64
    time = MetricMetaData(Unit.SECOND, Magnitude.ONE, np.dtype("float32"), number(0), number(1e9), number(-1))
    value = MetricMetaData(Unit.JOULE, Magnitude.MICRO, np.dtype("uint64"), large(0), large(end), large(end))
    counts = np.array([10**6 * joule for joule in joules], "uint64")
    raw = RawData(np.array(seconds, "float32"), counts, time, value)
    node = processSensorData(DataNode("package", NodeType.SENSOR, {}, deviceType=DeviceType.CPU, raw_data=raw))
    return [round(float(node.metrics[kind].value), 2) for kind in (MetricType.ENERGY, MetricType.POWER)]


readings = {
    "steady": ([0, 1, 2, 3], [0, 50, 100, 150]),
    "load at the end": ([0, 1, 2], [0, 10, 110]),
    "load at the start": ([0, 1, 2], [0, 100, 110]),
    "a tenth more": ([0, 1, 2, 2.1], [0, 10, 110, 120]),
}
seen = {}
for name, (seconds, joules) in readings.items():
    seen[name] = processed(seconds, joules)
    print(
        f"{name:18} counted {joules[-1]:3} J, {joules[-1] / seconds[-1]:5.1f} W,",
        f"seen {seen[name][0]:6.1f} J, {seen[name][1]:5.1f} W",
    )
if list(seen.values()) != [[150, 50], [65, 40], [155, 70], [75, 55]]:
    raise SystemExit("the behaviour has changed")
EOF
