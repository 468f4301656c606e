"""A run of a module, estimated and, where a meter is there, measured.

What the meters are, and what of their domains is the whole, is that of ``picojoule
measure``: RAPL and NVML, read by the library.
"""

from __future__ import annotations

import functools
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ParamSpec, TypeVar

import torch
from torch import nn
from torch.utils import _pytree

from .._native import Meters, PicojouleError
from .._words import mistake
from ._call import estimate
from ._results import ModuleEstimate

P = ParamSpec("P")
T = TypeVar("T")

SHORT = 1.0
"""Runs of fewer seconds are measured badly: meters are brought up to date some times a
second."""


@dataclass(frozen=True)
class _Shape:
    """A tensor without its numbers, so that none is kept."""

    shape: tuple[int, ...]
    dtype: torch.dtype
    device: torch.device

    @staticmethod
    def of(tensor: torch.Tensor) -> _Shape:
        return _Shape(tuple(tensor.shape), tensor.dtype, tensor.device)

    def tensor(self) -> torch.Tensor:
        return torch.zeros(self.shape, dtype=self.dtype, device=self.device)


@dataclass
class _Call:
    """Calls of a module with arguments of the same shapes."""

    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    times: int = 0

    def arguments(self) -> tuple[tuple[Any, ...], dict[str, Any]]:
        made = [
            _pytree.tree_map_only(_Shape, _Shape.tensor, one) for one in (self.args, self.kwargs)
        ]
        return made[0], made[1]


@dataclass(repr=False)
class Run:
    """What a run took, and what it is estimated to take."""

    seconds: float | None = None
    """How long it took, in seconds; None while it runs."""
    joules: float | None = None
    """What the meters counted meanwhile, in joules, idle power included: of the whole
    processors and GPUs, whatever else they did. None where no meter is there."""
    domains: dict[str, float] = field(default_factory=dict)
    """The joules of each domain: ``package-0``, ``gpu-0``, …; parts of others, too."""
    notes: list[str] = field(default_factory=list)
    """What is to be said beside it, such as why nothing was measured."""
    _module: nn.Module = field(default_factory=nn.Identity)
    _options: dict[str, Any] = field(default_factory=dict)
    _calls: dict[Any, _Call] = field(default_factory=dict)
    _estimates: list[tuple[int, ModuleEstimate]] | None = None

    @property
    def calls(self) -> int:
        """How often the module was called."""
        return sum(call.times for call in self._calls.values())

    @property
    def estimates(self) -> list[tuple[int, ModuleEstimate]]:
        """An estimate of one call for each shape of inputs, and how many calls had it.

        They are worked out when they are first asked for: an export takes seconds.
        """
        if self._estimates is None:
            found = []
            for call in self._calls.values():
                args, kwargs = call.arguments()
                one = estimate(self._module, args, example_kwargs=kwargs, **self._options)
                found.append((call.times, one))
            self._estimates = found
        return self._estimates

    @property
    def estimated_joules(self) -> float | None:
        """What all calls are estimated to take, in joules; None if there were none."""
        if not self._calls:
            return None
        return sum(times * one.total_pj for times, one in self.estimates) * 1e-12

    def __repr__(self) -> str:
        seconds = "running" if self.seconds is None else f"{self.seconds:.3g} s"
        joules = "not measured" if self.joules is None else f"{self.joules:.3g} J measured"
        known = self._estimates is not None and self._calls
        estimated = f", {self.estimated_joules:.3g} J estimated" if known else ""
        return f"<Run: {self.calls} calls, {seconds}, {joules}{estimated}>"


