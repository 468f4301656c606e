"""What each operation of a neural network costs, in picojoules.

>>> import picojoule
>>> estimate = picojoule.estimate("attention", variant="e-att", n=1024)
>>> estimate.table
'45nm'
>>> [stage["stage"] for stage in estimate.stages][:2]
['binarise', 'q-proj']

The functions are the commands of the program ``picojoule`` and their keywords its
options; whatever else is given by keyword is a dim or a parameter of the model
(``n=1024``), and ``set={"45nm.fp32.mul": 2}`` sets what is no word of Python. A model, a
table or a block is the name of one that ships, a path, or a :class:`File` in memory;
``bytes`` are an ONNX graph.
"""

from __future__ import annotations

from ._native import PicojouleError, __version__
from ._results import Claims, Comparison, Crossover, Estimate, Result, Sensitivity
from ._sweep import PointsLeftOut, Sweep
from ._words import File, Words, check_model, mistake

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from os import PathLike
    from typing import Any

    from ._diagnostic import Diagnostic

    Path = str | PathLike[str] | File
    Model = Path | bytes
    Names = Path | Iterable[Path] | None
    Value = object
    Axes = str | Mapping[str, str | range | Iterable[object]]

__all__ = [
    "Claims",
    "Comparison",
    "Crossover",
    "Diagnostic",
    "Estimate",
    "File",
    "PicojouleError",
    "PointsLeftOut",
    "Result",
    "Sensitivity",
    "Sweep",
    "__version__",
    "claims",
    "compare",
    "crossover",
    "estimate",
    "sensitivity",
    "sweep",
]


def __getattr__(name: str) -> Any:
    # Whoever meets no mistake need not wait for what shows them.
    if name == "Diagnostic":
        from ._diagnostic import Diagnostic

        return Diagnostic
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


_ALIKE = {
    "table": ("tables",),
    "tables": ("table",),
    "format": ("formats",),
    "formats": ("format",),
    "variant": ("variants", "between"),
    "variants": ("variant", "between"),
    "scope": ("scopes",),
    "scopes": ("scope",),
    "sample": ("samples",),
    "samples": ("sample",),
}
"""What a keyword is called where there can be several of it, or only one."""


def _called(command: str, given: dict[str, Any]) -> Words:
    """The words of a command for what a function was given."""
    words = Words(command)
    models = (given.pop("model"), *given.pop("others", ()))
    dims = given.pop("dims")
    for model in models:
        check_model(model)
    for name in dims:
        right = next((one for one in _ALIKE.get(name, ()) if one in given), None)
        if right is not None:
            raise mistake(f"`{command}` takes `{right}=`, not `{name}=`")
    for name, value in given.items():
        words.option(name, value)
    words.option("set", dims)
    words.names(*models)
    return words


