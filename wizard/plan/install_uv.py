"""Which uv there will be, and how it comes. Pure: ways are chosen from facts, and tried in order when the plan runs."""

from __future__ import annotations

import ntpath
import posixpath
from dataclasses import dataclass

from packaging.specifiers import SpecifierSet
from packaging.version import InvalidVersion, Version

from wizard import catalog
from wizard.choices import Choices
from wizard.errors import BadInput
from wizard.language import said
from wizard.lists import in_turn
from wizard.machine.facts import FoundUv, Machine
from wizard.plan import uv_ways
from wizard.plan.step import Command, Step
from wizard.plan.uv_ways import specifier
from wizard.project.facts import Project
from wizard.text import masked


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
        return said("it does not say its version")
    if wanted and found.version != wanted:
        return said("{wanted} is asked for", wanted=wanted)
    least = catalog.table("uv.toml")["minimum"]
    if version < Version(least):
        return said("{version} is older than {least}", version=found.version, least=least)
    required = specifier(project)
    if not SpecifierSet(required).contains(version, prereleases=True):
        return said(
            "this project asks for uv {required_uv}, and it is {version}",
            required_uv=project.required_uv if project else "",
            version=found.version,
        )
    return None


def behind_lock(found: FoundUv, project: Project | None) -> str | None:
    """The uv that knows all of this uv.lock, where the one found is older; it can read it, and writes it otherwise."""
    revision = project.lock.revision if project and project.lock else None
    known = [one for one in catalog.table("uv.toml")["lock_revision"] if revision and one["revision"] <= revision]
    if not known:
        return None
    first: str = max(known, key=lambda one: int(one["revision"]))["from"]
    try:
        return first if Version(found.version or "") < Version(first) else None
    except InvalidVersion:
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
    if way == "update":
        found = next(iter(found_by_shells(machine)), None)
        if found is None:
            msg = said("uv.install = update, but no uv was found here; allowed then: auto, standalone, index or a path")
            raise BadInput(msg)
        return _updated(found, machine, project, choices, python)
    if way == "keep":
        kept = next(iter(machine.uv or ()), None)
    else:
        kept = next((one for one in found_by_shells(machine) if suits(one, project, wanted) is None), None)
    if way == "keep" and kept is None:
        msg = said("uv.install = keep, but no uv was found here; allowed then: auto, standalone, index or a path")
        raise BadInput(msg)
    if kept is not None and way in {"auto", "keep"}:
        return UvPlan(kept.path, None, kept, _parent(machine, kept.path))
    folder = choices.text("uv.dir") or machine.folders.get("uv_bin") or _default_folder(machine)
    path = _join(machine, folder, "uv.exe" if machine.os == "windows" else "uv")
    present = next((one for one in machine.uv or () if one.path == path), None)
    if present is not None and wanted and present.version == wanted:
        return UvPlan(path, None, present, folder)
    if way == "auto" and present is not None and present.how not in {"standalone", "unknown"}:
        return _updated(present, machine, project, choices, python)  # another tool put it where a new one would lie
    _refuse_contradiction(project, wanted)
    what = uv_ways.wanted(machine, project, choices, folder)
    ways = uv_ways.in_order(machine, project, choices, python, what)
    title = (
        said("install uv {version} into {folder}", version=what.version, folder=folder)
        if what.version
        else said("install uv into {folder}", folder=folder)
    )
    notes = (*_notes(ways), *_before(machine, folder))
    return UvPlan(path, Step("uv", "uv", title, commands=(_command(machine, ways, what),), notes=notes), None, folder)


def _refuse_contradiction(project: Project | None, wanted: str) -> None:
    """Raises BadInput where the version chosen is one that this project does not take."""
    required = specifier(project)
    if project and wanted and not SpecifierSet(required).contains(wanted, prereleases=True):
        msg = said(
            "uv.version = {wanted} is not possible: this project asks for uv {required_uv} (required-version)",
            wanted=wanted,
            required_uv=project.required_uv,
        )
        raise BadInput(msg)


def _command(machine: Machine, ways: tuple[uv_ways.Way, ...], what: uv_ways.Wanted) -> Command:
    options = {
        "ways": list(ways),
        "folder": what.folder,
        "version": what.version,
        "required": what.required,
        "windows": machine.os == "windows",
    }
    environment = {name: str(value) for name, value in ways[0].get("environment", {}).items()}
    return Command(tuple(ways[0]["argv"]), environment, kind="place-uv", options=options)


def _notes(ways: tuple[uv_ways.Way, ...]) -> tuple[str, ...]:
    told = {
        "wheel": said("the wheel for this machine from a package index, its checksum held against the index's"),
        "index": said("the wheel that pip downloads"),
        "standalone": said("uv's official installer"),
    }
    notes = []
    if ways[0]["how"] == "wheel" and ways[0]["index"]:
        where = masked(ways[0]["index"])
        notes.append(
            said(
                "The wheel for this machine comes from {where}; its checksum is held against that index's.", where=where
            )
        )
    if len(ways) > 1:
        notes.append(said("If uv does not come that way: {way}.", way=in_turn(told[one["how"]] for one in ways[1:])))
    return tuple(notes)


def _before(machine: Machine, folder: str) -> tuple[str, ...]:
    """A warning where the shells go on to find another uv before the new one."""
    entries = path_entries(machine) or ()
    if folder not in entries:
        return ()  # the settings step puts it first
    ahead = entries[: entries.index(folder)]
    other = next((one for one in machine.uv or () if _parent(machine, one.path) in ahead), None)
    if other is None:
        return ()
    owner = catalog.table("uv.toml")["owner"][other.how]
    whose = said("{version}, the business of {owner}", version=other.version or "?", owner=owner)
    return (
        said(
            "Your shells find {path} first ({whose}); the commands here name the new one.", path=other.path, whose=whose
        ),
    )


def _updated(found: FoundUv, machine: Machine, project: Project | None, choices: Choices, python: str | None) -> UvPlan:
    """That uv, updated the way it came. Raises BadInput where that is not ours to do."""
    folder = _parent(machine, found.path)
    wanted = choices.text("uv.version")
    if wanted and found.version == wanted:
        return UvPlan(found.path, None, found, folder)
    _refuse_contradiction(project, wanted)
    what = uv_ways.wanted(machine, project, choices, folder)
    way = uv_ways.by_update(found, machine, python, what)
    if way is None:
        owner = catalog.table("uv.toml")["owner"][found.how]
        msg = said(
            "the uv at {path} is the business of {owner}, which can update it; or choose another folder for a new one: uv.dir",
            path=found.path,
            owner=owner,
        )
        raise BadInput(msg)
    title = (
        said("update uv {version} at {path}", version=found.version, path=found.path)
        if found.version
        else said("update uv at {path}", path=found.path)
    )
    notes = () if way["taken_back"] else (said("uv-wizard undo does not take this back: the tool that did it can."),)
    command = _command(machine, (way,), what)
    return UvPlan(found.path, Step("uv", "uv", title, commands=(command,), notes=notes), None, folder)


def _default_folder(machine: Machine) -> str:
    if machine.os == "windows":
        return ntpath.join(machine.home or "%USERPROFILE%", ".local", "bin")
    return posixpath.join(machine.home or "~", ".local", "bin")


def _join(machine: Machine, folder: str, name: str) -> str:
    return str((ntpath if machine.os == "windows" else posixpath).join(folder, name))


def _parent(machine: Machine, path: str) -> str:
    return str((ntpath if machine.os == "windows" else posixpath).dirname(path))
