"""The notebook of the documentation runs, and shows what it shows.

`UPDATE_NOTEBOOK=1 pytest python/tests/test_notebook.py` runs it anew and keeps what
comes out.
"""

import os
from pathlib import Path

import pytest


def shown(notebook) -> list:
    """What stands under every cell, without what differs from run to run."""
    return [
        [
            {key: output[key] for key in ("data", "text", "ename") if key in output}
            for output in cell.get("outputs", [])
        ]
        for cell in notebook.cells
    ]


def test_the_notebook_shows_what_comes_out(repository: Path):
    nbformat = pytest.importorskip("nbformat")
    nbclient = pytest.importorskip("nbclient")
    pytest.importorskip("ipykernel")
    path = repository / "docs/python.ipynb"
    notebook = nbformat.read(path, as_version=4)
    before = shown(notebook)
    nbclient.NotebookClient(notebook, timeout=300, kernel_name="python3").execute()
    for cell in notebook.cells:
        # When each was run is nothing to a reader.
        cell.metadata = {}
    if "UPDATE_NOTEBOOK" in os.environ:
        nbformat.write(notebook, path)
        return
    assert shown(notebook) == before, "UPDATE_NOTEBOOK=1 pytest python/tests/test_notebook.py"
