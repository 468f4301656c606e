"""One mistake."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Diagnostic:
    """One mistake in the arguments or in a file: what is wrong, where, and what would
    be right."""

    message: str
    """What is wrong."""
    help: list[str]
    """What would be right, if that is known."""
    file: str | None = None
    """The file, the name of what ships, or ``command line`` for an argument, which is
    shown as the program would take it."""
    line: int | None = None
    """The line, counted from 1."""
    column: int | None = None
    """The column, in characters and counted from 1."""
    value: str | None = None
    """What stands there."""
