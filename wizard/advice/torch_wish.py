"""What a project lets a machine have of torch: its requirements, as far as their markers hold there. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import SpecifierSet

from wizard.advice.markers import environment, holds
from wizard.advice.torch_builds import Wish, known_pythons, minor, minors
from wizard.machine.facts import Machine
from wizard.project.facts import Project


def wish_of(machine: Machine, project: Project | None, python: str | None) -> Wish:
    """What the project asks for. `python`: the version that will be used, where that is known."""
    torch = project.torch if project else None
    if project is None or torch is None:
        return Wish(None, _pythons(project, python))
    pythons = _pythons(project, python)
    lines = (*torch.wishes, *torch.pins)
    if not any(";" in line for line in lines):
        return Wish(torch.requirement, pythons, torch.pins)
    # requirements that differ by Python: those of the newest count, and the Pythons that share them
    order = tuple(reversed(pythons if pythons is not None else known_pythons()))
    held = {one: _that_hold(machine, lines, one) for one in order}
    first = held.get(order[0], ()) if order else ()
    alike = tuple(one for one in reversed(order) if held[one] == first)
    same_for_all = len(alike) == len(order)
    return Wish(
        _joined(line for line in first if line in torch.wishes) if torch.wishes else torch.requirement,
        pythons if same_for_all else alike,
        tuple(line.partition(";")[0].strip() for line in first if line in torch.pins),
    )


def _pythons(project: Project | None, python: str | None) -> tuple[str, ...] | None:
    fixed = minor(python) or (minor(project.python_version_file) if project else None)
    if fixed:
        return (fixed,)
    return minors(project.requires_python) if project and project.requires_python else None


def _that_hold(machine: Machine, lines: Iterable[str], python: str) -> tuple[str, ...]:
    around = environment(machine.os, machine.arch, python)
    return tuple(line for line in lines if ";" not in line or holds(line.partition(";")[2].strip(), around))


def _joined(lines: Iterable[str]) -> str | None:
    spec = SpecifierSet()
    for line in lines:
        try:
            spec &= Requirement(line).specifier
        except InvalidRequirement:
            continue
    return str(spec) or None
