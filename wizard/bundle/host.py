"""A bundle carried out on its host: is it for this one and for this uv.lock, are its files whole, and the plan that takes
everything from it. Nothing is changed before all of that is so; nothing here asks a network.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from wizard import choices as choosing
from wizard.advice.torch_builds import minor
from wizard.advice.torch_reach import Selected, installed
from wizard.bundle.contents import matched
from wizard.bundle.make import lock_hash
from wizard.bundle.pages import FOLDER
from wizard.bundle.record import CHOICES, PYTHONS, Entry
from wizard.bundle.store import Bundle, Looked, holders, look, read
from wizard.bundle.target import older
from wizard.choice_keys import Value
from wizard.errors import BadInput
from wizard.language import said
from wizard.lists import both, counted
from wizard.machine.facts import FoundPython, Machine
from wizard.plan.step import Command, Plan, Step
from wizard.project.facts import Project
from wizard.run.mirror_lock import LockedFile, files_of
from wizard.run.mirror_wanted import python_of
from wizard.text import one_line
from wizard.toml import parse

if TYPE_CHECKING:
    from wizard.way import Way

_NAMED = 5
OFFLINE: Mapping[str, Value] = {
    "mirrors.pypi": "official", "mirrors.pytorch": "official", "mirrors.python": "official", "mirrors.uv": "official",
    "mirrors.scope": "machine",
}  # fmt: skip
"""Nobody is there to be asked."""


@dataclass(frozen=True)
class Opened:
    """The bundles that were named, the newest first, and who holds each file that it names."""

    bundles: tuple[Bundle, ...]
    held: Mapping[Entry, Bundle]

    @property
    def first(self) -> Bundle:
        """The one that says what is wanted."""
        return self.bundles[0]

    def path(self, entry: Entry) -> Path:
        """Where that file lies."""
        return self.held[entry].path(entry)

    def choices(self) -> dict[str, Value]:
        """Those that came along. Raises BadInput."""
        path = self.first.folder / CHOICES
        return choosing.from_file(path) if path.is_file() else {}


def opened(folders: Sequence[str]) -> Opened:
    """The bundles in these folders, an earlier one beside the one that goes with it. Raises BadInput."""
    bundles = {(found := read(Path(one))).manifest.id: found for one in folders}
    earlier = {one.manifest.since for one in bundles.values()}
    heads = [one for name, one in bundles.items() if name not in earlier]
    if len(heads) != 1:
        told = both(one_line(str(one.folder), 80) for one in heads)
        raise BadInput(
            said(
                "{told} do not go with each other; name one bundle, and the earlier one that it says it goes with",
                told=told,
            )
        )
    order = (heads[0], *(one for one in bundles.values() if one is not heads[0]))
    return Opened(order, holders(order))


def check(found: Opened, machine: Machine, project: Project | None) -> None:
    """Raises BadInput where the bundle is for another host or another uv.lock."""
    manifest, target = found.first.manifest, found.first.manifest.target
    where = said("the bundle {folder}", folder=one_line(str(found.first.folder), 120))
    if project is None:
        raise BadInput(
            said(
                "{where} is for the project {project}, which is not here: bring its folder along",
                where=where,
                project=one_line(manifest.project, 60),
            )
        )
    if (target.os, target.arch) != (machine.os, machine.arch):
        raise BadInput(
            said(
                "{where} is for {told}; this machine is {os} {arch}",
                where=where,
                told=target.told,
                os=machine.os,
                arch=machine.arch,
            )
        )
    here = machine.libc
    if target.libc and here and here.name != target.libc[0]:
        raise BadInput(
            said("{where} is for {libc}; this machine has {name}", where=where, libc=target.libc[0], name=here.name)
        )
    if target.libc and target.libc[1] and here and older(here.version, target.libc[1]):
        raise BadInput(
            said(
                "{where} needs {libc} {least} or newer; this machine has {version}",
                where=where,
                libc=target.libc[0],
                least=target.libc[1],
                version=here.version,
            )
        )
    if lock_hash(project) != manifest.lock:
        raise BadInput(
            said(
                "{where} is for another uv.lock of {project} than the one in {path}: bring that one, or make a "
                "bundle of this one (uv-wizard export bundle)",
                where=where,
                project=one_line(manifest.project, 60),
                path=one_line(project.path, 120),
            )
        )


def whole(found: Opened) -> None:
    """Reads every file. Raises BadInput naming those that are missing or not as the manifest states."""
    bad: list[Looked] = []
    for bundle in found.bundles:
        wanted = [entry for entry, holder in found.held.items() if holder is bundle]
        bad += [one for one in look(bundle, wanted) if one.state != "good"]
    if bad:
        told = counted([one.told for one in bad], _NAMED)
        raise BadInput(
            said(
                "the bundle {folder} is not whole: {told}; nothing was changed",
                folder=one_line(str(found.first.folder), 120),
                told=told,
            )
        )


@dataclass(frozen=True)
class HostPython:
    """`request`: what uv is told (UV_PYTHON); `install`: the version to install from the bundle before, None for none."""

    request: str
    install: str | None = None


def python(found: Opened, machine: Machine, project: Project) -> HostPython:
    """The Python for the environment: the one it has, one of this machine, the bundle's. Raises BadInput."""
    target = found.first.manifest.target
    there = python_of(Path(project.environment_path))
    if there is not None and f"{there[0]}.{there[1]}" == target.python:
        return HostPython(target.python)
    here = next((one.path for one in machine.pythons or () if _fits(one, target.python, project.requires_python)), None)
    if here is not None:
        return HostPython(here)
    if target.build is None:
        raise BadInput(
            said(
                "Python {python} is needed, and neither this machine nor the bundle has one; nothing was changed",
                python=target.python,
            )
        )
    return HostPython(target.build, target.build)


