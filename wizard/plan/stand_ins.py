"""What is on this machine and would do, where a Python or a uv can't be fetched. Pure: whether a path exists is asked."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from wizard.choices import Choices
from wizard.machine.facts import FoundPython, Machine
from wizard.plan.install_uv import suits
from wizard.project.facts import Project

_ASKED = re.compile(r"(?<!\d)(3)\.?(\d+)")
"""As .python-version and UV_PYTHON name one: 3.13, cpython-3.13.2, 313."""
_ONLY_MANAGED = re.compile(rb'(?m)^\s*python-preference\s*=\s*["\']only-managed["\']')
_REGISTERED = re.compile(r"\\Python3\d+(?:-32|-arm64)?\\python\.exe$", re.IGNORECASE)
"""Where the installer of python.org puts a Python, which it always registers; conda's and pyenv-win's lie elsewhere."""


def stand_ins(
    machine: Machine,
    project: Project | None,
    choices: Choices,
    environment: Mapping[str, str],
    exists: Callable[[str], bool],
) -> dict[str, Any]:
    """For a run's diagnosis: `python`, such as `3.11`; `python_in_file`, whether .python-version is what asked for another;
    `uv`, whether one that is here will do.
    """
    asked = environment.get("UV_PYTHON") or ""
    in_file = project.python_version_file if project else None
    return {
        "python": _python(machine, project, asked or in_file or "", environment, exists) if project else None,
        "python_in_file": bool(in_file) and not asked,
        "uv": any(suits(one, project, choices.text("uv.version")) is None for one in (machine.uv or ())[:1]),
    }


def _python(
    machine: Machine, project: Project, asked: str, environment: Mapping[str, str], exists: Callable[[str], bool]
) -> str | None:
    """The newest that uv finds by itself and the project allows, but for the one that uv was asked for and did not get."""
    only_managed = _only_managed(machine, project, environment)
    found = [
        version
        for one in machine.pythons or ()
        if (version := _version(one)) is not None and not version.is_prerelease
        if _found_by_uv(one, machine, environment, only_managed=only_managed) and not _is_environment(one, exists)
        if _allowed(version, project.requires_python)
    ]
    named = _ASKED.search(asked)
    others = [one for one in found if named is None or one.release[:2] != (int(named[1]), int(named[2]))]
    return ".".join(map(str, max(others).release[:2])) if others else None


def _version(one: FoundPython) -> Version | None:
    try:
        return Version(one.version or "")
    except InvalidVersion:
        return None


def _allowed(version: Version, requires: str | None) -> bool:
    try:
        return SpecifierSet(requires or "").contains(version)
    except InvalidSpecifier:
        return False


def _only_managed(machine: Machine, project: Project, environment: Mapping[str, str]) -> bool:
    """Whether uv takes none but its own."""
    if environment.get("UV_PYTHON_PREFERENCE") == "only-managed":
        return True
    if environment.get("UV_MANAGED_PYTHON", "").lower() in ("1", "true", "yes", "on", "t", "y"):
        return True
    files = (*project.files.values(), machine.files.get(machine.folders.get("user_uv_toml", "")))
    return any(data is not None and _ONLY_MANAGED.search(data) is not None for data in files)


def _found_by_uv(one: FoundPython, machine: Machine, environment: Mapping[str, str], *, only_managed: bool) -> bool:
    """uv looks on the PATH and in its own folder, on Windows into the registry as well; not into pyenv's or conda's folders."""
    windows = machine.os == "windows"

    def plain(path: str) -> str:
        return path.strip('"').replace("\\", "/").rstrip("/").lower() if windows else path.rstrip("/")

    own, path = plain(machine.folders.get("pythons", "")), plain(one.path)
    if own and path.startswith(own + "/"):
        return True
    listed = next((value for name, value in environment.items() if name.upper() == "PATH"), "")
    entries = {plain(entry) for entry in listed.split(";" if windows else ":")}
    on_path = path.rpartition("/")[0] in entries
    return not only_managed and (on_path or (windows and _REGISTERED.search(one.path) is not None))


def _is_environment(one: FoundPython, exists: Callable[[str], bool]) -> bool:
    """Whether it is the Python of an environment: nobody makes another one of that. conda's are environments, too."""
    separator = "\\" if "\\" in one.path else "/"
    folder = one.path.rpartition(separator)[0]
    above = folder.rpartition(separator)[0]
    return any(
        exists(at + separator + name)
        for at, name in ((above, "pyvenv.cfg"), (above, "conda-meta"), (folder, "conda-meta"))
    )


__all__ = ["stand_ins"]
