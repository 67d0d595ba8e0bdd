"""Where something is chosen or typed: the one list, and the progress bar beside it. Loaded when first needed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from screens.rows import bar
from screens.widgets import NARROW, Highlighting, Line
from wizard.language import shown


@dataclass(frozen=True)
class Row:
    """A row of a list: `value` names it, `text` is all that is shown, its `(*)` included (screens.rows makes it).

    A `heading` can't be reached.
    """

    value: str
    text: str
    heading: bool = False


class ChoiceList(OptionList, Highlighting, inherit_css=False):
    """The one list for everything that is chosen.

    Enter takes the row and leads forward, Space takes it and stays; Up and Down leave the list at its ends. It says
    `Taken`, and `OptionList.OptionHighlighted` when the highlight moves. `show` changes only the rows that differ.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = OptionList.COMPONENT_CLASSES
    DEFAULT_CSS = """
    ChoiceList {
        width: 1fr;
        height: auto;
        max-height: 100%;
        overflow-x: hidden;
        overflow-y: auto;
        background: $background;
        scrollbar-size-vertical: 1;
        & > .option-list--option { background: transparent; color: $foreground; }
        & > .option-list--option-disabled { color: $text-muted; }
        & > .option-list--option-highlighted { color: $foreground; text-style: none; }
        &:focus > .option-list--option-highlighted { background: $primary; color: $text; text-style: bold; }
        &:ansi:focus > .option-list--option-highlighted { background: ansi_blue; color: ansi_bright_white; }
        &:nocolor:focus > .option-list--option-highlighted { text-style: bold underline; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "step(-1)", "Up", show=False, id="list.up"),
        Binding("down", "step(1)", "Down", show=False, id="list.down"),
        Binding("home", "first", "First", show=False, id="list.first"),
        Binding("end", "last", "Last", show=False, id="list.last"),
        Binding("enter", "take(True)", "Take", show=False, id="list.take"),
        Binding("space", "take(False)", "Take and stay", show=False, id="list.mark"),
        Binding("pageup", "screen.page(-1)", "Page up", show=False, id="list.page-up"),
        Binding("pagedown", "screen.page(1)", "Page down", show=False, id="list.page-down"),
    ]

    @dataclass
    class Taken(Message):
        """A row was taken. `forward`: by Enter, so that the focus goes on to Next (the screen's frame sees to that)."""

        choice_list: ChoiceList
        value: str
        index: int
        forward: bool

        @property
        def control(self) -> ChoiceList:
            return self.choice_list

    def __init__(
        self,
        rows: Sequence[Row] = (),
        *,
        at: int | None = None,
        help_text: str = "",
        id: str | None = None,
    ) -> None:
        """`at`: the row that has the highlight at first."""
        self.rows: tuple[Row, ...] = tuple(rows)
        self.help_text = help_text
        super().__init__(*(Option(Content(shown(row.text)), disabled=row.heading) for row in self.rows), id=id,
                         compact=True, markup=False)  # fmt: skip
        self._at = at
        self._room = 0

    def on_mount(self) -> None:
        """Puts the highlight where it was asked for."""
        self._go_to(self._at)

    def on_resize(self) -> None:
        """In a narrow window rows are broken; another width breaks them elsewhere."""
        room = self._narrow_room
        if room != self._room:
            self._room = room
            for place, row in enumerate(self.rows):
                self.replace_option_prompt_at_index(place, self._prompt(row))

    @property
    def _narrow_room(self) -> int:
        width = self.app.size.width
        return max(0, self.size.width - 1) if width < NARROW and self.size.width else 0

    def _prompt(self, row: Row) -> Content:
        content = Content(shown(row.text))
        if not self._room:
            return content
        from screens.hanging import hung

        return hung(content, self._room)

    def _option(self, row: Row) -> Option:
        return Option(self._prompt(row), disabled=row.heading)

    def show(self, rows: Sequence[Row], at: int | None = None) -> None:
        """Shows these rows. The highlight stays on the row of the same value, else goes to `at`."""
        fresh = tuple(rows)
        if fresh == self.rows and self.highlighted is not None:
            return
        value = self.value
        if [(row.value, row.heading) for row in fresh] == [(row.value, row.heading) for row in self.rows]:
            for place, (old, new) in enumerate(zip(self.rows, fresh, strict=True)):
                if old.text != new.text:
                    self.replace_option_prompt_at_index(place, self._prompt(new))
            self.rows = fresh
            if self.highlighted is None:
                self._go_to(at)
            return
        self.rows = fresh
        self.clear_options()
        self.add_options(map(self._option, fresh))
        self._go_to(next((place for place, row in enumerate(fresh) if row.value == value and value), at))

    @property
    def value(self) -> str | None:
        """The value of the row that has the highlight."""
        at = self.highlighted
        return self.rows[at].value if at is not None and at < len(self.rows) else None

    def _go_to(self, at: int | None) -> None:
        usable = [place for place, row in enumerate(self.rows) if not row.heading]
        self.highlighted = at if at in usable else (usable[0] if usable else None)

    def action_step(self, by: int) -> None:
        """The next or previous row that can be had; at the ends the control beside the list."""
        at = self.highlighted if self.highlighted is not None else -1
        places = [place for place, row in enumerate(self.rows) if not row.heading and (place - at) * by > 0]
        if places:
            self.highlighted = min(places) if by > 0 else max(places)
        elif by > 0:
            self.screen.focus_next()
        else:
            self.screen.focus_previous()

    def scroll_to_highlight(self, top: bool = False) -> None:  # noqa: FBT002 - as the widget has it
        """A list without the focus leaves the body where it is."""
        if self.has_focus:
            super().scroll_to_highlight(top=top)

    @property
    def row_of_highlight(self) -> int:
        line = self._index_to_line.get(self.highlighted or 0, 0)  # a broken row takes several
        return line - int(self.scroll_offset.y)

    def on_focus(self) -> None:
        """The row that has the highlight is in sight."""
        self.scroll_to_highlight()

    def turn(self, by: int) -> None:
        """A windowful of rows on or back."""
        if by > 0:
            self.action_page_down()  # type: ignore[no-untyped-call]
        else:
            self.action_page_up()  # type: ignore[no-untyped-call]

    def action_take(self, forward: bool) -> None:
        """Takes the highlighted row."""
        at = self.highlighted
        if at is not None and not self.rows[at].heading:
            self.post_message(self.Taken(self, self.rows[at].value, at, forward))

    def action_select(self) -> None:
        """A click is Space."""
        self.action_take(forward=False)


class ProgressBar(Line):
    """`[####....]  57 %`: done part and rest in two colours; its words are the same without colour."""

    def progress(self, done: int, total: int, width: int = 76) -> None:
        """Shows `done` of `total`, `width` cells wide."""
        parts = bar(done, total, width)
        tone = "$success on $success" if done >= total else "$primary on $primary"
        self.show(Content.assemble("[", (parts.done, tone), (parts.rest, "$text-disabled"), "]", parts.percent))


__all__ = ["ChoiceList", "ProgressBar", "Row"]
