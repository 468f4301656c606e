"""A module as a graph in memory."""

from __future__ import annotations

import contextlib
import inspect
import io
import logging
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import torch
from torch import nn
from torch.utils import _pytree

from .._words import File, mistake
from ._failed import failed
from ._names import name_values
from ._untouched import untouched

Axes = Mapping[int, "str | torch.export.Dim"]

INLINE = 1 << 16
"""Tensors of more bytes are left out of a graph, unless weights are asked for."""

LARGEST = 1 << 31
"""What one file of ONNX can hold, in bytes."""


class ModuleGraph(File):
    """A module as an ONNX graph in memory, which stands wherever a model may stand.

    >>> import torch, picojoule, picojoule.torch
    >>> graph = picojoule.torch.graph(
    ...     torch.nn.Linear(300, 600), torch.randn(2, 300), dynamic={"input": {0: "batch"}})
    >>> graph.dims
    ('batch',)
    >>> picojoule.sweep(graph, {"batch": [1, 8, 64]}).points
    3
    """

    __slots__ = ("dims", "equal", "notes", "paths")

    def __init__(
        self,
        name: str,
        contents: bytes,
        dims: tuple[str, ...],
        equal: Mapping[str, str],
        notes: Sequence[str],
        paths: Mapping[str, str],
    ) -> None:
        super().__init__(name, contents)
        self.dims = dims
        """The dims that are open, and want a value."""
        self.equal = dict(equal)
        """Dims that were named and are none, as torch found them equal to others: by
        their names the names of these."""
        self.notes = list(notes)
        """What is exported otherwise than it stands in the module."""
        self.paths = dict(paths)
        """The paths of modules, by the names of ops."""


def export(
    module: nn.Module,
    inputs: Any,
    kwargs: Mapping[str, Any] | None,
    dynamic: Mapping[str, Axes] | None,
    weights: bool,
    name: str | None,
) -> ModuleGraph:
    """``module`` as a graph; see :func:`picojoule.torch.graph`."""
    if not isinstance(module, nn.Module):
        raise mistake(
            f"what is estimated is a torch.nn.Module, not {type(module).__name__!r}"
        )
    # What `torch.compile` gives is a shell around the module.
    module = getattr(module, "_orig_mod", module)
    args, keywords = _arguments(module, inputs, kwargs)
    given = _bound(module, args, keywords)
    # Dynamic axes are told by the order of the arguments, too.
    keywords = {name: given[name] for name in given if name in keywords}
    shapes = _shapes(given, dynamic or {})
    if weights and any(_is_empty(tensor) for tensor in _tensors(module)):
        raise mistake(
            f"{_called(module)} has weights without numbers, on the meta device or fake",
            "leave `scan_weights` out, or load the weights",
        )
    with untouched(module) as notes, _quiet():
        try:
            program = torch.onnx.export(
                module,
                # A mapping at the end would be taken for keywords, where there are none.
                args if keywords else (*args, {}),
                kwargs=keywords,
                dynamo=True,
                # What torch makes simpler it also changes: biases of zeros vanish, equal
                # weights become one. And it wants weights with numbers for it.
                optimize=False,
                dynamic_shapes=shapes,
                verbose=False,
            )
        except Exception as error:
            # The traces of torch are pages long.
            raise failed(module, error, args, keywords) from None
    return _written(program.model, module, dynamic or {}, weights, name, notes)


def _written(
    model: Any,
    module: nn.Module,
    dynamic: Mapping[str, Axes],
    weights: bool,
    name: str | None,
    notes: list[str],
) -> ModuleGraph:
    import onnx_ir

    paths = name_values(model.graph)
    _leave_out(model, module, weights)
    for node in onnx_ir.traversal.RecursiveGraphIterator(model.graph):
        # Traces of the program that was exported: nobody reads them.
        node.metadata_props.clear()
    shapes = {value.name: _axes(value) for value in model.graph.inputs}
    dims = dict.fromkeys(one for axes in shapes.values() for one in axes if isinstance(one, str))
    equal = {
        asked: found for asked, found in _named(dynamic, shapes) if asked not in dims
    }
    said = [
        f"torch found `{one}` equal to `{other}`, which stands for both"
        for one, other in equal.items()
    ]
    contents = onnx_ir.serde.serialize_model(model).SerializeToString()
    called = f"{name or type(module).__name__}.onnx"
    return ModuleGraph(called, contents, tuple(dims), equal, [*notes, *said], paths)


def _named(
    dynamic: Mapping[str, Axes], shapes: Mapping[str, list[int | str | None]]
) -> Iterator[tuple[str, str]]:
    """What axes were to be called, and what they are called. Inputs that are made of
    several tensors are left out."""
    for key, axes in dynamic.items():
        for axis, dim in (axes or {}).items() if key in shapes else ():
            asked = dim if isinstance(dim, str) else getattr(dim, "__name__", None)
            found = shapes[key][axis]
            if asked is not None and isinstance(found, str):
                yield asked, found


