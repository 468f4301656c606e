"""A module that is exported and yet stays as it was.

What an export needs of it (inference, experts in a form that can be exported) is set for
its time alone. Some modules also keep what they compute first, as tables of biases; in
an export that is a tensor without numbers, which must not stay behind.
"""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping, MutableSequence, MutableSet
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn
from torch.overrides import TorchFunctionMode

EXPERTS = "batched_mm"
"""The only form of the experts of transformers that torch can export."""


class _Kept:
    """The attributes of an object, and what its lists and mappings hold."""

    def __init__(self, owner: Any) -> None:
        self._owner = owner
        self._attributes = dict(vars(owner))
        self._held = {
            name: value.copy()
            for name, value in self._attributes.items()
            if isinstance(value, (dict, list, set))
        }

    def restore(self) -> None:
        attributes = vars(self._owner)
        for name in attributes.keys() - self._attributes.keys():
            del attributes[name]
        for name, value in self._attributes.items():
            if attributes.get(name) is not value:
                attributes[name] = value
        for name, held in self._held.items():
            value = self._attributes[name]
            if not _is_same(value, held):
                _refill(value, held)


def _is_same(value: Any, held: Any) -> bool:
    """Whether two hold the same objects: tensors cannot be asked for equality."""
    if isinstance(held, set):
        return bool(value == held)
    if isinstance(held, dict):
        return list(value) == list(held) and all(value[key] is held[key] for key in held)
    return len(value) == len(held) and all(one is other for one, other in zip(value, held))


def _refill(
    value: MutableMapping[Any, Any] | MutableSequence[Any] | MutableSet[Any], held: Any
) -> None:
    value.clear()
    if isinstance(value, MutableSequence):
        value.extend(held)
    elif isinstance(value, MutableMapping):
        value.update(held)
    else:
        for one in held:
            value.add(one)


class _FourAxes(TorchFunctionMode):
    """Attention with four axes, the only ones that torch exports it with.

    Others are joined or added before it and undone behind it, which costs nothing.
    """

    def __torch_function__(self, function, types, args=(), kwargs=None):  # type: ignore[no-untyped-def]
        kwargs = kwargs or {}
        if function is not nn.functional.scaled_dot_product_attention:
            return function(*args, **kwargs)
        given = dict(zip(_ATTENTION, args)) | kwargs
        if not given["query"].dim() == given["key"].dim() == given["value"].dim() != 4:
            return function(*args, **kwargs)
        shape = given["query"].shape
        outer = shape[:-3]
        mask = given.get("attn_mask")
        if mask is not None and mask.dim() > 3:
            given["attn_mask"] = mask.expand(*outer, *mask.shape[-3:])
        for name in ("query", "key", "value", "attn_mask"):
            if given.get(name) is not None:
                given[name] = _four(given[name])
        found = function(**given)
        return found.reshape(*shape[:-1], found.shape[-1])


_ATTENTION = ("query", "key", "value", "attn_mask", "dropout_p", "is_causal")


def _four(tensor: torch.Tensor) -> torch.Tensor:
    """The axes before the last three as one."""
    while tensor.dim() < 4:
        tensor = tensor.unsqueeze(0)
    return tensor.flatten(0, -4) if tensor.dim() > 4 else tensor


@contextmanager
def untouched(module: nn.Module) -> Iterator[list[str]]:
    """``module`` as an export needs it, and afterwards as it was. Gives notes on what
    is exported otherwise than it stands."""
    notes = []
    modules = list(module.modules())
    configs = {id(one): one for one in (getattr(m, "config", None) for m in modules)}
    configs = {key: one for key, one in configs.items() if hasattr(one, "__dict__")}
    kept = [_Kept(one) for one in (*modules, *configs.values())]
    if any(one.training for one in modules):
        notes.append(
            "the module is in training mode, and is counted as it computes in inference: "
            "without dropout, and with running means in batch normalisation"
        )
    is_other = False
    try:
        for one in modules:
            # `eval()` may be more than a switch, and do what nothing undoes.
            one.training = False
        for config in configs.values():
            if getattr(config, "_experts_implementation", EXPERTS) != EXPERTS:
                is_other = is_other or _has_experts(config)
                config._experts_implementation = EXPERTS
            if getattr(config, "use_cache", None) is True:
                config.use_cache = False
        if is_other:
            notes.append(
                f"the experts are exported as `{EXPERTS}`, since torch exports no other "
                "form: each token computes those that it takes, as in the others"
            )
        with torch.no_grad(), torch.random.fork_rng(devices=[]), _FourAxes():
            yield notes
    finally:
        for one in kept:
            one.restore()


def _has_experts(config: Any) -> bool:
    names = ("num_experts", "num_local_experts", "n_routed_experts", "moe_num_experts")
    return any(getattr(config, name, None) for name in names)
