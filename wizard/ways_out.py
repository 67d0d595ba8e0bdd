"""Where a fix leads, on both faces: what needs no typing there, what has to be done elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard.diagnosis.record import Fix
from wizard.this_run import variables_of

if TYPE_CHECKING:
    from wizard.way import Way

OURS = {"sync": "again", "verify": "again", "apply": "again", "mirrors": "mirrors", "attach": "report"}
"""What a command of ours is on a face: nobody has to type it there."""
SHELLS = frozenset({"unset", "export", "Remove-Item", "Set-Item", "conda", "deactivate"})
"""What changes the shell that it is typed into, and not the program that was started from it."""


def leads(fix: Fix) -> str:
    """review (it changes choices), again, lock (uv.lock is made again), run (variables for this run), mirrors, report,
    message (to somebody else), shell (the one that this program was started from) or command.
    """
    if fix.choices or fix.message:
        return "review" if fix.choices else "message"
    if not fix.commands:
        return "again"
    first = fix.commands[0]
    if len(fix.commands) == 1 and first[0] == "uv-wizard" and len(first) > 1:
        return OURS.get(first[1], "command")
    if fix.commands == (("uv", "lock"),):
        return "lock"
    if variables_of(fix):
        return "run"
    return "shell" if first[0] in SHELLS else "command"


def take(way: Way, fix: Fix) -> None:
    """Puts into force what a fix can say on a face; the next plan shows what comes of it. Raises BadInput."""
    for key, value in (fix.choices or {}).items():
        way.choose(key, value)
    way.locks_again = way.locks_again or leads(fix) == "lock"
    way.this_run.update(variables_of(fix))
    way.read()


__all__ = ["leads", "take"]
