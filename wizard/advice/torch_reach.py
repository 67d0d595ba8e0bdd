"""What of uv.lock this machine would install: the edges of the lock followed with this machine's markers. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from packaging.version import Version

from wizard.advice.markers import environment, holds
from wizard.advice.torch_builds import minor, minors
from wizard.machine.facts import Machine
from wizard.project.facts import LockedPackage, Project
from wizard.project.pyproject import normal
from wizard.remembered import remembered


@dataclass(frozen=True)
class Selected:
    """Extras, and groups beside the default ones."""

    extras: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()


def pythons_of(machine: Machine, project: Project, python: str | None = None) -> tuple[str, ...]:
    """The Pythons (`3.12`) that the environment may get, newest first: the one named, else those here that fit.

    Where none of those here fits, or none is known, all that the project allows: uv fetches one.
    """
    named = minor(python) or minor(project.python_version_file)
    if named:
        return (named,)
    fitting = minors(project.requires_python) if project.requires_python else None
    found = {minor(one.version) for one in machine.pythons or ()} - {None}
    usable = [one for one in found if one and (fitting is None or one in fitting)]
    return tuple(sorted(usable, key=Version, reverse=True)) or tuple(reversed(fitting or ()))


def supports(machine: Machine, project: Project, python: str | None = None) -> bool:
    """Whether the lock was made for this system at all: `tool.uv.environments` may leave systems out."""
    marks = project.lock.supported if project.lock else ()
    return not marks or any(holds(mark, _around(machine, project, python)) for mark in marks)


def _around(machine: Machine, project: Project, python: str | None) -> tuple[tuple[str, str], ...]:
    chosen = next(iter(pythons_of(machine, project, python)), _some_python(project))
    return environment(machine.os, machine.arch, chosen)


@remembered()
def installed(
    machine: Machine, project: Project, selected: Selected, python: str | None = None
) -> tuple[LockedPackage, ...]:
    """The packages of the lock that a sync with that selection would install here, in no certain order.

    Without a root package (a lock that was cut, or made by something else) all packages count.
    """
    lock = project.lock
    if lock is None:
        return ()
    by_name: dict[str, list[LockedPackage]] = {}
    for package in lock.packages:
        by_name.setdefault(package.name, []).append(package)
    roots = [one for one in lock.packages if "virtual" in one.source or "editable" in one.source]
    if not roots:
        return lock.packages
    around = _around(machine, project, python)
    if project.member and project.name:
        roots = [one for one in roots if one.name == normal(project.name)] or roots
    groups = {*project.default_groups, *selected.groups}
    chosen = frozenset(
        word
        for root in roots
        for word in (
            *(f"extra-{len(root.name)}-{root.name}-{extra}" for extra in selected.extras),
            *(f"group-{len(root.name)}-{root.name}-{group}" for group in groups),
            f"project-{len(root.name)}-{root.name}",
        )
    )
    walk = _Walk(by_name, around, chosen)
    for root in roots:
        walk.follow(root, frozenset(selected.extras))
        for group in groups:
            walk.edges(root.group_dependencies.get(group, ()))
    while walk.waiting:
        walk.follow(*walk.waiting.pop())
    return tuple(walk.found.values())


class _Walk:
    """The lock's graph, followed edge by edge."""

    def __init__(
        self,
        by_name: Mapping[str, list[LockedPackage]],
        environment: tuple[tuple[str, str], ...],
        chosen: frozenset[str],
    ) -> None:
        self._by_name = by_name
        self._environment = environment
        self._chosen = chosen
        self._seen: set[tuple[int, frozenset[str]]] = set()
        self.found: dict[int, LockedPackage] = {}
        self.waiting: list[tuple[LockedPackage, frozenset[str]]] = []

    def follow(self, package: LockedPackage, extras: frozenset[str]) -> None:
        """What `package` with these extras brings with it."""
        self.found[id(package)] = package
        if (id(package), extras) in self._seen:
            return
        self._seen.add((id(package), extras))
        self.edges(package.dependencies)
        for extra in extras:
            self.edges(package.optional_dependencies.get(extra, ()))

    def edges(self, edges: Iterable[Mapping[str, Any]]) -> None:
        """Take those whose marker holds here."""
        for edge in edges:
            marker = edge.get("marker")
            if marker is not None and not holds(str(marker), self._environment, self._chosen):
                continue
            for target in self._by_name.get(edge.get("name", ""), ()):
                if _is_meant(edge, target):
                    self.waiting.append((target, frozenset(edge.get("extra", ()))))


def _is_meant(edge: Mapping[str, Any], target: LockedPackage) -> bool:
    version, source = edge.get("version"), edge.get("source")
    return (version is None or version == target.version) and (source is None or source == target.source)


def _some_python(project: Project) -> str:
    fitting = minors(project.requires_python) if project.requires_python else ()
    return fitting[-1] if fitting else "3.12"
