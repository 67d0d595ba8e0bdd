"""The plain mode's question about a last run that ended without a word."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard.language import _
from wizard.plain.page import Quit, Talk
from wizard.run import state
from wizard.run.client import take_back
from wizard.run.interrupted import TITLE, Interrupted

if TYPE_CHECKING:
    from wizard.way import Way

TAIL = 20
"""Lines of its log that are shown."""


def settle(way: Way, found: Interrupted, talk: Talk) -> bool:
    """True where the review is to come next, with that run's choices. Raises Quit, EndOfInput."""
    talk.say(["", TITLE, *found.told()])
    while True:
        answer = talk.ask(_("g goes on, t takes it back, l shows its log, n begins anew, q quits [n]:"))
        if answer == "g":
            return True
        if answer in {"", "n"}:
            return False
        if answer == "q":
            raise Quit
        if answer == "l":
            talk.say(_log(found))
        elif answer == "?":
            talk.tell(
                [_("Going on keeps what is finished and fetches the rest. Taking back puts every changed file back.")]
            )
        elif answer == "b":
            talk.say(_("This is the first page. q quits."))
        elif answer == "t":
            for one in take_back(found.run):
                word = {"restored": _("+ put back"), "already": _("+ is as before"), "refused": _("x left as it is")}[
                    one.state
                ]
                talk.say(f"{word}  {one.name}{f': {one.why}' if one.why else ''}")
            way.interrupted = None
            way.look_again()
            return False
        else:
            talk.say(_("x error: {answer} is not a choice. Give g, t, l, n or q.", answer=answer))


def _log(found: Interrupted) -> list[str]:
    try:
        lines = (found.run.folder / state.LOG).read_text("utf-8", "replace").splitlines()
    except OSError:
        lines = []
    return lines[-TAIL:] or [_("It left no log.")]
