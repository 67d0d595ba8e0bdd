"""The wizard's app: wires only. It knows the order of the screens and hands messages on; it decides nothing."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any

from textual.screen import Screen
from textual.timer import Timer
from textual.worker import get_current_worker

from screens.ending import ended_by_signal, tell_crash
from screens.step import ORDER, StepScreen
from screens.terminal import TerminalApp
from screens.walk import Walk
from wizard.errors import ExitCode, WizardError
from wizard.language import _, error_told, shown
from wizard.text import one_line

if TYPE_CHECKING:
    from wizard.run.interrupted import Interrupted
    from wizard.way import Way

FILES = {"verify": "verification"}
"""The files whose names are not the screen's."""
FIRST_FACTS = ("screens.rows", "screens.no_project", "wizard.told.facts")
"""What the first facts are drawn with."""
FACTS_EVERY = 0.25
"""Seconds between two looks at what the probes know."""


def screen_class(name: str) -> type[StepScreen]:
    """`StartScreen` of screens.start, loaded when it is first needed."""
    stem = FILES.get(name, name)
    found: type[StepScreen] = getattr(import_module(f"screens.{stem}"), f"{stem.capitalize()}Screen")
    return found


class WizardApp(TerminalApp):
    """From the first screen to the last."""

    def __init__(self, walk: Walk, make: Callable[[], Way] | None = None, going_on: Interrupted | None = None) -> None:
        """`make`: makes the way of `walk` once the first screen stands; `going_on`: the run to go on with."""
        super().__init__(walk)
        self._make = make
        self.refused: WizardError | None = None
        """Why there is no way: bad input, told once the terminal is itself again."""
        self._made: dict[str, StepScreen] = {}
        self._looking: Timer | None = None
        self._asked = False
        self._going_on = going_on
        self.address: str | None = None
        """A git address that was named instead of a folder."""

    def get_default_screen(self) -> Screen[Any]:
        """The first screen is the bottom of the stack: nothing is painted before it."""
        return self._screen_of(ORDER[0])

    def on_ready(self) -> None:
        """The first screen stands: now the probes may begin."""
        gc.enable()
        self.call_after_refresh(self._look)

    def _look(self) -> None:
        self.run_worker(self._begin, name="begin", group="facts", thread=True, exclusive=True, exit_on_error=False)

    def _begin(self) -> None:
        for name in FIRST_FACTS:
            import_module(name)
        try:
            if self._make is not None and self.walk.made is None:
                self.walk.made = self._make()
            self.walk.way.locks_first = True
            self.walk.way.begin()
            self.walk.way.findings()  # what it imports and makes is not waited for by a key
        except WizardError as error:
            self.refused = error
            self.call_from_thread(self.exit, int(error.exit_code))
        else:
            self.call_from_thread(self._begun)
            for name in ORDER:  # while somebody reads the first screen
                if not get_current_worker().is_cancelled:
                    screen_class(name)
            gc.freeze()  # all of it stays, and need not be looked through again while a key waits

    def _begun(self) -> None:
        if not self.is_running:
            return
        if self._looking is None:
            self._looking = self.set_interval(FACTS_EVERY, self._take_facts, name="facts")
        self._take_facts()
        self._ask_about_the_last_run()
        if self.address is not None:
            from screens.cloning import offer

            address, self.address = self.address, None
            offer(self.current, address, self._moved)

    def _moved(self, folder: str) -> None:
        self.walk.move(folder)
        self.on_step_screen_look_again()
        self.current.redraw()

    def _ask_about_the_last_run(self) -> None:
        if self._going_on is not None:
            from wizard.ways_out import take_up

            self._asked = True
            take_up(self.walk.way, self._going_on)
            self._going_on = None
            self.show("review")
        found = self.walk.way.interrupted
        if found is not None and not self._asked and self.walk.run is None:
            from screens.interrupted import offer

            self._asked = True
            offer(self, found)

    def _take_facts(self) -> None:
        if not self.is_running:  # timers outlive the screens while it is being left
            return
        news = self.walk.way.refresh()
        pending = self.walk.way.pending
        if not pending and self._looking is not None:
            self._looking.stop()
            self._looking = None
        if news or not pending:
            self.current.on_facts()

    @property
    def current(self) -> StepScreen:
        """The screen that is shown, under whatever lies over it."""
        return next(one for one in reversed(self.screen_stack) if isinstance(one, StepScreen))

    def _screen_of(self, name: str) -> StepScreen:
        if name not in self._made:
            made = screen_class(name)(self.walk)
            self._made[name] = made
            if name != ORDER[0]:
                self.install_screen(made, name)
        return self._made[name]

    def show(self, name: str) -> None:
        """Brings that screen to the top, over the first one. A run that was started is followed, whichever it is."""
        if self.walk.run is not None and self.walk.state is None:
            from screens import following

            following.begin(self, self.walk)
        screen = self._screen_of(name)
        if screen is self.current:
            screen.on_entered()
            return
        while len(self.screen_stack) > 2 or (len(self.screen_stack) > 1 and name == ORDER[0]):
            self.pop_screen()
        if name != ORDER[0]:
            if len(self.screen_stack) > 1:
                self.switch_screen(name)
            else:
                self.push_screen(name)
        self.call_after_refresh(self._entered, screen)

    def _entered(self, screen: StepScreen) -> None:
        if self.is_running and screen is self.screen:
            screen.on_entered()

    def on_step_screen_next(self, message: StepScreen.Next) -> None:
        """On, or out behind the last one; and out where that was asked for while a run was being started."""
        leaves, self.walk.leaves = self.walk.leaves, False
        if message.screen is self.screen:
            if len(ORDER) == message.screen.NUMBER:
                self.leave()
            else:
                self._forward(message.screen.NUMBER)
        if leaves:
            self.call_later(self.action_quit)

    def _forward(self, number: int) -> None:
        name = self.walk.follows(number)
        self._screen_of(name).came_past = ORDER[number : ORDER.index(name)]
        self.show(name)

    def on_step_screen_back(self, message: StepScreen.Back) -> None:
        """One back."""
        if message.screen is self.screen and message.screen.NUMBER > 1:
            self.show(ORDER[message.screen.NUMBER - 2])

    def on_step_screen_go_to(self, message: StepScreen.GoTo) -> None:
        """To a screen by its name: the one a fix belongs to."""
        self.show(message.name)

    def on_step_screen_news(self) -> None:
        """What was measured, say, while another screen was shown."""
        self.current.on_facts()

    def on_step_screen_look_again(self) -> None:
        """F5."""
        try:
            self.walk.way.read()
        except WizardError as error:  # the folder is gone
            self.current.say(one_line(f"x {error_told(error)}", 76))
        else:
            self._look()


