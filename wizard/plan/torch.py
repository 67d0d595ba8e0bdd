"""What the choice of a torch variant means for a plan: an extra of the sync, or two steps, edit and lock. Pure.

The advice is handed in, for it stands a floor above.
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Protocol

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from wizard.catalog_torch import PYPI, Release, Variant, the
from wizard.choices import Choices
from wizard.errors import BadInput, DecisionMissing
from wizard.machine.facts import Machine
from wizard.plan.make import TorchPart
from wizard.plan.mirrors import address
from wizard.plan.step import Command, FileChange, Step
from wizard.plan.sync import run_environment
from wizard.project.facts import Project
from wizard.project.torch_editor import edit
from wizard.project.torch_target import Target

_PLATFORMS: Mapping[str, tuple[str, ...]] = {
    "linux": ("linux_x86_64", "linux_aarch64"),
    "windows": ("win_amd64", "win_arm64"),
}


class Advised(Protocol):
    """What of `wizard.advice.torch.TorchAdvice` is needed here."""

    @property
    def variant(self) -> str | None: ...
    @property
    def torch_version(self) -> str | None: ...
    @property
    def choice(self) -> str: ...
    @property
    def certain(self) -> bool: ...
    @property
    def notes(self) -> tuple[str, ...]: ...
    @property
    def locked_variant(self) -> str | None: ...
    @property
    def platform(self) -> str | None: ...


def part(machine: Machine, project: Project, choices: Choices, uv: str, advised: Advised) -> TorchPart:
    """Steps, extra and variant. Raises BadInput where the choice can't be carried out, DecisionMissing where `auto`
    has no answer.
    """
    name = wanted(project, choices, advised)
    torch = project.torch
    if name == "keep":
        return TorchPart()
    if torch is None:
        msg = f"torch.variant = {name}: this project does not use torch; add it (uv add torch), or set it to keep"
        raise BadInput(msg)
    if name in torch.offers:
        return TorchPart(extra=torch.offers[name], variant=name)
    if name != PYPI and name == advised.locked_variant:
        return TorchPart(variant=name)
    target = target_of(project, choices, name, advised)
    steps = _steps(project, choices, uv, target, name, advised)
    if steps and machine.os not in (None, *choices.names("torch.platforms")):
        left = f"torch.platforms leaves {machine.os} out: on this machine torch stays what it is"
        steps = (replace(steps[0], notes=(*steps[0].notes, left)), *steps[1:])
    extra = ("extra", name) if target.layout == "extras" and steps else None
    return TorchPart(steps, extra, None if name == PYPI else name, locks=bool(steps))


def wanted(project: Project, choices: Choices, advised: Advised) -> str:
    """`keep`, `pypi` or a variant: what `torch.variant` comes to here."""
    value = choices.text("torch.variant")
    if value != "auto":
        return value
    if project.torch is None:
        return "keep"
    if advised.variant is None or not advised.certain:
        why = advised.notes[0] if advised.notes else "a fact of this machine is missing"
        msg = f"torch.variant = auto has no answer here: {why}. Set torch.variant to keep or to a variant"
        raise DecisionMissing(msg)
    return advised.choice


def target_of(project: Project, choices: Choices, name: str, advised: Advised) -> Target:
    """What to bind where. Raises BadInput where no torch of the project has that variant on a system of the choice."""
    torch = project.torch
    family = torch.family if torch else ()
    platforms = choices.names("torch.platforms")
    if name == PYPI:
        return Target({PYPI: platforms}, family=family)
    variant = the().variants[name]
    releases = _releases(project, variant)
    systems = tuple(one for one in platforms if _has(releases, name, one))
    if not systems:
        msg = f"torch.variant = {name}: there is no such build of torch for {' or '.join(platforms)}"
        raise BadInput(msg)
    layout = choices.text("torch.layout")
    if layout == "auto":
        layout = "extras" if torch and torch.offers else "index"
    variants: dict[str, tuple[str, ...]] = {name: systems}
    if layout == "extras":
        cpu = {} if name == "cpu" or (torch and "cpu" in torch.offers) else {"cpu": _cpu_systems(project, platforms)}
        variants = {**cpu, **variants}
    elif rest := tuple(one for one in platforms if one not in systems):
        variants[PYPI] = rest
    beside = _beside(variant, releases[0])
    return Target(
        variants,
        layout,
        family,
        _mirrors(choices, variants),
        {name: beside} if beside else {},
        _held(releases, name, systems, advised),
    )


def _cpu_systems(project: Project, platforms: tuple[str, ...]) -> tuple[str, ...]:
    releases = _releases(project, the().variants["cpu"])
    return tuple(one for one in platforms if _has(releases, "cpu", one))


def _releases(project: Project, variant: Variant) -> list[Release]:
    """The releases that the project allows and that have the variant, newest first. Raises BadInput for none."""
    try:
        asks = SpecifierSet((project.torch.requirement if project.torch else None) or "")
    except InvalidSpecifier:
        asks = SpecifierSet()
    have = [one for one in the().releases if any(variant.name in builds for builds in one.builds.values())]
    if not have:
        msg = f"torch.variant = {variant.name}: the catalogue has no release of torch with it"
        raise BadInput(msg)
    # a pin such as 2.1.0+cu118 loses its local part with the edit: the index says that then
    public = SpecifierSet(",".join(str(one).partition("+")[0] for one in asks))
    fitting = [one for one in have if public.contains(one.version, prereleases=True)]
    if not fitting:
        msg = (
            f"torch.variant = {variant.name}: no torch that this project asks for ({public}) has it; "
            f"the newest with it is {have[0].version}"
        )
        raise BadInput(msg)
    return fitting


def _has(releases: list[Release], name: str, system: str) -> bool:
    return any(name in one.builds.get(platform, ()) for one in releases for platform in _PLATFORMS.get(system, ()))


def _beside(variant: Variant, release: Release) -> tuple[str, ...]:
    triton = release.triton.get(variant.accelerator)
    packages = [name for name in variant.index_packages if "<" not in name]
    return tuple(dict.fromkeys([triton, *packages] if triton else packages))


def _held(releases: list[Release], name: str, systems: tuple[str, ...], advised: Advised) -> str | None:
    """The version to stop at, where the newest of that index is one that this machine can't run."""
    if advised.variant != name or advised.torch_version is None:
        return None
    newest = next((one for one in releases if any(_has([one], name, system) for system in systems)), None)
    return advised.torch_version if newest and str(newest.version) != advised.torch_version else None


