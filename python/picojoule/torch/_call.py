"""What is called of `picojoule.torch`, but for what measures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from torch import nn

from .. import compare as _compare
from .. import estimate as _estimate
from .._words import mistake
from ._graph import Axes, ModuleGraph, export
from ._results import ModuleComparison, ModuleEstimate


def graph(
    module: nn.Module,
    example_inputs: Any = None,
    /,
    *,
    example_kwargs: Mapping[str, Any] | None = None,
    dynamic: Mapping[str, Axes] | None = None,
    weights: bool = False,
    name: str | None = None,
) -> ModuleGraph:
    """``module`` as an ONNX graph in memory, for whatever takes a model:
    ``picojoule.sweep(graph, {"seq": range(1, 513)})``.

    ``example_inputs`` are what the module is called with: a tensor, a tuple, or a mapping
    of names to tensors, as a tokenizer gives; ``example_kwargs`` further arguments by
    name. Their shapes count, and not their numbers; for a module on the ``meta`` device
    they are taken there.

    ``dynamic`` names the axes that stay open, by inputs: ``{"input_ids": {0: "batch", 1:
    "seq"}}`` for input_ids of shape (batch, seq). Each is a dim of the graph, to be given
    a value by name wherever the graph is used.

    ``weights`` keeps the numbers of the weights, which ``scan_weights`` looks at; ``name``
    is what the model is called instead of its class.
    """
    return export(module, example_inputs, example_kwargs, dynamic, weights, name)


def estimate(
    module: nn.Module,
    example_inputs: Any = None,
    /,
    *,
    example_kwargs: Mapping[str, Any] | None = None,
    dynamic: Mapping[str, Axes] | None = None,
    scan_weights: bool = False,
    name: str | None = None,
    **options: Any,
) -> ModuleEstimate:
    """What one pass of ``module`` over inputs of these shapes costs, in picojoules.

    Inputs and ``dynamic`` as for :func:`graph`; every dim of ``dynamic`` is given a value
    by its name. All other keywords are those of :func:`picojoule.estimate`: ``table``,
    ``format``, ``by``, ``movement``, …

    >>> import torch, picojoule.torch
    >>> model = torch.nn.Sequential(torch.nn.Conv2d(3, 8, 3, padding=1), torch.nn.ReLU())
    >>> picojoule.torch.estimate(model, torch.randn(1, 3, 16, 16), table="7nm").macs
    55296
    >>> picojoule.torch.estimate(
    ...     model, torch.randn(2, 3, 16, 16), dynamic={"input": {0: "batch"}}, batch=8).macs
    442368
    """
    exported = export(module, example_inputs, example_kwargs, dynamic, scan_weights, name)
    options = _with_dims([exported], options)
    found = _estimate(exported, scan_weights=scan_weights, **options)
    return ModuleEstimate(found, exported)


def compare(
    before: nn.Module,
    after: nn.Module,
    example_inputs: Any = None,
    /,
    *,
    example_kwargs: Mapping[str, Any] | None = None,
    after_inputs: Any = None,
    after_kwargs: Mapping[str, Any] | None = None,
    dynamic: Mapping[str, Axes] | None = None,
    scan_weights: bool = False,
    names: tuple[str, str] = ("before", "after"),
    **options: Any,
) -> ModuleComparison:
    """Two modules on the same inputs side by side, ``before`` as the baseline.

    Inputs and ``dynamic`` as for :func:`graph`, the other keywords those of
    :func:`picojoule.compare`; ``after_inputs`` and ``after_kwargs`` where ``after`` takes
    others.
    """
    if after_inputs is None and after_kwargs is None:
        after_inputs, after_kwargs = example_inputs, example_kwargs
    graphs = (
        export(before, example_inputs, example_kwargs, dynamic, scan_weights, names[0]),
        export(after, after_inputs, after_kwargs, dynamic, scan_weights, names[1]),
    )
    options = _with_dims(graphs, options)
    found = _compare(*graphs, scan_weights=scan_weights, **options)
    return ModuleComparison(found, graphs)


def _with_dims(graphs: Iterable[ModuleGraph], options: dict[str, Any]) -> dict[str, Any]:
    """The options, with a value for every open dim."""
    given = {**options, **(options.get("set") or {})}
    dims = dict.fromkeys(dim for graph in graphs for dim in graph.dims)
    missing = [name for name in dims if name not in given]
    if missing:
        values = ", ".join(f"{name}=…" for name in missing)
        raise mistake(
            f"dynamic dims without values: {', '.join(f'`{name}`' for name in missing)}",
            f"give them by name: `{values}`",
        )
    for graph in graphs:
        for name, other in graph.equal.items():
            if name in dims or name not in options:
                continue
            if options[name] != given[other]:
                raise mistake(
                    f"`{name}` is {options[name]} and `{other}` {given[other]}, but torch found "
                    "them equal",
                    "if they need not be, let the sizes of the example differ, and none be 1",
                )
            options = {key: value for key, value in options.items() if key != name}
    return options
