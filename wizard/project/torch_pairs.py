"""Which torchvision and torchaudio go with which torch, by the catalogue. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, Specifier, SpecifierSet
from packaging.version import Version

from wizard.catalog_torch import Release, the
from wizard.project.torch import PAIRED

Row = tuple[str, SpecifierSet | None, Version]


def public(requirement: str | None) -> SpecifierSet:
    """The specifier without local parts: a pin such as 2.1.0+cu118 loses its own with the edit, the index says it then."""
    try:
        return SpecifierSet(",".join(_public(one) for one in SpecifierSet(requirement or "")))
    except InvalidSpecifier:
        return SpecifierSet()


def _public(one: Specifier) -> str:
    return str(one).partition("+")[0]


def pins(lines: Iterable[str]) -> dict[str, SpecifierSet]:
    """What these requirements ask of torchvision and torchaudio, local parts aside; those that ask nothing left out."""
    found: dict[str, SpecifierSet] = {}
    for line in lines:
        try:
            requirement = Requirement(line)
        except InvalidRequirement:
            continue
        name = requirement.name.lower()
        if name in PAIRED and requirement.specifier:
            found[name] = found.get(name, SpecifierSet()) & public(str(requirement.specifier))
    return found


def goes_with(package: str, spec: SpecifierSet, release: Release) -> bool:
    """Whether a version that `spec` admits goes with that torch; True where the catalogue knows no such version."""
    known = [row for row in rows(package) if spec.contains(row[0], prereleases=True)]
    return not known or any(suits(row, release) for row in known)


@cache
def rows(package: str) -> tuple[Row, ...]:
    """(version of the package, what it asks of torch, the oldest torch it is paired with), newest first."""
    rows: dict[str, Row] = {}
    for release in the().releases:
        version: str = getattr(release, package)
        asks: str | None = getattr(release, f"{package}_requires")
        rows[version] = (version, Requirement(asks).specifier if asks else None, release.version)
    return tuple(rows.values())


def suits(row: Row, release: Release) -> bool:
    _, asks, oldest = row
    return asks.contains(release.version) if asks is not None else release.version >= oldest
