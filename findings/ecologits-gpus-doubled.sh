#!/usr/bin/env bash
# ecologits 0.11.3, its estimate of the energy of a request to a language model.
#
# Expected: 1000 tokens of a dense model of 66.7 thousand million parameters need
# about 0.15 % more energy than those of one of 66.6.
# Seen: twice the energy, 1925 J after 962 J. The accelerators that hold the model,
# 80 GB each, are rounded up to a power of two, and each is given all the energy
# that the parameters account for: the arithmetic is charged once for every
# accelerator over which it is split. A model whose experts lie idle is charged
# likewise: 17 of 400 active need four times as much as 17 of 100.
# Why it matters: a price per parameter fitted to it jumps by two at a size that is
# a matter of the memory assumed; and 8 bits for 16 halve the energy of the
# arithmetic where they free an accelerator, and save nothing where they don't.

set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
python3 -m venv venv || exit 2
venv/bin/pip install --quiet ecologits==0.11.3 || exit 2
venv/bin/python - <<'EOF'
from ecologits.impacts.llm import compute_llm_impacts

mix = {f"if_electricity_mix_{kind}": 0 for kind in ("adpe", "pe", "gwp", "wue")}


def joules(active, total, bits=16):
    impacts = compute_llm_impacts(
        active, total, 1000, datacenter_pue=1.0, datacenter_wue=0, model_quantization_bits=bits, **mix
    )
    return round(impacts.energy.value * 3.6e6)


seen = {
    "dense, 66.6": joules(66.6, 66.6),
    "dense, 66.7": joules(66.7, 66.7),
    "dense, 66.7, 8 bits": joules(66.7, 66.7, 8),
    "dense, 30": joules(30, 30),
    "dense, 30, 8 bits": joules(30, 30, 8),
    "17 of 100": joules(17, 100),
    "17 of 400": joules(17, 400),
}
for name, value in seen.items():
    print(name.ljust(20), value, "J")
if list(seen.values()) != [962, 1925, 962, 348, 348, 1201, 4804]:
    raise SystemExit("the behaviour has changed")
EOF
