"""Which uv there will be, and how it comes. Pure: ways are chosen from facts, and tried in order when the plan runs."""

from __future__ import annotations

import ntpath
import posixpath
from dataclasses import dataclass
from typing import Any

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from wizard import catalog
from wizard.choices import Choices
from wizard.errors import BadInput
from wizard.machine.facts import FoundUv, Machine
from wizard.plan.step import Command, Step
from wizard.project.facts import Project


@dataclass(frozen=True)
class UvPlan:
    """The uv that every later command names, and the step that brings it (None: it is here)."""

    path: str
    step: Step | None
    kept: FoundUv | None
    folder: str
    """The folder it lies in or will lie in."""


def suits(found: FoundUv, project: Project | None, wanted: str = "") -> str | None:
    """Why this uv will not do, None where it will."""
    try:
        version = Version(found.version or "")
    except InvalidVersion:
        return "it does not say its version"
    if wanted and found.version != wanted:
        return f"{wanted} is asked for"
    if version < Version(catalog.table("uv.toml")["minimum"]):
        return f"{found.version} is older than {catalog.table('uv.toml')['minimum']}"
    if project and project.required_uv:
        try:
            if not SpecifierSet(project.required_uv).contains(version, prereleases=True):
                return f"this project asks for uv {project.required_uv}"
        except InvalidSpecifier:
            return None
    return None


def found_by_shells(machine: Machine) -> tuple[FoundUv, ...]:
    """The uv that a shell finds, in the order of PATH, and the one in uv's own folder, which a shell can be taught.

    One that lies elsewhere (in the environment that the wizard itself runs in, say) is no use to a user's next command.
    """
    entries = path_entries(machine)
    if entries is None:
        return machine.uv or ()
    own = machine.folders.get("uv_bin")
    return tuple(one for one in machine.uv or () if _parent(machine, one.path) in {*entries, own})


def path_entries(machine: Machine) -> tuple[str, ...] | None:
    """The folders of PATH, None where it is not known (another machine's)."""
    path = next((value for name, value in machine.environment.items() if name.upper() == "PATH"), None)
    if path is None:
        return None
    return tuple(entry.strip('"').rstrip("/\\") for entry in path.split(";" if machine.os == "windows" else ":"))


def plan_uv(machine: Machine, project: Project | None, choices: Choices, python: str | None) -> UvPlan:
    """Keeps a uv that will do, else installs one. `python`: one with pip, for the way by a package index, or None."""
    way, wanted = choices.text("uv.install"), choices.text("uv.version")
    if way == "keep":
        kept = next(iter(machine.uv or ()), None)
    else:
        kept = next((one for one in found_by_shells(machine) if suits(one, project, wanted) is None), None)
    if way == "keep" and kept is None:
        msg = "uv.install = keep, but no uv was found here; allowed then: auto, standalone, index or a path"
        raise BadInput(msg)
    if kept is not None and way in {"auto", "keep"}:
        return UvPlan(kept.path, None, kept, _parent(machine, kept.path))
    folder = choices.text("uv.dir") or machine.folders.get("uv_bin") or _default_folder(machine)
    path = _join(machine, folder, "uv.exe" if machine.os == "windows" else "uv")
    present = next((one for one in machine.uv or () if one.path == path), None)
    if present is not None and wanted and present.version == wanted:
        return UvPlan(path, None, present, folder)
    version = wanted or _version_for(project)
    commands = _commands(machine, way, version, folder, python, choices.text("mirrors.pypi"))
    title = f"install uv {version}".rstrip() + f" into {folder}"
    notes: tuple[str, ...] = ()
    if len(commands[0].options["ways"]) > 1:
        notes = ("If that does not work, uv's official installer is tried next.",)
    return UvPlan(path, Step("uv", "uv", title, commands=commands, notes=notes), None, folder)


def _version_for(project: Project | None) -> str:
    """An exact version where the project asks for one, else the newest ("")."""
    if project and project.required_uv:
        try:
            exact = [spec.version for spec in SpecifierSet(project.required_uv) if spec.operator == "=="]
        except InvalidSpecifier:
            return ""
        if exact and "*" not in exact[0]:
            return exact[0]
    return ""


def _commands(
    machine: Machine, way: str, version: str, folder: str, python: str | None, mirror: str
) -> tuple[Command, ...]:
    by_index = _by_index(version, python, mirror) if python else None
    by_installer = _by_installer(machine, version, folder)
    if way in {"auto", "index"}:
        ways: list[dict[str, Any]] = [one for one in (by_index, by_installer) if one]
    elif way == "standalone":
        ways = [by_installer]
    else:
        ways = [{"how": "file", "file": way, "argv": ["uv-wizard", "apply", "--set", f"uv.install={way}"]}]
    options = {"ways": ways, "folder": folder, "version": version, "windows": machine.os == "windows"}
    return (Command(tuple(ways[0]["argv"]), kind="place-uv", options=options),)


def _by_index(version: str, python: str, mirror: str) -> dict[str, Any]:
    wanted = f"uv=={version}" if version else "uv"
    argv = [python, "-m", "pip", "download", "--no-deps", "--only-binary", ":all:", wanted]
    if "://" in mirror:
        argv += ["--index-url", mirror]
    return {"how": "index", "argv": argv}


def _by_installer(machine: Machine, version: str, folder: str) -> dict[str, Any]:
    kind = "windows" if machine.os == "windows" else "posix"
    argv = catalog.table("uv.toml")["standalone"][kind]["argv"]
    inserted = f"{version}/" if version else ""
    return {
        "how": "standalone",
        "argv": [word.replace("{version}", inserted) for word in argv],
        # the shells are the settings step's business, with a diff and an undo
        "environment": {"UV_INSTALL_DIR": folder, "UV_NO_MODIFY_PATH": "1"},
    }


def _default_folder(machine: Machine) -> str:
    if machine.os == "windows":
        return ntpath.join(machine.home or "%USERPROFILE%", ".local", "bin")
    return posixpath.join(machine.home or "~", ".local", "bin")


def _join(machine: Machine, folder: str, name: str) -> str:
    return str((ntpath if machine.os == "windows" else posixpath).join(folder, name))


def _parent(machine: Machine, path: str) -> str:
    return str((ntpath if machine.os == "windows" else posixpath).dirname(path))
