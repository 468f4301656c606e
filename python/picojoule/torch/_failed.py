"""Why torch does not export a module: in our words, and then in its own."""

from __future__ import annotations

from collections.abc import Iterator
from types import FrameType
from typing import Any

from torch import fx, nn

from .._native import PicojouleError
from .._words import mistake


def failed(
    module: nn.Module, error: Exception, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> PicojouleError:
    """What is to be said of an export that went wrong; torch's exception is ``cause``."""
    verb = "export"
    # Some operators take any shapes, as long as they are only written down.
    if any(UNWRITTEN in str(one) for one in _chain(error)):
        refused = _refused(module, args, kwargs)
        if refused is not None:
            error, verb = refused, "run"
    found = _told(module, error, verb)
    found.cause = error
    return found


UNWRITTEN = "No ONNX function found"


def _refused(
    module: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Exception | None:
    """What the module itself says of its inputs, if it does not take them."""
    before = [(one, one.clone()) for one in module.buffers()]
    try:
        module(*args, **kwargs)
    except NotImplementedError:
        # Without numbers not everything runs.
        return None
    except Exception as error:
        return error
    finally:
        for one, value in before:
            one.copy_(value)
    return None


def _told(module: nn.Module, error: Exception, verb: str) -> PicojouleError:
    chain = list(_chain(error))
    path = next(filter(None, (_path(module, one) for one in reversed(chain))), None)
    where = f" at `{path[0]}` ({path[1]})" if path else ""
    inputs = " with these example inputs" if verb == "run" else ""
    cause = _cause(chain)
    said = "\n    ".join([f"{type(cause).__name__}: {_lines(cause)[0]}", *_lines(cause)[1:]])
    return mistake(
        f"torch cannot {verb} `{type(module).__name__}`{where}{inputs}; it says\n    {said}",
        *(_advice(chain) if verb == "export" else ()),
    )


LINES = 4
"""So much of a message of torch's is shown; the exception behind ours has all of it."""


def _lines(error: BaseException) -> list[str]:
    """The first lines of a message that say anything."""
    lines = [line.strip() for line in str(error).splitlines()]
    return [line for line in lines if line][:LINES] or ["no message"]


def _chain(error: BaseException) -> Iterator[BaseException]:
    """An error and what led to it, the first cause last."""
    one: BaseException | None = error
    seen: set[int] = set()
    while one is not None and id(one) not in seen:
        seen.add(id(one))
        yield one
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)


_STEPS = ("TorchExportError", "ConversionError", "GraphConstructionError", "OnnxExporterError")


def _cause(chain: list[BaseException]) -> BaseException:
    """What went wrong, and not the steps in which it did."""
    own = [one for one in chain if type(one).__name__ not in _STEPS]
    return own[0] if own else chain[-1]


def _frames(error: BaseException) -> Iterator[FrameType]:
    """Where an error came from, the innermost place last."""
    trace = error.__traceback__
    while trace is not None:
        yield trace.tb_frame
        trace = trace.tb_next


def _path(module: nn.Module, error: BaseException) -> tuple[str, str] | None:
    """The module that ran when the error came up, and its class."""
    paths = {id(one): name for name, one in module.named_modules()}
    found = None
    for frame in _frames(error):
        one = frame.f_locals.get("self")
        if isinstance(one, nn.Module) and paths.get(id(one)):
            found = paths[id(one)], type(one).__name__
        node = frame.f_locals.get("node")
        if isinstance(node, fx.Node):
            found = _path_of_node(node) or found
    return found


def _path_of_node(node: fx.Node) -> tuple[str, str] | None:
    """The module of a node that is translated."""
    stack: dict[str, Any] = node.meta.get("nn_module_stack") or {}
    if not stack:
        return None
    path, kind = list(stack.values())[-1]
    kind = kind if isinstance(kind, str) else kind.__name__
    return path, kind.rpartition(".")[2]


def _advice(chain: list[BaseException]) -> Iterator[str]:
    """What helps, where that is known."""
    text = "\n".join(f"{type(one).__name__} {one}" for one in chain)
    if "data-dependent" in text or "GuardOnDataDependent" in text:
        yield (
            "what runs there depends on numbers that are known only when it runs; estimate "
            "the modules on both sides of it, or a module that takes one way"
        )
    if UNWRITTEN in text:
        yield (
            "torch writes no such operator to a graph; estimate the modules before and "
            "behind it"
        )
    if "FakeTensorDeviceMismatch" in text:
        yield "give example inputs on the device of the module"
    if "user-specified ranges" in text or "Constraints violated" in text:
        yield (
            "the module takes for constant what `dynamic` leaves open: leave that axis out "
            "of `dynamic`, or let the module ask its input for the size"
        )
