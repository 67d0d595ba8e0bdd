"""A folder without a project: one is made of a file that lies there, or a new one. Looked at first, written by the plan."""

from __future__ import annotations

import os
from time import monotonic, sleep
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import HorizontalGroup
from textual.content import Content
from textual.widgets import Button, OptionList

from screens.asking import AskedField, FieldSheet
from screens.choosing import ChoiceList, Row
from screens.no_project import CONDA, FILE, NEW, OWN
from screens.offering import moving
from screens.page import Page
from screens.rows import cut, fit, folded, wrapped
from screens.widgets import Line, PushButton
from wizard.errors import BadInput, WizardError
from wizard.language import _, error_told, said, shown
from wizard.text import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from screens.step import StepScreen
    from wizard.environment_files.record import Imported, Sorted
    from wizard.plan.step import Step

UV_WAIT_S, POLL_S = 20.0, 0.05
"""A uv makes the new project; its probe may still be at work."""
ERROR = said("x error    ")
LOOKING = said(". reading it, and asking the index")


class ImportPage(Page):
    """The three piles, each line with its reason. `taken`: what is to be written, None for nothing."""

    AUTO_FOCUS = "#next"
    HELP = "import"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+n", "take", said("Take it"), id="frame.next", priority=True),
        Binding("escape", "leave", said("Leave it"), id="frame.back"),
        moving("up", "app.focus_previous", said("Control above"), "import.up"),
        moving("down", "app.focus_next", said("Control below"), "import.down"),
    ]
    DEFAULT_CSS: ClassVar[str] = """
    ImportPage {
        #rows { height: 1fr; margin: 1 0 0 0; padding: 0 1; }
        #note { height: auto; min-height: 4; padding: 1 1 0 1; }
        #page-buttons { height: 1; padding: 0 0 0 1; }
    }
    """

    def __init__(self, track: str | Content, name: str, imported: Imported, more: Sequence[str] = ()) -> None:
        """`more`: told below the piles."""
        super().__init__(track, _("{name}: what becomes of each line", name=one_line(name, 40)))
        self.imported = imported
        self._more = tuple(more)
        self.taken: Imported | None = None

    def compose_rows(self) -> ComposeResult:
        yield ChoiceList(self._rows(), at=1, id="rows", help_text="import")
        yield Line(id="note", grows=True)
        with HorizontalGroup(id="page-buttons"):
            yield PushButton(_("Take it"), id="next")
            yield PushButton(_("Leave it"), id="leave")

    def on_mount(self) -> None:
        super().on_mount()
        self._tell()

    def _rows(self) -> list[Row]:
        width = (self.size.width if self.is_mounted else 80) - 4
        found: list[Row] = []
        piles = (
            (_("+ taken over"), self.imported.mapped),
            (_("? not decided: written nowhere, kept in the plan's notes"), self.imported.undecided),
            (_("- not needed"), self.imported.dropped),
        )
        for title, pile in piles:
            if pile:
                found.append(Row("", f"{title}{_(': ')}{len(pile)}", heading=True))
                found += [
                    Row(one.text, cut(f"  {fit(cut(one.text, 28), 28)} {shown(_short(one))}", width)) for one in pile
                ]
        return [*found, *(Row("", cut(line, width), heading=True) for line in self._more)]

    def _chosen(self) -> Sorted | None:
        value = self.query_one("#rows", ChoiceList).value
        every = (*self.imported.mapped, *self.imported.undecided, *self.imported.dropped)
        return next((one for one in every if one.text == value), None)

    def _tell(self) -> None:
        one = self._chosen() if self.query_one("#rows").has_focus else None
        note = self.query_one("#note", Line)
        if one is not None:
            told = _("{why}. Space takes the other.", why=shown(one.why)) if one.other else one.why
            note.show("\n".join(folded(told, self.size.width - 2)))
            return
        said = self.imported
        python = (said.requires_python or _("any")).removeprefix("==").removesuffix(".*")
        hint = _(" torch was {hint}; what runs here is asked later.", hint=said.torch_hint) if said.torch_hint else ""
        told = _("{count} dependencies, Python {python}.{hint} Up and Down tell why, line by line.",
                 count=len(said.dependencies), python=python, hint=hint)  # fmt: skip
        note.show("\n".join(folded(told, self.size.width - 2)))

    def hints(self) -> list[tuple[str, str]]:
        if isinstance(self.focused, ChoiceList):
            return [("Enter", _("Next control")), *self.hint_keys()]
        return [("Enter", str(getattr(self.focused, "label", "")).strip("[ ]")), *self.hint_keys()]

    def resized(self) -> None:
        super().resized()
        self._tell()

    @on(OptionList.OptionHighlighted, "#rows")
    def _looked_at(self) -> None:
        self._tell()

    def on_descendant_focus(self) -> None:
        """The line above the buttons follows the focus, and so do the keys."""
        self._tell()
        self.redraw_hints()

    @on(ChoiceList.Taken, "#rows")
    def _switch(self, event: ChoiceList.Taken) -> None:
        event.stop()
        if event.forward:
            self.query_one("#next").focus()
            return
        self.imported = self.imported.switched(event.value)
        event.choice_list.show(self._rows(), event.index)
        self._tell()

    @on(Button.Pressed, "#next")
    def action_take(self) -> None:
        """Ctrl+N, and the first button."""
        self.taken = self.imported
        self.dismiss(None)

    @on(Button.Pressed, "#leave")
    def action_leave(self) -> None:
        """Esc, and the second one."""
        self.dismiss(None)


