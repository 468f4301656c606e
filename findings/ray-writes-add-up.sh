#!/usr/bin/env bash
# ray 2.60.0 with pyarrow 26.0.1 and pandas 3.1.1.
#
# Expected: to write a data set into the same folder twice replaces it or is an error, as
# with Spark (an error by default) and with pyarrow (files of the same names).
# Seen: the second run adds files under new names, and the folder holds every row twice.
# Why it matters: a job that is started again doubles its data set, and every sum over
# it. Let each task write a file that is called by its part, or give mode="overwrite".

set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
python3 -m venv venv || exit 2
venv/bin/pip install --quiet "ray[data]==2.60.0" pyarrow==26.0.1 pandas==3.1.1 || exit 2
venv/bin/python - 2>ray.log <<'EOF' || { rc=$?; tail -3 ray.log; exit $rc; }
import os

import pyarrow
import pyarrow.dataset
import ray

memory = 100 * 2**20
ray.init(num_cpus=1, include_dashboard=False, object_store_memory=memory, log_to_driver=False)
rows = pyarrow.table({"n": [1.0, 2.0, 3.0]})


def counted(folder, **options):
    for _ in range(2):
        ray.data.from_arrow(rows).write_parquet(folder, **options)
    return pyarrow.dataset.dataset(folder).count_rows()


def by_pyarrow(folder):
    for _ in range(2):
        options = {"format": "parquet", "existing_data_behavior": "overwrite_or_ignore"}
        pyarrow.dataset.write_dataset(rows, folder, **options)
    return pyarrow.dataset.dataset(folder).count_rows()


here = os.getcwd()
twice = counted(here + "/ray")
replaced = counted(here + "/replaced", mode="overwrite")
other = by_pyarrow(here + "/pyarrow")
print("3 rows written twice; Ray:", twice, '- mode="overwrite":', replaced, "- pyarrow:", other)
ray.shutdown()
if (twice, replaced, other) != (6, 3, 3):
    raise SystemExit("the behaviour has changed")
EOF
