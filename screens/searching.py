"""A page of lines that can be searched, copied and followed: what a text that stands and a log that grows share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import HorizontalGroup, Vertical
from textual.geometry import Offset
from textual.selection import Selection
from textual.widget import Widget
from textual.widgets import Input, Log

from screens.fields import FieldInput
from screens.page import Page
from screens.widgets import Line, is_field
from wizard.language import _, said


class Lines(Log):
    """Textual's log, which has a thread of its own measure every line anew; nearly all of them need only be counted."""

    def _update_size(self, updates: int, lines: list[str]) -> None:  # type: ignore[override]
        if lines:
            self._update_maximum_width(updates, max(map(_width, lines)))


def _width(line: str) -> int:
    return len(line) if line.isascii() else cell_len(line)


class SearchPage(Page):
    """`/` searches, N and Shift+N go on and back, End follows, C copies. What the lines are is its heirs' to say."""

    AUTO_FOCUS = "#log"
    DEFAULT_CSS: ClassVar[str] = """
    SearchPage {
        #rows { height: 1fr; margin: 1 0 0 0; padding: 0 1; }
        #log, #log:focus { scrollbar-size: 0 0; background: $background; color: $foreground; border: none; }
        #place { height: 1; padding: 0 1; color: $text-muted; }
        #finding { display: none; height: 1; padding: 0 1; background: $panel; }
        #finding Line { width: auto; }
        #find, #find:focus { width: 1fr; padding: 0; border: none; background: $panel; background-tint: transparent; }
        & > .screen--selection { background: $primary; color: $background; text-style: bold; }
        &:ansi > .screen--selection { background: ansi_blue; color: ansi_bright_white; }
        &:nocolor > .screen--selection { text-style: reverse; }
    }
    """
    HELP = "text-page"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "search", said("Search"), id="page.search"),
        Binding("end", "follow", said("Follow"), id="page.follow", priority=True),
        Binding("c", "copy_all", said("Copy"), id="page.copy"),
        Binding("n", "again", said("Find the next"), id="page.again", show=False),
        Binding("N", "before", said("Find the one before"), id="page.before", show=False),
    ]
    MOST_LINES: ClassVar[int | None] = None
    """How many lines the page holds, None: all."""

    _found = -1

    @property
    def lines(self) -> Sequence[str]:
        """The lines that are searched and copied, the oldest first."""
        return ()

    def write(self) -> None:
        """Writes what is not on the page yet."""

    def tell_place(self) -> None:
        """Says which lines are in sight, and how many there are."""

    def compose_rows(self) -> ComposeResult:
        with Vertical(id="rows"):
            yield Lines(id="log", max_lines=self.MOST_LINES, auto_scroll=False)
        with HorizontalGroup(id="finding"):
            yield Line(f"{_('Search for')} [")
            yield FieldInput(id="find", compact=True, select_on_focus=False)
            yield Line("]")
        yield Line(id="place")

    def on_mount(self) -> None:
        super().on_mount()
        self.query_one(FieldInput).cursor_blink = False
        self.watch(self.log_lines, "scroll_y", self.tell_place, init=False)
        self.call_after_refresh(self.begin)  # the page answers the key, and thousands of lines come behind it

    def begin(self) -> None:
        """Puts the lines on the page, which stands."""
        self.write()
        self.call_after_refresh(self.redraw_hints)  # how wide they are is known now

    @property
    def log_lines(self) -> Log:
        """The widget that holds the lines."""
        return self.query_one(Log)

    @property
    def at_end(self) -> bool:
        """Whether the last line is in sight."""
        return self.log_lines.scroll_offset.y >= self.log_lines.max_scroll_y

    def hints(self) -> list[tuple[str, str]]:
        if is_field(self.focused):
            return [("Enter", _("Find the next")), ("Esc", _("Close the search"))]
        log = self.log_lines
        hints = super().hints()
        if log.virtual_size.width > log.size.width > 0:  # before those that every screen has: they may go
            at = next((place for place, (key, _word) in enumerate(hints) if key == "F1"), len(hints))
            hints.insert(at, ("Right", _("Rest of the line")))
        return hints

    def action_search(self) -> None:
        """`/`: a field for what to look for."""
        self.query_one(
            "#finding"
        ).display = True  # no class of the page: that would have every widget on it styled anew
        self._to(self.query_one("#find"))

    def action_leave(self) -> None:
        if not is_field(self.focused):
            self.dismiss(None)
            return
        self.query_one("#finding").display = False
        self._to(self.log_lines)

    def _to(self, widget: Widget) -> None:
        """The focus, and the keys of what has it, in one picture; Textual's own way takes several turns of its loop."""
        self.set_focus(widget)
        self.redraw_hints()

    @on(events.DescendantFocus)
    def _focus_moved(self) -> None:
        self.redraw_hints()

    def action_again(self) -> None:
        """N: the next line that holds what was searched for."""
        self._find(self.query_one("#find", FieldInput).value)

    def action_before(self) -> None:
        """Shift+N: the one before."""
        self._find(self.query_one("#find", FieldInput).value, -1)

    @on(Input.Submitted, "#find")
    def _asked(self, event: Input.Submitted) -> None:
        event.stop()
        self._find(event.value)

    def _find(self, text: str, by: int = 1) -> None:
        lines = self.lines
        if not text or not lines:
            return
        places = [place for place, line in enumerate(lines) if text.lower() in line.lower()]
        if not places:
            self.clear_selection()
            self.query_one("#place", Line).show(_("x {text} does not occur here.", text=text))
            return
        after = [place for place in places if (place - self._found) * by > 0]
        at = (min(after) if by > 0 else max(after)) if after else places[0 if by > 0 else -1]
        self.mark(at)
        told = _("line {line}: {place} of {count} that hold it. N finds the next, Shift+N the one before.",
                 line=at + 1, place=places.index(at) + 1, count=len(places))  # fmt: skip
        self.call_after_refresh(self.query_one("#place", Line).show, told)  # scrolling has told the place of the view

    def mark(self, at: int) -> None:
        """Brings that line of `lines` into sight, two below the first, and marks it."""
        if 0 <= at < len(self.lines):
            self._found = at
            self.log_lines.scroll_to(y=max(0, at - 2), animate=False)
            self.selections = {self.log_lines: Selection(Offset(0, at), Offset(len(self.lines[at]), at))}

    def action_follow(self) -> None:
        """End: to the last line, and along with what comes."""
        self.write()
        self.log_lines.scroll_end(animate=False)
        self.tell_place()

    def action_copy_all(self) -> None:
        """C: what is selected, else every line that stands here."""
        self.copy(self.get_selected_text() or "\n".join(self.lines))
