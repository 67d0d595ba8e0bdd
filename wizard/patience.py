"""Windows refuses what another program has open: a wizard that looks at a run, a virus scanner, a search index.

They hold a file for milliseconds, so asking again is all it takes. Standard library only.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import TypeVar

LIMIT_S = 1.0
"""Who holds a file for longer has it open for good."""
_POLL_S = 0.01

_T = TypeVar("_T")


def patiently(do: Callable[[], _T], limit: float = LIMIT_S) -> _T:
    """What `do()` returns; on Windows it is tried for `limit` seconds while it raises PermissionError."""
    if sys.platform != "win32":
        return do()
    deadline = time.monotonic() + limit
    while True:
        try:
            return do()
        except PermissionError:
            if time.monotonic() > deadline:
                raise
            time.sleep(_POLL_S)
