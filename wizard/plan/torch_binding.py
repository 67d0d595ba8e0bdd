"""What to bind torch to: which variant on which system, in which layout, at which version, from which address. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from wizard.catalog_torch import PYPI, Release, Variant, the
from wizard.choices import Choices
from wizard.errors import BadInput
from wizard.language import said
from wizard.lists import either
from wizard.machine.facts import Gpu
from wizard.mirrors.catalogue import torch_bases
from wizard.plan import torch_release as releases_of
from wizard.plan.mirrors import address
from wizard.project.facts import Project
from wizard.project.torch_members import named_by
from wizard.project.torch_sources import named_after
from wizard.project.torch_target import Target


class Advised(Protocol):
    """What of `wizard.advice.torch.TorchAdvice` is needed here."""

    @property
    def variant(self) -> str | None: ...
    @property
    def torch_version(self) -> str | None: ...


def target_of(project: Project, choices: Choices, name: str, advised: Advised, gpus: Sequence[Gpu] = ()) -> Target:
    """What to bind where. Raises BadInput where no torch of the project has that variant on a system of the choice."""
    torch = project.torch
    family = torch.family if torch else ()
    named = named_by(project.member_files, ("torch", *family))
    platforms = choices.names("torch.platforms")
    version = choices.text("torch.version")
    if name == PYPI:
        held = _held_at(project, version, releases_of.pypi_releases(project, version)) if version else {}
        return Target({PYPI: platforms}, family=family, held=held, named=named)
    variant = the().variants[name]
    releases = releases_of.releases_with(project, name, version)
    systems = tuple(one for one in platforms if releases_of.has(releases, name, one))
    if not systems:
        msg = said(
            "torch.variant = {name}: there is no such build of torch for {platforms}",
            name=name,
            platforms=either(platforms),
        )
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
    stop = version or _stop(releases, name, systems, advised)
    beside = _beside(variant, next((one for one in releases if str(one.version) == stop), releases[0]), gpus)
    return Target(
        variants,
        layout,
        family,
        _addresses(project, choices, variants),
        {name: beside} if beside else {},
        named,
        _held_at(project, stop, releases),
    )


def holding(project: Project, version: str) -> Target:
    """Torch at that version, from wherever the project has it. Raises BadInput where no variant of the project has it."""
    releases_of.check_version(project, version)
    offers = project.torch.offers if project.torch else {}
    for variant in offers:
        releases_of.releases_with(project, variant, version)
    return Target(
        {},
        family=project.torch.family if project.torch else (),
        named=named_by(project.member_files, ("torch",)),
        held=_held_at(project, version, releases_of.pypi_releases(project, version)),
    )


def _cpu_systems(project: Project, platforms: tuple[str, ...]) -> tuple[str, ...]:
    releases = releases_of.releases_with(project, "cpu")
    return tuple(one for one in platforms if releases_of.has(releases, "cpu", one))


def _beside(variant: Variant, release: Release, gpus: Sequence[Gpu]) -> tuple[str, ...]:
    """What torch needs from its own index; `<gfx>` is each GPU of this machine that the index has a package for."""
    triton = release.triton.get(variant.accelerator)
    here = dict.fromkeys(gpu.gfx for gpu in gpus if gpu.gfx and gpu.gfx in (variant.gfx or ()))
    packages = [
        name.replace("<gfx>", gfx) for name in variant.index_packages for gfx in (here if "<" in name else [""])
    ]
    return tuple(dict.fromkeys([triton, *packages] if triton else packages))


def _stop(releases: list[Release], name: str, systems: tuple[str, ...], advised: Advised) -> str:
    """The version to stop at, where the newest of that index is one that this machine can't run; "" for none."""
    if advised.variant != name or advised.torch_version is None:
        return ""
    if not any(str(one.version) == advised.torch_version for one in releases):
        return ""
    newest = next((one for one in releases if any(releases_of.has([one], name, system) for system in systems)), None)
    return advised.torch_version if newest and str(newest.version) != advised.torch_version else ""


def _held_at(project: Project, version: str, releases: list[Release]) -> dict[str, str]:
    """`version`: "" holds torch nowhere, only what would be too new for the torch that results."""
    result = next((one for one in releases if version in {"", str(one.version)}), None)
    held = {"torch": version} if version else {}
    return {**held, **(releases_of.held_with(project, result) if result else {})}


def _addresses(project: Project, choices: Choices, variants: Mapping[str, Any]) -> dict[str, str]:
    """The mirror's addresses, where the project is to name the mirror; the official ones, where it is to do so no more."""
    bound = [name for name in variants if name != PYPI]
    if choices.text("mirrors.scope") == "project":
        base = address(choices, "pytorch")
        return {name: f"{base}/{name}" for name in bound} if base else {}
    return {name: the().index_base + name for name in bound if name in mirrored(project, choices)}


def mirrored(project: Project, choices: Choices) -> set[str]:
    """The variants whose index the project has at a mirror, though its files are to keep the official address.

    Only where somebody said where PyTorch comes from: else the project's own word counts.
    """
    if choices.text("mirrors.scope") == "project" or choices.origin("mirrors.pytorch") == "default":
        return set()
    found = {str(one.get("url")).rstrip("/"): named_after(one) or _at_a_known_mirror(one) for one in project.indexes}
    return {variant for url, variant in found.items() if variant and url != the().index_base + variant}


def _at_a_known_mirror(index: Mapping[str, Any]) -> str | None:
    url = str(index.get("url")).rstrip("/")
    known = any(url.startswith(f"{base.rstrip('/')}/") for base in torch_bases())
    return url.rpartition("/")[2] if known and index.get("explicit") is True else None
