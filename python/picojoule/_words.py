"""What is given to a function, as words of the command line.

Both are read in one place, so that they mean the same. A keyword is the option of the
same name (``dot_adds`` is ``--dot-adds``).
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping

from ._native import ENDINGS, PicojouleError, __version__

_ENDINGS = tuple(ENDINGS)


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
        if value is None or value is False:
            return
        if value is True:
            self.words.append(flag)
        elif isinstance(value, Mapping):
            for key, one in value.items():
                self.words.append(f"{flag}={key}={self._text(one)}")
        else:
            self.words.append(f"{flag}={self._text(value)}")

    def names(self, *given: object) -> None:
        """Takes what has no option before it: models, and names of claims."""
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
        if isinstance(value, (bytes, bytearray, memoryview)):
            return self._text(File("model.onnx", bytes(value)))
        if isinstance(value, os.PathLike):
            return os.fspath(value)
        if isinstance(value, range):
            return _range(value)
        if isinstance(value, bool):
            return str(int(value))
        # An array without dimensions is a number.
        if isinstance(value, Iterable) and getattr(value, "shape", None) != ():
            return ",".join(self._text(one) for one in value)
        return str(value)


def _range(values: range) -> str:
    """All values of a range, the last included, which Python leaves out."""
    if len(values) == 0:
        raise mistake(f"{values} has no values")
    if values.step < 0:
        values = values[::-1]
    step = f":{values.step}" if values.step != 1 else ""
    return f"{values[0]}..{values[-1]}{step}"
