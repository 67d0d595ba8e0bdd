"""Which torch a choice comes to: the releases that the project allows, that have the variant, and that go with the
project's torchvision and torchaudio. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from wizard.catalog_torch import Release, the
from wizard.errors import BadInput
from wizard.language import said
from wizard.project.facts import Project
from wizard.project.torch import PAIRED
from wizard.project.torch_pairs import goes_with, pins, public, rows, suits

_PLATFORMS: Mapping[str, tuple[str, ...]] = {
    "linux": ("linux_x86_64", "linux_aarch64"),
    "windows": ("win_amd64", "win_arm64"),
}


def check_version(project: Project, version: str) -> None:
    """Raises BadInput where the project's requirement or the catalogue does not have that torch."""
    spec = public(project.torch.requirement if project.torch else None)
    if not spec.contains(version, prereleases=True):
        raise BadInput(_refusal(spec, Version(version)))
    if the().release(version) is None:
        msg = said(
            "torch {version} is not known here; the newest that is known is {newest}. By hand: uv add torch=={version}",
            version=version,
            newest=the().releases[0].version,
        )
        raise BadInput(msg)


def _refusal(spec: SpecifierSet, version: Version) -> str:
    against = [one for one in spec if not one.contains(version, prereleases=True)]
    lower = next((one for one in against if one.operator in {">=", ">", "~="}), None)
    upper = next((one for one in against if one.operator in {"<", "<="}), None)
    if lower is not None and version <= Version(lower.version):
        asked = (
            said("newer than {version}", version=lower.version)
            if lower.operator == ">"
            else said("{version} or newer", version=lower.version)
        )
        return said("This project allows torch {asked}; {version} is older.", asked=asked, version=version)
    if upper is not None:
        asked = (
            said("{version} or older", version=upper.version)
            if upper.operator == "<="
            else said("older than {version}", version=upper.version)
        )
        return said("This project allows torch {asked}; {version} is not.", asked=asked, version=version)
    exact = next((one for one in against if one.operator in {"==", "==="}), None)
    if exact is not None:
        return said(
            "This project allows torch {version} alone; change its requirement first (uv add torch=={wanted}).",
            version=exact.version,
            wanted=version,
        )
    return said("This project asks for torch{spec}; {version} is not among that.", spec=spec, version=version)


def has(releases: Iterable[Release], variant: str, system: str) -> bool:
    """Whether one of them has that variant on that system."""
    return any(variant in one.builds.get(platform, ()) for one in releases for platform in _PLATFORMS.get(system, ()))


def releases_with(project: Project, variant: str, version: str = "") -> list[Release]:
    """The releases to choose from, newest first, never none. `version`: that one alone. Raises BadInput for none."""
    have = [one for one in the().releases if any(variant in builds for builds in one.builds.values())]
    if not have:
        msg = said("torch.variant = {variant}: the catalogue has no release of torch with it", variant=variant)
        raise BadInput(msg)
    spec = public(project.torch.requirement if project.torch else None)
    allowed = [one for one in have if spec.contains(one.version, prereleases=True)]
    if version:
        check_version(project, version)
        newest = (allowed or have)[0].version
        allowed = [one for one in allowed if str(one.version) == version]
        if not allowed:
            msg = said(
                "torch {version} has no variant {variant}; the newest with it is {newest}.",
                version=version,
                variant=variant,
                newest=newest,
            )
            raise BadInput(msg)
    if not allowed:
        msg = said(
            "torch.variant = {variant}: no torch that this project asks for ({spec}) has it; the newest with it is {version}",
            variant=variant,
            spec=spec,
            version=have[0].version,
        )
        raise BadInput(msg)
    return _together(project, allowed, f"torch {version}" if version else said("variant {name}", name=variant))


def pypi_releases(project: Project, version: str = "") -> list[Release]:
    """The same for the package index's own torch; empty where the catalogue knows none."""
    if version:
        check_version(project, version)
    spec = public(project.torch.requirement if project.torch else None)
    return [
        one
        for one in the().releases
        if spec.contains(one.version, prereleases=True) and version in {"", str(one.version)}
    ]


def _together(project: Project, releases: list[Release], wanted: str) -> list[Release]:
    """Those of the releases that the pins of the project's torchvision and torchaudio go with."""
    for package, spec in pins(project.torch.pins if project.torch else ()).items():
        fitting = [one for one in releases if goes_with(package, spec, one)]
        if not fitting:
            pair = getattr(releases[0], package)
            msg = said(
                "{wanted}: this project's {package}{spec} goes with another torch; torch {version} goes with "
                "{package} {pair}. Change that first: uv add {package}=={pair}",
                wanted=wanted,
                package=package,
                spec=spec,
                version=releases[0].version,
                pair=pair,
            )
            raise BadInput(msg)
        releases = fitting
    return releases


def held_with(project: Project, release: Release) -> dict[str, str]:
    """Packages to hold beside that torch, with their versions: those of which uv would take one made for a newer torch,
    for that one does not say what it needs.
    """
    asked = pins(project.torch.pins if project.torch else ())
    held: dict[str, str] = {}
    for package in PAIRED if project.torch else ():
        if package not in (project.torch.family if project.torch else ()):
            continue
        spec = asked.get(package, SpecifierSet())
        silent = [row for row in rows(package) if row[1] is None and spec.contains(row[0], prereleases=True)]
        if any(not suits(row, release) for row in silent):
            held[package] = getattr(release, package)
    return held
