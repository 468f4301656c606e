"""What all tests have: the program that came with the module."""

import shutil
import subprocess
import sysconfig
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def program():
    """Runs the program with some words, and gives what it printed."""
    folder = sysconfig.get_path("scripts")
    found = shutil.which("picojoule", path=folder)
    assert found is not None, f"no program `picojoule` in {folder}"

    def run(*words: str, code: int = 0) -> str:
        done = subprocess.run([found, *words], capture_output=True, text=True)
        assert done.returncode == code, done.stderr
        return done.stdout if code == 0 else done.stderr

    return run


@pytest.fixture
def repository() -> Path:
    """The folder of the repository."""
    return Path(__file__).parents[2]
