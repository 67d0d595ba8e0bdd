"""Pages: a full screen of rows, with the top line of its screen; Esc closes it. `ListPage` is a list to choose from.

Text to read, search and copy is screens.text_page's, a log that grows screens.log_page's.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content

from screens.choosing import ChoiceList, Row
from screens.step import FrameScreen
from screens.widgets import Line, hint_text
from wizard.language import _, said, shown


class Page(FrameScreen):
    """Top line, title, rows, keys."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", said("Close"), id="frame.back")]
    DEFAULT_CSS = """
    Page {
        #rows { height: 1fr; margin: 1 0 0 0; padding: 0 1; }
    }
    """
    ENTER: ClassVar[str] = ""
    """What Enter does here, where it does something."""
    _said = ""

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
        keys = hint_text(self.hints(), max(20, self.size.width - 1))
        self.query_one("#hints", Line).show(Content(self._said) if self._said else keys)

    def hints(self) -> list[tuple[str, str]]:
        """The keys in the last row."""
        return [*([("Enter", _(self.ENTER))] if self.ENTER else []), *self.hint_keys()]

    def say(self, text: str) -> None:
        """Answers a key in the place of the keys, until the next one."""
        self._said = shown(text)
        self.redraw_hints()

    def forget_said(self) -> None:
        if self._said:
            self._said = ""
            self.redraw_hints()

    def resized(self) -> None:
        from screens.step import StepScreen

        below = next((one for one in reversed(self.app.screen_stack) if isinstance(one, StepScreen)), None)
        if below is not None:
            self.query_one("#track", Line).show(below.track_line())
        self.redraw_hints()

    def action_leave(self) -> None:
        """Esc."""
        self.dismiss(None)


class ListPage(Page):
    """All rows of a list. Enter takes one and closes."""

    AUTO_FOCUS = "#rows"
    ENTER = said("Take it")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+n", "take", said("Take it"), id="frame.next", show=False, priority=True)
    ]

    def __init__(
        self, track: str | Content, title: str, rows: Sequence[Row], *, at: int | None = None, help_text: str = ""
    ) -> None:
        super().__init__(track, title)
        self._rows, self._at, self._help = tuple(rows), at, help_text
        self.taken: str | None = None
        """The value of the row that was taken."""

    def compose_rows(self) -> ComposeResult:
        yield ChoiceList(self._rows, at=self._at, id="rows", help_text=self._help)

    def action_take(self) -> None:
        """Ctrl+N: the highlighted row."""
        self.query_one("#rows", ChoiceList).action_take(forward=True)

    @on(ChoiceList.Taken)
    def _taken(self, event: ChoiceList.Taken) -> None:
        event.stop()
        self.taken = event.value
        self.dismiss(None)


__all__ = ["ListPage", "Page"]
