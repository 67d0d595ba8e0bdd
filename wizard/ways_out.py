"""Where a fix leads, on both faces: what needs no typing there, what has to be done elsewhere."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from wizard.diagnosis.record import Fix
from wizard.errors import BadInput, WizardError
from wizard.plan.quoting import command_line
from wizard.this_run import ThisRun, asks, of

if TYPE_CHECKING:
    from wizard.run.interrupted import Interrupted
    from wizard.way import Way

OURS = {"sync": "again", "verify": "again", "apply": "again", "mirrors": "mirrors", "attach": "report"}
"""What a command of ours is on a face: nobody has to type it there."""
SHELLS = frozenset({"unset", "export", "Remove-Item", "Set-Item", "conda", "deactivate"})
"""What changes the shell that it is typed into, and not the program that was started from it."""

OF_A_PROJECT = frozenset({"uv", "uv-wizard", "git", "env"})
"""What has to be typed in the project's folder."""


def leads(fix: Fix) -> str:
    """review (it changes choices), again, run (something for the next run alone), ask (for the right name of a package, then
    run), mirrors, report, message (to somebody else), shell (the one that this program was started from) or command.
    """
    if fix.choices or fix.message:
        return "review" if fix.choices else "message"
    if not fix.commands:
        return "again"
    first = fix.commands[0]
    if len(fix.commands) == 1 and first[0] == "uv-wizard" and len(first) > 1:
        return OURS.get(first[1], "command")
    if of(fix):
        return "ask" if asks(fix) else "run"
    return "shell" if first[0] in SHELLS else "command"


def take(way: Way, fix: Fix, left: ThisRun | None = None) -> None:
    """Puts into force what a fix can say on a face; the next plan shows what comes of it. Raises BadInput.

    `left`: what the run that failed has left to do, where a fix that was taken since is to be forgotten.
    """
    before = way.this_run
    way.only_now((before if left is None else left).with_(of(fix)))
    if way.not_edited is not None:
        error = way.not_edited
        way.only_now(before)
        raise error
    for key, value in (fix.choices or {}).items():
        way.choose(key, value)
    if fix.choices:
        way.read()


def take_up(way: Way, found: Interrupted) -> None:
    """Goes on with a run that was interrupted: its choices, and what a fix had set for it and it has not done."""
    way.choices = found.taken_up(way.choices)
    way.only_now(way.this_run or found.this_run)


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


def typed(way: Way, commands: Iterable[tuple[str, ...]] | None) -> list[str]:
    """The lines that a person types in the terminal that this program was started from: in the project's folder, with its uv."""
    commands = tuple(commands or ())
    word = uv_word(way)
    if any(argv[:2] == ("uv-wizard", "apply") for argv in commands) and _could_lock(way, word):
        commands = (("uv", "lock"), *commands)  # apply makes no first lock
    lines = to_type(_placed(way, commands), word)
    there = elsewhere(way)
    first = [command_line(("cd", there))] if there and any(argv[0] in OF_A_PROJECT for argv in commands) else []
    return [*first, *lines]


def _could_lock(way: Way, uv: str) -> bool:
    """Whether the project is there and lacks nothing but its uv.lock, and a uv for it is here."""
    there = way.project is not None and not way.project.has_lock and way.begun is None
    return there and (os.path.isabs(uv) or shutil.which(uv, path=way.environment.get("PATH")) is not None)


def _placed(way: Way, commands: Iterable[tuple[str, ...]]) -> Iterator[tuple[str, ...]]:
    """`uv remove`, and the `uv add` in its place, with the options of the group, extra or member that asks for the package."""
    options: tuple[str, ...] = ()
    for argv in commands:
        if argv[:2] == ("uv", "remove"):
            options = _options(way, argv[-1])
        yield (*argv[:-1], *options, argv[-1]) if argv[:2] in (("uv", "remove"), ("uv", "add")) else argv


def _options(way: Way, package: str) -> tuple[str, ...]:
    from wizard.project.pyproject import normal
    from wizard.project.requirement_editor import names_in, options_for

    if way.project is None:
        return ()
    with contextlib.suppress(BadInput):
        for name, data in {"": way.project.file("pyproject.toml")[1], **way.project.member_files}.items():
            if data is not None and normal(package) in names_in(data):
                inside = ("--directory", name.rpartition("/")[0]) if name and not way.project.member else ()
                return (*options_for(data, package), *inside)
    return ()


def elsewhere(way: Way) -> str:
    """The project's folder, "" where this program was started in it or below it: uv finds the project from there too."""
    if way.project is None or way.machine.foreign:
        return ""
    try:
        here = os.path.realpath(os.getcwd())
    except OSError:
        return way.project.folder
    there = os.path.realpath(way.project.folder)
    return "" if here == there or here.startswith(there.rstrip(os.sep) + os.sep) else way.project.folder


__all__ = ["elsewhere", "leads", "take", "take_up", "to_type", "typed", "uv_word"]