def _axes(value: Any) -> list[int | str | None]:
    """The extents of an input, by name where they are open."""
    return [one if isinstance(one, int) else one.value for one in value.shape or ()]


def _leave_out(model: Any, module: nn.Module, weights: bool) -> None:
    """Leaves the numbers of large tensors out of a graph, and of those that have none."""
    import onnx_ir

    held = 0
    for key, value in model.graph.initializers.items():
        tensor = value.const_value
        raw = getattr(tensor, "raw", None)
        if tensor is None or (isinstance(raw, torch.Tensor) and _is_empty(raw)):
            is_out = tensor is not None
        else:
            is_out = not weights and tensor.nbytes > INLINE
        if is_out:
            # A tensor whose numbers are in a file that there is not, and nobody opens.
            value.const_value = onnx_ir.ExternalTensor(
                "left-out", 0, tensor.nbytes, tensor.dtype, shape=tensor.shape, name=key
            )
        elif tensor is not None:
            held += tensor.nbytes
    if held >= LARGEST:
        raise mistake(
            f"the weights of {_called(module)} take {held} bytes, and a graph in memory "
            f"holds less than {LARGEST}",
            "leave `scan_weights` out, or export to a file with its weights beside it",
        )


def _arguments(
    module: nn.Module, inputs: Any, kwargs: Mapping[str, Any] | None
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Example inputs as arguments: a tensor alone, a tuple, or a mapping of names, as
    tokenizers give."""
    keywords = dict(kwargs or {})
    if inputs is None:
        args: tuple[Any, ...] = ()
    elif isinstance(inputs, Mapping):
        args, keywords = (), {**inputs, **keywords}
    elif isinstance(inputs, (tuple, list)):
        args = tuple(inputs)
    else:
        args = (inputs,)
    if all(tensor.is_meta for tensor in _tensors(module)) and _tensors(module):
        args, keywords = _pytree.tree_map_only(
            torch.Tensor, lambda tensor: tensor.to("meta"), (args, keywords)
        )
    return args, keywords


def _bound(module: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
    """The arguments by the names that `forward` has for them."""
    signature = inspect.signature(module.forward)
    try:
        bound = signature.bind(*args, **kwargs)
    except TypeError as error:
        raise mistake(
            f"the example inputs do not fit {_called(module)}: {error}",
            f"its forward takes {_shown(signature)}",
        ) from None
    given = dict(bound.arguments)
    for name, parameter in signature.parameters.items():
        if parameter.kind is parameter.VAR_KEYWORD:
            given.update(given.pop(name, {}))
    return given


def _shapes(given: dict[str, Any], dynamic: Mapping[str, Axes]) -> dict[str, Any] | None:
    """Dynamic axes in the order of the arguments, as torch wants them."""
    if not dynamic:
        return None
    if not isinstance(dynamic, Mapping):
        raise mistake(
            f"`dynamic` is {dynamic!r}",
            'dynamic axes are given by the names of inputs: `{"x": {0: "batch"}}`',
        )
    unknown = [name for name in dynamic if name not in given]
    if unknown:
        raise mistake(
            f"`dynamic` names inputs that there are not: {_listed(unknown)}",
            f"the example inputs are {_listed(given)}",
        )
    for name, axes in dynamic.items():
        _check_axes(name, axes, given[name])
    return {name: dynamic.get(name) for name in given}


def _check_axes(name: str, axes: Any, given: Any) -> None:
    if not isinstance(given, torch.Tensor) or not isinstance(axes, Mapping):
        return
    for axis, dim in axes.items():
        if not isinstance(axis, int) or not 0 <= axis < given.dim():
            raise mistake(
                f"`dynamic` names axis {axis!r} of `{name}`",
                f"it has {given.dim()} axes, counted from 0",
            )
        if isinstance(dim, str) and not dim.isidentifier():
            raise mistake(
                f"`dynamic` calls axis {axis} of `{name}` {dim!r}, which is no name",
                "a name is made of letters, digits and `_`, and does not start with a digit",
            )


def _tensors(module: nn.Module) -> list[torch.Tensor]:
    return [*module.parameters(), *module.buffers()]


def _is_empty(tensor: torch.Tensor) -> bool:
    """Whether a tensor has a shape alone."""
    from torch._subclasses.fake_tensor import FakeTensor

    return tensor.is_meta or isinstance(tensor, FakeTensor)


def _shown(signature: inspect.Signature) -> str:
    """The names of arguments, without their types."""
    parameters = [
        one.replace(annotation=inspect.Parameter.empty)
        for one in signature.parameters.values()
    ]
    return str(inspect.Signature(parameters))


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names) or "none"


def _called(module: nn.Module) -> str:
    return f"`{type(module).__name__}`"


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """No log and no listings of torch's: what went wrong is in the exception."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with warnings.catch_warnings(), io.StringIO() as unread:
            warnings.simplefilter("ignore")
            with contextlib.redirect_stdout(unread), contextlib.redirect_stderr(unread):
                yield
    finally:
        logging.disable(before)