def _short(one: Sorted) -> str:
    if one.to is None:
        return one.why
    return one.to if not one.other else _("{to}   (or {other})", to=one.to, other=one.other)


def offer(screen: StepScreen, value: str, done: Callable[[], None]) -> None:
    """The row of `rows` that was taken: shows what would be made; `done` once the plan begins with it."""
    if value in {NEW, OWN}:
        _offer_new(screen, done)
        return
    name = value.removeprefix(FILE).removeprefix(CONDA)
    screen.say(LOOKING)

    def look() -> None:
        from wizard.begin import brought, brought_from_conda

        more: list[str] = []
        try:
            if value.startswith(CONDA):
                found, here = brought_from_conda(screen.way, name)
                more = [*here.told()]
            else:
                found = brought(screen.way, name)
        except (WizardError, OSError) as error:
            screen.app.call_from_thread(tell_whole, screen, error)
        else:
            screen.app.call_from_thread(show, found, more)

    def show(found: Imported, more: Sequence[str]) -> None:
        page = ImportPage(screen.track_line(), name, found, more)
        screen.forget_said()
        screen.app.push_screen(page, lambda _: taken(page.taken))

    def taken(found: Imported | None) -> None:
        if found is not None:
            from wizard.begin import of_file

            _begin(screen, lambda: of_file(screen.way, found), done)

    screen.run_worker(look, name="import", thread=True, exclusive=True, exit_on_error=False)


def tell_whole(screen: StepScreen, error: Exception) -> None:
    """Why something could not be done, where there is room for all of it: beside the buttons there is not."""
    from screens.sheet import Answer, Sheet

    screen.forget_said()
    lines = [*trouble_rows(error), _("Nothing has been changed.")]
    screen.app.push_screen(Sheet(_("That can't be done"), lines, [Answer(_("Close"), None)], escape=None))


def trouble_rows(error: Exception) -> list[str]:
    """Of an error, in rows for a sheet."""
    first, *rest = wrapped(error_told(error), 67, 4) or [""]
    return [shown(ERROR) + first, *(f"{'':11}{row}" for row in rest)]


def _offer_new(
    screen: StepScreen, done: Callable[[], None], known: Mapping[str, str] | None = None, trouble: Sequence[str] = ()
) -> None:
    """`known`: what was typed before, and `trouble` what came of it."""
    from pathlib import Path

    from wizard.begin import new, packages_in
    from wizard.plan.import_file import name_of

    typed = known or {"name": name_of(Path(screen.way.path).name)}
    fields = [
        AskedField("name", _("Name"), typed["name"], _no_name, "new-project", selected=True),
        AskedField("python", _("Python"), typed.get("python", ""), _no_python, "new-project"),
        AskedField("packages", _("Packages"), typed.get("packages", ""), _no_packages, "new-project"),
    ]
    lines = trouble or [
        _("uv init makes it, uv add adds the packages; more can be added at any time."),
        _("Python such as 3.12, or empty: uv chooses. Packages such as numpy, torch."),
    ]  # fmt: skip

    def asked(answer: dict[str, str] | None) -> None:
        if answer is not None:
            screen.say(_(". uv init, in a scratch folder"))
            screen.run_worker(lambda: make(answer), name="init", thread=True, exclusive=True, exit_on_error=False)

    def make(answer: dict[str, str]) -> None:
        _wait_for_uv(screen)
        try:
            step = new(screen.way, answer["name"], answer["python"], packages_in(answer["packages"]))
        except (WizardError, OSError) as error:
            screen.app.call_from_thread(again, answer, error)
        else:
            screen.app.call_from_thread(_begin, screen, lambda: step, done)

    def again(answer: dict[str, str], error: Exception) -> None:
        screen.forget_said()
        _offer_new(screen, done, answer, trouble_rows(error))

    title = _("A new project in this folder")
    if not os.path.isdir(screen.way.path):
        title = _("A new project in {folder}", folder=one_line(os.path.basename(screen.way.path), 50))
    screen.app.push_screen(FieldSheet(title, fields, lines), asked)


def _no_packages(text: str) -> str | None:
    from wizard.begin import check_packages, packages_in

    return _refused(lambda: check_packages(packages_in(text)))


def _no_python(text: str) -> str | None:
    from wizard.begin import check_python

    return _refused(lambda: check_python(text))


def _refused(check: Callable[[], None]) -> str | None:
    try:
        check()
    except BadInput as error:
        return error_told(error)
    return None


def _no_name(text: str) -> str | None:
    from wizard.plan.import_file import name_of

    return None if text and name_of(text) == text else _("a name has letters, digits and - _ . between them")


def _wait_for_uv(screen: StepScreen) -> None:
    until = monotonic() + UV_WAIT_S
    while "uv" in screen.way.pending and monotonic() < until:
        sleep(POLL_S)


def _begin(screen: StepScreen, make: Callable[[], Step], done: Callable[[], None]) -> None:
    try:
        screen.way.begin_project(make())
    except WizardError as error:
        tell_whole(screen, error)
        return
    done()
    screen.say(_("The plan begins with it; the review shows every line."))


__all__ = ["ImportPage", "offer", "tell_whole", "trouble_rows"]
