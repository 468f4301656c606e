"""A grid of MobileNets on two boards: joules of an image above idling."""

from tool import measured, percent, quantile, table

UNCALIBRATED = ("--table", "45nm", "--movement", "compulsory")
BASE = ("--base", "bare-board", "--movement", "compulsory")
# The fitted tables that ship, of the latest library on each.
TABLES = {
    "xavier-power.0-fan.cool-tflite-v2.5.0-ruy": "xavier-tflite",
    "firefly-armnn-v22.11-neon": "rk3588-armnn-neon",
    "firefly-armnn-v22.11-opencl": "rk3588-armnn-opencl",
    "firefly-tflite-v2.11.0-ruy": "rk3588-tflite",
}
SOURCE = "MobileNets on {} above idling (MLPerf Inference power)"
FORMATS = {"int8": "int8/int32", "fp32": "fp32"}


def run(row):
    """A row of the data as a run."""
    return {
        "model": f"mobilenet-{row['net']}",
        "format": FORMATS[row["prec"]],
        "set.b": 1,
        "set.img": row["res"],
        "set.alpha": row["alpha"],
        "set.classes": 1001,
        "joules": row["J_above_min"],
        "platform": row["platform"],
        "net": row["net"],
    }


def ranks(tool, rows):
    """Spearman's correlation by platform, nothing fitted."""
    runs = tool.runs("cnn-grid", [run(row) for row in rows])
    groups, _ = tool.validate(runs, *UNCALIBRATED, "--group", "platform")
    return {name: one["spearman"] for name, one in groups.items() if name != "all"}


def crossed(tool, rows, fit):
    """The errors of either network by a fit to the other, by platform."""
    errors = {}
    for platform in sorted({row["platform"] for row in rows}):
        own = [run(row) for row in rows if row["platform"] == platform]
        runs = tool.runs("cnn-platform", own)
        _, found = tool.calibrate(runs, *BASE, "--fit", fit, "--leave-out", "net")
        errors[platform] = found[1]
    return errors


def ship(tool, rows):
    """The tables that ship, of both formats."""
    for platform, name in TABLES.items():
        runs = tool.runs(name, [run(row) for row in rows if row["platform"] == platform])
        tool.ship(
            name, runs, SOURCE.format(platform), *BASE, "--fit", "mac.int8,mac.fp32,dram,launch"
        )


def section(data, tool):
    rows = measured(data / "cnn_grid_xavier_rk3588.csv")
    ship(tool, rows)
    by_format = {name: [row for row in rows if row["prec"] == name] for name in FORMATS}
    rank = {name: ranks(tool, own) for name, own in by_format.items()}
    fits = {
        name: crossed(tool, own, f"mac.{name},dram,launch") for name, own in by_format.items()
    }
    medians = {name: [one["median_error"] for one in own.values()] for name, own in fits.items()}
    median_rank = {name: quantile(own.values(), 0.5) for name, own in rank.items()}
    median_error = {name: quantile(own, 0.5) for name, own in medians.items()}
    text = f"""## MobileNets on two boards

Joules of an image above the idling of the board, of MobileNet v1 and v2 at {len({(r['net'], r['alpha'], r['res']) for r in rows})} widths and resolutions, on {len(rank['int8'])} platforms: a Jetson Xavier and an RK3588 with several libraries (MLPerf Inference v1.1 to v3.0, power, open division).

Rank is Spearman's correlation of what was measured with the estimate on the table `45nm` with `--movement compulsory`, of which nothing was fitted. Error is the median of either network predicted by a fit to the other: three coefficients a platform, of a multiply–accumulate, a byte, and a launch of an op.

{table(["Platform", "rank, int8", "rank, fp32", "error, int8", "error, fp32"], [
    [
        name,
        f"{rank['int8'][name]:.3f}",
        f"{rank['fp32'][name]:.3f}",
        percent(fits["int8"][name]["median_error"]),
        percent(fits["fp32"][name]["median_error"]),
    ]
    for name in rank["int8"]
] + [[
    "median of the platforms",
    f"{median_rank['int8']:.3f}",
    f"{median_rank['fp32']:.3f}",
    percent(median_error["int8"]),
    percent(median_error["fp32"]),
]])}

An earlier TensorFlow Lite on the RK3588 (v2.7.1) took longer for some networks than for larger ones (6.3 ms for a quarter of MobileNet v1 at 160 pixels, 2.4 ms at 192); no count of operations and bytes tells why. Tables fitted to both networks in both formats ship: {", ".join(f"`{name}`" for name in TABLES.values())}.
"""
    headlines = [
        [
            "Two boards, MobileNets in int8, J an image",
            "nothing: the table `45nm`",
            f"rank correlation {median_rank['int8']:.3f} on the median of {len(rank['int8'])} platforms",
            len(by_format["int8"]),
        ],
        [
            "The same",
            "multiply–accumulates, bytes and launches on MobileNet v1, predicted v2, and back",
            f"median error {percent(median_error['int8'])} on the median platform",
            len(by_format["int8"]),
        ],
    ]
    return text, headlines
