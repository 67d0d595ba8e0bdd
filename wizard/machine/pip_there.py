"""Whether a Python has pip, without starting it: the package lies in one of a few folders."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

_BELOW = ("lib/python3*/site-packages/pip", "lib/python3*/dist-packages/pip", "local/lib/python3*/dist-packages/pip")


@lru_cache(maxsize=64)
def has_pip(python: str) -> bool:
    """`python`: the path of a Python. A Debian without python3-pip has none, nor has an environment that uv made."""
    there = Path(python)
    folders = [there.parent.parent]
    try:
        if not (folders[0] / "pyvenv.cfg").is_file():  # a link elsewhere, such as /usr/local/bin
            folders.append(there.resolve().parent.parent)
        if (there.parent / "Lib" / "site-packages" / "pip").is_dir():  # Windows
            return True
        return any(found.is_dir() for folder in folders for pattern in _BELOW for found in folder.glob(pattern))
    except OSError:
        return False
