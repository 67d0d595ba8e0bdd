"""What the sync and the verification screen share: the run they follow, its log, its failure, stopping it."""

from __future__ import annotations

import time
from abc import abstractmethod
from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalGroup
from textual.timer import Timer
from textual.widget import Widget

from screens import following, rows
from screens.failing import FailingScreen
from screens.failure import FailurePanel
from screens.log_page import LogPage
from screens.offering import StopAsked
from screens.run_rows import shown_log
from wizard.errors import WizardError
from wizard.language import _, error_told, said
from wizard.run.when import started_at
from wizard.text import one_line

if TYPE_CHECKING:
    from screens.walk import Walk

LOOK_S = 0.25
"""Seconds between two looks at the run; what moves is drawn more rarely."""
DRAW_S, DRAW_SLOWLY_S = 1.0, 4.0
"""Seconds between two pictures; with --low-bandwidth. More changes from one to the next then: for half of the bytes a second,
half as many pictures are not enough."""


class RunScreen(FailingScreen):
    """A screen that shows a run of `walk.run`."""

    BREAKS = False  # rows of figures are made shorter where the window is
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("l", "log", said("Log"), id="run.log"),
        Binding("s", "stop", said("Stop"), id="run.stop"),
        Binding("r", "report", said("Report"), id="run.report"),
        Binding("u", "undo", said("Undo"), id="run.undo"),
    ]

    def __init__(self, walk: Walk) -> None:
        super().__init__(walk)
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
        if self.is_mounted and self.phase() != self._phase:
            self._phase = self.phase()
            if self.state.finished:
                self.forget_said()  # "Still running" is no longer so
        self.settle()
        super().redraw()

    def draw(self) -> None:
        self.query_one("#live").display = self.failure is None
        panel = self.query_one(FailurePanel)
        panel.display = self.failure is not None
        self.query_one("#title").set_class(self.failure is not None, "-bad")
        self.query_one("#lead").set_class(self.failure is not None, "-whole")
        if self.failure is not None:
            panel.show(self.failure, self.walk.tried, max(rows.WIDTH, self.room), self._fix)
        else:
            self.draw_live()
        self._drawn_at = time.monotonic()

    def shows(self, action: str) -> bool:
        if action == "undo":
            return self.state.finished and self.failure is None
        if action == "report":
            return self.state.finished
        return super().shows(action) and (action != "stop" or self.walk.running)

    # following

    def on_screen_resume(self) -> None:
        """Before anything is painted: what the last run came to is not shown once more."""
        if self.walk.state is not None and self.state is not self.walk.state:
            self.follow()
            self.redraw()

    def on_entered(self) -> None:
        self.follow()
        super().on_entered()

    def follow(self) -> None:
        """Shows the run of the walk, which is followed from here on at the latest."""
        following.begin(self.app, self.walk)
        if self.walk.state is not None and self.state is not self.walk.state:
            self._phase = None
            self.another_run(self.walk.state)
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
        """L: the whole log; after a failure at the line that proves its cause."""
        self.app.push_screen(
            LogPage(
                self.track_line(),
                _("Log of the run {id}", id=self.walk.run.id if self.walk.run else ""),
                self.state,
                self.started,
                self.every,
                at=None if self.failure is None else self.failure.proof,
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

        undoing.ask(self, self.walk.run, self.taken_back)

    def taken_back(self) -> None:
        """What the run changed is put back: the project is another one now."""
        self.redraw()
        self.post_message(self.LookAgain())

    def action_stop(self) -> None:
        """S: asks, then stops the run."""
        if self.walk.running:
            self.post_message(StopAsked())
        else:
            self.say(_("Nothing runs."))


__all__ = ["RunScreen"]
