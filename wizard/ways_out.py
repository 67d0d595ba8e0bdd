"""Where a fix leads, on both faces: what needs no typing there, what has to be done elsewhere."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from wizard.diagnosis.record import Fix
from wizard.errors import WizardError
from wizard.plan.quoting import command_line
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


def uv_word(way: Way) -> str:
    """What a command begins with that begins with uv: the path of the plan's uv where this terminal finds none."""
    if way.machine.foreign or shutil.which("uv", path=way.environment.get("PATH")):
        return "uv"
    return next((path for path in _places(way) if os.path.isfile(path)), "uv")


def _places(way: Way) -> Iterable[str]:
    from wizard.machine.folders import folders
    from wizard.machine.request import own_os

    with contextlib.suppress(WizardError):  # a choice that can't be carried out names none
        yield way.uv_named()
    own = own_os()  # the facts may still be looked up, or were never asked for
    there = folders(own, str(Path.home()), way.environment, os.path.exists).get("uv_bin")
    if there:
        yield os.path.join(there, "uv.exe" if own == "windows" else "uv")


def to_type(commands: Iterable[tuple[str, ...]] | None, uv: str = "uv") -> list[str]:
    """The lines that a person types; `uv`: what `uv_word` says."""
    return [command_line((uv, *argv[1:]) if argv[:1] == ("uv",) else argv) for argv in commands or ()]


__all__ = ["leads", "take", "to_type", "uv_word"]
