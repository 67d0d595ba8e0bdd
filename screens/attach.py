"""`uv-wizard attach`: the runs of this machine, and the sync and verification screens for one of them."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import OptionList
from textual.worker import get_current_worker

from screens import rows, run_rows
from screens.choosing import ChoiceList, Row
from screens.replays import Replays
from screens.step import StepScreen
from screens.sync import SyncScreen, side_of
from screens.terminal import TerminalApp, tell_crash
from screens.verification import VerificationScreen
from screens.walk import Walk
from screens.widgets import Line
from wizard.errors import ExitCode
from wizard.language import _, ngettext, said, shown
from wizard.report_text import started_told
from wizard.run import client, state
from wizard.run.client import RunInfo
from wizard.text import masked
from wizard.way import Way

if TYPE_CHECKING:
    from textual.timer import Timer

LOOK_S = 2.0
"""Seconds between two looks at the runs that go on."""
LABELS = {"running": said("Join"), "interrupted": said("Go on")}
WORDS = {"running": "running", "interrupted": "interrupted", "done": "done"}


class RunsScreen(StepScreen):
    """The runs that are kept, newest first; the button says what becomes of the highlighted one."""

    NUMBER, NAME = 1, "runs"
    BREAKS = False
    HELP = "attach"
    TITLE_TEXT = said("Runs on this machine")
    LEAD = said("A sync goes on without its window. Here you join one that is still going, or\nsee how it ended.")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("l", "log", said("Log"), id="attach.log"),
        Binding("u", "undo", said("Undo"), id="attach.undo"),
    ]
    DEFAULT_CSS: ClassVar[str] = """
    RunsScreen {
        #runs { max-height: 30; }
        #kept { height: 2; padding: 1 0 0 0; }
    }
    """

    class TakeUp(Message):
        """An interrupted run is to be gone on with, in the wizard."""

        def __init__(self, run: RunInfo) -> None:
            super().__init__()
            self.run = run

    def __init__(self, walk: Walk, chosen: RunInfo) -> None:
        super().__init__(walk)
        self._chosen = chosen.id
        self.runs: Sequence[RunInfo] = ()
        self._results: dict[str, str] = {}
        self._replays = Replays()
        self._timer: Timer | None = None

    def track_line(self) -> Content:
        return Content(" runs")

    def compose_body(self) -> Iterable[Widget]:
        yield ChoiceList(id="runs", help_text="attach")
        yield Line(id="kept")

    def on_mount(self) -> None:
        self._look()
        super().on_mount()
        self._timer = self.set_interval(LOOK_S, self._look_again, name="runs")

    def _look(self) -> None:
        self.runs = client.runs()
        self._read()

    @work(name="runs", group="runs", thread=True, exclusive=True, exit_on_error=False)
    def _read(self) -> None:
        chosen = self.run
        if chosen is not None and self._replays.known(chosen) is None:
            self._replays.read(chosen)
            self.app.call_from_thread(self.redraw)
        for run in self.runs:
            if get_current_worker().is_cancelled:
                return
            if run.state == "running" or run.id not in self._results:
                self._results[run.id] = self._result(run)
                self.app.call_from_thread(self.redraw)

    def _result(self, run: RunInfo) -> str:
        if run.undone:
            return _("taken back")
        if run.state == "interrupted":
            return _("ended without a word")
        return run_rows.result_row(self._replays.read(run))

    def _look_again(self) -> None:
        """Only runs that go on can have become others; where none does, nothing is looked at."""
        if self.is_current and any(run.state == "running" for run in self.runs):
            self._look()

    def draw(self) -> None:
        listed = [Row("", rows.run_head(self.room - 1), heading=True)]
        now = time.time()
        for run in self.runs:
            word = WORDS.get(run.state, "failed")
            where = masked(run.project or "-")
            listed.append(
                Row(
                    run.id,
                    rows.run_row(
                        word,
                        rows.tail(where, 18),
                        shown(started_told(run.started, now)),
                        self._results.get(run.id) or _(". looking"),
                        self.room - 1,
                    ),
                )
            )
        at = next((place for place, run in enumerate(self.runs, 1) if run.id == self._chosen), 1)
        self.query_one("#runs", ChoiceList).show(listed, at)
        count = len(self.runs)
        told = ngettext(
            "{count} run. Their logs lie in {folder}, 30 days long.",
            "{count} runs. Their logs lie in {folder}, 30 days long.",
            count,
            folder=run_rows.shown_path(state.state_folder() / "runs"),
        )
        self.query_one("#kept", Line).show(rows.cut(told, self.room))

    @property
    def run(self) -> RunInfo | None:
        """The highlighted run."""
        value = self.query_one("#runs", ChoiceList).value if self.is_mounted else self._chosen
        return next((run for run in self.runs if run.id == (value or self._chosen)), None)

    def by_hand(self) -> str:
        return f"uv-wizard attach {self.run.id if self.run else self._chosen}"

    def next_label(self) -> str:
        return _("Look") if self.run is None or self.run.undone else LABELS.get(self.run.state, _("Look"))

    def promise(self) -> str:
        if self.next_label() == LABELS["interrupted"]:
            return _("To the review, with that run's choices. Nothing is changed yet.")
        return _("Looking changes nothing.")

    def side(self) -> str:
        if self.run is None:
            return ""
        known = self._replays.known(self.run)
        return "" if known is None else side_of(known, str(self.run.folder / state.LOG))

    def go_on(self) -> None:
        if self.run is None:
            return
        if self.next_label() == LABELS["interrupted"]:
            self.post_message(self.TakeUp(self.run))
            return
        self.walk.started(self.run)
        self.post_message(self.GoTo("sync"))

    def action_undo(self) -> None:
        """U: asks, then puts back what the highlighted run changed."""
        from screens import undoing

        undoing.ask(self, self.run, self._undone)

    def _undone(self) -> None:
        self._results.clear()
        self._look()

    def action_log(self) -> None:
        """L: the log of the highlighted run."""
        if self.run is not None:
            self._open_log(self.run)

    @work(name="log", group="log", thread=True, exclusive=True, exit_on_error=False)
    def _open_log(self, run: RunInfo) -> None:
        from screens.text_page import TextPage

        lines = [line.text for line in self._replays.read(run).log]
        page = TextPage(self.track_line(), _("Log of the run {id}", id=run.id), lines)
        self.app.call_from_thread(self.app.push_screen, page)

    @on(ChoiceList.Taken, "#runs")
    def _taken(self, event: ChoiceList.Taken) -> None:
        self._chosen = event.value
        self.redraw()

    @on(OptionList.OptionHighlighted, "#runs")
    def _looked_at(self) -> None:
        self.redraw()
        if self.run is not None and self._replays.known(self.run) is None:
            self._read()


class AttachApp(TerminalApp):
    """The list of runs where there are several that might be meant, else the run's own screens."""

    def __init__(self, walk: Walk, chosen: RunInfo, *, listed: bool) -> None:
        super().__init__(walk)
        self._screens: dict[str, StepScreen] = {}
        self._chosen, self._listed = chosen, listed
        self.taken_up: RunInfo | None = None
        """The interrupted run that the wizard is to go on with."""

    def get_default_screen(self) -> Screen[Any]:
        if self._listed:
            first: StepScreen = RunsScreen(self.walk, self._chosen)
        else:
            self.walk.started(self._chosen)
            first = self._screen("sync")
        return first

    def _screen(self, name: str) -> StepScreen:
        if name not in self._screens:
            made: StepScreen = SyncScreen(self.walk) if name == "sync" else VerificationScreen(self.walk)
            if isinstance(made, SyncScreen) and self.walk.run is not None:
                clock = shown(started_told(self.walk.run.started, time.time()))
                made.joined = _("Joined: started {clock} in another terminal.", clock=clock)
            self._screens[name] = made
        return self._screens[name]

    def on_ready(self) -> None:
        """The first screen stands."""
        if isinstance(self.screen, StepScreen):
            self.call_after_refresh(self.screen.on_entered)

    def _show(self, screen: StepScreen) -> None:
        if screen is not self.screen:
            self.push_screen(screen)
        self.call_after_refresh(screen.on_entered)

    def on_runs_screen_take_up(self, message: RunsScreen.TakeUp) -> None:
        """The wizard goes on where that run stopped."""
        self.taken_up = message.run
        self.exit(int(ExitCode.DONE))

    def on_step_screen_next(self, message: StepScreen.Next) -> None:
        """From the sync to the checks, from there out."""
        if message.screen is not self.screen:
            return
        if isinstance(message.screen, VerificationScreen):
            self.leave()
        else:
            self._show(self._screen("verify"))

    def on_step_screen_back(self, message: StepScreen.Back) -> None:
        """To the screen before, as far as there is one."""
        if message.screen is not self.screen:
            return
        if len(self.screen_stack) > 1:
            self.pop_screen()
        elif isinstance(self.screen, StepScreen):
            self.screen.say(_("This is the first screen. Ctrl+Q quits."))

    def on_step_screen_go_to(self, message: StepScreen.GoTo) -> None:
        """A run that is looked at goes to its screen; a fix needs the wizard, in the project's folder."""
        if message.name == "sync":
            self._screens.clear()
            self._show(self._screen("sync"))
        elif isinstance(self.screen, StepScreen):
            self.screen.say(_("Copy the command above, or start uv-wizard there."))


def run(run_info: RunInfo) -> int:
    """Joins that run on the screen. Returns the code the run ended with, 0 where it is left running."""
    way = Way(run_info.project if run_info.project and Path(run_info.project).is_dir() else ".")
    walk = Walk(way)
    several = sum(one.state == "running" for one in client.runs()) > 1
    app = AttachApp(walk, run_info, listed=several)
    code = app.run()
    if app.crash is not None:
        tell_crash(app.crash)
        return int(ExitCode.FAILED)
    if app.taken_up is not None:
        from screens.app import run as wizard
        from wizard.run import interrupted

        where = app.taken_up.project or "."
        return wizard(lambda: Way(where), going_on=interrupted.of(app.taken_up))
    if code is None:
        return app.return_code or int(ExitCode.DONE)
    if walk.running:
        sys.stdout.write(_("It goes on. To see it again: uv-wizard attach {id}\n", id=run_info.id))
    return code


__all__ = ["AttachApp", "RunsScreen", "run"]
