"""Which package a name that nobody has may mean. Pure, but for the table of well-known names."""

from __future__ import annotations

from difflib import get_close_matches
from functools import cache

from packaging.utils import canonicalize_name

from wizard.catalog import table

ALIKE = 0.8
"""Share of letters in common, in order, from which a name counts as a slip for another (difflib's ratio)."""


def meant(name: str) -> str | None:
    """`requests` for `reqests`, `opencv-python` for `cv2`; None for a well-known name, and where none is near."""
    asked = canonicalize_name(name)
    names, instead = _names(), table("packages.toml")["instead"]
    if asked in names.values():
        return None
    if asked in instead:
        return str(instead[asked])
    near = get_close_matches(asked.replace("-", ""), list(names), 1, ALIKE)
    return names[near[0]] if near else None


def imported_as(name: str) -> str | None:
    """`scikit-learn` for `sklearn`: only what is known to be written in the place of another name."""
    found = table("packages.toml")["instead"].get(canonicalize_name(name))
    return None if found is None else str(found)


@cache
def _names() -> dict[str, str]:
    """The well-known names by themselves without what joins their words, which is what people get wrong first."""
    return {
        canonicalize_name(one).replace("-", ""): str(canonicalize_name(one)) for one in table("packages.toml")["names"]
    }


__all__ = ["imported_as", "meant"]
