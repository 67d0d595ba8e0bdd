"""A screen that holds a plan: makes it, measures first where that is needed, and starts it."""

from __future__ import annotations

from threading import Event
from typing import TYPE_CHECKING

from textual import on, work
from textual.worker import Worker, WorkerState

from screens.choosing import ChoiceList
from screens.offering import QuitAsked
from screens.rows import cut
from screens.sync_look import SyncLook
from screens.trying import TryingScreen
from screens.walk import Walk
from wizard.diagnosis import Diagnosis
from wizard.errors import WizardError
from wizard.language import _, error_told
from wizard.obstacle import stands_in_the_way
from wizard.plan.step import Plan, Step
from wizard.run.client import ProjectBusy, RunInfo, find
from wizard.text import one_line

if TYPE_CHECKING:
    from wizard.choices import Choices
    from wizard.plan.forecast import Forecast
    from wizard.this_run import ThisRun

MIRRORS = ("mirrors.pypi", "mirrors.pytorch", "mirrors.python")


class PlannedScreen(TryingScreen):
    """The plan as it stands: what waits, what is wrong with it, and its start. `#steps` is the list of its steps."""

    def __init__(self, walk: Walk) -> None:
        super().__init__(walk)
        self._opens = False
        """Whether the step to be told first is to be marked, as a fix has just been taken."""
        self._made_of: tuple[Choices, ThisRun] | None = None
        """What was chosen when the plan was made."""
        self.obstacle: Diagnosis | None = None
        self._wrong = ""
        self._waits_for = ""
        self._from = 0
        self._leads_on = False
        """A run was started, and its screen has not been shown."""
        self.sync = SyncLook()

    # what is planned

    def on_entered(self) -> None:
        self._make_from_its_head()
        super().on_entered()

    def _make_from_its_head(self) -> None:
        self._from, self._opens = 0, bool(self.walk.fixed_on)
        if not self.walk.running:
            self.make()

    def on_facts(self) -> None:
        self.sync.forget()
        if not self.walk.running and not self._waits:
            self.make()
        self.redraw()

    def make(self) -> None:
        """Makes the plan anew; measures first where a mirror is to be the fastest. The one that starts stays as it is."""
        if self.walk.starting:
            return
        if any(self.way.choices.text(key) == "fastest" for key in MIRRORS):
            self._waits_for = _("measuring the mirrors, at most 15 s")
            self._prepare()
        elif self.way.choices.text("mirrors.python") != "official":
            self._waits_for = _("looking the Python up on its mirror")
            self._prepare()
        else:
            self._planned(None)

    @work(name="prepare", group="prepare", thread=True, exclusive=True, exit_on_error=False)
    def _prepare(self) -> None:
        error: WizardError | None = None
        try:
            self.way.prepare()
        except WizardError as found:
            error = found
        self.app.call_from_thread(self._planned, error)

    def _planned(self, error: WizardError | None) -> None:
        self._waits_for, self._wrong = "", one_line(error_told(error)) if error else ""
        at, self._made_of = self._telling(), (self.way.choices, self.way.this_run)
        try:
            self.plan = self.way.plan()
        except WizardError as found:
            self.plan, self._wrong = None, one_line(error_told(found))
        self.keep_trial()
        self.hold_to_agreed()
        self._look_at_sync()
        obstacle = stands_in_the_way(self.way)
        made_by_lock = (
            obstacle is not None and obstacle.cause == "lock-missing" and self.plan and self.plan.step("lock")
        )
        self.obstacle = None if made_by_lock else obstacle
        if self.is_mounted:
            self.redraw()
            if (at is None or self._opens) and self.plan and self.plan.steps:
                self._opens = False
                self.query_one("#steps", ChoiceList).highlighted = self._opened_at()
        self.try_by_itself()
        self.start_if_asked()

    def _telling(self) -> int | None:
        return self.query_one("#steps", ChoiceList).highlighted if self.is_mounted else None

    @property
    def _waits(self) -> str:
        """What the plan waits for; "" for nothing."""
        return self._waits_for or (_("measuring the mirrors, at most 15 s") if self.walk.measures else "")

    @property
    def _ready(self) -> bool:
        waits = self._waits or self.trial.running or self._looks_for_uv
        return bool(self.plan and self.plan.steps) and not waits and not self._stopped

    @property
    def _looks_for_uv(self) -> bool:
        """Whether it is not known yet which uv is here, such as after a run that brought one."""
        return "uv" in self.way.pending

    @property
    def _stopped(self) -> bool:
        """Whether what stands in the way leaves nothing worth starting."""
        return bool(self._wrong) or (self.told is not None and self.told.cause != "project-missing")

    @property
    def told(self) -> Diagnosis | None:
        """What stands in the way: of the project, else of its lock or the disks, unless the plan begins with a remedy."""
        return self.obstacle or self.trial.obstacle or (None if self._remedied else self.sync.obstacle)

    @property
    def _remedied(self) -> bool:
        return self.plan is not None and self.plan.step("fix") is not None

    @property
    def _steps(self) -> tuple[Step, ...]:
        return self.plan.steps if self.plan else ()

    def _opened_at(self) -> int:
        """The step that is told at first: the one that a fix has changed, the one that changes the project, else the sync."""
        ids = [step.id for step in self._steps]
        first = ("fix", *self.walk.fixed, "torch", "lock", "sync")
        return next((ids.index(name) for name in first if name in ids), 0)

    # what the sync fetches

    def _look_at_sync(self) -> None:
        asked = self.sync.begin(self.plan) if self.is_mounted and self.is_current else None
        if asked is not None and self.plan is not None:
            self._forecast(self.plan, asked)

    @work(name="forecast", group="forecast", thread=True, exclusive=True, exit_on_error=False)
    def _forecast(self, plan: Plan, asked: Event) -> None:
        from wizard import sync_forecast

        found = sync_forecast.look(self.way, plan, asked.is_set, ask=True)
        obstacle = sync_forecast.obstacle(self.way, found)
        if not asked.is_set():
            self.app.call_from_thread(self._forecasted, asked, found, obstacle)

    def _forecasted(self, asked: Event, found: Forecast | None, obstacle: Diagnosis | None) -> None:
        if self.sync.end(asked, found, obstacle):
            self.redraw()
            if obstacle is not None:
                self.query_one("#steps", ChoiceList).highlighted = 0

    def on_unmount(self) -> None:
        """Nobody waits for uv any more."""
        self.trial.stop()
        self.sync.stop()

    def go_on(self) -> None:
        if self.walk.running:
            self.post_message(self.Next(self))
        elif (self.plan is None or self._looks_for_uv) and not self._wrong:
            # a key that was faster than the plan must not end the wizard
            self._start_when_ready, self._agreed = True, None
        elif self._steps and self.way.machine.foreign:
            self.say(cut(_("x Another machine's plan is not run here."), 60))
        elif self._steps:
            self._waits_for, self.walk.starting = _("starting"), True
            self.redraw()
            self._start()
        else:
            self.post_message(QuitAsked())

    @work(name="start", group="start", thread=True, exclusive=True, exit_on_error=False)
    def _start(self) -> None:
        try:
            run = self.way.start(self.plan, sizes=self.sync.found.sizes if self.sync.found else None)
        except ProjectBusy as busy:
            self.app.call_from_thread(self._busy, busy)
        except (WizardError, OSError) as error:
            self.app.call_from_thread(self._not_started, error_told(error))
        else:
            self.app.call_from_thread(self._started, run)

    @on(Worker.StateChanged)
    def _start_broke(self, event: Worker.StateChanged) -> None:
        """Nothing that nobody foresaw may leave the wizard waiting: Ctrl+Q waits for the start, too."""
        if event.worker.name == "start" and event.state is WorkerState.ERROR:
            self._not_started(f"{type(event.worker.error).__name__}: {event.worker.error}")

    def _started(self, run: RunInfo) -> None:
        self._waits_for, self._start_when_ready = "", False  # a second Enter meant this run, not the one after it
        self.forget_said()
        self.walk.started(run)
        self._leads_on = True
        self.lead_on()

    def lead_on(self) -> None:
        """To the run that was started here, once nothing lies over this screen."""
        if self._leads_on and self.is_active:
            self._leads_on = False
            self.post_message(self.Next(self))
        self.redraw()

    def on_screen_resume(self) -> None:
        """Before anything is painted: a plan of what was chosen before is not shown once more."""
        if self.plan is not None and self._made_of != (self.way.choices, self.way.this_run):
            self._make_from_its_head()
        self.lead_on()

    def _not_started(self, why: str) -> None:
        self._waits_for, self._start_when_ready, self.walk.starting = "", False, False
        self.redraw()
        self._leave_if_asked()
        self.say(cut(f"x {why}", 60))

    def _leave_if_asked(self) -> None:
        """Ctrl+Q while it was not known yet whether anything runs."""
        if self.walk.leaves:
            self.walk.leaves = False
            self.call_later(self.app.action_quit)

    def _busy(self, busy: ProjectBusy) -> None:
        from screens.quit_sheets import Join, JoinSheet

        self._waits_for, self._start_when_ready, self.walk.starting = "", False, False
        self.redraw()
        run = find(busy.run_id)

        def answered(answer: Join | None) -> None:
            if answer is Join.JOIN:
                self._started(find(run.id))

        self.app.push_screen(JoinSheet(run), answered)
        self._leave_if_asked()

    def action_look_again(self) -> None:
        """F5: reads the project again."""
        self.sync.forget()
        self.trial.forget()
        self.say(_("Looking again."))
        self.post_message(self.LookAgain())
        self.call_later(self.on_entered)
