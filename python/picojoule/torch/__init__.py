"""From a module of PyTorch to joules, in one line.

>>> import torch, picojoule.torch
>>> layer = torch.nn.Linear(300, 600)
>>> picojoule.torch.estimate(layer, torch.randn(2, 300)).macs
360000

The module is exported in memory by ``torch.onnx.export(dynamo=True)``, as it computes in
inference and without its weights; no file is written, and the module stays as it was.
Whatever :func:`picojoule.estimate` takes by keyword is taken here, too.

PyTorch is an extra: ``pip install 'picojoule[torch]'``.
"""

from __future__ import annotations

try:
    import torch as _torch  # noqa: F401, I001
    import onnx as _onnx  # noqa: F401  (torch.onnx can do without neither)
    import onnxscript as _onnxscript  # noqa: F401
except ImportError as missing:
    raise ImportError(
        f"picojoule.torch needs {missing.name or 'PyTorch'}, which is not installed: "
        "pip install 'picojoule[torch]'",
        name=missing.name,
    ) from missing

from ._call import compare, estimate, graph
from ._graph import ModuleGraph
from ._measured import Measured, Run, measured
from ._results import ModuleComparison, ModuleEstimate

__all__ = [
    "Measured",
    "ModuleComparison",
    "ModuleEstimate",
    "ModuleGraph",
    "Run",
    "compare",
    "estimate",
    "graph",
    "measured",
]
