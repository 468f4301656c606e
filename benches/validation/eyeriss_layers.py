"""Eyeriss, layer by layer: millijoules of a convolution on the chip, without DRAM."""

import math
import statistics

from tool import measured, percent, quantile, table, times

COUNTS = {
    "MACs alone": (),
    "on the chip": ("--movement", "tiled", "--memory", "on-chip"),
    "whole hierarchy": ("--movement", "tiled", "--memory", "eyeriss"),
}

# channels in, channels out, rows, side of the window, stride, padding, groups
LAYERS = {
    ("alexnet", "C1"): (3, 96, 227, 11, 4, 0, 1),
    ("alexnet", "C2"): (96, 256, 27, 5, 1, 2, 2),
    ("alexnet", "C3"): (256, 384, 13, 3, 1, 1, 1),
    ("alexnet", "C4"): (384, 384, 13, 3, 1, 1, 2),
    ("alexnet", "C5"): (384, 256, 13, 3, 1, 1, 2),
    ("vgg16", "1-1"): (3, 64, 224, 3, 1, 1, 1),
    ("vgg16", "1-2"): (64, 64, 224, 3, 1, 1, 1),
    ("vgg16", "2-1"): (64, 128, 112, 3, 1, 1, 1),
    ("vgg16", "2-2"): (128, 128, 112, 3, 1, 1, 1),
    ("vgg16", "3-1"): (128, 256, 56, 3, 1, 1, 1),
    ("vgg16", "3-2"): (256, 256, 56, 3, 1, 1, 1),
    ("vgg16", "3-3"): (256, 256, 56, 3, 1, 1, 1),
    ("vgg16", "4-1"): (256, 512, 28, 3, 1, 1, 1),
    ("vgg16", "4-2"): (512, 512, 28, 3, 1, 1, 1),
    ("vgg16", "4-3"): (512, 512, 28, 3, 1, 1, 1),
    ("vgg16", "5-1"): (512, 512, 14, 3, 1, 1, 1),
    ("vgg16", "5-2"): (512, 512, 14, 3, 1, 1, 1),
    ("vgg16", "5-3"): (512, 512, 14, 3, 1, 1, 1),
}
BATCH = {"alexnet": 4, "vgg16": 3}


def run(row):
    """A row of the data as a run."""
    c, out, rows, k, s, p, groups = LAYERS[row["net"], row["layer"]]
    return {
        "model": "convolution",
        "format": "int16",
        "set.b": BATCH[row["net"]],
        "set.c": c,
        "set.out": out,
        "set.rows": rows,
        "set.cols": rows,
        "set.k": k,
        "set.s": s,
        "set.p": p,
        "set.groups": groups,
        "millijoules": row["E_mJ"],
        "milliseconds": row["latency_ms"],
        "net": row["net"],
        "layer": row["layer"],
    }


def geometric_deviation(ratios):
    """By how much ratios are off one another, as a factor."""
    return math.exp(statistics.pstdev(map(math.log, ratios)))


def section(data, tool):
    rows = measured(data / "eyeriss_layers.csv")
    runs = tool.runs("eyeriss", [run(row) for row in rows])
    ratios = {}
    for name, options in COUNTS.items():
        _, predicted = tool.validate(runs, "--table", "eyeriss", *options)
        ratios[name] = [one["measured_j"] / one["predicted_j"] for one in predicted]
    _, errors = tool.calibrate(runs, "--fit", "static", "--leave-out", "net")
    spread = {name: geometric_deviation(own) for name, own in ratios.items()}
    text = f"""## Eyeriss, layer by layer

Millijoules of {len(rows)} convolutions of AlexNet and VGG-16 on the chip, DRAM not included (JSSC 2017, tables V and VI), over what the relative energies of Eyeriss give, where a multiply–accumulate of 16 bits is 1 pJ. Nothing is fitted. A ratio that is the same everywhere would be a matter of the unit; spread is the factor of one standard deviation of its logarithm.

{table(["Layer", *COUNTS], [
    [f"{row['net']} {row['layer']}", *(f"{own[at]:.2f}" for own in ratios.values())]
    for at, row in enumerate(rows)
] + [["median", *(f"{quantile(own, 0.5):.2f}" for own in ratios.values())],
     ["spread", *(times(one) for one in spread.values())]])}

Most of what is left is time: the chip draws nearly the same power in every layer, and the early layers of VGG-16 take long for what they compute. One power times the seconds that were measured predicts either network by a fit to the other with a median error of {percent(errors[1]['median_error'])}.
"""
    headline = [
        "Eyeriss, 18 convolutions, mJ on the chip",
        "nothing: relative energies, `tiled`",
        f"spread {times(spread['whole hierarchy'])} (MACs alone: {times(spread['MACs alone'])})",
        len(rows),
    ]
    return text, [headline]
