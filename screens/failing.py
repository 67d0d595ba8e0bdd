"""A screen of a run whose place a failure can take: what it says then, and its fixes, each one key."""

from __future__ import annotations

from abc import abstractmethod
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import OptionList

from screens import asking_name, rows
from screens.choosing import ChoiceList
from screens.failure import Failure, failure_of
from screens.offering import QuitAsked
from screens.step import Mark, StepScreen
from wizard.errors import BadInput
from wizard.language import _, error_told, said, shown
from wizard.run.progress import RunState
from wizard.text import one_line
from wizard.ways_out import leads, take, typed

if TYPE_CHECKING:
    from screens.walk import Walk
    from wizard.diagnosis import Fix


class FailingScreen(StepScreen):
    """Holds the state of a run and the failure that it came to."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *(
            Binding(str(key), f"fix({key})", said("Fix {key}", key=key), id=f"run.fix.{key}", show=False)
            for key in range(1, 10)
        ),
        Binding("a", "checks", said("All checks"), id="run.checks"),
    ]

    def __init__(self, walk: Walk) -> None:
        super().__init__(walk)
        self.state = walk.state or RunState()
        self.failure: Failure | None = None
        self.planned: tuple[tuple[str, str], ...] = ()
        """The rungs of the verification, where they are known beforehand."""
        self._fix = 0
        self._offered: RunState | None = None
        """The run whose failure has been settled: what is chosen of its fixes stays chosen."""
        self._copied: int | None = None
        """The fix whose command was copied last: Next then leads to the review, to try again."""

    @abstractmethod
    def action_report(self) -> None:
        """R: one file for a colleague."""

    @abstractmethod
    def shows_failure(self, failure: Failure) -> bool:
        """Whether this is the screen that the failure belongs to."""

    def settle(self) -> None:
        """Whether there is a failure to show: asked before any text, for all of them hang on it."""
        failure = (
            failure_of(self.state, self.planned, max(rows.WIDTH, self.room), self.spare)
            if self.state.finished
            else None
        )
        self.failure = failure if failure is not None and self.shows_failure(failure) else None
        if self.failure is not None and self._offered is not self.state:
            self._offered, self._fix = self.state, self.failure.first_untried(self.walk.tried)

    def another_run(self, state: RunState) -> None:
        """Shows that one from now on; no fix of the last one is chosen."""
        self.state, self._fix, self._copied = state, 0, None

    def heading(self) -> str | Content:
        if self.failure is not None:
            again = {2: _("2nd try"), 3: _("3rd try")}.get(self.walk.runs) or _("{number}th try", number=self.walk.runs)
            title = shown(self.failure.title)
            return title if self.walk.runs < 2 else rows.sides(title, again, 76)
        return self.live_heading()

    def live_heading(self) -> str:
        """Row 3 while nothing is wrong."""
        return self.TITLE_TEXT

    def lead(self) -> str | Content:
        return Content(self.failure.lead) if self.failure is not None else self.live_lead()

    def live_lead(self) -> str:
        """Rows 4 and 5 while nothing is wrong."""
        return self.LEAD

    def by_hand(self) -> str:
        return (
            self.failure.by_hand(self._fix, partial(typed, self.way)) if self.failure is not None else super().by_hand()
        )

    def next_label(self) -> str:
        if self.failure is None:
            return self.live_label()
        if self._copied == self._fix:
            return _("Quit") if self._of_the_shell() else _("Try again")
        return self.failure.label(self._fix)

    def _of_the_shell(self) -> bool:
        """Whether what was copied changes the shell that this program was started from."""
        return self.failure is not None and leads(self.failure.fixes[self._fix]) == "shell"

    def live_label(self) -> str:
        """What the primary button says while nothing is wrong."""
        return super().next_label()

    def mark(self) -> Mark:
        return "failed" if self.failure is not None else "now"

    def help_name(self) -> str:
        return "failure" if self.failure is not None else super().help_name()

    def shows(self, action: str) -> bool:
        if action.startswith("fix("):
            return self.failure is not None and int(action[4:-1]) <= len(self.failure.fixes)
        if action == "checks":
            return self.failure is not None and bool(self.failure.rungs)
        return super().shows(action)

    def word_of(self, binding: Binding) -> str:
        if binding.action.startswith("fix(") and self.failure is not None:
            return rows.cut(shown(self.failure.fixes[int(binding.action[4:-1]) - 1].title), 60)
        return super().word_of(binding)

    def go_on(self) -> None:
        if self.failure is None:
            super().go_on()
        elif self.failure.fixes and self._copied != self._fix:
            self.action_fix(self._fix + 1)
        elif self.failure.fixes and self._of_the_shell():
            self.post_message(QuitAsked())
        else:
            self.post_message(self.GoTo("review"))

    def go_back(self) -> None:
        if self.failure is not None:
            self.post_message(self.GoTo(self.failure.screen()))
        else:
            super().go_back()

    def action_checks(self) -> None:
        """A: every check, of which the failure shows three."""
        from screens import check_rows
        from screens.text_page import TextPage

        if self.failure is None or not self.failure.rungs:
            return
        told = check_rows.check_rows(self.state, self.planned, max(rows.WIDTH, self.size.width - 2))
        lines = [line for row, more in zip(told, check_rows.check_details(self.state, self.planned), strict=True)
                 for line in (row, f"   {more}" if more else "") if line]  # fmt: skip
        self.app.push_screen(TextPage(self.track_line(), self.failure.heading, lines))

    def action_fix(self, number: int) -> None:
        """1 to 9: takes that fix."""
        if self.failure is None or not 1 <= number <= len(self.failure.fixes):
            return
        fix = self.failure.fixes[number - 1]
        self._fix, where = number - 1, leads(fix)
        if where in ("command", "shell", "message"):
            self._take_away(fix, where)
        elif where == "report":
            self.action_report()
        elif where == "mirrors":
            self.post_message(self.GoTo("mirrors"))
        elif where == "ask":
            asking_name.ask(self, fix, self._settle_and_review)
        else:
            self._settle_and_review(fix)

    def _take_away(self, fix: Fix, where: str) -> None:
        """It is done elsewhere: in a shell, or by somebody else."""
        commands = "\n".join(typed(self.way, fix.commands))
        self.copy(fix.message or commands)
        if where != "message":
            self._copied, self.walk.copied = self._fix, commands
        if where == "shell":
            self.say(_("Quit, run what was copied, then start anew."))
        elif where == "command":
            self.say(_("First type it in another terminal."))
        self.redraw()

    def _settle_and_review(self, fix: Fix) -> None:
        """What it chooses is chosen, and the review shows what comes of it."""
        try:
            take(self.way, fix, self.walk.left)
        except BadInput as error:
            self.say(f"x {one_line(error_told(error), 70)}")
            return
        if leads(fix) != "again":
            self.walk.tried = (*self.walk.tried, fix.title)
        self.walk.fixed_on = self.NAME
        self.walk.fixed = tuple(dict.fromkeys(key.partition(".")[0] for key in fix.choices or ()))
        self.post_message(self.GoTo("review"))

    @on(ChoiceList.Taken, "#fixes")
    def _fix_taken(self, event: ChoiceList.Taken) -> None:
        self._fix = event.index
        self.redraw()

    @on(OptionList.OptionHighlighted, "#fixes")
    def _fix_looked_at(self, event: OptionList.OptionHighlighted) -> None:
        if self.failure is not None and self.query_one("#fixes").has_focus:
            self._fix = event.option_index
            self.redraw()


__all__ = ["FailingScreen"]
