#!/usr/bin/env bash
# tonic 1.7.0, the transform ToFrame.
#
# Expected: n_time_bins makes as many frames along the time, each of the recording's
# length over their number, and every event is in one of them. 1000 events, one a
# millisecond, are 1000 in 10 frames as in 600.
# Seen: with times in milliseconds 990 in 10 frames, 900 in 100 and 600 in 600: the
# length of a frame is rounded down to a whole tick, and what is behind the last frame is
# dropped. In microseconds it is 999, since the last event is outside always; in seconds,
# as floats, a frame is 0 s long and all of them are empty. time_window with
# include_incomplete loses the last event, too, where it stands at the end of a window.
# Why it matters: spikes that come in are what the energy of a spiking network is counted
# from. They get fewer, with the time scale of the file, without a word, and all of
# those lost are of the end of the recording.

set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
python3 -m venv venv || exit 2
venv/bin/pip install --quiet tonic==1.7.0 numpy==2.4.6 || exit 2
venv/bin/python - <<'EOF'
import numpy as np
from tonic.transforms import ToFrame


def events(times):
    made = np.zeros(len(times), dtype=[("t", times.dtype), ("x", "i8"), ("p", "i8")])
    made["t"], made["x"], made["p"] = times, np.arange(len(times)) % 10, 1
    return made


def kept(made, **how):
    return int(ToFrame(sensor_size=(10, 1, 2), **how)(made).sum())


ticks = np.arange(1000)
recordings = {"microseconds": ticks * 1000, "milliseconds": ticks, "seconds": ticks / 1000}
seen = {}
for name, times in recordings.items():
    seen[name] = [kept(events(times), n_time_bins=frames) for frames in (10, 100, 600)]
    print(f"1000 events, times in {name:12}: {seen[name]} in 10, 100 and 600 frames")
windows = [kept(events(ticks), time_window=window, include_incomplete=True) for window in (100, 333)]
print(f"1000 events in windows of 100 and of 333 ms, the incomplete one included: {windows}")
if list(seen.values()) != [[999, 999, 999], [990, 900, 600], [0, 0, 0]] or windows != [1000, 999]:
    raise SystemExit("the behaviour has changed")
EOF
