"""Pages: a full screen of rows, with the top line of its screen; Esc closes it.

`TextPage` is text to read, search and copy (a log, a diff, a whole step); `append` adds to it while it is open, and it
stands still while somebody reads further up. `ListPage` is a list to choose from; it gives the value taken, or None.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Log

from screens.choosing import ChoiceList, FieldInput, Row
from screens.step import FrameScreen, StepScreen
from screens.widgets import Line, hint_text, is_field
from wizard.text import clean

MOST_LINES = 5000


class Page(FrameScreen):
    """Top line, title, rows, keys."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Close", id="page.close"),
        Binding("ctrl+q", "app.quit", "Quit", id="page.quit", priority=True, show=False),
    ]
    DEFAULT_CSS = """
    Page {
        #rows { height: 1fr; margin: 1 0 0 0; padding: 0 1; }
        #rows Log, Log#rows { scrollbar-size: 0 0; background: $background; color: $foreground; border: none; }
        #place { height: 1; padding: 0 1; color: $text-muted; }
        #find { height: 1; padding: 0 1; border: none; display: none; }
        &.-finding #find { display: block; }
    }
    """
    HINTS: ClassVar[tuple[tuple[str, str], ...]] = (("Esc", "Close"),)

    def __init__(self, track: str | Content, title: str) -> None:
        """`track`: the top line of the screen that opened it (`StepScreen.track_line`)."""
        super().__init__()
        self._track, self._title = track, title

    def compose(self) -> ComposeResult:
        """From the track to the keys."""
        yield Line(self._track, id="track")
        yield Line(self._title, id="title")
        yield from self.compose_rows()
        yield Line(id="hints")

    def compose_rows(self) -> ComposeResult:
        """The rows between the title and the keys."""
        return
        yield

    def on_mount(self) -> None:
        """Names the keys."""
        self.redraw_hints()

    def redraw_hints(self) -> None:
        """The hint line for what has the focus."""
        self.query_one("#hints", Line).show(hint_text(self.hints(), max(20, self.size.width - 1)))

    def hints(self) -> list[tuple[str, str]]:
        """The keys in the last row."""
        return list(self.HINTS)

    def resized(self) -> None:
        self.redraw_hints()

    def action_leave(self) -> None:
        """Esc."""
        self.dismiss(None)


class TextPage(Page):
    """Lines of text. `/` searches, Enter in the search finds the next, End follows what is added."""

    AUTO_FOCUS = "#rows"
    HINTS = (("Esc", "Close"), ("/", "Search"), ("End", "Follow"), ("C", "Copy"))
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "search", "Search", id="page.search"),
        Binding("end", "follow", "Follow", id="page.follow", priority=True),
        Binding("c", "copy_all", "Copy", id="page.copy"),
        Binding("n", "again", "Find the next", id="page.again", show=False),
    ]

    class Closed(Message):
        """The page was closed."""

    def __init__(
        self, track: str | Content, title: str, lines: Sequence[str] = (), *, at: int = 0, follow: bool = False
    ) -> None:
        """`at`: the line to begin with; `follow`: begin at the end and stay there while lines are added."""
        super().__init__(track, title)
        self._lines = [clean(line) for line in lines][-MOST_LINES:]
        self._dropped = max(0, len(lines) - MOST_LINES)
        self._written = 0
        self._at, self._follow = at, follow
        self._found = -1

    def compose_rows(self) -> ComposeResult:
        with Vertical(id="rows"):
            yield Log(id="log", max_lines=None, auto_scroll=False)
        yield FieldInput(placeholder="Search for", id="find", compact=True, select_on_focus=False)
        yield Line(id="place")

    def on_mount(self) -> None:
        super().on_mount()
        self.query_one(FieldInput).cursor_blink = False
        log = self.query_one(Log)
        log.styles.scrollbar_size_vertical = 0
        log.styles.scrollbar_size_horizontal = 0
        self._write()
        log.focus()
        self.watch(log, "scroll_y", self._tell_place, init=False)
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        log = self.query_one(Log)
        if self._follow:
            log.scroll_end(animate=False)
        elif self._at:
            log.scroll_to(y=max(0, self._at - 2), animate=False)
        self._tell_place()

    def append(self, lines: Sequence[str]) -> None:
        """Adds lines; they are counted, not shown, while somebody reads further up."""
        self._lines += [clean(line) for line in lines]
        if self._at_end():
            self._write()
            self.query_one(Log).scroll_end(animate=False)
        self._tell_place()

    def _write(self) -> None:
        self.query_one(Log).write_lines(self._lines[self._written :], scroll_end=False)
        self._written = len(self._lines)

    def _at_end(self) -> bool:
        log = self.query_one(Log)
        return log.scroll_offset.y >= log.max_scroll_y

    def _tell_place(self) -> None:
        log = self.query_one(Log)
        first = self._dropped + int(log.scroll_offset.y) + 1
        last = min(first + max(1, log.size.height) - 1, self._dropped + self._written)
        below = len(self._lines) - self._written
        told = f"{first} to {last} of {self._dropped + len(self._lines)}" if self._lines else "Nothing was said."
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
        self.query_one(Log).focus()
        self.redraw_hints()

    def action_again(self) -> None:
        """N: the next line that holds what was searched for."""
        self._find(self.query_one("#find", FieldInput).value)

    @on(Input.Submitted, "#find")
    def _asked(self, event: Input.Submitted) -> None:
        event.stop()
        self._find(event.value)

    def _find(self, text: str) -> None:
        if not text:
            return
        count = len(self._lines)
        order = [(self._found + 1 + step) % count for step in range(count)] if count else []
        at = next((place for place in order if text.lower() in self._lines[place].lower()), None)
        if at is None:
            self.query_one("#place", Line).show(f"x {text} does not occur here.")
            return
        self._found = at
        self._write()
        self.query_one(Log).scroll_to(y=max(0, at - 2), animate=False)

    def action_follow(self) -> None:
        """End: to the last line, and along with what is added."""
        self._write()
        self.query_one(Log).scroll_end(animate=False)
        self._tell_place()

    def action_copy_all(self) -> None:
        """C: what is selected, else everything."""
        self.post_message(StepScreen.Copied(self.get_selected_text() or "\n".join(self._lines)))
        self.query_one("#place", Line).show("Copied, if the terminal allows it.")


class ListPage(Page):
    """All rows of a list. Enter takes one and closes."""

    AUTO_FOCUS = "#rows"
    HINTS = (("Enter", "Take it"), ("Esc", "Close"))

    def __init__(
        self, track: str | Content, title: str, rows: Sequence[Row], *, at: int | None = None, help_text: str = ""
    ) -> None:
        super().__init__(track, title)
        self._rows, self._at, self._help = tuple(rows), at, help_text
        self.taken: str | None = None
        """The value of the row that was taken."""

    def compose_rows(self) -> ComposeResult:
        yield ChoiceList(self._rows, at=self._at, id="rows", help_text=self._help)

    @on(ChoiceList.Taken)
    def _taken(self, event: ChoiceList.Taken) -> None:
        event.stop()
        self.taken = event.value
        self.dismiss(None)


__all__ = ["ListPage", "Page", "TextPage"]
