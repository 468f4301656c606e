"""The names of modules, kept through the export.

torch names the tensors of a graph after its functions (``linear_6``), and says in notes
beside each node which module it is of. Here tensors get the names of their modules, by
which picojoule calls ops and layers.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from typing import Any

LONGEST = 48
"""So many characters of a name are kept on the way into a model file."""

_SCOPES = "pkg.torch.onnx.name_scopes"


def name_values(graph: Any) -> dict[str, str]:
    """Names the tensors of an ``onnx_ir.Graph``. Gives the path of the module for each
    name, as picojoule writes names."""
    nodes = [(node, _scopes(node)) for node in graph]
    # What is done by one function in its module bears the name of that alone.
    functions: dict[str, set[str]] = {}
    for _, (path, function) in nodes:
        functions.setdefault(path, set()).add(function)
    last: dict[tuple[str, str], Any] = {scopes: node for node, scopes in nodes}
    known = set(graph.initializers) | {value.name for value in graph.inputs}
    taken = {written(name) for name in known if name}
    paths: dict[str, str] = {}
    times: Counter[str] = Counter()
    for node, (path, function) in nodes:
        is_alone = len(functions[path]) == 1 and path
        own = "" if is_alone else re.sub(r"_\d+$", "", function)
        wish = ".".join(part for part in (path, own) if part) or "op"
        if node is not last[path, function]:
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


def without_number(path: str, block: str) -> str:
    """A path within a block that repeats, with ``*`` where its rounds are counted:
    ``layers.*.fc`` for ``layers.0.fc`` in the block ``layers``."""
    block = re.sub(r"-\d+$", "", block)
    parts = path.split(".")
    for at, part in enumerate(parts):
        numbered = re.fullmatch(r"(.*?)_*(\d+)", part)
        if numbered is None:
            continue
        named = numbered[1] or (parts[at - 1] if at else "")
        if re.sub(r"[^a-z0-9]", "-", named.lower()) == block:
            parts[at] = part[: -len(numbered[2])] + "*"
            return ".".join(parts)
    return path
