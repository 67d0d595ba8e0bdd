"""What the terminal says of itself before anything is drawn: its colours and its size."""

from __future__ import annotations

import os
import sys


def own_colours(*, low_bandwidth: bool) -> bool:
    """Whether the terminal's own 16 colours are to be used."""
    if low_bandwidth or os.environ.get("NO_COLOR"):
        return True
    depth = os.environ.get("COLORTERM", "").lower()
    term = os.environ.get("TERM", "").lower()
    return (
        sys.platform != "win32"
        and depth not in {"truecolor", "24bit"}
        and "256color" not in term
        and "direct" not in term
    )


def says_no_size() -> bool:
    """Whether it tells a size of nothing, as serial lines and some containers do.

    Textual's driver then takes 24 rows and its console 25, and the two chase each other from picture to picture.
    """
    try:
        return 0 in os.get_terminal_size(sys.__stdout__.fileno() if sys.__stdout__ else 1)
    except (OSError, ValueError):
        return False


__all__ = ["own_colours", "says_no_size"]
