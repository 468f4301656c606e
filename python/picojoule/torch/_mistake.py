"""Mistakes, said as everywhere else in picojoule."""

from __future__ import annotations

from .._diagnostic import Diagnostic
from .._native import PicojouleError


def mistake(message: str, *help: str) -> PicojouleError:
    """The exception that says what is wrong, and what would be right."""
    lines = [f"error: {message}", *(f"  = help: {line}" for line in help)]
    error = PicojouleError("\n".join(lines))
    error.diagnostics = [Diagnostic(message, list(help))]
    return error
