"""`uv-wizard attach`: the runs of this machine, and the sync and verification screens for one of them."""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual.screen import Screen

from screens.ending import ended_by_signal, tell_crash
from screens.runs import RunsScreen
from screens.step import StepScreen
from screens.sync import SyncScreen
from screens.terminal import TerminalApp
from screens.verification import VerificationScreen
from screens.walk import Walk
from wizard.errors import ExitCode
from wizard.language import _, shown
from wizard.run import client
from wizard.run.client import RunInfo
from wizard.run.when import started_told
from wizard.text import clean, masked
from wizard.way import Way

if TYPE_CHECKING:
    from wizard.run.interrupted import Interrupted


class AttachApp(TerminalApp):
    """The list of runs where there are several that might be meant, else the run's own screens."""

    def __init__(self, walk: Walk, chosen: RunInfo, *, listed: bool) -> None:
        super().__init__(walk)
        self._screens: dict[str, StepScreen] = {}
        self._chosen, self._listed = chosen, listed
        self.taken_up: RunInfo | None = None
        """The run that the wizard is to go on with: interrupted, or failed and put right."""

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
                made.joined = _("Joined: started {clock}.", clock=clock)
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
        """A run that is looked at goes to its screen; with a fix the wizard goes on, in the project's folder."""
        run = self.walk.run
        if message.name == "sync":
            self._screens.clear()
            self._show(self._screen("sync"))
        elif run is not None and run.project and Path(run.project).is_dir():
            self.taken_up = run
            self.exit(int(ExitCode.DONE))
        elif isinstance(self.screen, StepScreen):
            self.screen.say(_("x Its folder is gone."))


def way_on(run_info: RunInfo, joined: Way) -> tuple[Way, Interrupted]:
    """The wizard's way from that run on, with its choices and what a fix has chosen since on the way that joined it."""
    from wizard.run import interrupted

    found = interrupted.of(run_info)
    tables: dict[str, dict[str, Any]] = {table: dict(keys) for table, keys in found.choices.items()}
    for key, value in joined.choices.layers.get("screen", {}).items():
        table, name = key.split(".", 1)
        tables.setdefault(table, {})[name] = value
    way = Way(run_info.project or ".")
    way.only_now(joined.this_run or found.this_run)
    return way, replace(found, choices=tables)


def is_listed(run_info: RunInfo, *, named: bool) -> bool:
    """Whether the list of runs comes first: where several may be meant, or there is something to decide about that one."""
    if run_info.state == "interrupted":
        return True
    several = sum(one.state == "running" for one in client.runs()) > 1
    return not named and (several or run_info.state != "running")


def run(run_info: RunInfo, *, named: bool = False, low_bandwidth: bool = False) -> int:
    """Joins that run on the screen, or shows how it ended. Returns the code it ended with, 0 where it is left running.

    `named`: it was asked for by its id; else it is the one that goes on, or the last.
    """
    way = Way(run_info.project if run_info.project and Path(run_info.project).is_dir() else ".")
    walk = Walk(way, low_bandwidth=low_bandwidth)
    app = AttachApp(walk, run_info, listed=is_listed(run_info, named=named))
    code = app.run(mouse=not low_bandwidth)
    if app.crash is not None:
        tell_crash(app.crash)
        return int(ExitCode.FAILED)
    if app.taken_up is not None:
        from screens.app import run as wizard

        there = way_on(app.taken_up, way)
        return wizard(lambda: there[0], low_bandwidth=low_bandwidth, going_on=there[1])
    if code is None:
        return ended_by_signal(app)
    sys.stdout.writelines(f"{line}\n" for line in farewell(walk))
    return code if walk.run is not None else run_info.exit_code or 0


def farewell(walk: Walk) -> list[str]:
    """What the terminal reads afterwards; nothing where no run was looked at."""
    if walk.run is None:
        return []
    if walk.running:
        return [_("It goes on. To see it again: uv-wizard attach {id}", id=walk.attach_again)]
    ended = client.again(walk.run)
    if walk.exit_code != ExitCode.DONE and not ended.undone:
        from screens.app import farewell as of_a_failure

        return of_a_failure(walk)
    from wizard.told.closing import closing

    return [masked(clean(line)) for line in closing(walk.way, ended, partly=walk.part_back == ended.id)]


__all__ = ["AttachApp", "RunsScreen", "run"]
