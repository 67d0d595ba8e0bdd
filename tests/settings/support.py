"""A home with dotfiles, the settings step for it as the probes see it, and the steps carried out by a journal."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from wizard.choices import Choices
from wizard.files import Journal
from wizard.machine.facts import Machine
from wizard.machine.request import ProbeRequest
from wizard.machine.shells import shells
from wizard.machine.system import own_folders
from wizard.plan import settings
from wizard.plan.step import Step

FILES = (".bashrc", ".profile", ".zshenv", ".config/fish/config.fish")


def machine_of(home: Path, **environment: str) -> Machine:
    """This machine with that home and nothing else of the environment."""
    told = {"HOME": str(home), "SHELL": "/bin/bash", "PATH": os.environ["PATH"], **environment}
    request = ProbeRequest(environment=told, home=str(home))
    facts = shells(request).facts
    return replace(Machine(os="linux", home=str(home), environment=told, folders=own_folders(request)), **facts)


def chosen(**values: str) -> Choices:
    """Choices of `settings.*`."""
    return Choices().with_values("set", {f"settings.{key.replace('_', '-')}": value for key, value in values.items()})


def planned(machine: Machine, choices: Choices, path_entry: str | None = None) -> Step | None:
    return settings.step(machine, choices, path_entry)


def carried_out(step: Step, journal: Path) -> None:
    for change in step.files:
        Journal(journal).write(Path(change.path), change.after)


def write(home: Path, files: Mapping[str, bytes]) -> None:
    for name, data in files.items():
        path = home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def seen(home: Path) -> dict[str, tuple[int, object]]:
    """Everything below: modes, bytes, where links lead."""
    return {
        str(path.relative_to(home)): (
            stat.S_IMODE(path.lstat().st_mode),
            os.readlink(path) if path.is_symlink() else path.read_bytes() if path.is_file() else None,
        )
        for path in home.rglob("*")
    }
