"""The log of a run on a page of its own, while it grows: it follows the end, and stands still while somebody reads further up."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Log

from screens.choosing import FieldInput
from screens.page import Page
from screens.run_rows import clock
from screens.step import StepScreen
from screens.widgets import Line, is_field
from wizard.run.progress import LOG_LINES, LogLine, RunState
from wizard.text import clean, masked

OFTEN_S = 0.25
"""Seconds between two looks at what is new."""


class LogPage(Page):
    """`/` searches, N finds the next, End follows, C copies. Holds `LOG_LINES` lines; the file holds all of them."""

    AUTO_FOCUS = "#log"
    DEFAULT_CSS: ClassVar[str] = """
    LogPage {
        #rows { height: 1fr; margin: 1 0 0 0; padding: 0 1; }
        #log, #log:focus { scrollbar-size: 0 0; background: $background; color: $foreground; border: none; }
        #place { height: 1; padding: 0 1; color: $text-muted; }
        #find { height: 1; padding: 0 1; border: none; display: none; }
        &.-finding #find { display: block; }
    }
    """
    HINTS = (("Esc", "Close"), ("/", "Search"), ("End", "Follow"), ("C", "Copy"))
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "search", "Search", id="log.search"),
        Binding("end", "follow", "Follow", id="log.follow", priority=True),
        Binding("c", "copy_all", "Copy", id="log.copy"),
        Binding("n", "again", "Find the next", id="log.again", show=False),
    ]

    def __init__(self, track: str | Content, title: str, state: RunState, started: float | None) -> None:
        """`started`: epoch seconds of the run, for the time of day before each line."""
        super().__init__(track, title)
        self._state, self._started = state, started
        self._shown: deque[str] = deque(maxlen=LOG_LINES)
        self._written = 0
        self._found = -1

    def compose_rows(self) -> ComposeResult:
        with Vertical(id="rows"):
            yield Log(id="log", max_lines=LOG_LINES, auto_scroll=False)
        yield FieldInput(placeholder="Search for", id="find", compact=True, select_on_focus=False)
        yield Line(id="place")

    def on_mount(self) -> None:
        super().on_mount()
        self.query_one(FieldInput).cursor_blink = False
        self.watch(self._log, "scroll_y", self._tell_place, init=False)
        self._write()
        self.call_after_refresh(self.action_follow)
        self.set_interval(OFTEN_S, self._look, name="log")

    @property
    def _log(self) -> Log:
        return self.query_one(Log)

    @property
    def lines(self) -> Sequence[str]:
        """The lines that stand on the page, the oldest first."""
        return tuple(self._shown)

    def _look(self) -> None:
        if self._state.log_count == self._written:
            return
        if self._at_end():
            self._write()
            self._log.scroll_end(animate=False)
        self._tell_place()

    def _write(self) -> None:
        new = self._state.log_count - self._written
        if new <= 0:
            return
        fresh = [self._told(line) for line in list(self._state.log)[-new:]]
        self._written = self._state.log_count
        self._found = max(-1, self._found - max(0, len(self._shown) + len(fresh) - LOG_LINES))
        self._shown.extend(fresh)
        self._log.write_lines(fresh, scroll_end=False)

    def _told(self, line: LogLine) -> str:
        stamp = clock(self._started, line.at)
        return masked(clean(f"{stamp}  {line.text}" if stamp else line.text)).replace("\n", " ")

    def _at_end(self) -> bool:
        return self._log.scroll_offset.y >= self._log.max_scroll_y

    def _tell_place(self) -> None:
        log = self._log
        total = self._state.log_count
        below = total - self._written
        dropped = self._written - len(self._shown)
        first = dropped + int(log.scroll_offset.y) + 1
        last = min(first + max(1, log.size.height) - 1, self._written)
        told = f"{first} to {last} of {total}" if total else "Nothing was said so far."
        self.query_one("#place", Line).show(told + (f", {below} new below" if below else ""))

    def hints(self) -> list[tuple[str, str]]:
        return [("Enter", "Find the next"), ("Esc", "Close the search")] if is_field(self.focused) else list(self.HINTS)

    def action_search(self) -> None:
        """`/`: a field for what to look for."""
        self.add_class("-finding")
        self.query_one("#find").focus()
        self.redraw_hints()

    def action_leave(self) -> None:
        if not is_field(self.focused):
            self.dismiss(None)
            return
        self.remove_class("-finding")
        self._log.focus()
        self.redraw_hints()

    def action_again(self) -> None:
        """N: the next line that holds what was searched for."""
        self._find(self.query_one("#find", FieldInput).value)

    @on(Input.Submitted, "#find")
    def _asked(self, event: Input.Submitted) -> None:
        event.stop()
        self._find(event.value)

    def _find(self, text: str) -> None:
        count = len(self._shown)
        if not text or not count:
            return
        order = [(self._found + 1 + step) % count for step in range(count)]
        at = next((place for place in order if text.lower() in self._shown[place].lower()), None)
        if at is None:
            self.query_one("#place", Line).show(f"x {text} does not occur here.")
            return
        self._found = at
        self._log.scroll_to(y=max(0, at - 2), animate=False)

    def action_follow(self) -> None:
        """End: to the last line, and along with what comes."""
        self._write()
        self._log.scroll_end(animate=False)
        self._tell_place()

    def action_copy_all(self) -> None:
        """C: what is selected, else every line that stands here."""
        self.post_message(StepScreen.Copied(self.get_selected_text() or "\n".join(self._shown)))
        self.query_one("#place", Line).show("Copied, if the terminal allows it.")


__all__ = ["LogPage"]
