#!/usr/bin/env python3
"""Counters of the field on one convolution, beside picojoule's.

    counters.py BINARY           prints the table, and fails where a count differs
    counters.py BINARY --write   writes it into docs/counters.md

Needs torch, spikingjelly 2.0.0 and neurobench 2.3.0. Not part of `cargo test`, which holds picojoule's side
(tests/counters.rs) to the same numbers.

The convolution goes from 4 to 8 channels of 8 by 8, with windows of 3 by 3, a border of padding and a bias. The input is
not 0 in one of four channels, and at each place in another one: so a quarter of whatever reads a place is not 0, at the
border too, and what follows from a density is what is there.
"""
import json
import pathlib
import subprocess
import sys
from importlib.metadata import version

import torch
from neurobench.metrics.utils.layers import single_layer_MACs
from spikingjelly.activation_based.op_counter import ACCounter, DispatchCounterMode, MACCounter, SynOpCounter

HERE = pathlib.Path(__file__).parent
PAGE = HERE.parent / "docs" / "counters.md"
PINNED = {"spikingjelly": "2.0.0", "neurobench": "2.3.0"}
IN, OUT, SIDE = 4, 8, 8
BEGIN, END = "<!-- table -->", "<!-- end of table -->"


def inputs():
    channel, row, column = torch.meshgrid(torch.arange(IN), torch.arange(SIDE), torch.arange(SIDE), indexing="ij")
    bits = ((channel + row + column) % 4 == 0).float()[None]
    half = (row + column) // 4 % 2
    return {
        "bits": ("{0, 1}", bits),
        "scaled": ("{0, 0.5}", bits * 0.5),
        "counts": ("{0, 1, 2}", bits * (1 + half)),
        "ternary": ("{−1, 0, 1}", bits * (1 - 2 * half)),
        "signs": ("{−1, 1}", 1 - 2 * bits),
        "real": ("any", torch.randn(1, IN, SIDE, SIDE)),
    }


def counted(x):
    """What each counter says, by its name and that of its number."""
    conv = torch.nn.Conv2d(IN, OUT, 3, padding=1)
    counters = [MACCounter(), ACCounter(), SynOpCounter()]
    with torch.no_grad(), DispatchCounterMode(counters):
        conv(x)
    found = {("SpikingJelly", name): int(counter.get_total()) for name, counter in zip(("MACs", "ACs", "SynOps"), counters)}
    effective, spiking = single_layer_MACs(x, conv)
    dense, _ = single_layer_MACs(x, conv, total=True)
    found |= {("NeuroBench", "Effective_ACs" if spiking else "Effective_MACs"): effective, ("NeuroBench", "Dense"): dense}
    return found


def right(kind, counter, name):
    """Which number of picojoule that is, and under which conventions."""
    match counter, name:
        case "SpikingJelly", "MACs":
            # All products of what it does not take for spikes; none of spikes.
            return ("macs" if kind in ("bits", "real") else "dense_synops"), []
        case "SpikingJelly", _:
            # Of what it does not take for spikes it counts none.
            return ("acs" if kind in ("bits", "real") else None), ["--padding", "skipped"]
        case "NeuroBench", "Dense":
            return "dense_synops", ["--padding", "skipped"]
        case _:
            return "synops", ["--padding", "skipped"]


def picojoule(binary, kind, options):
    file = HERE / "counters" / f"{kind}.toml"
    text = subprocess.run([binary, "estimate", file, "--output", "json", *options], check=True, capture_output=True).stdout
    return json.loads(text)


def main(binary, write=False):
    for package, wanted in PINNED.items():
        if version(package) != wanted:
            sys.exit(f"{package} is {version(package)}, not {wanted}")
    lines = ["| input | counter | its number |  | picojoule |  | difference |", "|---|---|---|---|---|---|---|"]
    differ = 0
    for kind, (values, x) in inputs().items():
        for (counter, name), count in counted(x).items():
            key, options = right(kind, counter, name)
            if not key:
                differ += count != 0
                continue
            own = picojoule(binary, kind, options)[key]
            differ += own != count
            shown = f"`{key}`" + (f" with `{' '.join(options)}`" if options else "")
            lines.append(f"| {values} | {counter} {PINNED[counter.lower()]} | {name} | {count} | {shown} | {own} | {own - count} |")
    table = "\n".join(lines)
    print(table)
    if write:
        before, rest = PAGE.read_text().split(BEGIN)
        PAGE.write_text(f"{before}{BEGIN}\n{table}\n{END}{rest.split(END)[1]}")
    sys.exit(f"{differ} counts differ" if differ else 0)


if __name__ == "__main__":
    main(sys.argv[1], "--write" in sys.argv)
