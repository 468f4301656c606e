#!/usr/bin/env python3
"""Holds picojoule against measurements: docs/validation.md and the README's table.

    benches/validation/validate.py DATA [--picojoule PROGRAM] [--tables FOLDER]

DATA is a folder with `llm_serving_h100.csv`, `cnn_grid_xavier_rk3588.csv`,
`mlperf_tiny_energy.csv` and `eyeriss_layers.csv`, as their first lines describe
them. They are not part of the repository. With --tables, the fitted tables that
ship are written into that folder too.
"""

import argparse
import shutil
import tempfile
from pathlib import Path

import cnn_grid
import eyeriss_layers
import llm_serving
import mlperf_tiny
from tool import HERE, Tool, table

ROOT = HERE.parent.parent
BEGIN, END = "<!-- measured -->\n", "<!-- /measured -->"

INTRODUCTION = """# Estimates against meters

Written by [`benches/validation/validate.py`](../benches/validation/validate.py) from measurements that others published; the data are not in the repository. What was fitted to what is said of each figure. An error is |predicted / measured − 1|; bias is its median with its sign. *By a fit to the others* means that what is predicted was not among what was fitted.

"""


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--picojoule", default=ROOT / "target" / "debug" / "picojoule")
    parser.add_argument("--tables", type=Path)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        tool = Tool(arguments.picojoule, folder)
        texts, headlines = [], []
        for part in (llm_serving, cnn_grid, mlperf_tiny, eyeriss_layers):
            text, own = part.section(arguments.data, tool)
            texts.append(text)
            headlines += own
        if arguments.tables:
            for path in tool.shipped:
                shutil.copy(path, arguments.tables / path.name)
    figures = table(["Measured", "fitted", "how well", "runs"], headlines, words=3)
    page = INTRODUCTION + BEGIN + figures + "\n" + END + "\n\n" + "\n".join(texts)
    (ROOT / "docs" / "validation.md").write_text(page, encoding="utf-8")
    readme = ROOT / "README.md"
    before, rest = readme.read_text(encoding="utf-8").split(BEGIN)
    after = rest.split(END)[1]
    readme.write_text(before + BEGIN + figures + "\n" + END + after, encoding="utf-8")


if __name__ == "__main__":
    main()
