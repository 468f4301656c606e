"""The names of modules, kept through the export.

torch names the tensors of a graph after its functions (``linear_6``), and says in notes
beside each node which module it is of. Here tensors get the names of their modules, by
which picojoule calls ops and layers.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

LONGEST = 48
"""So many characters of a name are kept on the way into a model file."""

_SCOPES = "pkg.torch.onnx.name_scopes"


def name_values(graph: Any) -> dict[str, str]:
    """Names the tensors of an ``onnx_ir.Graph``. Gives the path of the module for each
    name, as picojoule writes names."""
    nodes = [(node, _scopes(node)) for node in graph]
    # What a module without others in it gives bears the name of that alone.
    last_of_module = {path: node for node, (path, _) in nodes}
    containers = {
        path[:end] for path in last_of_module for end, at in enumerate(path) if at == "."
    }
    last_of_function = {scopes: node for node, scopes in nodes}
    known = set(graph.initializers) | {value.name for value in graph.inputs}
    taken = {written(name) for name in known if name}
    paths: dict[str, str] = {}
    times: Counter[str] = Counter()
    for node, (path, function) in nodes:
        wish = ".".join(part for part in (path, re.sub(r"_\d+$", "", function)) if part) or "op"
        if path and path not in containers and node is last_of_module[path]:
            wish = path
        elif node is not last_of_function[path, function]:
            wish = f"{wish}.{node.op_type.lower()}"
        for value in node.outputs:
            if not value.name:
                continue
            name = _fresh(wish, taken, times)
            value.name = name
            paths[written(name)] = path
    return paths


def _scopes(node: Any) -> tuple[str, str]:
    """The module of a node, and the function within it."""
    try:
        scopes = ast.literal_eval(node.metadata_props.get(_SCOPES, ""))
    except (SyntaxError, ValueError):
        return "", node.name or ""
    *modules, function = scopes or [""]
    return (modules[-1] if modules else ""), function


def written(name: str) -> str:
    """A name as picojoule writes it into a model file."""
    plain = re.sub(r"[^A-Za-z0-9]", "_", re.split(r"[/:]", name)[-1])[:LONGEST]
    return f"t_{plain}" if re.match(r"\d|$", plain) else plain


def _fresh(wish: str, taken: set[str], times: Counter[str]) -> str:
    """A name like ``wish`` that nothing else has. Of a long one the end says most."""
    while True:
        times[wish] += 1
        number = f".{times[wish]}" if times[wish] > 1 else ""
        name = wish[-(LONGEST - 2 - len(number)) :].lstrip("._") + number
        if written(name) not in taken:
            taken.add(written(name))
            return name


def path_of(op: str, paths: dict[str, str]) -> str | None:
    """The module of an op, which may be a step of what bears a name."""
    for part in reversed(op.split("/")):
        while part:
            if part in paths:
                return paths[part]
            part = part.rpartition("_")[0]
    return None


def without_numbers(
    paths: Iterable[str], times: int, known: Iterable[str]
) -> dict[str, str]:
    """The paths within a block that repeats so many times, with ``*`` for the number by
    which its rounds are told apart: ``layers.*.fc`` for ``layers.0.fc``.

    ``known`` are the paths of the whole network. The number is the one that most paths of
    the block have, and that takes as many values there as there are rounds; of several
    the innermost.
    """
    paths = list(paths)
    alike = Counter(one for path in set(known) for _, one in _numbered(path))
    found: dict[tuple[str, ...], dict[str, str]] = {}
    for path in paths:
        for number, one in _numbered(path):
            if alike[one] >= times:
                found.setdefault(number, {})[path] = one
    return max(found.items(), key=lambda item: (len(item[1]), len(item[0])), default=((), {}))[1]


def _numbered(path: str) -> Iterator[tuple[tuple[str, ...], str]]:
    """Every number of a path: what stands before it, and the path with ``*`` for it."""
    parts = path.split(".")
    for at, part in enumerate(parts):
        stem = part.rstrip("0123456789")
        if stem != part:
            yield (*parts[:at], stem), ".".join([*parts[:at], f"{stem}*", *parts[at + 1 :]])
