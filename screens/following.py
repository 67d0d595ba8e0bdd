"""One follower for the run of the walk, whatever screen is shown: each of them says whether it goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from screens.follower import OFTEN_S, Follower
from screens.offering import QuitAsked
from screens.quit_sheets import OverSheet, QuitSheet, RunningSheet
from screens.step import StepScreen
from wizard.run.progress import RunState

if TYPE_CHECKING:
    from textual.app import App
    from textual.timer import Timer

    from screens.walk import Walk


def begin(app: App[Any], walk: Walk) -> None:
    """Follows the run of the walk into `walk.state`; nothing where there is none, or it is followed already."""
    if walk.run is None or walk.state is not None:
        return
    lock = walk.way.project.lock if walk.made is not None and walk.way.project is not None else None
    walk.state = RunState(versions=lock.versions if lock is not None else None)
    follower = Follower(walk.run, walk.state).start()
    timers: list[Timer] = []
    timers.append(app.set_interval(OFTEN_S, lambda: _feed(app, walk, follower, timers[0]), name="follow"))


def _feed(app: App[Any], walk: Walk, follower: Follower, feeding: Timer) -> None:
    if not app.is_running:  # timers outlive the screens while it is being left
        return
    follower.take()
    if follower.over:
        feeding.stop()
        _over(app, walk)


def _over(app: App[Any], walk: Walk) -> None:
    """What a run has changed is looked at again, once: machine and project. All that is shown tells of the end."""
    shown = [one for one in app.screen_stack if isinstance(one, StepScreen)]
    if walk.exit_code:
        walk.failed()
    if shown:
        shown[-1].post_message(StepScreen.LookAgain())
    for one in shown:
        one.on_facts()
    top = app.screen
    if isinstance(top, RunningSheet):
        top.dismiss(None)

        def answered(quits: bool | None) -> None:
            if quits:
                app.post_message(QuitAsked())

        app.push_screen(OverSheet(well=not walk.exit_code, leaves=isinstance(top, QuitSheet)), answered)
