"""What to know when a run has gone well: what to type from now on, what loads the new variables here, what was changed."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wizard import events
from wizard.language import said
from wizard.plan import settings
from wizard.plan.quoting import command_line
from wizard.run import arrived, state

if TYPE_CHECKING:
    from wizard.run.client import RunInfo
    from wizard.way import Way


@dataclass(frozen=True)
class After:
    """What to know when all has run: commands with what each does, what loads the variables here, what was changed."""

    commands: tuple[tuple[str, str], ...]
    load_line: str | None
    log: str
    done: tuple[str, ...]
    arrived: str = ""
    """What the shells said after they were asked; "" where they were not."""
    folder: str = ""
    """Where the commands are typed, if that is not where this program was started."""
    finds_uv: bool = True
    """Whether this terminal finds a uv by its name; where not, `load_line` comes before the commands."""
    taken_back: bool = False
    """Whether its files have been put back since: nothing of the rest holds then."""


TAKEN_BACK = said("Taken back: the files are as they were. Environments, packages and caches stay.")
"""What is told of such a run in the place of its commands."""


def after(way: Way, run: RunInfo | None = None) -> After:
    """The closing words: commands to know next, with the extras that were chosen."""
    commands = _commands(way.project.path, way.selection().options()) if way.project else _WITHOUT_PROJECT
    changed = run.changed if run else ()
    load = settings.load_line(way.machine) if settings.wrote_variables(changed) else None
    arrived_ = arrived.told(events.read(run.folder / state.EVENTS)) if run else ""
    log = str(run.folder / "log") if run else ""
    found = shutil.which("uv", path=way.environment.get("PATH")) is not None
    undone = run is not None and run.undone
    return After(commands, load, log, tuple(changed), arrived_, _elsewhere(way), found, undone)


_WITHOUT_PROJECT = (
    ("uv init NAME", said("make a project in a new folder")),
    ("uv-wizard NAME", said("set it up, with its packages")),
    ("uv python list", said("the Pythons that are here or can be fetched")),
)
_SCRIPTS = ("main.py", "train.py", "app.py")


def _commands(folder: str, options: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """What is typed in a project, with the extras and groups that were chosen. No file is named that is not there."""
    script = next((name for name in _SCRIPTS if os.path.isfile(os.path.join(folder, name))), None)
    run = command_line(["uv", "run", *options, "python", *([script] if script else [])])
    return (
        (run, said("run your code in this environment") if script else said("Python with the project's packages")),
        ("uv add PACKAGE", said("add a package to the project")),
        (command_line(["uv", "sync", "--locked", *options]), said("the same packages on any machine")),
    )


def _elsewhere(way: Way) -> str:
    """The project's folder, "" where this program was started in it or below it."""
    if way.project is None:
        return ""
    try:
        here = os.path.realpath(os.getcwd())
    except OSError:
        return way.project.path
    there = os.path.realpath(way.project.path)
    return "" if here == there or here.startswith(there.rstrip(os.sep) + os.sep) else way.project.path


__all__ = ["After", "after"]
