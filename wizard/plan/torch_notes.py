"""What to know beside the edit that binds torch. Pure."""

from __future__ import annotations

from wizard.choices import Choices
from wizard.language import said
from wizard.lists import both, either
from wizard.project.edited import parsed
from wizard.project.facts import Project
from wizard.project.pyproject import normal, requirements
from wizard.project.torch_lines import name_of
from wizard.project.torch_target import Target
from wizard.text import one_line


def notes(project: Project, target: Target, choices: Choices, after: bytes) -> tuple[str, ...]:
    """The sentences; none where all is as one expects. `after`: pyproject.toml as the edit leaves it."""
    return (*_beside(project, target), *_unchosen(project, target, choices, after))


def _beside(project: Project, target: Target) -> tuple[str, ...]:
    """Packages that are built against one torch and that the project does not name: their index stays another."""
    locked = {package.name for package in project.lock.packages} if project.lock else set()
    others = [name for name in ("torchvision", "torchaudio") if name in locked and name not in target.family]
    if not target.bound or not others:
        return ()
    names = both(others)
    return (
        said(
            "{names} comes through another package, so not from torch's index; to bind it too: uv add {name}",
            names=names,
            name=others[0],
        ),
    )


def _unchosen(project: Project, target: Target, choices: Choices, after: bytes) -> tuple[str, ...]:
    """A torch that only extras or groups ask for, of which the sync takes none: it would bring no torch."""
    if target.layout == "extras" or "torch" in target.named:
        return ()
    taken = {("group", normal(one)) for one in (*project.default_groups, *choices.names("sync.groups"))}
    taken |= {("extra", normal(one)) for one in choices.names("sync.extras")}
    ways: list[str] = []
    for kind, owner, line in requirements(parsed(after)):
        if name_of(line) != "torch":
            continue
        if kind == "project" or owner is None or (kind, normal(owner)) in taken:
            return ()
        ways.append(f"sync.{kind}s = {one_line(owner, 40)}")
    told = either(dict.fromkeys(ways))
    return (
        (said("torch stands only where the sync takes nothing by itself; to have it here: {told}", told=told),)
        if ways
        else ()
    )
