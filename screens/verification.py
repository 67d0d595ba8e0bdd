"""Screen 8: the checks, one on top of the other, and the end: what works, and what to type from now on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from textual.content import Content
from textual.widget import Widget

from screens import check_rows, rows, run_rows, rungs
from screens.failure import Failure
from screens.run_screen import RunScreen
from screens.step import Mark
from screens.sync import side_of
from screens.widgets import Line
from wizard.errors import WizardError
from wizard.language import _, said, shown
from wizard.plan.quoting import command_line
from wizard.run import client, state
from wizard.text import masked
from wizard.told.run import verdict

if TYPE_CHECKING:
    from screens.walk import Walk
    from wizard.run.client import RunInfo
    from wizard.told.after import After

MOST_RUNGS = 14


class VerificationScreen(RunScreen):
    """A rung is a row of its own, drawn alone when it changes."""

    NUMBER, NAME = 8, "verify"
    HELP = "verify"
    TITLE_TEXT = said("Verify: does torch run on this GPU?")
    LEAD = said(
        "Each check stands on the one above it, in the project's own Python. The first\nthat fails names the cause."
    )
    DEFAULT_CSS: ClassVar[str] = """
    VerificationScreen {
        .rung, #counted { height: 1; }
        .rung { display: none; }
        &.-roomy .rung { height: auto; }
        #gap { height: 1; }
        #live { height: auto; }
        #after { height: auto; }
        &.-ended #hand { display: none; }
    }
    """

    def __init__(self, walk: Walk) -> None:
        super().__init__(walk)
        self._after: After | None = None
        self._asked_for: object = None
        self._asked: tuple[str, ...] = ()
        self._undone = False
        self._details: list[str | None] = []

    def compose_live(self) -> Iterable[Widget]:
        for place in range(MOST_RUNGS):
            yield Line(id=f"rung-{place}", classes="rung")
        yield Line(id="gap")
        yield Line(id="counted")
        yield Line(id="after", grows=True)

    def draw_live(self) -> None:
        told = check_rows.check_rows(self.state, self.planned, self.room, self.now)[:MOST_RUNGS]
        roomy = self.has_class("-tall") and 2 * len(told) + 6 <= self.query_one("#body").size.height
        self.set_class(roomy, "-roomy")
        details: list[str | None] = [None] * len(told)
        if roomy:
            details = check_rows.check_details(self.state, self.planned)
        for place in range(MOST_RUNGS):
            rung = self.query_one(f"#rung-{place}", Line)
            rung.display = place < len(told)
            if place < len(told):
                rung.show(rungs.rung(told[place], details[place], self.room))
        if details != self._details:  # a rung costs its own row only, but where one has become two rows
            self._details = details
            self.query_one("#live").refresh(layout=True)
            for widget in self.query(".rung"):
                widget.refresh(layout=True)
        self.query_one("#gap").display = bool(told)
        counted = self.query_one("#counted", Line)
        counted.display = not self.ended
        begun = bool(told) and self.walk.run is not None
        counted.show(check_rows.checks_told(self.state, len(told)) if begun else self._no_checks())
        after = self.query_one("#after", Line)
        after.display = self.ended
        if self.ended:
            after.show("\n".join(after_rows(self.after, self.room)))
        self.query_one("#title").set_class(self.ended and not self._back, "-good")
        self.set_class(self.ended and len(told) + 4 > 13 + self.spare, "-ended")

    def _no_checks(self) -> str:
        if self.walk.run is None:
            return _("Nothing was started yet: Back to the review, then Start.")
        return rows.state_word("waiting", 11) + _("the checks begin when the sync has ended")

    def on_entered(self) -> None:
        self.planned = planned_checks(self.walk)
        super().on_entered()

    @property
    def ended(self) -> bool:
        """Whether all has run, and well."""
        return self.state.finished and self.state.exit_code == 0

    @property
    def after(self) -> After | None:
        """What to know from now on; asked once, for it reads the run's folder."""
        if self.walk.run is not None and self._asked_for is not self.walk.run:
            self._asked_for = self.walk.run
            from wizard.told.after import after
            from wizard.told.asked_for import asked_for

            self._asked = asked_for(self.way)
            run = client.again(self.walk.run)
            self._undone = run.undone
            try:
                self._after = replace(after(self.way, run), partly=self._is_partly(run))
            except WizardError:
                self._after = None
        return self._after

    def _is_partly(self, run: RunInfo) -> bool:
        return self.walk.part_back == run.id and not run.undone

    @property
    def _back(self) -> str:
        """The headline of a run that was taken back, "" where it was not: what it came to is no longer so."""
        told = self.after  # looks at the run again where that is due
        if self._undone:
            return _("This run was taken back")
        return _("This run was taken back in part") if told is not None and told.partly else ""

    def by_hand(self) -> str:
        run = self.walk.run
        return f"uv-wizard undo {run.id}" if run is not None and self._back else super().by_hand()

    def phase(self) -> object:
        return (super().phase(), self.state.verify is not None)

    def live_heading(self) -> str:
        if self.ended:
            return self._back or verdict(self.state)[0] or _("Done: all steps of the plan are carried out")
        rungs_planned = {key for key, _ in self.planned}
        if "kernel" in rungs_planned or (not rungs_planned and self._uses_torch):
            return self.TITLE_TEXT
        return _("Verify: does torch run on this CPU?") if "torch" in rungs_planned else _("Verify: is all in place?")

    @property
    def _uses_torch(self) -> bool:
        project = self.walk.way.project if self.walk.made is not None else None
        return project is None or project.torch is not None

    def live_lead(self) -> str:
        if self.ended and self._back:
            return _("What the checks found was so before that.") if self.state.checks else ""
        if self.ended:
            told = rows.wrapped(verdict(self.state)[1], 78, 2)
            if len(told) < 2 and self.after is not None and self._asked:
                told.append(rows.cut(_("Asked for: {packages}", packages=_(", ").join(self._asked)), 78))
            return "\n".join(told)
        return self.LEAD

    def live_label(self) -> str:
        return _("Next when done") if self.walk.running else _("Finish")

    def promise(self) -> str:
        if self.failure is not None:
            return _("The installed packages stay.")
        if self.ended:
            if not self.after or not self.after.log:
                return ""
            room = max(20, self.size.width - 27) - cell_len(_("Log: {path}", path=""))
            return _("Log: {path}", path=rows.tail(run_rows.shown_log(self.after.log), room))
        return _("A check that hangs is ended after 60 s.") if self.walk.running else ""

    def side(self) -> Content:
        told = side_of(self.state, str(self.walk.run.folder / "log") if self.walk.run else "")
        document = self.state.verify
        if document is None:
            return Content(told)
        parts = [Content.assemble(rungs.device_panel(device), "\n") for device in document.get("devices") or ()]
        known = rungs.versions(document)
        if known:
            parts.append(Content("\n".join([_("Versions"), *known, "", ""])))
        return Content("").join([*parts, Content(told)])

    def mark(self) -> Mark:
        return "done" if self.ended else super().mark()

    def busy(self) -> bool:
        return self.walk.running

    def on_facts(self) -> None:
        if not self._asked:  # a project that the run has made is read only after it
            self._asked_for = None
        super().on_facts()

    def taken_back(self) -> None:
        from wizard.told.undone import some_are_back

        self._asked_for = None  # what to type from now on is another matter then
        run = self.walk.run
        self.walk.part_back = run.id if run is not None and some_are_back(run.folder / state.JOURNAL) else ""
        super().taken_back()

    def shows_failure(self, failure: Failure) -> bool:
        del failure  # whoever is here when a run has failed is told here
        return True