def _mirrors(choices: Choices, variants: Mapping[str, Any]) -> dict[str, str]:
    """The mirror's addresses, where the project is to name the mirror."""
    base = address(choices, "pytorch") if choices.text("mirrors.scope") == "project" else None
    return {name: f"{base}/{name}" for name in variants if name != PYPI} if base else {}


def _steps(
    project: Project, choices: Choices, uv: str, target: Target, name: str, advised: Advised
) -> tuple[Step, ...]:
    path, before = _file(project, "pyproject.toml")
    if before is None:
        return ()
    after = edit(before, target)
    if after == before:
        return ()
    version = f"torch {advised.torch_version} " if advised.variant == name and advised.torch_version else "torch "
    bound = "from the package index" if name == PYPI else f"{version}{name}"
    change = FileChange(path, before, after)
    lock, _ = _file(project, "uv.lock")
    command = Command((uv, "lock"), run_environment(project, choices), project.path, "uv", {"journal": [lock]})
    return (
        Step("torch", "torch", f"bind {bound} in pyproject.toml", files=(change,), notes=_notes(project, target)),
        Step("lock", "lock", "uv makes uv.lock again", commands=(command,)),
    )


def _file(project: Project, name: str) -> tuple[str, bytes | None]:
    for path, data in project.files.items():
        if path.replace("\\", "/").rpartition("/")[2] == name:
            return path, data
    separator = "\\" if "\\" in project.path and "/" not in project.path else "/"
    return project.path + separator + name if separator == "\\" else posixpath.join(project.path, name), None


def _notes(project: Project, target: Target) -> tuple[str, ...]:
    """Packages that are built against one torch and that the project does not name: their index stays another."""
    locked = {package.name for package in project.lock.packages} if project.lock else set()
    others = [name for name in ("torchvision", "torchaudio") if name in locked and name not in target.family]
    if not target.bound or not others:
        return ()
    names = " and ".join(others)
    return (f"{names} comes through another package, so not from torch's index; to bind it too: uv add {others[0]}",)
