"""Programs beside the tests: those of tests/requirements.txt have to be there, those of the system may be missing."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

INSTALLED_BY_CI = ("zsh", "fish", "tmux", "groff", "mandoc")
"""What .ci/run installs where it is missing; tests/test_packaging.py holds the two together."""


def required(name: str) -> str:
    """The path of a program that tests/requirements.txt brings. Fails where it is missing."""
    if sys.platform != "linux":
        pytest.skip(f"tests/requirements.txt brings {name} on Linux alone")
    found = shutil.which(name, path=os.fspath(Path(sys.executable).parent)) or shutil.which(name)
    assert found is not None, f"{name} is not installed; tests/requirements.txt names it"
    return found


def of_the_system(name: str) -> str:
    """The path of a program of the system. Skips the test where it is missing, and says who would install it."""
    found = shutil.which(name)
    if found is None:
        who = ".ci/run installs it" if name in INSTALLED_BY_CI else "this system came without it"
        pytest.skip(f"{name} is not installed; {who}")
    return found


__all__ = ["INSTALLED_BY_CI", "of_the_system", "required"]
