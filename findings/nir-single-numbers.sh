#!/usr/bin/env bash
# nir 1.0.8 with h5py 3.16.0.
#
# Expected: a neuron whose parameters are single numbers (arrays without axes, as
# Norse and Sinabs make them of a neuron with one time constant) is written, or
# refused before anything is.
# Seen: TypeError, "Scalar datasets don't support chunk/filter options", from a
# setting that the caller did not make: everything is packed by default. A file is
# left behind, in which the node has no type, and which cannot be read. With
# compression=None it is written and read.
# Why it matters: a file that lies there may be half of a graph. A reader meets
# both: parameters without axes, and nodes without a type.

set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
python3 -m venv venv || exit 2
venv/bin/pip install --quiet nir==1.0.8 h5py==3.16.0 numpy==2.4.6 || exit 2
venv/bin/python - <<'EOF'
import os

import nir
import numpy as np

number = np.array(1.0)
graph = nir.NIRGraph(
    nodes={"input": nir.Input(np.array([5])),
           "lif": nir.LIF(tau=number, r=number, v_leak=number, v_threshold=number),
           "output": nir.Output(np.array([5]))},
    edges=[("input", "lif"), ("lif", "output")],
    type_check=False,
)


def error(work):
    try:
        work()
    except (TypeError, KeyError) as problem:
        return f"{type(problem).__name__}: {problem}"
    return None


written = error(lambda: nir.write("packed.nir", graph))
left = os.path.exists("packed.nir")
read = error(lambda: nir.read("packed.nir", type_check=False))
plain = error(lambda: nir.write("plain.nir", graph, compression=None))
back = nir.read("plain.nir", type_check=False).nodes["lif"].tau
print("written:", written)
print("a file is left:", left, "- read:", read)
print("not packed:", plain, "- read back:", back)
if (written is None or not left or read != "KeyError: 'type'" or plain is not None
        or np.shape(back) != ()):
    raise SystemExit("the behaviour has changed")
EOF
