"""A run in the plain mode: started, told line by line, left running or stopped when Ctrl+C asks for it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from wizard.diagnosis import Diagnosis, from_document
from wizard.errors import ExitCode
from wizard.language import _, said
from wizard.plain.page import Again, EndOfInput, Quit, Talk
from wizard.run import client
from wizard.run.when import started_at
from wizard.told.run import TextReport
from wizard.ways_out import uv_word

if TYPE_CHECKING:
    from wizard.plan.step import Plan
    from wizard.run.client import RunInfo
    from wizard.way import Way

INTERRUPTED = said("Stop the sync, leave it running, or go on? s, l, g [g]:")


@dataclass(frozen=True)
class Ended:
    """How following a run ended. `left`: the run goes on, and we have let go of it."""

    code: int
    run: RunInfo
    diagnosis: Diagnosis | None = None
    left: bool = False
    done: frozenset[str] = frozenset()
    """The ids of the steps that it got through."""


def carry_out(way: Way, plan: Plan, talk: Talk) -> Ended:
    """Starts the plan and follows it. Raises ProjectBusy where a run of this project goes on and is not to be joined."""
    try:
        asked, run = way.this_run, way.start(plan)
        way.only_now(asked.begun())
    except client.ProjectBusy as busy:
        talk.say(_("A sync of this project is running"))
        if not _joins(talk):
            raise
        asked, run = way.this_run, client.find(busy.run_id)
    ended = follow(run, talk, way)
    if ended.code and not ended.left:
        way.only_now(asked.left(ended.done))
    return ended


def _joins(talk: Talk) -> bool:
    """Whether another window's run is to be joined. Raises Again, Quit, EndOfInput."""
    while True:
        answer = talk.ask(_("Join it? y, n [y]:")).lower()
        if answer in {"", "y", "yes"}:
            return True
        if answer in {"n", "no"}:
            return False
        if answer == "b":
            raise Again
        if answer == "q":
            raise Quit
        if answer == "?":
            talk.say(
                _("Two at once would harm each other. Joining shows it here; n ends this one, b leads to the review.")
            )
        else:
            talk.say(_("x error: {answer} is not a choice. Give y, n, b or q.", answer=answer))


def follow(run: RunInfo, talk: Talk, way: Way | None = None) -> Ended:
    """Tells the run's events until it ends or is let go. Ctrl+C asks; where the question itself gets one, it is let go."""
    report = TextReport(started_at(run.started))
    if way is not None:
        report.uv = partial(uv_word, way)
    try:
        left = _follow(run, report, talk)
    except KeyboardInterrupt:
        talk.say()
        left = True
    if left:
        talk.say(_("It goes on. To see it again: uv-wizard attach {id}", id=run.id))
        return Ended(int(ExitCode.DONE), run, left=True)
    code = report.state.exit_code
    found = report.state.diagnosis
    failed = from_document(found) if found else None
    done = frozenset(step.id for step in report.state.steps if step.state == "done")
    return Ended(int(ExitCode.FAILED if code is None else code), client.again(run), failed, done=done)


def _follow(run: RunInfo, report: TextReport, talk: Talk) -> bool:
    """Whether the run was let go before its end."""
    seen = 0
    while not report.state.finished:
        told = 0
        try:
            for batch in client.follow(run):
                for event in batch:
                    told += 1
                    if told > seen:
                        seen = told
                        talk.tell(report.apply(event))
        except KeyboardInterrupt:
            if _asked_to_leave(run, talk):
                return True
    return False


def _asked_to_leave(run: RunInfo, talk: Talk) -> bool:
    """Whether to let go of the run; stops it where that is the answer. Anything else goes on."""
    talk.say()
    try:
        answer = talk.ask(INTERRUPTED).lower()
    except EndOfInput:
        return True
    if answer == "s":
        talk.say(_("Stopping: uv ends within 3 s; finished packages are kept."))
        client.cancel(run)
    elif answer != "l":
        talk.say(_("It goes on."))
    return answer == "l"