def planned_checks(walk: Walk) -> tuple[tuple[str, str], ...]:
    """The rungs that this project's plan will climb, (id, title); none where no plan can be made."""
    from wizard.verify.check import VerifyRequest, plan_of_checks

    try:
        step = walk.way.plan().step("verify")
    except WizardError:
        return ()
    if step is None:
        return ()
    return tuple(plan_of_checks(VerifyRequest.from_json(step.commands[0].options["request"])))


def after_rows(after: After | None, width: int) -> list[str]:
    """`From now on`, three commands, and the line that loads new variables into this terminal.

    Where uv is not found without that line, it comes first: the commands would not be found either.
    """
    if after is None:
        return []
    if after.taken_back or after.partly:
        from wizard.told.after import PARTLY, TAKEN_BACK

        return rows.wrapped(TAKEN_BACK if after.taken_back else PARTLY, width, 2)
    longest = max((len(command) for command, _ in after.commands), default=0) + 3
    commands = [("", command.ljust(longest) + shown(about)) for command, about in after.commands]
    told = [(_("From now on"), commands[0][1]), *commands[1:]]
    there = f"cd {run_rows.shown_log(command_line([after.folder]))}" if after.folder else ""
    if there and cell_len(there) <= width - 16:  # the lines in the terminal have it at any length
        told = [(told[0][0], there), ("", told[0][1]), *told[1:]]
    not_all = after.arrived.startswith("!")
    if after.load_line and not after.finds_uv:
        first = _("{load_line}   then this terminal finds uv", load_line=after.load_line)
        told.insert(0, (_("First, here"), first))
    elif after.new_terminal:
        told.insert(0, (_("First"), _("open a new terminal: this one does not find uv yet")))
    elif after.load_line and not not_all:
        told.append((_("Here, type"), _("{load_line}   for the new variables", load_line=after.load_line)))
    across = max(cell_len(head) for head, _about in told) + 2
    lines = [head + " " * (across - cell_len(head)) + about for head, about in told]
    return [masked(rows.cut(line, width)) for line in (*lines, *([after.arrived] if not_all else []))]


__all__ = ["VerificationScreen"]
