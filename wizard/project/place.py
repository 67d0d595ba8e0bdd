"""What kind of place a folder is for a project: uv looks for pyproject.toml upwards, so some hold far more than is meant."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from wizard.language import Message, said
from wizard.machine.folder_made import in_the_way

Kind = Literal["", "home", "above", "passing", "locked"]
NAME = "my-project"
MOST_NAMES = 100


@dataclass(frozen=True)
class Place:
    """`kind` "" is a folder like any other; `told` says what is the matter, in a line of at most 65 cells; None: nothing is."""

    kind: Kind = ""
    told: Message | None = None

    @property
    def fit(self) -> bool:
        """Whether a project may well be made here."""
        return not self.kind


_TOLD: Mapping[Kind, Message] = {
    "home": said("In your home folder, a project holds for every folder below it"),
    "above": said("Your home folder lies below: a project here holds for all of it"),
    "passing": said("This folder is for temporary files: a project would not last here"),
    "locked": said("You may not write here: no project can be made in this folder"),
}
_THERE: Mapping[Kind, Message] = {
    "home": said("This project is your home folder: it holds for all folders below"),
    "above": said("This project lies above your home folder and holds for all of it"),
}


def look(path: str, environment: Mapping[str, str], *, project: bool = False) -> Place:
    """What that folder is. `project`: one lies there already, so only what it takes in with it matters."""
    kind = _kind(path, environment)
    if project:
        return Place(kind, _THERE[kind]) if kind in _THERE else Place()
    if not kind and not may_write(path):
        kind = "locked"
    return Place(kind, _TOLD.get(kind))


def home_of(environment: Mapping[str, str]) -> str:
    """The user's home folder."""
    return environment.get("USERPROFILE" if sys.platform == "win32" else "HOME") or os.path.expanduser("~")


def may_write(path: str) -> bool:
    """Whether this user may make files in that folder, or make the folder where there is none."""
    there = os.path.abspath(path)
    while not os.path.exists(there) and os.path.dirname(there) != there:
        there = os.path.dirname(there)
    if not os.path.isdir(there):
        return False
    if sys.platform != "win32":
        return os.access(there, os.W_OK | os.X_OK)
    try:  # Windows' answer knows nothing of access lists
        with tempfile.TemporaryFile(dir=there):
            return True
    except OSError:
        return False


def folder_of_its_own(path: str, environment: Mapping[str, str]) -> str:
    """A folder that is not there yet, for a project of its own: in `path`, or in the home folder where that is no place."""
    parent = path if _kind(path, environment) in {"", "home"} and may_write(path) else home_of(environment)
    names = (NAME, *(f"{NAME}-{number}" for number in range(2, MOST_NAMES)))
    return next(
        (found for name in names if not os.path.lexists(found := os.path.join(parent, name))),
        os.path.join(parent, NAME),
    )


def named(here: str, text: str) -> str:
    """The folder that `text` names for somebody who stands in `here`."""
    return os.path.abspath(os.path.join(here, os.path.expanduser(text.strip())))


def no_place(here: str, text: str, environment: Mapping[str, str]) -> Message | None:
    """What is wrong with `text` as the folder of a new project, for somebody who stands in `here`; None where nothing is."""
    path = Path(named(here, text))
    if not text.strip():
        return said("name a folder")
    stands = in_the_way(str(path))
    if stands is not None and not os.path.lexists(path):
        return stands[1]
    if path.exists() and (not path.is_dir() or (path / "pyproject.toml").exists()):
        return said("{path} is a project, or no folder", path=str(path))
    return look(str(path), environment).told


def _kind(path: str, environment: Mapping[str, str]) -> Kind:
    here, home = _real(path), _real(home_of(environment))
    if here == home:
        return "home"
    if home.startswith(here.rstrip(os.sep) + os.sep) or here == _real(os.path.join(here, os.pardir)):
        return "above"
    return "passing" if here == _real(tempfile.gettempdir()) else ""


def _real(path: str) -> str:
    return os.path.normcase(os.path.realpath(path))


__all__ = ["Kind", "Place", "folder_of_its_own", "home_of", "look", "may_write", "named", "no_place"]
