"""What benches/table.py holds picojoule against; each prints numbers as JSON.

    pip install numpy polars duckdb onnx
    python benches/rivals.py polars FOLDER      ten million rows written as CSV and as Parquet: CPU seconds, bytes
    python benches/rivals.py duckdb FILE...     the same question to each Parquet file: CPU seconds, rows of a group
    python benches/rivals.py onnx FILE          onnx.load: CPU seconds, without what the import takes
    python benches/rivals.py versions
"""

import json
import resource
import sys
from importlib import metadata
from pathlib import Path

QUESTION = "select d, max(n) from '{}' where attention_e_att_saving >= 0.655 group by d order by d"


def cpu():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def polars(folder):
    """The points, the closed form and the columns of the sweep that table.py runs."""
    import polars as pl

    def axis(name, values):
        return pl.LazyFrame({name: pl.Series(values, dtype=pl.Float64)})

    points = axis("n", range(1, 1001)).join(axis("d", range(64, 1601, 64)), how="cross")
    points = points.join(axis("h", [1, 2, 4, 8]), how="cross")
    points = points.join(axis("rho", [i / 100 for i in range(1, 101)]), how="cross")
    n, d, h, rho = (pl.col(name) for name in ("n", "d", "h", "rho"))
    value = 4.6 * (n * d * d + n * n * d)
    frame = points.select(
        table=pl.lit("45nm"), format=pl.lit("fp32"), n=n, d=d, h=h, rho=rho,
        alignment_vanilla_pj=4.6 * (2 * n * d * d + n * n * d),
        alignment_e_att_pj=0.9 * (n * d + 2 * rho * n * d * d / h + 2 * n * n * d / h),
    )
    frame = frame.with_columns(
        alignment_e_att_saving=1 - pl.col("alignment_e_att_pj") / pl.col("alignment_vanilla_pj"),
        attention_vanilla_pj=pl.col("alignment_vanilla_pj") + value,
        attention_e_att_pj=pl.col("alignment_e_att_pj") + value,
    ).with_columns(attention_e_att_saving=1 - pl.col("attention_e_att_pj") / pl.col("attention_vanilla_pj"))
    found = {}
    for kind in ("csv", "parquet"):
        path = Path(folder) / f"polars.{kind}"
        start = cpu()
        made = frame.collect()
        assert made.height == 10**7
        made.write_csv(path) if kind == "csv" else made.write_parquet(path)
        found[kind] = {"cpu": cpu() - start, "bytes": path.stat().st_size}
        if kind == "csv":
            path.unlink()
    return found


def duckdb(*paths):
    import duckdb

    # By all threads: on a machine that others use the clock tells files apart by chance.
    found, answers = {}, []
    for turn in range(20):
        for path in paths:
            start = cpu()
            answers.append(duckdb.sql(QUESTION.format(path)).fetchall())
            seconds = cpu() - start
            name = Path(path).name
            groups = duckdb.sql(f"select max(row_group_num_rows) from parquet_metadata('{path}')").fetchall()[0][0]
            found[name] = {"cpu": min(seconds, found.get(name, {"cpu": seconds})["cpu"]), "group": groups}
    assert all(answer == answers[0] for answer in answers)
    return found


def onnx(path):
    import onnx

    start = cpu()
    onnx.load(path)
    return {"cpu": cpu() - start, "kib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}


def versions():
    found = {"Python": sys.version.split()[0]}
    for name in ("numpy", "polars", "duckdb", "onnx"):
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


if __name__ == "__main__":
    what, *given = sys.argv[1:]
    print(json.dumps({"polars": polars, "duckdb": duckdb, "onnx": onnx, "versions": versions}[what](*given)))
