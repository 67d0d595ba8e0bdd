"""What a key means before any screen hears of it."""

from __future__ import annotations

from typing import Any

from textual import events
from textual.screen import Screen

from screens.frame import FrameScreen
from screens.widgets import is_field

ALWAYS = frozenset({"ctrl+q", "ctrl+c", "ctrl+l"})
"""What counts also where nothing of the screen can be seen."""


def as_meant(event: events.Key, screen: Screen[Any]) -> events.Key | None:
    """The key that counts, None where none does.

    In a window that is too small nobody sees what Enter would do. The hint line writes its letters large: `P` is P and p.
    """
    if screen.has_class(FrameScreen.TOO_SMALL) and event.key not in ALWAYS:
        return None
    letter = event.character or ""
    if letter.isascii() and letter.isupper() and not is_field(screen.focused):
        known = screen.active_bindings
        if event.key not in known and letter.lower() in known:
            return events.Key(letter.lower(), letter.lower())
    return event
