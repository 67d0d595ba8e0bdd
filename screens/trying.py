"""A screen that tries the plan's `uv lock` in a copy: by itself before Start, where uv is here, and again with P."""

from __future__ import annotations

from abc import abstractmethod
from threading import Event
from typing import TYPE_CHECKING

from textual import on, work
from textual.timer import Timer
from textual.worker import Worker, WorkerState

from screens.choosing import ChoiceList
from screens.lock_trial import LockTrial
from screens.step import StepScreen
from screens.walk import Walk
from wizard.errors import WizardError
from wizard.language import _
from wizard.lock_forecast import counted, hangs_on, tries_by_itself, uv_now
from wizard.plan.step import Plan
from wizard.text import one_line

if TYPE_CHECKING:
    from wizard.lock_forecast import LockForecast


class TryingScreen(StepScreen):
    """`plan`: the one that stands; what starts it is the heirs'."""

    def __init__(self, walk: Walk) -> None:
        super().__init__(walk)
        self.plan: Plan | None = None
        self.trial = LockTrial()
        self.can_try = False
        """Whether there is a lock to try in a copy, and a uv for it."""
        self._start_when_ready = False
        """Start was pressed while something was waited for."""
        self._agreed: Plan | None = None
        """The plan that it was pressed for; None where none stood yet."""
        self._ticking: Timer | None = None

    @property
    @abstractmethod
    def _waits(self) -> str:
        """What the plan waits for; "" for nothing."""

    @property
    @abstractmethod
    def _ready(self) -> bool:
        """Whether nothing stands between the plan and its start."""

    def keep_trial(self) -> None:
        """The plan is another one: what was tried may not hold for it."""
        self.can_try = bool(self.plan and self.plan.step("lock") and uv_now(self.way))
        self.trial.keep_for(hangs_on(self.way, self.plan))
        if self.plan is not None and self.trial.found is not None:
            self.trial.found = counted(self.way, self.plan, self.trial.found)

    def try_by_itself(self) -> None:
        """Once for each plan, unless the line is thin or somebody stopped it: what fails is seen before Start."""
        here = self.is_mounted and self.is_current and not self.walk.running
        if here and self.can_try and self.trial.untried and not self.walk.low_bandwidth and tries_by_itself(self.way):
            self._begin(by_itself=True)

    def action_try_lock(self) -> None:
        """P: uv lock in a copy of the project; stops it where it goes on."""
        if self.plan is None or self.plan.step("lock") is None or self.walk.running or self._waits:
            self.say(_("Nothing to try: uv.lock is not made again."))
        elif not self.can_try:
            self.say(_("Not yet: the uv for it comes with step 1."))
        elif self.trial.running:
            self.stop_trial()
        else:
            self.query_one("#steps", ChoiceList).highlighted = self.row_of("lock")
            self._begin()
            self.say(_("P stops it. The project is not touched."))

    def stop_trial(self) -> None:
        """Nobody waits for it any more, nor for a start after it."""
        self._start_when_ready = False
        self.trial.stop()
        self.redraw()
        self.say(_("Stopped. Nothing was changed."))

    def row_of(self, step_id: str) -> int | None:
        """The place of that step in the list."""
        rows = self.query_one("#steps", ChoiceList).rows
        return next((place for place, row in enumerate(rows) if row.value == step_id), None)

    def _begin(self, *, by_itself: bool = False) -> None:
        if self.plan is not None:
            key = hangs_on(self.way, self.plan)
            self._try_lock(self.plan, self.trial.begin(key, by_itself=by_itself))
            self._ticking = self._ticking or self.set_interval(1.0, self._tick, name="trial")
            self.redraw()

    @work(name="try-lock", group="try-lock", thread=True, exclusive=True, exit_on_error=False)
    def _try_lock(self, plan: Plan, asked: Event) -> None:
        from wizard.lock_forecast import forecast

        found: LockForecast | WizardError
        try:
            found = forecast(self.way, plan, asked.is_set) or WizardError(_("uv.lock is not made again"))
        except WizardError as error:
            found = error
        except OSError as error:
            found = WizardError(_("uv lock can't be tried in a copy: {error}", error=error.strerror or error))
        if not asked.is_set():
            self.app.call_from_thread(self._tried, asked, found)

    def _tried(self, asked: Event, found: LockForecast | WizardError) -> None:
        if self.trial.end(asked, found):
            self._trial_over()

    @on(Worker.StateChanged)
    def _trial_broke(self, event: Worker.StateChanged) -> None:
        """Nothing that nobody foresaw may leave Start waiting."""
        if event.worker.name == "try-lock" and event.state is WorkerState.ERROR and self.trial.running:
            error = one_line(f"{type(event.worker.error).__name__}: {event.worker.error}")
            self.trial.break_off(WizardError(_("uv lock can't be tried in a copy: {error}", error=error)))
            self._trial_over()

    def _trial_over(self) -> None:
        self._stop_ticking()
        self.forget_said()
        self.redraw()
        if self.trial.obstacle is not None:
            self.query_one("#steps", ChoiceList).highlighted = 0
        elif self.trial.failed is not None:
            self.query_one("#steps", ChoiceList).highlighted = self.row_of("lock")
        if self._start_when_ready and self.trial.failed is not None:
            self._start_when_ready = False
            self.say(_("Not started: uv lock fails."))
        self.start_if_asked()

    def on_screen_resume(self) -> None:
        """What lay over it is gone: what was asked for before is done now, unless the plan became another one."""
        self.start_if_asked()

    def start_if_asked(self) -> None:
        """Starts what Start was pressed for, once nothing is waited for; never behind a sheet or another screen."""
        if self._start_when_ready and self._ready and self.is_active:
            self._start_when_ready = False
            self.go_on()

    def hold_to_agreed(self) -> None:
        """Another plan than the one that Start was pressed for is not started by it."""
        if self._start_when_ready and self._agreed is not None and not same_steps(self._agreed, self.plan):
            self._start_when_ready = False
            self.say(_("Not started: the plan is another one."))

    def _tick(self) -> None:
        if self.trial.running and self.trial.too_long:
            self.trial.stop()
            self.redraw()
            self.start_if_asked()
        elif self.trial.running and self.is_current:
            self.redraw()
        elif not self.trial.running:
            self._stop_ticking()

    def _stop_ticking(self) -> None:
        if self._ticking is not None:
            self._ticking.stop()
        self._ticking = None


def same_steps(one: Plan | None, other: Plan | None) -> bool:
    """Whether both plans run and write the same."""
    told = [
        [(step.id, step.commands, step.files, step.registry) for step in plan.steps] for plan in (one, other) if plan
    ]
    return len(told) == 2 and told[0] == told[1]


__all__ = ["TryingScreen"]
