"""What is given to a function, as words of the command line.

Both are read in one place, so that they mean the same. A keyword is the option of the
same name (``dot_adds`` is ``--dot-adds``).
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping

from ._native import ENDINGS, PicojouleError, __version__

_ENDINGS = tuple(ENDINGS)

FLAGS = ("scan_weights", "strict", "static", "zip", "latin")
"""Options that are given or not."""

COUNTS = ("samples", "sample", "seed", "limit")
"""Options that are whole numbers."""

LONGEST = 1_000_000
"""So many values of a range are written out one by one."""


def mistake(message: str, *help: str) -> PicojouleError:
    """The exception for a mistake that has no place in a file, with what would be right."""
    from ._diagnostic import Diagnostic

    error = PicojouleError("\n".join([message, *(f"  = help: {line}" for line in help)]))
    error.diagnostics = [Diagnostic(message, list(help))]
    return error


def check_version(what: str, version: str) -> None:
    """Refuses what was pickled elsewhere by another version."""
    if version != __version__:
        raise mistake(
            f"this {what} was made by picojoule {version}, and here is {__version__}: "
            "numbers of both in one result would not fit together; install the same "
            "version everywhere"
        )


class File:
    """A file that lies on no disk: its contents, under a name.

    The ending of the name says what it is: ``.toml`` a model, a block or a table,
    ``.onnx`` a graph, ``.nir`` a graph of spikes, ``.json`` a config, ``.gguf`` and
    ``.safetensors`` weights, of which the head is enough. It stands wherever a path
    may stand.

    >>> import picojoule
    >>> mine = picojoule.File("mine.toml", 'name = "mine"\\nextends = "45nm"\\n')
    >>> picojoule.estimate("attention", table=mine).table
    'mine'
    """

    __slots__ = ("name", "contents")

    def __init__(self, name: str, contents: bytes | str) -> None:
        if not name.endswith(_ENDINGS):
            raise mistake(
                f"{name!r} does not say what the file is: end it with one of "
                + ", ".join(_ENDINGS)
            )
        self.name = name
        self.contents = contents.encode() if isinstance(contents, str) else bytes(contents)

    def __repr__(self) -> str:
        return f"<File {self.name!r} of {len(self.contents)} bytes>"


class Words:
    """Words of a command, and the files that they name."""

    def __init__(self, command: str) -> None:
        self.words: list[str] = [command]
        self.files: dict[str, bytes] = {}

    def option(self, name: str, value: object) -> None:
        """Takes one option, as often as it has values by name."""
        flag = "--" + name.replace("_", "-")
        if value is None:
            return
        if name in FLAGS:
            if _is_on(name, value):
                self.words.append(flag)
            return
        if name in COUNTS and isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, Mapping):
            for key, one in value.items():
                self.words.append(f"{flag}={key}={self._text(one)}")
        else:
            self.words.append(f"{flag}={self._text(value)}")

    def names(self, *given: object) -> None:
        """Takes what has no option before it: models, and names of claims."""
        graphs = [name for name in given if isinstance(name, _BYTES)]
        if len(graphs) > 1:
            called = iter(f"model-{at}.onnx" for at in range(1, len(graphs) + 1))
            given = tuple(
                File(next(called), bytes(name)) if isinstance(name, _BYTES) else name
                for name in given
            )
        self.words.append("--")
        self.words.extend(self._text(name) for name in given)

    def _text(self, value: object) -> str:
        """A value as it would be typed."""
        if isinstance(value, str):
            return value
        if isinstance(value, File):
            known = self.files.setdefault(value.name, value.contents)
            if known != value.contents:
                raise mistake(f"two files are called {value.name!r}")
            return value.name
        if isinstance(value, _BYTES):
            return self._text(File("model.onnx", bytes(value)))
        if isinstance(value, os.PathLike):
            return os.fspath(value)
        if isinstance(value, range):
            return _range(value)
        if isinstance(value, bool):
            return str(int(value))
        # Where others show a number, PyTorch shows `tensor(5)`.
        if hasattr(value, "detach") and hasattr(value, "tolist"):
            return self._text(value.tolist())
        # An array without dimensions is a number.
        if isinstance(value, Iterable) and getattr(value, "shape", None) != ():
            return ",".join(self._text(one) for one in value)
        return str(value)


_BYTES = (bytes, bytearray, memoryview)


def _is_on(name: str, value: object) -> bool:
    """Whether a flag is set: by a truth value of Python or NumPy, or by 0 or 1."""
    # Whatever is a truth value shows itself as one of these, and no array does.
    if isinstance(value, str) or str(value) not in ("True", "False", "1", "0"):
        raise mistake(f"`{name}` is {value!r}", "it is True or False")
    return bool(value)


def check_model(given: object) -> None:
    """Refuses what is no model, before its text is taken for the name of one."""
    if isinstance(given, (str, os.PathLike, File, *_BYTES)):
        return
    kind = type(given).__name__
    help = [
        "a model is the name of one that ships, a path, a `picojoule.File`, or an ONNX "
        "graph as `bytes`"
    ]
    if any(
        base.__name__ == "Module" and base.__module__.partition(".")[0] == "torch"
        for base in type(given).__mro__
    ):
        help = [
            "a module of PyTorch: `picojoule.torch.estimate(module, example_inputs)`, or "
            "`picojoule.torch.graph(module, example_inputs)` as the model of a function here"
        ]
    elif hasattr(given, "SerializeToString"):
        help = ["a graph of the package onnx: `model.SerializeToString()`"]
    elif isinstance(given, (list, tuple)):
        help = ["several stand one after the other: `picojoule.compare(one, another)`"]
    raise mistake(f"an object of type `{kind}` is no model", *help)


def _range(values: range) -> str:
    """All values of a range, the last included, which Python leaves out."""
    if len(values) == 0:
        raise mistake(f"{values} has no values")
    if values.step < 0:
        if len(values) > LONGEST:
            raise mistake(
                f"{values} runs downwards over more than {LONGEST} values",
                f"upwards it may be as long as it likes: `{values[::-1]}`",
            )
        return ",".join(map(str, values))
    step = f":{values.step}" if values.step != 1 else ""
    return f"{values[0]}..{values[-1]}{step}"
