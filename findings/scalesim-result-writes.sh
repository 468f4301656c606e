#!/usr/bin/env bash
# scalesim 3.0.0 (SCALE-Sim v3) with numpy 2.2.6: 64 x 64 by 64 x 16 on an array of
# 16 x 16 with 64 kB of SRAM for the results, each dataflow.
#
# Expected: 1024 results reach the DRAM, once each; they fit in the SRAM by far. With
# weights or inputs held still the 64 products of a result come in four lots: four
# writes to the SRAM, and three reads for the sums so far.
# Seen: those two write 4096 values to the SRAM and all 4096 to the DRAM, and no
# report has reads of results, in either memory: every partial sum leaves the chip
# and none comes back. With the results held still the DRAM is right and the SRAM has
# 1152 writes: beside rows * columns, rows + columns of the array are added for each
# lot, used or not, so that 16 results of a single row count 48.
# Why it matters: at the price of a DRAM the results' traffic decides which dataflow is
# the better one; here it is four times too much for two of three and
# the reads of it are free.

set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
python3 -m venv venv || exit 2
venv/bin/pip install --quiet scalesim==3.0.0 numpy==2.2.6 || exit 2
cat > layers.csv <<'EOF'
Layer, M, N, K,
matrix, 64, 16, 64,
row, 1, 16, 64,
EOF
echo "Layer name, none" > layout.csv
for dataflow in os ws is; do
    cat > $dataflow.cfg <<EOF
[general]
run_name = $dataflow
[run_presets]
InterfaceBandwidth = CALC
UseRamulatorTrace = False
[architecture_presets]
ArrayHeight = 16
ArrayWidth = 16
IfmapSramSzkB = 64
FilterSramSzkB = 64
OfmapSramSzkB = 64
IfmapOffset = 0
FilterOffset = 10000000
OfmapOffset = 20000000
Dataflow = $dataflow
Bandwidth = 10
ReadRequestBuffer = 32
WriteRequestBuffer = 32
[layout]
IfmapCustomLayout = False
IfmapSRAMBankBandwidth = 10
IfmapSRAMBankNum = 10
IfmapSRAMBankPort = 2
FilterCustomLayout = False
FilterSRAMBankBandwidth = 10
FilterSRAMBankNum = 10
FilterSRAMBankPort = 2
[sparsity]
SparsitySupport = False
EOF
done
venv/bin/python - <<'EOF'
import contextlib
import csv
import io

from scalesim.scale_sim import scalesim

seen = {}
for dataflow in ("os", "ws", "is"):
    with contextlib.redirect_stdout(io.StringIO()):
        scalesim(
            save_disk_space=True,
            verbose=False,
            config=dataflow + ".cfg",
            topology="layers.csv",
            layout="layout.csv",
            input_type_gemm=True,
        ).run_scale(top_path="reports")
    with open(f"reports/{dataflow}/DETAILED_ACCESS_REPORT.csv") as report:
        rows = list(csv.DictReader(report, skipinitialspace=True))
    reads = [name for name in rows[0] if "OFMAP Reads" in name]
    seen[dataflow] = [tuple(int(row[f"{place} OFMAP Writes"]) for place in ("SRAM", "DRAM")) for row in rows]
    print(dataflow, "writes of results to SRAM and DRAM:", *seen[dataflow], "columns for reads:", len(reads))
if seen != {
    "os": [(1152, 1024), (48, 16)],
    "ws": [(4096, 4096), (64, 64)],
    "is": [(4096, 4096), (64, 64)],
} or reads:
    raise SystemExit("the behaviour has changed")
EOF
