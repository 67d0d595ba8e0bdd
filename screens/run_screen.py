"""What the sync and the verification screen share: the run they follow, its log, its failure, stopping it."""

from __future__ import annotations

import time
from abc import abstractmethod
from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalGroup
from textual.content import Content
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import OptionList

from screens import rows
from screens.choosing import ChoiceList
from screens.failure import Failure, FailurePanel, failure_of
from screens.follower import OFTEN_S, Follower
from screens.log_page import LogPage
from screens.offering import StopAsked
from screens.run_rows import leads, shown_log
from screens.step import Mark, StepScreen
from wizard.errors import BadInput, WizardError
from wizard.language import _, error_told, said, shown
from wizard.plan.quoting import command_line
from wizard.run.progress import RunState
from wizard.run.when import started_at
from wizard.text import one_line

if TYPE_CHECKING:
    from screens.walk import Walk

LOOK_S = 0.25
"""Seconds between two looks at the run; what moves is drawn more rarely."""
DRAW_S, DRAW_SLOWLY_S = 1.0, 4.0
"""Seconds between two pictures; with --low-bandwidth. More changes from one to the next then: for half of the bytes a second,
half as many pictures are not enough."""


class RunScreen(StepScreen):
    """A screen that shows a run of `walk.run`."""

    BREAKS = False  # rows of figures are made shorter where the window is
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("l", "log", said("Log"), id="run.log"),
        Binding("s", "stop", said("Stop"), id="run.stop"),
        Binding("r", "report", said("Report"), id="run.report"),
        Binding("u", "undo", said("Undo"), id="run.undo"),
        *(
            Binding(str(key), f"fix({key})", said("Fix {key}", key=key), id=f"run.fix.{key}", show=False)
            for key in range(1, 10)
        ),
    ]

    def __init__(self, walk: Walk) -> None:
        super().__init__(walk)
        self.state = walk.state or RunState()
        self.failure: Failure | None = None
        self.planned: tuple[tuple[str, str], ...] = ()
        """The rungs of the verification, where they are known beforehand."""
        self._fix = 0
        self._copied: int | None = None
        """The fix whose command was copied last: Next then leads to the review, to try again."""
        self._timer: Timer | None = None
        self._drawn_at = 0.0
        self._phase: object = None

    # what a screen of a run fills in

    @abstractmethod
    def compose_live(self) -> Iterable[Widget]:
        """The widgets that show the run while nothing is wrong."""

    @abstractmethod
    def draw_live(self) -> None:
        """Puts the run's state into them."""

    @abstractmethod
    def shows_failure(self, failure: Failure) -> bool:
        """Whether this is the screen that the failure belongs to."""

    def phase(self) -> object:
        """What the texts hang on: where it has become another, all is drawn at once."""
        step = self.state.current
        return (step.id if step else None, self.state.finished, self.state.retry is None, len(self.state.checks))

    def looked(self) -> None:
        """The run has been looked at, and drawn where it was time to."""

    # the frame's questions

    def compose_body(self) -> ComposeResult:
        with VerticalGroup(id="live"):
            yield from self.compose_live()
        yield FailurePanel(id="failure")

    def redraw(self) -> None:
        self._settle()
        super().redraw()

    def _settle(self) -> None:
        """Whether there is a failure to show: asked before any text, for all of them hang on it."""
        failure = (
            failure_of(self.state, self.planned, max(rows.WIDTH, self.room), self.spare)
            if self.state.finished
            else None
        )
        self.failure = failure if failure is not None and self.shows_failure(failure) else None

    def draw(self) -> None:
        self.query_one("#live").display = self.failure is None
        panel = self.query_one(FailurePanel)
        panel.display = self.failure is not None
        self.query_one("#title").set_class(self.failure is not None, "-bad")
        if self.failure is not None:
            panel.show(self.failure, self.walk.tried, max(rows.WIDTH, self.room))
        else:
            self.draw_live()
        self._drawn_at = time.monotonic()

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
        return self.failure.by_hand(self._fix) if self.failure is not None else super().by_hand()

    def next_label(self) -> str:
        if self.failure is None:
            return self.live_label()
        return _("Try again") if self._copied == self._fix else self.failure.label(self._fix)

    def live_label(self) -> str:
        """What the primary button says while nothing is wrong."""
        return super().next_label()

    def mark(self) -> Mark:
        return "failed" if self.failure is not None else "now"

    def help_name(self) -> str:
        return "failure" if self.failure is not None else super().help_name()

    def shows(self, action: str) -> bool:
        if action == "undo":
            return self.state.finished and self.failure is None
        if action == "report":
            return self.state.finished
        if action.startswith("fix("):
            return self.failure is not None and int(action[4:-1]) <= len(self.failure.fixes)
        return super().shows(action) and (action != "stop" or self.walk.running)

    def word_of(self, binding: Binding) -> str:
        if binding.action.startswith("fix(") and self.failure is not None:
            return rows.cut(shown(self.failure.fixes[int(binding.action[4:-1]) - 1].title), 60)
        return super().word_of(binding)

    # following

    def on_entered(self) -> None:
        self.follow()
        super().on_entered()

    def follow(self) -> None:
        """Begins to follow the run of the walk, where that is not done already."""
        walk = self.walk
        if walk.run is not None and walk.state is None:
            lock = walk.way.project.lock if walk.made is not None and walk.way.project is not None else None
            walk.state = RunState(versions=lock.versions if lock is not None else None)
            self._phase, self._fix, self._copied = None, 0, None
            follower = Follower(walk.run, walk.state).start()
            timers: list[Timer] = []
            timers.append(self.app.set_interval(OFTEN_S, lambda: _feed(follower, timers[0]), name="follow"))
        if walk.state is not None and self.state is not walk.state:
            self.state, self._fix, self._copied, self._phase = walk.state, 0, None, None
        if self._timer is None and not self.state.finished:
            self._timer = self.set_interval(LOOK_S, self._look, name="run")

    def _look(self) -> None:
        """Draws at once what has become another, and once a second what moves; nothing where another screen is shown."""
        if self.state.finished and self._phase == self.phase() and self._timer is not None:
            self._timer.stop()
            self._timer = None
        if not self.is_current:
            return
        if self.phase() != self._phase:
            self._phase = self.phase()
            if self.state.finished:
                self.forget_said()  # "Still running" is no longer so
            self.redraw()
        elif time.monotonic() - self._drawn_at >= self.every:
            self.draw()
            self._draw_side()
        self.looked()

    @property
    def every(self) -> float:
        """Seconds between two pictures of what moves."""
        return DRAW_SLOWLY_S if self.walk.low_bandwidth else DRAW_S

    @property
    def started(self) -> float | None:
        """Epoch seconds of the run's beginning."""
        return started_at(self.walk.run.started) if self.walk.run is not None else None

    @property
    def now(self) -> float:
        """Seconds since the run began, never less than its last event says."""
        if self.started is None or self.state.finished:
            return self.state.at
        return max(self.state.at, time.time() - self.started)

    # keys

    def action_log(self) -> None:
        """L: the whole log."""
        self.app.push_screen(
            LogPage(
                self.track_line(),
                _("Log of the run {id}", id=self.walk.run.id if self.walk.run else ""),
                self.state,
                self.started,
                self.every,
            )
        )

    def action_report(self) -> None:
        """R: one file for a colleague."""
        from wizard import report

        if self.walk.run is None:
            return
        try:
            where = str(report.write(self.walk.run, self.way))
        except WizardError as error:
            self.say(rows.cut(f"x {one_line(error_told(error))}", 76))
            return
        self.say(rows.cut(_("Report: {path}", path=shown_log(where)), self.query_one("#promise").size.width))

    def action_undo(self) -> None:
        """U: asks, then puts back what the run changed."""
        from screens import undoing

        undoing.ask(self, self.walk.run, self.redraw)

    def action_stop(self) -> None:
        """S: asks, then stops the run."""
        if self.walk.running:
            self.post_message(StopAsked())
        else:
            self.say(_("Nothing runs."))

    def go_on(self) -> None:
        if self.failure is None:
            super().go_on()
        elif self.failure.fixes and self._copied != self._fix:
            self.action_fix(self._fix + 1)
        else:
            self.post_message(self.GoTo("review"))

    def go_back(self) -> None:
        if self.failure is not None:
            self.post_message(self.GoTo(self.failure.screen()))
        else:
            super().go_back()

    def action_fix(self, number: int) -> None:
        """1 to 9: takes that fix."""
        if self.failure is None or not 1 <= number <= len(self.failure.fixes):
            return
        fix = self.failure.fixes[number - 1]
        self._fix = number - 1
        if leads(fix) in ("command", "message"):
            self.copy(fix.message or "\n".join(command_line(argv) for argv in fix.commands or ()))
            if leads(fix) == "command":
                self._copied = self._fix
            self.redraw()
            return
        try:
            for key, value in (fix.choices or {}).items():
                self.way.choose(key, value)
        except BadInput as error:
            self.say(f"x {one_line(error_told(error), 70)}")
            return
        self.walk.tried = (*self.walk.tried, fix.title)
        self.way.read()
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


def _feed(follower: Follower, feeding: Timer) -> None:
    follower.take()
    if follower.over:
        feeding.stop()


__all__ = ["RunScreen"]