def run(
    way: Way | Callable[[], Way],
    *,
    low_bandwidth: bool = False,
    going_on: Interrupted | None = None,
    address: str | None = None,
) -> int:
    """Shows the wizard until it is left. Returns INTERFACE.md's exit code; the closing lines stand in the terminal then.

    `address`: a git address to clone first; `going_on`: an interrupted run, whose choices are taken up on the review.
    `way` may be what makes it: the first screen then stands before it is there. Raises the WizardError of its making.
    """
    gc.disable()  # while much is imported and nothing is thrown away; on_ready enables it
    walk = Walk(None if callable(way) else way, low_bandwidth=low_bandwidth)
    app = WizardApp(walk, way if callable(way) else None, going_on)
    app.address = address
    code = app.run(mouse=not low_bandwidth)
    gc.enable()
    if app.refused is not None:
        raise app.refused
    if app.crash is not None:
        tell_crash(app.crash)
        return int(ExitCode.FAILED)
    if code is None:
        return ended_by_signal(app)
    for line in farewell(walk):
        sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
    return code


def farewell(walk: Walk) -> list[str]:
    """What the terminal reads afterwards."""
    if walk.run is None:
        return [_("Nothing was changed.")]
    if walk.running:
        return [_("It goes on. To see it again: uv-wizard attach {id}", id=walk.attach_again)]
    from wizard.run import client
    from wizard.text import clean, masked
    from wizard.told.closing import closing, take_back
    from wizard.told.run import verdict

    if walk.exit_code == ExitCode.DONE:
        ended = client.again(walk.run)
        partly = walk.part_back == ended.id
        title = verdict(walk.state)[0] if walk.state is not None and not (ended.undone or partly) else ""
        lines = [shown(title)] if title else []
        return [masked(clean(line)) for line in (*lines, *closing(walk.way, ended, partly=partly))]
    run = client.again(walk.run)
    kept = [
        _("Log: {folder}", folder=run.folder / "log"),
        *([take_back(run)] if run.changed and not run.undone else []),
    ]
    return [masked(clean(line)) for line in (*_what_failed(walk), *kept, *_loading(walk))]


def _what_failed(walk: Walk) -> list[str]:
    """What the failure was called, and what to type: what was copied of it, else what its first fix comes to."""
    from screens.failure import failure_of
    from wizard.ways_out import typed

    failure = failure_of(walk.state) if walk.state is not None else None
    if failure is None:
        return []
    fix = shown(failure.fixes[0].title)
    told = _("Copied:") if walk.copied else _("What to do: {fix}", fix=fix)
    lines = walk.copied.splitlines() or failure.by_hand(0, partial(typed, walk.way)).split("  ;  ")
    return [f"x {shown(failure.diagnosis.title)}", told, *(f"  {line}" for line in lines)]


def _loading(walk: Walk) -> list[str]:
    """The line by which this terminal finds uv, where it does not and the run has written what lets it."""
    from wizard.run import client
    from wizard.told.after import after

    try:
        now = after(walk.way, client.again(walk.run)) if walk.run is not None else None
    except WizardError:  # a choice that can't be carried out
        now = None
    if now is None or now.taken_back or now.finds_uv or not now.load_line:
        return []
    return [_("This terminal does not find uv. First type:  {load_line}", load_line=now.load_line)]


__all__ = ["WizardApp", "run"]