class Measured:
    """What :func:`measured` gives: a context manager, and a decorator."""

    def __init__(self, module: nn.Module, powercap: str | None, options: dict[str, Any]) -> None:
        if not isinstance(module, nn.Module):
            raise mistake(f"what runs is a torch.nn.Module, not {type(module).__name__!r}")
        self._module = module
        self._powercap = powercap
        self._options = options
        self._open: list[_Running] = []

    def __enter__(self) -> Run:
        running = _Running(self._module, self._powercap, self._options)
        self._open.append(running)
        return running.run

    def __exit__(self, *_: object) -> None:
        self._open.pop().stop()

    def __call__(self, function: Callable[P, T]) -> Callable[P, T]:
        runs: list[Run] = []

        @functools.wraps(function)
        def wrapped(*args: P.args, **kwargs: P.kwargs) -> T:
            running = _Running(self._module, self._powercap, self._options)
            try:
                return function(*args, **kwargs)
            finally:
                running.stop()
                runs.append(running.run)

        wrapped.runs = runs  # type: ignore[attr-defined]
        return wrapped


def measured(module: nn.Module, /, *, powercap: str | None = None, **options: Any) -> Measured:
    """Watches ``module`` while it runs: how long, how many joules, and how many it should
    take.

    As a context manager it gives a :class:`Run`; as a decorator each call of the function
    is a run, in ``function.runs``.

    >>> import torch, picojoule.torch
    >>> model = torch.nn.Linear(300, 600)
    >>> with picojoule.torch.measured(model, table="7nm") as run:
    ...     for _ in range(3):
    ...         _ = model(torch.randn(2, 300))
    >>> run.calls
    3
    >>> run.estimates[0][1].macs
    360000

    Other keywords are those of :func:`picojoule.torch.estimate`. Meters are RAPL (in
    ``powercap``, ``/sys/class/powercap`` without it) and NVML; where there is none,
    ``joules`` is None and ``notes`` say why. For runs whose idle power is to be known,
    and for files of runs, there is ``picojoule measure``.
    """
    return Measured(module, powercap, options)


class _Running:
    """A run that goes on."""

    def __init__(self, module: nn.Module, powercap: str | None, options: dict[str, Any]) -> None:
        self.run = Run(_module=module, _options=options)
        self._meters = Meters(powercap)
        self._stopped = threading.Event()
        self._failed: PicojouleError | None = None
        self._thread: threading.Thread | None = None
        _finish()
        self._begun = self._meters.read() if self._meters.domains else 0
        if self._meters.interval is not None:
            self._thread = threading.Thread(target=self._watch, daemon=True)
            self._thread.start()
        self._hook = module.register_forward_pre_hook(self._called, with_kwargs=True)
        self._clock = time.perf_counter()

    def stop(self) -> None:
        """Ends it, and reads the meters."""
        _finish()
        run = self.run
        run.seconds = time.perf_counter() - self._clock
        self._hook.remove()
        self._stopped.set()
        if self._thread is not None:
            self._thread.join()
        domains = self._meters.domains
        run.notes.extend(self._meters.notes)
        if not domains:
            run.notes.append("no meter can be read: nothing was measured")
            return
        try:
            if self._failed is not None:
                raise self._failed
            joules = self._meters.joules(self._begun, self._meters.read())
        except PicojouleError as error:
            run.notes.append(f"nothing was measured: {error}")
            return
        run.domains = {name: one for (name, _), one in zip(domains, joules)}
        run.joules = sum(one for (_, adds), one in zip(domains, joules) if adds)
        if run.seconds < SHORT:
            run.notes.append(
                f"a run of {run.seconds:.2g} s: meters are brought up to date some times a "
                "second, so let it take longer"
            )

    def _watch(self) -> None:
        """Reads the meters as often as they must be, so that no counter is full twice."""
        while not self._stopped.wait(self._meters.interval):
            try:
                self._meters.read()
            except PicojouleError as error:
                self._failed = error
                return

    def _called(self, _: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        if torch.compiler.is_exporting():
            return
        args, kwargs = _pytree.tree_map_only(torch.Tensor, _Shape.of, (args, kwargs))
        key = repr((args, sorted(kwargs.items())))
        self.run._calls.setdefault(key, _Call(args, kwargs)).times += 1


def _finish() -> None:
    """Waits for what was given to a GPU."""
    if torch.cuda.is_available() and torch.cuda.is_initialized():
        torch.cuda.synchronize()
