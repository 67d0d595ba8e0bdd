"""The Python of a file that names none: one that its torch has wheels for, where it pins an older torch. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from packaging.requirements import InvalidRequirement, Requirement
from packaging.version import Version

from wizard import catalog_torch
from wizard.language import said


def unsaid_python(dependencies: Iterable[str], here: str, platform: str = "linux_x86_64") -> tuple[str, str | None]:
    """(what `requires-python` is to be, why it is no newer one). `here`: the Python at hand, `3.12`."""
    release = _release(dependencies)
    if release is None or release is catalog_torch.the().releases[0]:
        return f">={here}", None
    known = release.pythons(platform, from_index=False) or release.python
    taken = here if here in known else max(known, key=Version)
    told = said(
        "Python {taken}: the file names none, and torch {version} has wheels for {first} to {last}",
        taken=taken,
        version=release.version,
        first=known[0],
        last=known[-1],
    )
    return f"=={taken}.*", told


def _release(dependencies: Iterable[str]) -> catalog_torch.Release | None:
    """The newest torch that the file allows, as far as the catalogue knows; None without torch."""
    for one in dependencies:
        try:
            asked = Requirement(one)
        except InvalidRequirement:
            continue
        if asked.name.lower() == "torch":
            public = [part for part in asked.specifier if not part.version.endswith("+*")]
            releases = catalog_torch.the().releases
            return next((each for each in releases if all(part.contains(each.version) for part in public)), None)
    return None
