"""A Python of this machine that would do, where uv can't fetch the one that was asked for."""

from __future__ import annotations

import re

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from wizard.diagnosis.scene import Scene
from wizard.machine.facts import FoundPython, Machine

_MINOR = re.compile(r"\d+\.\d+")


def python_here(scene: Scene) -> str | None:
    """The newest that uv finds by itself and the project allows, such as `3.11`; None where there is none."""
    machine, project = scene.context.machine, scene.context.project
    if machine is None or project is None:
        return None
    fitting = [
        version
        for one in machine.pythons or ()
        if _found_by_uv(one, machine) and not _is_environment(one, scene) and (version := _version(one)) is not None
        if _allowed(version, project.requires_python) and not _asked_for(version, scene)
    ]
    return ".".join(map(str, max(fitting).release[:2])) if fitting else None


def _version(one: FoundPython) -> Version | None:
    try:
        return Version(one.version or "")
    except InvalidVersion:
        return None


def _allowed(version: Version, requires: str | None) -> bool:
    try:
        return SpecifierSet(requires or "").contains(version, prereleases=True)
    except InvalidSpecifier:
        return False


def _asked_for(version: Version, scene: Scene) -> bool:
    """Whether that is the minor version that uv did not get, being another build or patch of it."""
    project = scene.context.project
    asked = scene.environment.get("UV_PYTHON") or (project.python_version_file if project else None) or ""
    named = _MINOR.search(asked)
    return named is not None and named[0] == ".".join(map(str, version.release[:2]))


def _found_by_uv(one: FoundPython, machine: Machine) -> bool:
    """uv looks on the PATH and in its own folder, on Windows into the registry as well; not into pyenv's or conda's folders."""
    own = machine.folders.get("pythons", "").rstrip("/")
    entries = {entry.rstrip("/") for entry in machine.environment.get("PATH", "").split(":")}
    on_path = one.path.rpartition("/")[0] in entries
    return machine.os == "windows" or on_path or (bool(own) and one.path.startswith(own + "/"))


def _is_environment(one: FoundPython, scene: Scene) -> bool:
    """Whether it is the Python of an environment: nobody makes another one of that."""
    exists, separator = scene.context.exists, "\\" if "\\" in one.path else "/"
    folder = one.path.rpartition(separator)[0].rpartition(separator)[0]
    return exists is not None and exists(folder + separator + "pyvenv.cfg")


__all__ = ["python_here"]