def estimate(
    model: Model,
    /,
    *,
    table: Path | None = None,
    format: str | None = None,
    variant: Path | None = None,
    by: str | None = None,
    set: Mapping[str, Value] | None = None,
    densities: Path | None = None,
    phase: str | None = None,
    optimizer: str | None = None,
    activations: str | None = None,
    scan_weights: bool = False,
    weight_scan_limit: str | None = None,
    strict: bool = False,
    free: Names = None,
    dot_adds: str | None = None,
    bias: str | None = None,
    padding: str | None = None,
    causal: str | None = None,
    movement: str | None = None,
    memory: str | None = None,
    tiles: str | None = None,
    fuse: str | None = None,
    spikes: str | None = None,
    static: bool = False,
    **dims: Value,
) -> Estimate:
    """What one variant of a model costs on one table, by stage, op, layer or primitive.

    What is priced:

    - ``table``, ``format``, ``variant``: one of each, by name or path; 45nm, the model's
      own format (else fp32) and its first variant if none is given.
    - ``**dims``: dims and parameters of the model, ``n=512, rho=0.3``. ``set`` is for
      names that are no words of Python, or keywords here: ``{"45nm.fp32.mul": 2}``.
    - ``phase``: ``"prefill"`` (all tokens at once), ``"decode"`` (one new token after
      ``context=`` earlier ones) or ``"train"`` (backward ops and the update as well).
    - ``optimizer``: of ``"train"``: ``"sgd"``, ``"momentum"`` or ``"adam"``.
    - ``activations``: of ``"train"``: ``"stored"``, or ``"recomputed"`` block by block.
    - ``densities``: a file of firing rates, or other shares of values that are not zero.
    - ``scan_weights``: whether weights of an ONNX graph are looked at for bits, signs,
      ternary numbers, powers of two and zeros; ``weight_scan_limit``: the largest that
      is, ``"64MiB"``.
    - ``strict``: whether a model with an operator that is not known is refused.

    How it is counted:

    - ``free``: primitives that cost nothing, whatever the table says: ``["exp"]``.
    - ``dot_adds``: additions of a dot product of length k: ``"k"`` or ``"k-1"``.
    - ``bias``: where a sum starts, ``"start"``, or an operation of its own, ``"counted"``.
    - ``padding``: products with the zeros that pad a convolution: ``"counted"`` or
      ``"skipped"``.
    - ``causal``: scores that a causal mask hides: ``"counted"`` or ``"skipped"``.
    - ``spikes``: zeros and ones whose share of ones is known, as ``"bits"``, or as
      ``"events"``, the addresses of the ones.

    What is counted beside arithmetic:

    - ``movement``: data movement: ``"none"``, ``"no-reuse"`` (every operand of every
      operation is fetched), ``"compulsory"`` (every tensor moves once) or ``"tiled"``.
    - ``memory``: between which memories: a hierarchy of the table by its name, or rows,
      nearest first: ``"sram 8 KiB,dram"``.
    - ``tiles``: tiles of ``"tiled"``: of ``"any"`` size, or ``"divisors"`` of the extents.
    - ``fuse``: what ``"tiled"`` does in one pass: ``"none"`` or ``"attention"``.
    - ``static``: whether time is counted, and the static energy of the device with it.

    And ``by`` is what it is added up by: ``"stage"``, ``"op"``, ``"layer"`` or
    ``"primitive"``.

    >>> import picojoule
    >>> picojoule.estimate("bert-base", n=512, table="7nm").format
    'fp32'
    """
    given = locals()
    for name in ("table", "format", "variant"):
        value = given[name]
        if isinstance(value, (list, tuple)) or (isinstance(value, str) and "," in value):
            raise mistake(
                f"an estimate is of one {name}, not of {value!r}: `compare` sets several "
                "side by side"
            )
    words = _called("estimate", given)
    return Estimate(words)


def compare(
    model: Model,
    /,
    *others: Model,
    tables: Names = None,
    formats: Names = None,
    variants: Names = None,
    scopes: Names = None,
    by: str | None = None,
    set: Mapping[str, Value] | None = None,
    densities: Path | None = None,
    phase: str | None = None,
    optimizer: str | None = None,
    activations: str | None = None,
    scan_weights: bool = False,
    weight_scan_limit: str | None = None,
    strict: bool = False,
    free: Names = None,
    dot_adds: str | None = None,
    bias: str | None = None,
    padding: str | None = None,
    causal: str | None = None,
    movement: str | None = None,
    memory: str | None = None,
    tiles: str | None = None,
    fuse: str | None = None,
    spikes: str | None = None,
    static: bool = False,
    **dims: Value,
) -> Comparison:
    """Variants of a model on tables and formats, or several models, the baseline first.

    ``scopes`` are the parts of the model that are compared. ``tables``, ``formats`` and
    ``variants`` are one or a list; all other keywords are those of :func:`estimate`.

    >>> import picojoule
    >>> picojoule.compare("attention", scopes="alignment", tables="45nm").baseline
    'vanilla'
    """
    words = _called("compare", locals())
    return Comparison(words)


def sensitivity(
    model: Model,
    /,
    *,
    tables: Names = None,
    formats: Names = None,
    variants: Names = None,
    scopes: Names = None,
    of: str | None = None,
    spread: Mapping[str, float] | None = None,
    samples: int | None = None,
    seed: int | None = None,
    set: Mapping[str, Value] | None = None,
    densities: Path | None = None,
    phase: str | None = None,
    optimizer: str | None = None,
    activations: str | None = None,
    scan_weights: bool = False,
    weight_scan_limit: str | None = None,
    strict: bool = False,
    free: Names = None,
    dot_adds: str | None = None,
    bias: str | None = None,
    padding: str | None = None,
    causal: str | None = None,
    movement: str | None = None,
    memory: str | None = None,
    tiles: str | None = None,
    fuse: str | None = None,
    spikes: str | None = None,
    static: bool = False,
    **dims: Value,
) -> Sensitivity:
    """What moves the energies and savings of a model, and the bounds that the sources of
    the table allow.

    ``of`` is what inputs are ranked by, ``"energy"`` or ``"saving"``; ``spread`` says by how
    much entries without a range may be off, by confidence (``{"assumed": 0.5}`` is ±50 %);
    ``samples`` how often entries are drawn at random beside the exact bounds, from ``seed``
    on. All other keywords are those of :func:`compare` and :func:`estimate`.

    >>> import picojoule
    >>> found = picojoule.sensitivity("attention", scopes="alignment")
    >>> found.results[0]["variant"]
    'vanilla'
    """
    words = _called("sensitivity", locals())
    return Sensitivity(words)


