"""What to know when a run has gone well: what to type from now on, what loads the new variables here, what was changed."""

from __future__ import annotations

import ntpath
import os
import posixpath
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from wizard import events
from wizard.language import said
from wizard.machine.facts import Machine
from wizard.plan import settings, user_registry
from wizard.plan.quoting import command_line
from wizard.run import arrived, state
from wizard.ways_out import elsewhere

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
    new_terminal: bool = False
    """Whether a terminal that is opened now finds uv, and there is no line by which this one would."""
    taken_back: bool = False
    """Whether its files have been put back since: nothing of the rest holds then."""
    partly: bool = False
    """Whether some of them have been, and the others were changed since and left."""


TAKEN_BACK = said("Taken back: the files are as they were. Environments, packages and caches stay.")
"""What is told of such a run in the place of its commands."""
PARTLY = said("Files that were changed since are as they are now. Environments, packages and caches stay.")
"""The same, where some were left."""
STAYS = said("Environments, packages and caches stay as they are.")
"""What taking back leaves alone."""


def after(way: Way, run: RunInfo | None = None) -> After:
    """The closing words: commands to know next, with the extras that were chosen."""
    commands = _commands(way.project.path, way.selection().options()) if way.project else _WITHOUT_PROJECT
    changed = run.changed if run else ()
    machine, found = _machine(way), finds_uv(way)
    ours = settings.wrote_variables(changed) or (not found and _ours_finds(machine))
    load = settings.load_line(machine) if ours else None
    arrived_ = arrived.told(events.read(run.folder / state.EVENTS)) if run else ""
    log = str(run.folder / "log") if run else ""
    new = not found and load is None and _new_shells_find(machine, changed)
    undone = run is not None and run.undone
    return After(commands, load, log, tuple(changed), arrived_, elsewhere(way), found, new, undone)


def _machine(way: Way) -> Machine:
    """The way's; of a way that has not looked, such as that of attach, what says how its shells are told."""
    if way.machine != Machine():
        return way.machine
    from wizard.machine.request import ProbeRequest
    from wizard.machine.shells import shells
    from wizard.machine.system import system

    request = ProbeRequest(environment=way.environment)
    return replace(Machine(), **system(request).facts, **shells(request).facts)


def _ours_finds(machine: Machine) -> bool:
    """Whether the file that our line loads names a folder with a uv in it: an earlier run wrote it."""
    folder = settings.own_folder(machine)
    return folder is not None and shutil.which("uv", path=folder) is not None


def _new_shells_find(machine: Machine, changed: Sequence[str]) -> bool:
    """Whether a line that is not ours, or the Windows user's Path, names a folder with a uv."""
    if machine.os == "windows":
        folders = [ntpath.dirname(one.path) for one in machine.uv or ()]
        ours = any(name.lower().startswith("hkcu") and name.lower().endswith("\\path") for name in changed)
        return ours or any(user_registry.in_path(machine, folder) for folder in folders)
    return any(settings.knows_folder(machine, posixpath.dirname(one.path)) for one in machine.uv or ())


def finds_uv(way: Way) -> bool:
    """Whether this terminal finds a uv by its name."""
    return shutil.which("uv", path=way.environment.get("PATH")) is not None


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
        ("uv add PACKAGE", said("add a package; uv remove takes one out")),
        (command_line(["uv", "sync", "--locked", *options]), said("the same packages on any machine")),
    )


__all__ = ["PARTLY", "STAYS", "TAKEN_BACK", "After", "after", "finds_uv"]
