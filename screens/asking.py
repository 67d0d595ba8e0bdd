"""Sheets that ask: `FieldSheet` for texts, `MarkSheet` for marks in a list, `PickSheet` for one row of it.

All give None where everything is to stay as it was.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.widget import Widget

from screens.choosing import ChoiceList, Row
from screens.fields import Field
from screens.rows import cut, wrapped
from screens.sheet import Answer, Sheet
from wizard.language import _, shown


@dataclass(frozen=True)
class AskedField:
    """A field of a sheet: `key` names it, `check` gives what is wrong with a text, None where nothing is."""

    key: str
    label: str
    value: str = ""
    check: Callable[[str], str | None] | None = None
    help_text: str = ""
    selected: bool = False
    """Whether what is typed first takes the place of the text."""


@dataclass(frozen=True)
class Marked:
    """A row of marks. `group`: rows of one non-empty group are one of several, `(*)`; the others each by itself, `[*]`."""

    key: str
    text: str
    on: bool
    group: str = ""
    help_text: str = ""


class FieldSheet(Sheet["dict[str, str] | None"]):
    """One to three fields, and marks below them. Gives their texts by key, None where they are left as they were.

    A mark's text is `yes` or nothing.
    """

    HELP = ""  # that of its fields
    AUTO_FOCUS = "FieldInput"

    def __init__(
        self, title: str, fields: Sequence[AskedField], lines: Sequence[str] = (), marks: Sequence[Marked] = ()
    ) -> None:
        self._fields = tuple(fields)
        self._marks = list(marks)
        super().__init__(title, lines, (Answer(_("Take it"), {}), Answer(_("Leave it"), None)), escape=None)

    def compose_more(self) -> ComposeResult:
        width = max(cell_len(shown(one.label)) for one in self._fields) + 2
        with Vertical(id="sheet-body"):
            for place, one in enumerate(self._fields):
                yield Field(one.label, one.value, label_width=width, help_text=one.help_text, id=f"asked-{place}")
            if self._marks:
                yield ChoiceList(self._texts(), id="marks")

    def _texts(self) -> list[Row]:
        return [Row(one.key, cut(f"{_mark(one)} {shown(one.text)}", self.room - 2)) for one in self._marks]

    @on(ChoiceList.Taken)
    def _marked(self, event: ChoiceList.Taken) -> None:
        event.stop()
        one = self._marks[event.index]
        self._marks[event.index] = replace(one, on=not one.on)
        event.choice_list.show(self._texts())

    def on_mount(self) -> None:
        super().on_mount()
        self.query_one("#sheet-body").styles.height = len(self._fields) + len(self._marks)
        if self._fields[0].selected:
            self.query_one("#asked-0", Field).select()

    def help_name(self) -> str:
        return _help_of(self.focused, self._marks) or super().help_name() or self._fields[0].help_text

    def give(self, value: dict[str, str] | None) -> None:
        if value is None:
            self.dismiss(None)
            return
        texts = {one.key: "yes" if one.on else "" for one in self._marks}
        for place, one in enumerate(self._fields):
            field = self.query_one(f"#asked-{place}", Field)
            texts[one.key] = field.value.strip()
            wrong = one.check(texts[one.key]) if one.check else None
            if wrong:
                named = f"{shown(one.label)}{_(': ')}{shown(wrong)}" if len(self._fields) > 1 else wrong
                first, *more = wrapped(named, self.room - 11, 2)
                self.note("\n".join([_("x error    {what}", what=first), *(f"{'':11}{row}" for row in more)]))
                field.input.focus()
                return
        self.dismiss(texts)

    def hints(self) -> list[tuple[str, str]]:
        found = super().hints()
        if isinstance(self.focused, ChoiceList):
            return [("Enter", _("On, off")), ("Tab", _("Take it")), ("Esc", _("Leave it"))]
        if found[0][0] == "Enter":
            return found
        enter = (
            _("Take it")
            if self.focused is self.query_one(f"#asked-{len(self._fields) - 1}", Field).input
            else _("Next field")
        )
        return [("Enter", enter), ("Esc", _("Leave it"))]

    @on(Field.Entered)
    def _entered(self, event: Field.Entered) -> None:
        event.stop()
        if event.field.id == f"asked-{len(self._fields) - 1}":
            self.give({})
        else:
            self.focus_next()


class MarkSheet(Sheet["Mapping[str, bool] | None"]):
    """A list of marks. Gives key -> on for all rows, None where they are left as they were."""

    HELP = ""  # that of its rows
    AUTO_FOCUS = "ChoiceList"

    def __init__(self, title: str, rows: Sequence[Marked], lines: Sequence[str] = (), help_text: str = "") -> None:
        self._rows = list(rows)
        self._help = help_text
        super().__init__(title, lines, (Answer(_("Take it"), {}), Answer(_("Leave it"), None)), escape=None)

    def compose_more(self) -> ComposeResult:
        with VerticalScroll(id="sheet-body", can_focus=False):
            yield ChoiceList(self._texts(), id="marks", help_text=self._help)

    def _texts(self) -> list[Row]:
        return [Row(one.key, cut(f"{_mark(one)} {shown(one.text)}", self.room - 2)) for one in self._rows]

    @on(ChoiceList.Taken)
    def _marked(self, event: ChoiceList.Taken) -> None:
        event.stop()
        taken = self._rows[event.index]
        for place, one in enumerate(self._rows):
            if one is taken:
                self._rows[place] = replace(one, on=True if one.group else not one.on)
            elif one.group and one.group == taken.group:
                self._rows[place] = replace(one, on=False)
        event.choice_list.show(self._texts())

    def help_name(self) -> str:
        return _help_of(self.focused, self._rows) or super().help_name() or self._help

    def give(self, value: Mapping[str, bool] | None) -> None:
        self.dismiss(None if value is None else {one.key: one.on for one in self._rows})

    def hints(self) -> list[tuple[str, str]]:
        found = super().hints()
        return (
            found
            if found[0][0] == "Enter"
            else [("Enter", _("On, off")), ("Tab", _("Take it")), ("Esc", _("Leave it"))]
        )


def _help_of(focused: Widget | None, marks: Sequence[Marked]) -> str:
    """The help of the row that the list of marks is at."""
    at = focused.highlighted if isinstance(focused, ChoiceList) else None
    return marks[at].help_text if at is not None and at < len(marks) else ""


def _mark(row: Marked) -> str:
    mark = "*" if row.on else " "
    return f"({mark})" if row.group else f"[{mark}]"


class PickSheet(Sheet["str | None"]):
    """A list to pick one row from. Gives its value, None for none."""

    AUTO_FOCUS = "ChoiceList"

    def __init__(self, title: str, rows: Sequence[Row]) -> None:
        self._picks = tuple(rows)
        super().__init__(title, (), (Answer(_("Close"), None),), escape=None)

    def compose_more(self) -> ComposeResult:
        with VerticalScroll(id="sheet-body", can_focus=False):
            yield ChoiceList(self._picks, at=0)

    @on(ChoiceList.Taken)
    def _picked(self, event: ChoiceList.Taken) -> None:
        event.stop()
        self.dismiss(event.value)

    def hints(self) -> list[tuple[str, str]]:
        return [("Enter", _("Do it")), ("Esc", _("Close"))]

    def action_actions(self) -> None:
        """Ctrl+P once more closes it."""
        self.dismiss(None)
