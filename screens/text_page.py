"""Text that stands, on a page of its own: a diff, a whole step, the log of a run that is over."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from screens.searching import SearchPage
from screens.widgets import Line
from wizard.language import _
from wizard.text import clean

MOST_LINES = 5000


class TextPage(SearchPage):
    """The last 5000 of the lines given; `at` is the one to begin with."""

    def __init__(self, track: str | Content, title: str, lines: Sequence[str] = (), *, at: int = 0) -> None:
        super().__init__(track, title)
        self._lines = [clean(line) or " " for line in lines][-MOST_LINES:]  # a line without anything is not written
        self._dropped = max(0, len(lines) - MOST_LINES)
        self._at = at
        self._is_written = False

    @property
    def lines(self) -> Sequence[str]:
        return self._lines

    def begin(self) -> None:
        super().begin()
        if self._at:
            self.log_lines.scroll_to(y=max(0, self._at - 2), animate=False)
        self.tell_place()

    def write(self) -> None:
        if not self._is_written:
            self._is_written = True
            self.log_lines.write_lines(self._lines, scroll_end=False)

    def tell_place(self) -> None:
        first = self._dropped + int(self.log_lines.scroll_offset.y) + 1
        count = self._dropped + len(self._lines)
        last = min(first + max(1, self.log_lines.size.height) - 1, count)
        told = (
            _("{first} to {last} of {total}", first=first, last=last, total=count)
            if self._lines
            else _("Nothing was said.")
        )
        self.query_one("#place", Line).show(told)
