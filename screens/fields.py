"""Where something is typed: a label, a field between brackets, a word beside it. Loaded when first needed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import HorizontalGroup
from textual.message import Message
from textual.widgets import Input

from screens.rows import fit
from screens.widgets import Line
from wizard.language import shown


class FieldInput(Input):
    """The part of a field that takes the text. Nothing blinks; Up and Down leave it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "screen.focus_previous", "Up", show=False, id="field.up"),
        Binding("down", "screen.focus_next", "Down", show=False, id="field.down"),
    ]
    help_text = ""


class Field(HorizontalGroup):
    """`Cache folder   [/data/min/uv-cache          ]  recommended`: a label, a field between brackets, a word beside it.

    It says `Edited` at every change and `Entered` on Enter; Esc takes a change back first (the frame asks `take_back`).
    """

    DEFAULT_CSS = """
    Field {
        width: 1fr;
        height: 1;
        .bracket { width: 1; }
        .field-word { width: 15; }
        FieldInput {
            width: 1fr;
            height: 1;
            padding: 0;
            border: none;
            background: $background;
            color: $foreground;
            &:focus { border: none; background: $background; background-tint: transparent; }
        }
    }
    """

    @dataclass
    class Edited(Message):
        """The text is another one now."""

        field: Field
        value: str

        @property
        def control(self) -> Field:
            return self.field

    @dataclass
    class Entered(Message):
        """Enter was pressed in the field."""

        field: Field
        value: str

        @property
        def control(self) -> Field:
            return self.field

    def __init__(
        self, label: str, value: str = "", *, word: str = "", label_width: int = 15, help_text: str = "",
        id: str | None = None,
    ) -> None:  # fmt: skip
        super().__init__(id=id)
        self._label, self._word = fit(label, label_width), word
        self._before = value
        self._input = FieldInput(value, compact=True, select_on_focus=False)
        self._input.help_text = help_text
        self._input.cursor_blink = False

    def compose(self) -> ComposeResult:
        """Label, bracket, field, bracket, word."""
        label = Line(self._label)
        label.styles.width = cell_len(self._label)
        yield label
        yield Line("[", classes="bracket")
        yield self._input
        yield Line("]", classes="bracket")
        yield Line(f"  {shown(self._word)}", classes="field-word")

    @property
    def value(self) -> str:
        """The text in the field."""
        return self._input.value

    def select(self) -> None:
        """What is typed first takes the place of the text."""
        self._input.select_all()

    @property
    def input(self) -> FieldInput:
        """The widget that takes the focus."""
        return self._input

    def show(self, value: str, word: str = "") -> None:
        """Puts a text in as if it had always stood there, with the word beside it."""
        self._before = value
        if self._input.value != value:
            with self.prevent(Input.Changed):
                self._input.value = value
        self.say(word)

    def say(self, word: str) -> None:
        """Changes the word beside the field."""
        self._word = word
        if self.is_mounted:
            self.query_one(".field-word", Line).show(f"  {shown(word)}")

    @property
    def changed(self) -> bool:
        """Whether what stands there was typed since."""
        return self._input.value != self._before

    def keep(self) -> None:
        """What stands there now is what Esc leaves alone."""
        self._before = self._input.value

    def take_back(self) -> bool:
        """Puts back the text from before the change; False where nothing was changed."""
        if not self.changed:
            return False
        self._input.value = self._before
        return True

    @on(Input.Changed)
    def _edited(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.Edited(self, event.value))

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Entered(self, event.value))


__all__ = ["Field", "FieldInput"]
