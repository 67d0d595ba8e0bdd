"""Sheets: a question or an explanation over the lower rows. What runs above stays in sight.

`Sheet[T]` asks with buttons, one answer each; the first one harms nothing, Esc is the one that changes nothing.
Those that ask for texts and marks are in screens.asking, those about leaving in screens.quit_sheets, help in screens.help_sheet.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Generic, TypeVar

from rich.cells import cell_len
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import HorizontalGroup, Vertical
from textual.content import Content
from textual.reactive import Reactive
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Button

from screens.offering import Offering, moving
from screens.rows import folded
from screens.widgets import Line, PushButton, hint_text
from wizard.language import _, said, shown

if TYPE_CHECKING:
    from screens.choosing import Row

T = TypeVar("T")
WIDTH = 78
LINES = 5
"""Rows of text in a sheet."""


@dataclass(frozen=True)
class Answer(Generic[T]):
    """A button and what it gives."""

    label: str
    value: T


class Sheet(ModalScreen[T], Offering):
    """A rule, a title, up to five lines, buttons, keys."""

    HELP = "keys"
    DEFAULT_CSS = """
    Sheet {
        background: transparent;
        align: left bottom;
        overflow: hidden;

        #sheet { width: 100%; height: auto; max-height: 100%; background: $panel; }
        #rule { height: 1; padding: 0 1; color: $text-muted; }
        #sheet-title { height: auto; padding: 0 1; text-style: bold; color: $text-primary; }
        #sheet-text { height: auto; padding: 0 1; }
        #sheet-body { height: auto; padding: 0 1; background: $panel; }
        #sheet-note { height: auto; min-height: 1; padding: 0 1; }
        #sheet-buttons { height: 1; padding: 0 0 0 1; }
        #sheet-buttons.-stacked { layout: vertical; height: auto; }
        #sheet-hints { height: 1; padding: 0 0 0 1; }
        PushButton { background: $panel; }
        PushButton:focus { background: $primary; color: $text; text-style: bold; }
        PushButton:ansi:focus { background: ansi_blue; color: ansi_bright_white; }
        PushButton:nocolor:focus { text-style: bold reverse; }
        ChoiceList, FieldInput, FieldInput:focus { background: $panel; }
    }
    """
    focused: Reactive[Widget | None] = Reactive(None, repaint=False)
    AUTO_FOCUS = "#next"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", said("Close"), id="frame.back"),
        Binding("ctrl+n", "first", said("Next"), id="frame.next", show=False, priority=True, system=True),
        moving("up", "focus_previous", said("Control above"), "sheet.up"),
        moving("down", "focus_next", said("Control below"), "sheet.down"),
        moving("left", "focus_previous", said("Button before"), "sheet.left"),
        moving("right", "focus_next", said("Next button"), "sheet.right"),
    ]
    ASKED_WHILE_RUNNING: ClassVar[bool] = False
    """Whether Ctrl+N, which does nothing while something runs, does nothing here either."""

    def __init__(self, title: str, lines: Sequence[str], answers: Sequence[Answer[T]], *, escape: T) -> None:
        """`escape`: what Esc gives; the answer of that value names it in the last row."""
        super().__init__()
        self._title, self._lines = title, tuple(lines)
        self._answers, self._escape = tuple(answers), escape

    def compose(self) -> ComposeResult:
        """From the rule to the keys."""
        with Vertical(id="sheet"):
            yield Line(id="rule")
            yield Line(self._title, id="sheet-title", grows=True)
            yield Line(self._text(), id="sheet-text", grows=True)
            yield from self.compose_more()
            yield Line(id="sheet-note", grows=True)
            with HorizontalGroup(id="sheet-buttons"):
                for place, answer in enumerate(self._answers):
                    yield PushButton(answer.label, id="next" if place == 0 else f"answer-{place}")
            yield Line(id="sheet-hints")

    def compose_more(self) -> ComposeResult:
        """What stands between the text and the buttons."""
        return
        yield

    def on_mount(self) -> None:
        """Hides the text where there is none."""
        self.query_one("#sheet-text").display = bool(self._lines)
        self.fit_in()

    def on_resize(self) -> None:
        """Another width: other lines, and the buttons one below another where they do not fit beside each other."""
        self.fit_in()

    def fit_in(self) -> None:
        """Lays rule, text, buttons and keys into the window."""
        self.query_one("#rule", Line).show("-" * (self.app.size.width - 2))
        self.query_one("#sheet-text", Line).show(self._text())
        for body in self.query(
            "#sheet-body"
        ):  # in cells: a part of the window is not heeded where the sheet is measured
            body.styles.max_height = self.app.size.height * 3 // 5
        width = sum(cell_len(shown(one.label)) + 7 for one in self._answers)
        self.query_one("#sheet-buttons").set_class(width > self.app.size.width, "-stacked")
        self._tell_keys()

    @property
    def room(self) -> int:
        """Cells for a line of text."""
        return min(WIDTH, self.app.size.width - 2)

    def _text(self) -> Content:
        lines = [row for line in map(shown, self._lines) for row in self._broken(line)]
        return Content("\n".join(lines))

    def _broken(self, line: str) -> list[str]:
        if cell_len(line) <= self.room:
            return [line]
        indent = " " * (len(line) - len(line.lstrip()))
        return [indent + row for row in folded(line, self.room - len(indent))]

    def tell(self, lines: Sequence[str]) -> None:
        """Other lines of text."""
        self._lines = tuple(lines)
        self.query_one("#sheet-text", Line).show(self._text())

    def say(self, text: str) -> None:
        self.note(text)

    def forget_said(self) -> None:
        if self.is_mounted:
            self.note("")

    def palette(self) -> list[Row]:
        from screens.choosing import Row

        answers = [Row(f"answer({place})", f"{'':8}{shown(one.label)}") for place, one in enumerate(self._answers)]
        return [*answers, *super().palette()]

    def action_answer(self, place: int) -> None:
        """The answer of that button."""
        self.give(self._answers[place].value)

    def action_first(self) -> None:
        """Ctrl+N: the first button, as Enter on it."""
        if not self.ASKED_WHILE_RUNNING:
            self.give(self._answers[0].value)

    def note(self, text: str) -> None:
        """An answer above the buttons: what is wrong with the input, say."""
        self.query_one("#sheet-note", Line).show(text)

    def hints(self) -> list[tuple[str, str]]:
        """The keys in the last row."""
        enter = next((one.label for one in self._answers if self._button(one) is self.focused), None)
        escape = next((one.label for one in self._answers if one.value == self._escape), _("Close"))
        return [*([("Enter", enter)] if enter else []), ("Esc", escape)]

    def _tell_keys(self) -> None:
        self.query_one("#sheet-hints", Line).show(hint_text(self.hints(), max(20, self.size.width - 2)))

    def _button(self, answer: Answer[T]) -> Widget | None:
        place = self._answers.index(answer)
        return self.query_one("#next" if place == 0 else f"#answer-{place}")

    @on(Button.Pressed)
    def _answered(self, event: Button.Pressed) -> None:
        event.stop()
        answer = next(one for one in self._answers if self._button(one) is event.button)
        self.give(answer.value)

    def give(self, value: T) -> None:
        """Closes with that answer; a sheet with input checks it first."""
        self.dismiss(value)

    @on(events.DescendantFocus)
    def _focus_moved(self) -> None:
        self._tell_keys()

    def action_leave(self) -> None:
        """Esc."""
        self.dismiss(self._escape)

    def action_focus_next(self) -> None:
        """Down, right."""
        self.focus_next()

    def action_focus_previous(self) -> None:
        """Up, left."""
        self.focus_previous()
