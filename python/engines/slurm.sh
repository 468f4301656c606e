#!/usr/bin/env bash
#SBATCH --job-name=sweep
#SBATCH --cpus-per-task=1
#SBATCH --requeue
#SBATCH --output=rows/slurm-%a.log --open-mode=append
# A sweep as a job array of Slurm. `bash slurm.sh` submits the parts that are missing:
# all of them at first, and after an interruption those that were not finished.
set -euo pipefail

# How many parts there are stands here and nowhere else. SLURM_ARRAY_TASK_COUNT is the
# number of jobs of one submission: an array of the missing ones would cut otherwise.
parts=16
file() { echo "rows/part-$1-of-$parts.parquet"; }

if [ -z "${SLURM_ARRAY_TASK_ID:-}" ]; then
  mkdir -p rows
  missing=$(for part in $(seq 0 $((parts - 1))); do [ -e "$(file "$part")" ] || echo "$part"; done)
  [ -n "$missing" ] || { echo "all $parts parts are there"; exit 0; }
  exec sbatch --array="$(paste -sd, <<<"$missing")" "$0"
fi

# As many threads as the job was given cores.
export RAYON_NUM_THREADS=$SLURM_CPUS_PER_TASK
picojoule sweep attention --variants vanilla,e-att --scopes attention \
  --over n=1..1024 --over d=64..4096:64 --over format=fp32,int8 \
  --shard "$SLURM_ARRAY_TASK_ID/$parts" --skip-existing --out "$(file "$SLURM_ARRAY_TASK_ID")"
