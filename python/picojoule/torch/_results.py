"""Results that know the modules behind their ops."""

from __future__ import annotations

import re
from typing import Any

from .._results import Comparison, Estimate
from ._graph import ModuleGraph
from ._names import path_of, without_numbers

_TEXTS = ("model", "variant", "table", "format", "op", "layer", "stage", "share")


class ModuleEstimate(Estimate):
    """What a module of PyTorch costs on one table."""

    def __init__(self, estimate: Estimate, graph: ModuleGraph) -> None:
        super().__init__(estimate._words, estimate._answer, estimate._by)
        self._graph = graph

    @property
    def notes(self) -> list[str]:
        """What is to be said beside the result: of the export, and of the import."""
        return [*self._graph.notes, *super().notes]

    def by(self, by: str) -> ModuleEstimate:
        return ModuleEstimate(super().by(by), self._graph)

    def modules(self, depth: int | None = None) -> list[dict[str, Any]]:
        """What each module costs, in the order in which they compute.

        ``module`` is its path in the network, empty for what the network itself does
        outside its modules, and ``*`` stands for the numbers of modules that are alike,
        which are counted together; ``times`` says how many there are. Where rounds begin
        within a module, the first of those that are alike stands for all.
        ``energy_pj`` is in picojoules, ``share`` of the whole; ``macs`` and the numbers of primitives are
        those of the JSON. With ``depth`` modules are added up to so many parts of
        their paths: 1 for the children of the network.
        """
        rounds = {}
        for layer in self.layers:
            repeated = re.fullmatch(r"(.*) \(×(\d+)\)", layer["layer"])
            if repeated:
                rounds[repeated[1]] = int(repeated[2])
        placed = [
            (op, op["op"].partition("/")[0], path_of(op["op"], self._graph.paths) or "")
            for op in self.ops
        ]
        alike = {
            block: without_numbers(
                {path for _, at, path in placed if at == block},
                times,
                self._graph.paths.values(),
            )
            for block, times in rounds.items()
        }
        found: dict[str, dict[str, Any]] = {}
        modules: dict[str, dict[str, int]] = {}
        for op, block, path in placed:
            name = alike.get(block, {}).get(path, path)
            if depth is not None:
                name = ".".join(name.split(".")[:depth])
            row = found.setdefault(name, {"module": name, "times": 1})
            if name == path or "*" in name:
                modules.setdefault(name, {})[path] = rounds.get(block, 1)
            for column, value in op.items():
                if column not in _TEXTS and isinstance(value, (int, float)):
                    row[column] = row.get(column, 0) + value
        for name, each in modules.items():
            found[name]["times"] = sum(each.values()) if depth is None else max(each.values())
        whole = sum(row.get("energy_pj", 0) for row in found.values())
        for row in found.values():
            row["share"] = row.get("energy_pj", 0) / whole if whole else None
        return list(found.values())


class ModuleComparison(Comparison):
    """Two modules of PyTorch side by side."""

    def __init__(self, comparison: Comparison, graphs: tuple[ModuleGraph, ...]) -> None:
        super().__init__(comparison._words, comparison._answer)
        self._graphs = graphs

    @property
    def notes(self) -> list[str]:
        """What is to be said beside the result: of the exports, and of the imports."""
        exports = [
            f"{graph.name.removesuffix('.onnx')}: {note}"
            for graph in self._graphs
            for note in graph.notes
        ]
        return [*exports, *super().notes]
