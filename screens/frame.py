"""What screens and pages have in common: sizes, and the body that scrolls."""

from __future__ import annotations

from contextlib import suppress
from typing import ClassVar

from textual import events
from textual.containers import VerticalScroll
from textual.css.query import NoMatches
from textual.reactive import Reactive
from textual.widget import Widget

from screens.offering import Offering
from screens.widgets import TooSmall

WIDE, VAST = 120, 136
"""Cells from which on there is a side panel, and from which on the body grows."""


class Body(VerticalScroll, can_focus=False, inherit_bindings=False):
    """Rows 7 to 20. It scrolls, but the focus never rests on it."""


class FrameScreen(Offering):
    """What screens and pages have in common: a change of focus repaints two widgets, not the whole screen."""

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (80, "-normal"), (WIDE, "-wide"), (VAST, "-vast")]
    VERTICAL_BREAKPOINTS = [(0, "-short"), (24, "-mid"), (30, "-high"), (36, "-tall")]
    focused: Reactive[Widget | None] = Reactive(None, repaint=False)
    TOO_SMALL: ClassVar[str] = "-too-small"

    def __init__(self, id: str | None = None) -> None:
        # the breakpoints' classes at 80x24: there nothing has to be styled twice
        super().__init__(id=id, classes="-normal -mid")

    def on_resize(self, event: events.Resize) -> None:
        """One sentence where the window is too small for a screen."""
        width, height = event.size
        small = width < TooSmall.WIDTH or height < TooSmall.HEIGHT
        self.set_class(small, self.TOO_SMALL)
        if small:
            self._tell_too_small(width, height)
        with suppress(NoMatches):  # it is being left, and its widgets go one after the other
            self.resized()

    def resized(self) -> None:
        """The window has another size."""

    def _tell_too_small(self, width: int, height: int) -> None:
        told = self.query(TooSmall)
        if told:
            told.first().tell(width, height)
        else:
            self.mount(TooSmall())  # it tells by itself
