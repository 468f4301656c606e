"""Sweeps: values that can be sent elsewhere, cut into parts, and read as streams."""

from __future__ import annotations

import os
import warnings

from ._native import NativeSweep, __version__
from ._results import WIDTH, html_of, text_of
from ._words import check_version, mistake

TYPE_CHECKING = False
if TYPE_CHECKING:
    from os import PathLike
    from typing import Any


class PointsLeftOut(UserWarning):
    """Points of a sweep have no rows, as the model refuses them."""


LEFT_OUT = "left out, which the model refuses"

LOOKED_THROUGH = 1_000_000
"""Sweeps of so many points are looked through for points that are left out, which takes
some hundredths of a second."""


class Sweep:
    """Energies and savings over a grid of dims, formats, tables and table entries.

    Nothing is worked out before rows are taken: ``polars.DataFrame(sweep)``,
    ``pyarrow.RecordBatchReader.from_stream(sweep)``, a query of DuckDB that names it.
    Rows come in blocks of a bounded size, worked out on all cores a few blocks ahead of
    the reader. Taken twice, it is worked out twice, to the same bits.

    Points that the model refuses have no rows. That is a warning,
    :class:`PointsLeftOut`, when rows are written, and of sweeps of up to a million points
    when they are taken, too; :meth:`summary` says it of all.

    A sweep can be pickled, and so can each of its :meth:`partitions`.
    """

    def __init__(
        self,
        words: list[str],
        files: dict[str, bytes],
        part: tuple[int, int] | None = None,
    ) -> None:
        self._words = words
        self._files = files
        self._part = part
        self._job: NativeSweep | None = None
        self._is_looked_through = False

    def _native(self) -> NativeSweep:
        if self._job is None:
            shard = [] if self._part is None else [f"--shard={self._part[0]}/{self._part[1]}"]
            command, *others = self._words
            self._job = NativeSweep([command, *shard, *others], self._files)
        return self._job

    @property
    def points(self) -> int:
        """How many points there are, those included that the model will refuse."""
        return self._native().points

    @property
    def columns(self) -> list[str]:
        """The names of the columns: table, format, the axes, energies and savings."""
        return self._native().columns

    @property
    def notes(self) -> list[str]:
        """What is to be said beside every number."""
        return self._native().notes

    def partitions(self, k: int) -> list[Sweep]:
        """The sweep in ``k`` parts, which follow one another and have every row once.

        Each is a sweep of its own: it knows nothing of the others, needs none of them,
        and gives the same rows however often it is asked.
        """
        if self._part is not None:
            raise mistake("this is a part already; cut the whole sweep instead")
        if k < 1:
            raise mistake(f"{k} parts: there must be at least one")
        return [Sweep(self._words, self._files, (at, k)) for at in range(k)]

    def write(self, path: str | PathLike[str], *, skip_existing: bool = False) -> bool:
        """Writes the rows into a file: ``.parquet``, ``.csv`` or ``.jsonl`` by its name.

        It takes its name when all rows are in it. A run that is interrupted leaves no
        file, and one that is done again writes over the one before: so parts can be
        written by jobs that may be started twice. With ``skip_existing`` a file that is
        there and holds these rows, by its columns, its first row and its last one, stays
        as it is, and one that holds others is an error.

        Gives whether it was written.
        """
        native, file = self._native(), os.fspath(path)
        if skip_existing and native.is_there(file):
            return False
        refused = native.write(file)
        self._warn()
        if refused and self.points > LOOKED_THROUGH:
            warnings.warn(f"{refused} points {LEFT_OUT}", PointsLeftOut, stacklevel=2)
        return True

    def summary(self) -> str:
        """The extremes of every column and where they are, as a table."""
        return self._native().summary(WIDTH) + text_of(self.notes)

    def _repr_html_(self) -> str:
        return f"<div>{self._native().html()}{html_of(self.notes)}</div>"

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        self._warn()
        return self._native().arrow_stream()

    def _warn(self) -> None:
        """Says, once, which points are left out."""
        if self._is_looked_through or self.points > LOOKED_THROUGH:
            return
        self._is_looked_through = True
        # So wide that no line of it is broken.
        for line in self._native().summary(10_000).splitlines():
            if line[:1].isdigit() and LEFT_OUT in line:
                warnings.warn(line, PointsLeftOut, stacklevel=3)

    def __arrow_c_schema__(self) -> object:
        return self._native().arrow_schema()

    def __getstate__(self) -> dict[str, Any]:
        return {
            "version": __version__,
            "words": self._words,
            "files": self._files,
            "part": self._part,
        }

    def __setstate__(self, state: dict[str, Any]) -> None:
        check_version("sweep", state["version"])
        self.__init__(state["words"], state["files"], state["part"])  # type: ignore[misc]

    def __repr__(self) -> str:
        part = "" if self._part is None else f", part {self._part[0]} of {self._part[1]}"
        return f"<Sweep of {self.points} points{part}: {', '.join(self.columns)}>"
