"""The log of a run on a page of its own, while it grows: it follows the end, and stands still while somebody reads further up."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from itertools import islice
from typing import ClassVar

from textual.content import Content

from screens.run_rows import clock
from screens.searching import SearchPage
from screens.widgets import Line
from wizard.language import _
from wizard.run.progress import LOG_LINES, LogLine, RunState
from wizard.text import clean, masked


class LogPage(SearchPage):
    """Holds `LOG_LINES` lines; the file holds all of them."""

    HELP = "log"
    MOST_LINES: ClassVar[int | None] = LOG_LINES

    def __init__(
        self,
        track: str | Content,
        title: str,
        state: RunState,
        started: float | None,
        every: float = 1.0,
        *,
        at: int | None = None,
    ) -> None:
        """`started`: epoch seconds of the run, for the time of day before each line; `every`: seconds between two looks;
        `at`: the line to begin with, counted from 0, None for the last.
        """
        super().__init__(track, title)
        self._at = at
        self._every = every
        self._state, self._started = state, started
        self._shown: deque[str] = deque(maxlen=LOG_LINES)
        self._written = 0

    def on_mount(self) -> None:
        super().on_mount()
        self.set_interval(self._every, self._look, name="log")

    def begin(self) -> None:
        if self._at is None:
            self.action_follow()
        else:
            self.write()
            self.mark(self._at - (self._written - len(self._shown)))
            self.tell_place()
        self.call_after_refresh(self.redraw_hints)

    @property
    def lines(self) -> Sequence[str]:
        return tuple(self._shown)

    def _look(self) -> None:
        if self._state.log_count == self._written:
            return
        if self.at_end:
            self.write()
            self.log_lines.scroll_end(animate=False)
            self.call_after_refresh(self.redraw_hints)
        self.tell_place()

    def write(self) -> None:
        new = self._state.log_count - self._written
        if new <= 0:
            return
        kept = len(self._state.log)
        fresh = [self._told(line) for line in islice(self._state.log, max(0, kept - new), kept)]
        self._written = self._state.log_count
        self._found = max(-1, self._found - max(0, len(self._shown) + len(fresh) - LOG_LINES))
        self._shown.extend(fresh)
        self.log_lines.write_lines(fresh, scroll_end=False)

    def _told(self, line: LogLine) -> str:
        stamp = clock(self._started, line.at)
        return masked(clean(f"{stamp}  {line.text}" if stamp else line.text)).replace("\n", " ")

    def tell_place(self) -> None:
        log = self.log_lines
        total = self._state.log_count
        below = total - self._written
        dropped = self._written - len(self._shown)
        first = dropped + int(log.scroll_offset.y) + 1
        last = min(first + max(1, log.size.height) - 1, self._written)
        told = (
            _("{first} to {last} of {total}", first=first, last=last, total=total)
            if total
            else _("Nothing was said so far.")
        )
        self.query_one("#place", Line).show(told + (_(", {below} new below", below=below) if below else ""))


__all__ = ["LogPage"]
