"""The page behind the torch screen's last row: another version, any variant, how it is written, for which systems."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import HorizontalGroup, Vertical
from textual.content import Content
from textual.widgets import Button

from screens import rows
from screens.choosing import ChoiceList, Row
from screens.fields import Field
from screens.offering import moving
from screens.page import Page
from screens.widgets import Line, PushButton, is_field
from wizard.errors import WizardError
from wizard.language import _, error_told, said, shown
from wizard.text import one_line
from wizard.told import torch_rows

if TYPE_CHECKING:
    from wizard.way import Way

LAYOUTS = (
    ("auto", said("index, unless the project binds variants to extras already")),
    ("index", said("one variant for everybody, from an index of its own")),
    ("extras", said("each variant an extra: who syncs picks one, --extra cu126")),
)
SYSTEMS = (("linux", "Linux"), ("windows", "Windows"), ("macos", "macOS"))
VERSION, LAYOUT, PLATFORMS = "torch.version", "torch.layout", "torch.platforms"


class OtherTorchPage(Page):
    """Version, variant, layout and systems. `taken`: what was chosen, by key; None where all stays as it is."""

    AUTO_FOCUS = "FieldInput"
    HELP = "torch"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+n", "take", said("Take it"), id="frame.next", priority=True),
        Binding("escape", "leave", said("Leave it"), id="frame.back"),
        moving("up", "focus_previous", said("Control above"), "torch.other.up"),
        moving("down", "focus_next", said("Control below"), "torch.other.down"),
    ]
    DEFAULT_CSS: ClassVar[str] = """
    OtherTorchPage {
        #rows { height: 1fr; margin: 1 0 0 0; padding: 0 1; }
        #kinds { height: 1fr; }
        #note { height: auto; max-height: 2; min-height: 1; padding: 0 1; }
        #page-buttons { height: 1; padding: 0 0 0 1; }
    }
    """

    def __init__(self, track: str | Content, way: Way) -> None:
        super().__init__(track, _("torch: another version or variant"))
        self._way = way
        self._variant = way.choices.text(torch_rows.KEY)
        self._layout = way.choices.text(LAYOUT)
        self._platforms = set(way.choices.names(PLATFORMS))
        self._variants = tuple(_variants(way))
        self.taken: dict[str, object] | None = None

    def compose_rows(self) -> ComposeResult:
        advised = self._way.torch().torch_version
        with Vertical(id="rows"):
            version = self._way.choices.text(VERSION)
            word = _("empty: {advised}", advised=advised) if advised and not version else _("empty: the newest")
            yield Field(_("Version"), version, word=word, label_width=11, help_text="torch", id="version")
            yield ChoiceList(self._rows(), id="kinds", help_text="variant")
        yield Line(id="note", grows=True)
        with HorizontalGroup(id="page-buttons"):
            yield PushButton(_("Take it"), id="next")
            yield PushButton(_("Leave it"), id="leave")

    def _rows(self) -> list[Row]:
        """What runs here, how it is written, where it holds; then what does not run here: rarely wanted, and long."""
        width = max(40, self.size.width - 4) if self.is_mounted else 76
        here = [one for one in self._variants if not one[1].startswith("x ")]
        elsewhere = [one for one in self._variants if one[1].startswith("x ")]
        listed = [Row("", _("Variant"), heading=True), *self._several("variant", here, self._variant)]
        listed += [
            Row("", _("How pyproject.toml says it"), heading=True),
            *self._several("layout", LAYOUTS, self._layout),
        ]
        listed.append(Row("", _("On which systems; on the others torch is the package index's"), heading=True))
        for value, name in SYSTEMS:
            listed.append(Row(f"on:{value}", f"[{'*' if value in self._platforms else ' '}] {name}"))
        if elsewhere:
            listed.append(Row("", _("Variants that do not run here"), heading=True))
            listed += self._several("variant", elsewhere, self._variant)
        return [Row(one.value, rows.cut(one.text, width), one.heading) for one in listed]

    @staticmethod
    def _several(kind: str, values: Sequence[tuple[str, str]], chosen: str) -> list[Row]:
        return [
            Row(f"{kind}:{value}", rows.choice(value == chosen, rows.column(value, 12) + shown(text)))
            for value, text in values
        ]

    @on(ChoiceList.Taken, "#kinds")
    def _marked(self, event: ChoiceList.Taken) -> None:
        event.stop()
        kind, _, value = event.value.partition(":")
        if kind == "variant":
            self._variant = value
        elif kind == "layout":
            self._layout = value
        else:
            self._platforms ^= {value}
        event.choice_list.show(self._rows())
        self._tell()

    @on(Field.Edited)
    def _edited(self) -> None:
        self.query_one("#note", Line).show("")

    @on(Field.Entered)
    def _entered(self) -> None:
        """On to the list, with what is wrong in sight: another variant may be what puts it right."""
        self._tell()
        self.query_one("#kinds").focus()

    def _chosen(self) -> dict[str, object]:
        """Only what is another than before: who said the rest keeps it."""
        found: dict[str, object] = {
            torch_rows.KEY: self._variant,
            VERSION: self.query_one("#version", Field).value.strip(),
            LAYOUT: self._layout,
            PLATFORMS: tuple(name for name, _ in SYSTEMS if name in self._platforms),
        }
        return {key: value for key, value in found.items() if value != self._way.choices.get(key)}

    def _wrong(self) -> str:
        """Why that can't be had, "" where it can."""
        if not self._platforms:
            return _("No system is left: mark one of them.")
        try:
            with torch_rows.as_if(self._way, *self._chosen().items()) as way:
                way.plan()
        except WizardError as error:
            return one_line(error_told(error))
        return ""

    def _tell(self) -> str:
        wrong = self._wrong()
        broken = rows.wrapped(wrong, self.size.width - 14, 2)
        told = [f"{'x error    ' if place == 0 else '           '}{row}" for place, row in enumerate(broken)]
        self.query_one("#note", Line).show(Content("\n".join(told)))
        return wrong

    def action_take(self) -> None:
        """Ctrl+N, and the button: what can't be had is not taken."""
        if self._tell():
            self.query_one("#kinds" if not is_field(self.focused) else "FieldInput").focus()
            return
        self.taken = self._chosen()
        self.dismiss(None)

    @on(Button.Pressed, "#next")
    def _take_pressed(self) -> None:
        self.action_take()

    @on(Button.Pressed, "#leave")
    def _leave_pressed(self) -> None:
        self.dismiss(None)

    def hints(self) -> list[tuple[str, str]]:
        if is_field(self.focused):
            return [("Enter", _("To the list")), *self.hint_keys()]
        if isinstance(self.focused, ChoiceList):
            return [("Enter", _("Mark")), ("Tab", _("Next control")), *self.hint_keys()]
        return [("Enter", str(getattr(self.focused, "label", "")).strip("[ ]")), *self.hint_keys()]

    def action_leave(self) -> None:
        """Esc: a change in the field first, then all."""
        field = self.query_one("#version", Field)
        if not (is_field(self.focused) and field.take_back()):
            self.dismiss(None)

    def action_focus_next(self) -> None:
        """Down."""
        self.focus_next()

    def action_focus_previous(self) -> None:
        """Up."""
        self.focus_previous()

    @on(events.DescendantFocus)
    def _focus_moved(self) -> None:
        self.redraw_hints()


def _variants(way: Way) -> Iterator[tuple[str, str]]:
    """Every value of `torch.variant`, and what it means here: those that run first."""
    told = torch_rows.page(way)
    known = {"keep": _("what uv.lock and pyproject.toml say"), "auto": _("what is recommended here, now and later"),
             "pypi": _("the package index's own torch, on every system")}  # fmt: skip
    yield "keep", known["keep"]
    yield "auto", known["auto"]
    for row in told.rows:
        if row.value not in known:
            known[row.value] = ""
            yield row.value, row.line
    yield "pypi", known["pypi"]
    for name, why in told.ruled_out:
        if name not in known:
            known[name] = ""
            yield name, f"x {shown(why)}"


__all__ = ["OtherTorchPage"]
