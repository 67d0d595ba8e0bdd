"""Sheets: a question or an explanation over the lower rows. What runs above stays in sight.

`Sheet[T]` asks with buttons, one answer each; the first one harms nothing, Esc is the one that changes nothing.
`FieldSheet` asks for texts, `MarkSheet` for marks in a list; both give None where nothing is to change.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import ClassVar, Generic, TypeVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import HorizontalGroup, Vertical, VerticalScroll
from textual.content import Content
from textual.reactive import Reactive
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Button

from screens.choosing import ChoiceList, Field, Row
from screens.rows import cut, wrapped
from screens.widgets import Line, PushButton, hint_text
from wizard import catalog

T = TypeVar("T")
WIDTH = 78
LINES = 5
"""Rows of text in a sheet."""


class Quit(Enum):
    """What becomes of a run when the window is left."""

    LEAVE = "leave it running"
    STAY = "stay here"
    STOP = "stop it"


class Stop(Enum):
    """Whether a run is stopped."""

    GO_ON = "keep going"
    STOP = "stop it"


@dataclass(frozen=True)
class Answer(Generic[T]):
    """A button and what it gives."""

    label: str
    value: T


class Sheet(ModalScreen[T]):
    """A rule, a title, up to five lines, buttons, keys."""

    DEFAULT_CSS = """
    Sheet {
        background: transparent;
        align: left bottom;
        overflow: hidden;

        #sheet { width: 100%; height: auto; max-height: 100%; background: $panel; }
        #rule { height: 1; padding: 0 1; color: $text-muted; }
        #sheet-title { height: 1; padding: 0 1; text-style: bold; color: $text-primary; }
        #sheet-text { height: auto; padding: 0 1; }
        #sheet-body { height: auto; max-height: 8; padding: 0 1; background: $panel; }
        #sheet-note { height: 1; padding: 0 1; }
        #sheet-buttons { height: 1; padding: 0 0 0 1; }
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
        Binding("escape", "leave", "Close", id="sheet.leave"),
        Binding("up", "focus_previous", "Control above", id="sheet.up", show=False),
        Binding("down", "focus_next", "Control below", id="sheet.down", show=False),
        Binding("left", "focus_previous", "Button before", id="sheet.left", show=False),
        Binding("right", "focus_next", "Next button", id="sheet.right", show=False),
    ]

    def __init__(self, title: str, lines: Sequence[str], answers: Sequence[Answer[T]], *, escape: T) -> None:
        """`escape`: what Esc gives; the answer of that value names it in the last row."""
        super().__init__()
        self._title, self._lines = title, tuple(lines)
        self._answers, self._escape = tuple(answers), escape

    def compose(self) -> ComposeResult:
        """From the rule to the keys."""
        with Vertical(id="sheet"):
            yield Line("-" * WIDTH, id="rule")
            yield Line(self._title, id="sheet-title")
            yield Line(Content("\n".join(self._lines)), id="sheet-text", grows=True)
            yield from self.compose_more()
            yield Line(id="sheet-note")
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
        self._tell_keys()

    def tell(self, lines: Sequence[str]) -> None:
        """Other lines of text."""
        self._lines = tuple(lines)
        self.query_one("#sheet-text", Line).show(Content("\n".join(lines)))

    def note(self, text: str) -> None:
        """An answer above the buttons: what is wrong with the input, say."""
        self.query_one("#sheet-note", Line).show(text)

    def hints(self) -> list[tuple[str, str]]:
        """The keys in the last row."""
        enter = next((one.label for one in self._answers if self._button(one) is self.focused), None)
        escape = next((one.label for one in self._answers if one.value == self._escape), "Close")
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


class QuitSheet(Sheet[Quit]):
    """Asked when the window is left while a run goes on; Ctrl+Q again leaves it running."""

    def __init__(self) -> None:
        super().__init__(
            "Quit? The sync is still running",
            ("It can go on without this window, also when the connection is lost. To see it",
             "again, from any terminal of this machine:  uv-wizard attach"),
            (Answer("Leave it running", Quit.LEAVE), Answer("Stay here", Quit.STAY), Answer("Stop it", Quit.STOP)),
            escape=Quit.STAY,
        )  # fmt: skip

    def hints(self) -> list[tuple[str, str]]:
        return [*super().hints(), ("Ctrl+Q", "Leave it running")]


class StopSheet(Sheet[Stop]):
    """Asked before a run is stopped; says what is kept."""

    def __init__(self, finished: int = 0, under_way: int = 0) -> None:
        kept = f"The {finished} finished packages are kept" if finished != 1 else "The finished package is kept"
        again = f", the\n{under_way} under way start again next time." if under_way else "."
        told = f"uv and what it started end within 3 s. {kept}{again} Until then .venv is not complete."
        lines = wrapped(told.replace("\n", " "), WIDTH, 3)
        super().__init__(
            "Stop the sync?",
            (*lines, "Going on later fetches only what is missing."),
            (Answer("Keep going", Stop.GO_ON), Answer("Stop it", Stop.STOP)),
            escape=Stop.GO_ON,
        )