def crossover(
    model: Model,
    /,
    over: Axes,
    *,
    at: str | None = None,
    between: Names = None,
    scope: str | None = None,
    tables: Names = None,
    formats: Names = None,
    set: Mapping[str, Value] | None = None,
    densities: Path | None = None,
    phase: str | None = None,
    optimizer: str | None = None,
    activations: str | None = None,
    scan_weights: bool = False,
    weight_scan_limit: str | None = None,
    strict: bool = False,
    free: Names = None,
    dot_adds: str | None = None,
    bias: str | None = None,
    padding: str | None = None,
    causal: str | None = None,
    movement: str | None = None,
    memory: str | None = None,
    tiles: str | None = None,
    fuse: str | None = None,
    spikes: str | None = None,
    static: bool = False,
    **dims: Value,
) -> Crossover:
    """Where, along an axis, one variant begins to save what is asked for.

    ``at`` is what is asked for, ``"saving=0.66"``, or ``"energy"``, where both cost the same;
    ``between`` a baseline and another variant, ``scope`` the part of the model. ``over`` is
    as for :func:`sweep`; all other keywords are those of :func:`compare` and :func:`estimate`.

    >>> import picojoule
    >>> found = picojoule.crossover(
    ...     "attention", {"n": "1..4096"}, between=["vanilla", "e-att"],
    ...     at="saving=0.66", scope="attention", tables="45nm", formats="int8")
    >>> found.results[0]["crossings"][0]["holds_at"]
    4
    """
    words = _called("crossover", locals())
    return Crossover(words)


def claims(*names: Path) -> Claims:
    """Published claims, recomputed: all that ship, or those of these names.

    >>> import picojoule
    >>> picojoule.claims("bitnet").are_as_expected
    True
    """
    words = Words("claims")
    words.names(*names)
    return Claims(words)


def sweep(
    model: Model,
    /,
    over: Axes,
    *,
    tables: Names = None,
    formats: Names = None,
    variants: Names = None,
    scopes: Names = None,
    columns: Names = None,
    zip: bool = False,
    sample: int | None = None,
    latin: bool = False,
    seed: int | None = None,
    limit: int | None = None,
    set: Mapping[str, Value] | None = None,
    densities: Path | None = None,
    phase: str | None = None,
    optimizer: str | None = None,
    activations: str | None = None,
    scan_weights: bool = False,
    weight_scan_limit: str | None = None,
    strict: bool = False,
    free: Names = None,
    dot_adds: str | None = None,
    bias: str | None = None,
    padding: str | None = None,
    causal: str | None = None,
    movement: str | None = None,
    memory: str | None = None,
    tiles: str | None = None,
    fuse: str | None = None,
    spikes: str | None = None,
    static: bool = False,
    **dims: Value,
) -> Sweep:
    """Energies and savings at every point of a grid, or of a sample.

    ``over`` says what is swept over which values: ``{"n": range(1, 513), "format":
    ["fp32", "int8"], "45nm.fp32.mul": "1..5:0.5"}``. The last axis runs fastest. Points
    that the model refuses are left out, with a warning (:class:`PointsLeftOut`).

    ``columns`` chooses columns, ``zip`` takes axes side by side instead of all with all,
    ``sample`` draws so many points, with ``latin`` evenly along each axis, from ``seed``
    on; ``limit`` is how many points there may be. All other keywords are those of
    :func:`compare` and :func:`estimate`.

    >>> import picojoule
    >>> picojoule.sweep("attention", {"n": range(1, 513)}).points
    512
    """
    words = _called("sweep", locals())
    found = Sweep(words.words, words.files)
    # What is wrong is said here, and not by whoever reads the rows.
    found._native()
    return found
