"""Screen 1: what this machine and this project are, and what stands in the way."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from rich.cells import set_cell_size
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget

from screens.step import ORDER, StepScreen
from screens.track import name_of
from screens.walk import Walk
from screens.widgets import Line
from wizard.errors import BadInput
from wizard.language import _, said, shown
from wizard.told.phrases import fact_label

if TYPE_CHECKING:
    from screens.choosing import ChoiceList, Row
    from wizard.advice.findings import Finding

FACTS = ("Machine", "GPU", "Disk", "Network", "uv", "Python", "Project", "torch")
GIVEN_UP = ("Network", "Python", "Disk", "uv", "GPU", "Machine")
"""Facts whose rows a list of folders gets where it has too few, in this order: of rows out of sight nobody knows."""
AROUND = 3
"""Rows of the body beside facts and folders."""
ROWS = 14
"""Rows of the body in a window of 24."""
SHOWN = 3
"""Findings on the screen; A shows them all."""
WORDS = {"error": said("x error    "), "warning": said("! warning  "), "note": said("+ note     ")}


class StartScreen(StepScreen):
    """Facts, and what was found; without a project, the folders to choose from."""

    NUMBER, NAME = 1, "start"
    HELP = "start"
    TITLE_TEXT = said("This machine and this project")
    LEAD = said(
        "uv installs Pythons and packages. 8 screens lead to a working project. Enter\n"
        "takes what is recommended; nothing is changed before the review, screen 6."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f5", "look_again", said("Look again"), id="start.look"),
        Binding("a", "all", said("All"), id="start.all"),
    ]

    def __init__(self, walk: Walk) -> None:
        super().__init__(walk)
        self._found: tuple[Finding, ...] = ()
        self._go = False
        self._alone = False
        """Whether uv is set up without a project."""

    def compose_body(self) -> Iterable[Widget]:
        for name in FACTS:
            yield Line(
                Content.assemble(set_cell_size(fact_label(name), 11), (_(". looking"), "$text-muted")),
                id=f"fact-{name.lower()}",
            )
        found = Line(_("Looking at this machine and this project."), id="summary")
        found.styles.padding = (1, 0, 0, 0)
        yield found
        yield Line(id="summary-more")
        yield Line(id="more", grows=True)

    def draw(self) -> None:
        if self.walk.made is None:
            return
        from wizard.told.facts import machine_rows, project_rows

        self._found = self.way.findings()
        rows = dict(machine_rows(self.way.machine, self.way.pending))
        rows |= dict(project_rows(self.way.project, self.way.path, self.way.locked_variant()))
        folders = self._folders()
        told = [name for name in FACTS if name in rows or self.way.project is not None]
        over = max(0, len(told) + len(folders) + AROUND - ROWS - self.spare) if folders else 0
        given_up = [name for name in GIVEN_UP if name in told][:over]
        for name in FACTS:
            line = self.query_one(f"#fact-{name.lower()}", Line)
            line.show(self._fact(name, rows.get(name, _("not asked: no uv.lock yet") if name == "Network" else "-")))
            line.display = name in told and name not in given_up
        self._draw_summary()
        self._draw_findings()
        self._draw_folders(folders)
        self._draw_more()

    def _draw_more(self) -> None:
        """In a tall window, what is left to know of the machine."""
        told: list[str] = []
        if self.spare and self.way.project is not None:
            from screens.start_more import more_rows

            told = more_rows(self.way.machine, self.room, self.spare + SHOWN - len(self._found[: self._most]))
        line = self.query_one("#more", Line)
        line.show(Content("\n".join(told)))
        line.display = bool(told)

    @property
    def _most(self) -> int:
        """Findings on the screen."""
        return SHOWN + self.spare // 2

    def lead(self) -> str:
        greeting = self.walk.made.greeting if self.walk.made is not None else ""
        if not greeting:
            return self.LEAD
        from screens.rows import cut

        return _(
            "{greeting}\nEnter takes what is recommended; nothing is changed before screen 6.",
            greeting=cut(greeting, 78),
        )

    def by_hand(self) -> str:
        return super().by_hand() if self.walk.made is not None else "uv-wizard doctor"

    def can_go_on(self) -> bool:
        self._go = self.walk.made is None  # Next never waits for a fact, but for the way itself
        if self._go or not self._asks:
            return not self._go
        from screens import no_project

        self._take(no_project.first(self.way))
        return False

    @property
    def _asks(self) -> bool:
        """Whether a project is to be chosen or made before the next screen."""
        return self.walk.made is not None and self.way.project is None and not self._alone

    def next_label(self) -> str:
        if not self._asks:
            return super().next_label()
        from screens import no_project

        return no_project.button(self.way)

    def on_facts(self) -> None:
        super().on_facts()
        if self._go:
            self.action_go_on()

    def _fact(self, name: str, fact: str) -> Content:
        from screens.rows import cut

        tone = "$text-muted" if fact.startswith((". ", "? ")) else ""
        return Content.assemble(set_cell_size(fact_label(name), 11), (cut(fact, self.room - 11), tone))

    def _draw_summary(self) -> None:
        from screens.no_project import explained
        from screens.rows import cut
        from screens.start_more import summary

        if self.way.project is None:
            told, more = explained(self.way)
        else:
            told = summary(self._found, len(self.way.pending), self._most)
            more = _("! warning  {what}", what=self.way.place.told) if self.way.place.told else ""
        self.query_one("#summary", Line).show(cut(told, self.room))
        line = self.query_one("#summary-more", Line)
        line.show(cut(more, self.room))
        line.display = bool(more)

    def _draw_findings(self) -> None:
        found = self._found[: self._most] if self.way.project is not None else ()
        lines = [self._finding(place) for place in range(len(found))]
        there = list(self.query(".finding").results(Line))
        for place, text in enumerate(lines):
            if place < len(there):
                there[place].show(text)
            else:
                self.query_one("#body").mount(Line(text, classes="finding"), before="#more")
        for line in there[len(lines) :]:
            line.show("")

    def _finding(self, place: int) -> str:
        from screens.rows import cut, sides

        one = self._found[place]
        where = "" if one.screen == self.NAME else f"{ORDER.index(one.screen) + 1} {name_of(one.screen)}"
        return sides(shown(WORDS[one.diagnosis.severity]) + cut(one.diagnosis.title, 200), where, self.room - 1)

    def _folders(self) -> list[Row]:
        if self.way.project is not None:
            return []
        from screens import no_project

        return no_project.rows(self.way, self.room - 1, alone=self._alone)

    def _draw_folders(self, rows: list[Row]) -> None:
        listed = self.query("#folders")
        if not rows:
            listed.remove()
            return
        from screens.choosing import ChoiceList

        if listed:
            listed.first(ChoiceList).show(rows, 0)
        else:
            self.query_one("#body").mount(ChoiceList(rows, at=0, id="folders", help_text="project"))

    def side(self) -> str:
        from screens.start_more import side

        return side(self._found)

    def shows(self, action: str) -> bool:
        return super().shows(action) and (action != "all" or bool(self._found))

    def word_of(self, binding: Binding) -> str:
        return _("Why") if binding.action == "all" and len(self._found) <= self._most else super().word_of(binding)

    def action_look_again(self) -> None:
        """F5."""
        self.post_message(self.LookAgain())
        self.say(_("Looking again."))

    def action_all(self) -> None:
        """A: all findings at length."""
        from screens.rows import folded, wrapped
        from screens.text_page import TextPage

        lines: list[str] = []
        for place, one in enumerate(self._found):
            lines += [
                self._finding(place).rstrip(),
                *("  " + row for row in wrapped(one.diagnosis.explanation, self.room - 2, 20)),
            ]
            for said_so in one.diagnosis.evidence:
                first, *rest = folded(said_so, self.room - 4) or [""]
                lines += [f"  > {first}", *(f"    {row}" for row in rest)]
            lines.append("")
        self.app.push_screen(
            TextPage(self.track_line(), _("All that was found"), lines or [_("Nothing stands in the way.")])
        )

    def on_choice_list_taken(self, event: ChoiceList.Taken) -> None:
        """A row of the folders was taken."""
        self._take(event.value)

    def _take(self, value: str) -> None:
        """A folder was chosen, or what is to be made here."""
        from screens import begin, no_project

        self._alone = value == no_project.ALONE
        if self._alone:
            self._begun()
            return
        if no_project.needs_folder(self.way, value):
            no_project.ask_folder(self, value, self._in_its_folder)
            return
        if no_project.is_one(value):
            begin.offer(self, value, self._begun)
            return
        if value != no_project.ELSEWHERE:
            self._move(value)
            return
        from screens.asking import AskedField, FieldSheet

        self.app.push_screen(
            FieldSheet(
                _("Which folder?"),
                [AskedField("path", _("Folder"), self.way.path, self.walk.no_folder, "project", selected=True)],
            ),
            self._named,
        )

    def _in_its_folder(self, value: str) -> None:
        from screens import begin

        self.post_message(self.LookAgain())
        self.redraw()
        begin.offer(self, value, self._begun)

    def _begun(self) -> None:
        self.redraw()
        self.focus_next_button()

    def _named(self, answer: dict[str, str] | None) -> None:
        if answer:
            self._move(answer["path"])

    def _move(self, path: str) -> None:
        try:
            self.walk.move(path)
        except BadInput as error:
            from screens.begin import tell_whole

            tell_whole(self, error)
            return
        self.post_message(self.LookAgain())
        self.redraw()
        self.focus_next_button()
