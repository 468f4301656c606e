"""The program ``picojoule``, inside of the module."""

import os
import signal
import sys


def main() -> None:
    """Runs the program with what was typed, and exits with its code."""
    # Python would only note the key, and act on it when the program is done.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    from picojoule._native import program

    code = program(sys.argv)
    sys.stdout.flush()
    # Nothing is left to clean up, and taking the interpreter apart takes time.
    os._exit(code)
