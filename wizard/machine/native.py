"""psutil, where its compiled part loads: the installed one, or the one for this system that uv-wizard.pyz brings."""

from __future__ import annotations

import os
import sys
from functools import cache
from pathlib import Path
from types import ModuleType


@cache
def psutil() -> ModuleType | None:
    """The module; None on a system, a C library or a build of Python that it was not compiled for."""
    brought = Path(__file__).parent.parent / "native" / this_system()
    if brought.is_dir():
        sys.path.insert(0, os.fspath(brought))
    try:
        import psutil as found
    except (ImportError, OSError, RuntimeError):  # what it raises where it does not know the system, or finds no /proc
        return None
    return found


def this_system() -> str:
    """A folder of `native`, as tools/one_file.py names them; "none" where nothing compiled can be brought along."""
    if "free-threading" in sys.version:  # another ABI, which Windows does not see in a file's name
        return "none"
    if sys.platform == "win32":
        return "win-arm64" if "arm64" in sys.version.lower() else "win-amd64" if sys.maxsize > 2**32 else "none"
    if sys.platform == "darwin":
        return f"darwin-{os.uname().machine}"
    # x86_64-linux-gnu, say: the machine and C library that this Python was built for, whatever the kernel's is
    return str(getattr(sys.implementation, "_multiarch", "none"))
