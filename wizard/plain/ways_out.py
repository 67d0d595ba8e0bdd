"""A fix that was taken in plain mode: what can be said here is in force, what is done elsewhere is told in full."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard.errors import BadInput, WizardError
from wizard.language import _, error_told, shown
from wizard.this_run import asks, filled
from wizard.told.right_name import problem
from wizard.ways_out import leads, take, typed

if TYPE_CHECKING:
    from wizard.diagnosis import Fix
    from wizard.plain.page import Talk
    from wizard.run.client import RunInfo
    from wizard.way import Way


def take_out(way: Way, fix: Fix, run: RunInfo | None, talk: Talk) -> bool:
    """Whether the review comes next. `run`: the one that failed, None before any ran. Raises EndOfInput."""
    where, commands = leads(fix), [f"  {line}" for line in typed(way, fix.commands)]
    if where == "command":
        talk.say([_("Type this in another terminal; the plan is then made again here:"), *commands])
        talk.ask(_("Enter when it is done:"))
        way.look_again()
    elif where == "shell":
        talk.say([_("q here, then type this, and start uv-wizard again:"), *commands])
    elif where == "message":
        talk.say([_("For who can help:"), f"  {shown(fix.message or '')}"])
    elif where == "report" and run is not None:
        _write_report(way, run, talk)
    else:
        named = _named(fix, talk) if where == "ask" else fix
        if named is None:
            return False
        try:
            take(way, named)
        except BadInput as error:
            talk.say(_("x error: {what}", what=error_told(error)))
            return False
    return where not in ("shell", "message", "report")


def _named(fix: Fix, talk: Talk) -> Fix | None:
    """With the name that was asked for, None where there is none."""
    while text := talk.ask(_("The right name, or Enter for none:")):
        if text == "?":
            talk.say(_("The name as the package index has it: the review shows the change before anything runs."))
            continue
        wrong = problem(text, asks(fix))
        if wrong is None:
            return filled(fix, text)
        talk.say(_("x error: {what}", what=wrong))
    return None


def _write_report(way: Way, run: RunInfo, talk: Talk) -> None:
    from wizard import report

    try:
        talk.say(_("Report: {path}, secrets left out", path=report.write(run, way)))
    except WizardError as error:
        talk.say(_("x error: {what}", what=error_told(error)))
