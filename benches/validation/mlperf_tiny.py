"""MLPerf Tiny on microcontrollers and accelerators: microjoules of an inference."""

from tool import digits, measured, quantile, table, times

BASE = ("--base", "bare-chip", "--movement", "compulsory")
NETWORKS = ("ad", "ic", "kws", "vww")

# The fitted tables that ship.
TABLES = {
    "v1.0 greenwaves-technologies gap9_650_240": "gap9",
    "v1.2 STMicroelectronics NUCLEO_H7A3ZI_Q": "stm32-h7a3",
    "v1.2 STMicroelectronics NUCLEO_L4R5ZI": "stm32-l4r5",
    "v1.2 STMicroelectronics NUCLEO_U575ZI_Q": "stm32-u575",
}
SOURCE = "MLPerf Tiny on {}"


def device(row):
    return f"{row['round']} {row['submitter']} {row['system']}"


def run(row):
    """A row of the data as a run."""
    return {
        "model": f"mlperf-tiny-{row['bench']}",
        "format": "int8/int32",
        "set.b": 1,
        "microjoules": row["uJ_per_inf"],
    }


def section(data, tool):
    rows = [row for row in measured(data / "mlperf_tiny_energy.csv") if row["bench"] in NETWORKS]
    devices = {}
    for row in rows:
        devices.setdefault(device(row), []).append(row)
    devices = {name: own for name, own in devices.items() if len(own) == len(NETWORKS)}
    lines = []
    for name, own in devices.items():
        runs = tool.runs("tiny", [run(row) for row in own])
        _, alone = tool.calibrate(runs, "--fit", "mac.int8")
        found, both = tool.calibrate(runs, *BASE, "--fit", "mac.int8,flash")
        if name in TABLES:
            tool.ship(
                TABLES[name], runs, SOURCE.format(name), *BASE, "--fit", "mac.int8,flash"
            )
        lines.append(
            (
                name,
                found["mul.int8"]["value"],
                found["flash"]["value"],
                alone[0]["spread"],
                both[0]["spread"],
            )
        )
    alone = quantile([line[3] for line in lines], 0.5)
    both = quantile([line[4] for line in lines], 0.5)
    gap9 = [line for line in lines if "gap9" in line[0]]
    text = f"""## MLPerf Tiny

Microjoules of an inference of four networks in int8, at the supply of the device (MLPerf Tiny v0.7 to v1.3, closed division, energy): {len(lines)} devices that ran all four. For each device two prices are fitted to its four networks, of a multiply–accumulate and of a byte of weights. Spread is the largest of measured / predicted over the least, beside that of one price for every multiply–accumulate.

{table(["Device", "pJ a MAC", "pJ a byte", "spread, MACs alone", "spread, fitted"], [
    [name, digits(mac), digits(byte), times(one), times(two)] for name, mac, byte, one, two in lines
] + [["median", "", "", times(alone), times(both)]])}

Four of them ship as tables: {", ".join(f"`{name}`" for name in TABLES.values())}.
"""
    headline = [
        "MLPerf Tiny, four networks in int8, µJ an inference",
        "a multiply–accumulate and a byte of weights, on each device",
        f"median spread {times(both)}, on GAP9 {times(gap9[0][4])}"
        f" (one price a MAC: {times(alone)}, {times(gap9[0][3])})",
        4 * len(lines),
    ]
    return text, [headline]