class HelpSheet(Sheet[None]):
    """Three sentences and a command. F1 again: about the whole screen."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("f1,question_mark", "whole", "Help", id="sheet.whole", show=False)]

    def __init__(self, name: str, screen_name: str) -> None:
        self._screen_name = screen_name
        title, lines = help_lines(name)
        super().__init__(title, lines, (Answer("Close", None),), escape=None)

    def action_whole(self) -> None:
        """The screen's help; once more closes."""
        title, lines = help_lines(self._screen_name)
        if tuple(lines) == self._lines:
            self.dismiss(None)
            return
        self.query_one("#sheet-title", Line).show(title)
        self.tell(lines)


def help_lines(name: str) -> tuple[str, list[str]]:
    """Title and lines of an entry of assets/help.toml, its text broken to the sheet's width, the command last."""
    entry = catalog.table("help.toml")[name]
    return f"Help: {entry['title']}", [*wrapped(entry["text"], WIDTH, LINES - 1), cut(entry["more"], WIDTH)]


@dataclass(frozen=True)
class AskedField:
    """A field of a sheet: `key` names it, `check` gives what is wrong with a text, None where nothing is."""

    key: str
    label: str
    value: str = ""
    check: Callable[[str], str | None] | None = None
    help_text: str = ""


class FieldSheet(Sheet["dict[str, str] | None"]):
    """One to three fields. Gives their texts by key, None where they are left as they were."""

    AUTO_FOCUS = "FieldInput"

    def __init__(self, title: str, fields: Sequence[AskedField], lines: Sequence[str] = ()) -> None:
        self._fields = tuple(fields)
        super().__init__(title, lines, (Answer("Take it", {}), Answer("Leave it", None)), escape=None)

    def compose_more(self) -> ComposeResult:
        width = max(len(one.label) for one in self._fields) + 2
        with Vertical(id="sheet-body"):
            for place, one in enumerate(self._fields):
                yield Field(one.label, one.value, label_width=width, help_text=one.help_text, id=f"asked-{place}")

    def on_mount(self) -> None:
        super().on_mount()
        self.query_one("#sheet-body").styles.height = len(self._fields)

    def give(self, value: dict[str, str] | None) -> None:
        if value is None:
            self.dismiss(None)
            return
        texts: dict[str, str] = {}
        for place, one in enumerate(self._fields):
            field = self.query_one(f"#asked-{place}", Field)
            texts[one.key] = field.value.strip()
            wrong = one.check(texts[one.key]) if one.check else None
            if wrong:
                self.note(f"x error    {cut(wrong, WIDTH - 11)}")
                field.input.focus()
                return
        self.dismiss(texts)

    def hints(self) -> list[tuple[str, str]]:
        found = super().hints()
        return found if found[0][0] == "Enter" else [("Enter", "Take it"), ("Esc", "Leave it")]

    @on(Field.Entered)
    def _entered(self, event: Field.Entered) -> None:
        event.stop()
        last = self._fields[-1].key == self._fields[int(str(event.field.id).split("-")[1])].key
        if last:
            self.give({})
        else:
            self.focus_next()


@dataclass(frozen=True)
class Marked:
    """A row of marks. `group`: rows of one non-empty group are one of several, `(*)`; the others each by itself, `[*]`."""

    key: str
    text: str
    on: bool
    group: str = ""


class MarkSheet(Sheet["Mapping[str, bool] | None"]):
    """A list of marks. Gives key -> on for all rows, None where they are left as they were."""

    AUTO_FOCUS = "ChoiceList"

    def __init__(self, title: str, rows: Sequence[Marked], lines: Sequence[str] = (), help_text: str = "") -> None:
        self._rows = list(rows)
        self._help = help_text
        super().__init__(title, lines, (Answer("Take it", {}), Answer("Leave it", None)), escape=None)

    def compose_more(self) -> ComposeResult:
        with VerticalScroll(id="sheet-body", can_focus=False):
            yield ChoiceList(self._texts(), id="marks", help_text=self._help)

    def _texts(self) -> list[Row]:
        return [Row(one.key, cut(f"{_mark(one)} {one.text}", WIDTH - 2)) for one in self._rows]

    @on(ChoiceList.Taken)
    def _marked(self, event: ChoiceList.Taken) -> None:
        event.stop()
        taken = self._rows[event.index]
        for place, one in enumerate(self._rows):
            if one is taken:
                self._rows[place] = Marked(one.key, one.text, True if one.group else not one.on, one.group)
            elif one.group and one.group == taken.group:
                self._rows[place] = Marked(one.key, one.text, False, one.group)
        event.choice_list.show(self._texts())

    def give(self, value: Mapping[str, bool] | None) -> None:
        self.dismiss(None if value is None else {one.key: one.on for one in self._rows})

    def hints(self) -> list[tuple[str, str]]:
        found = super().hints()
        return found if found[0][0] == "Enter" else [("Enter", "On, off"), ("Tab", "Take it"), ("Esc", "Leave it")]


def _mark(row: Marked) -> str:
    mark = "*" if row.on else " "
    return f"({mark})" if row.group else f"[{mark}]"


__all__ = [
    "Answer", "AskedField", "FieldSheet", "HelpSheet", "MarkSheet", "Marked", "Quit", "QuitSheet", "Sheet", "Stop",
    "StopSheet", "help_lines",
]  # fmt: skip