def _fits(one: FoundPython, wanted: str, requires: str | None) -> bool:
    if (Path(one.path).parent.parent / "pyvenv.cfg").is_file() or minor(one.version) != wanted:
        return False
    try:
        return SpecifierSet(requires or "").contains(Version(one.version or ""), prereleases=True)
    except (InvalidSpecifier, InvalidVersion):
        return True


def choose(way: Way, found: Opened) -> None:
    """What the choices come to without a network; uv from the bundle where none here will do."""
    way.choices = way.choices.with_values("set", dict(OFFLINE))
    if way.choices.text("uv.install") in ("auto", "index", "standalone", "update"):
        way.choices = way.choices.with_values("set", {"uv.install": "auto", "uv.version": ""})
        if way.uv_path() is None:
            wheel = next(one for one in found.held if one.what == "uv")
            way.choices = way.choices.with_values("set", {"uv.install": str(found.path(wheel))})


def with_bundle(plan: Plan, found: Opened, way: Way, taken: HostPython) -> Plan:
    """The plan with its files from the bundle. Raises BadInput where it needs what no bundle can give."""
    for step in plan.steps:
        if step.id in ("lock", "init", "import", "mirrors"):
            raise BadInput(
                said(
                    "this plan makes uv.lock again, which needs a network; choose what uv.lock has: --set torch.variant=keep"
                )
            )
    return replace(plan, steps=tuple(_of_bundle(step, found, way, taken) for step in plan.steps))


def _of_bundle(step: Step, found: Opened, way: Way, taken: HostPython) -> Step:
    if step.id != "sync" or way.project is None:
        return step
    command = step.commands[0]
    options = {
        **command.options,
        "project": way.project.path,
        "member": way.project.member,
        "environment_path": way.project.environment_path,
        "files": {url: str(found.path(entry)) for url, entry in _files(found, way, way.project).items()},
        "indexes": [(one.folder / FOLDER).as_uri() for one in found.bundles if (one.folder / FOLDER).is_dir()],
    }
    synced = replace(command, kind="bundle-sync", options=options)
    note = said("Everything comes from {folder}; no network is asked.", folder=one_line(str(found.first.folder), 120))
    first = _install(command, found, taken)
    return replace(step, commands=(*first, synced), notes=(note, *step.notes))


def _files(found: Opened, way: Way, project: Project) -> dict[str, Entry]:
    """The lock's address -> the bundle's file. Raises BadInput for a package that is wanted and is not in it."""
    chosen = way.selection()
    python = found.first.manifest.target.python
    there = replace(project, python_version_file=python)
    wanted = [
        one for one in installed(way.machine, there, Selected(chosen.extras, chosen.groups), python) if one.registry
    ]
    wanted = [one for one in wanted if "://" in (one.registry or "")]
    files = _locked(project)
    known = matched(files, found.held)
    have = {(one.package, one.version) for one in known.values()}
    lacking = sorted(f"{one.name} {one.version}" for one in wanted if (one.name, one.version or "") not in have)
    if lacking:
        extras = ", ".join((*found.first.manifest.extras, *found.first.manifest.groups)) or said("none")
        raise BadInput(
            said(
                "the bundle lacks {lacking}: it was made for these extras and groups: {extras}; make one with "
                "the choices of this host (uv-wizard export bundle --machine FACTS.json, --set sync.extras=)",
                lacking=counted(lacking, _NAMED),
                extras=extras,
            )
        )
    return known


def _locked(project: Project) -> tuple[LockedFile, ...]:
    tables = parse(project.file("uv.lock")[1] or b"")
    packages = {(one.name, one.version or "") for one in (project.lock.packages if project.lock else ())}
    return files_of(tables, packages)


def _install(command: Command, found: Opened, taken: HostPython) -> Iterable[Command]:
    """uv takes the bundle's Python: its own list of builds is that one, its mirror the bundle's folder."""
    if taken.install is None:
        return
    build = next(one for one in found.held if one.what == "python")
    listed = next(one for one in found.held if one.path == PYTHONS)
    folder = found.path(build).parent.parent
    environment = {
        **{name: value for name, value in command.environment.items() if name != "UV_DEFAULT_INDEX"},
        "UV_PYTHON_INSTALL_MIRROR": folder.as_uri(),
        "UV_PYTHON_DOWNLOADS_JSON_URL": str(found.path(listed)),
        "UV_PYTHON_INSTALL_BIN": "0",
        "UV_PYTHON_DOWNLOADS": "automatic",
        "UV_OFFLINE": None,  # offline it reads no file either; both addresses are files
    }
    yield Command((command.argv[0], "python", "install", taken.install), environment, command.cwd, "uv")


def variables(taken: HostPython) -> dict[str, str]:
    """What every uv of the run has in its environment."""
    return {"UV_OFFLINE": "1", "UV_PYTHON": taken.request}


def enter(taken: HostPython) -> None:
    """The run's processes inherit them from this one."""
    os.environ.update(variables(taken))


__all__ = ["OFFLINE", "HostPython", "Opened", "check", "choose", "enter", "opened", "python", "whole", "with_bundle"]
