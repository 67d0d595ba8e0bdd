"""The environment of a child: the user's, minus what would mislead uv. Pure."""

from __future__ import annotations

import sys
from collections.abc import Mapping

from wizard import credentials

DROPPED: Mapping[str, str] = {
    "VIRTUAL_ENV": "another environment is active: uv warns that it differs from the project's",
    "PYTHONHOME": "Python of the environment would look for its library elsewhere",
    "PYTHONPATH": "modules of another Python would be found first, by builds and by the checks",
    "COLUMNS": "uv would wrap its messages at this width",
    "UV_FROZEN": "sync would not look whether the lock fits, or refuse --locked",
    "UV_LOCKED": "a plan's own uv lock would refuse to write",
    "UV_NO_SYNC": "uv run would not sync",
    "UV_INDEX": "an index that the lock does not name; ours is set with the command",
    "UV_DEFAULT_INDEX": "any other default than the lock's makes --locked fail, even by a slash",
    "UV_INDEX_URL": "the older name of UV_DEFAULT_INDEX",
    "UV_EXTRA_INDEX_URL": "the older name of UV_INDEX",
    "UV_FIND_LINKS": "files beside the index would count as a source that the lock does not name",
}
"""Variables that are dropped, each with its reason."""
DROPPED_PREFIXES: Mapping[str, str] = {
    "CONDA_": "uv takes an active conda environment for the one to work in",
    "UV_WIZARD_": "they are ours, and some are secrets",
}
"""Beginnings of variables that are dropped, each with its reason."""
FATAL_WHEN_EMPTY = ("UV_CACHE_DIR", "UV_LINK_MODE")
"""uv stops at these where they are set to nothing."""
ADDED: Mapping[str, str] = {"UV_NO_WRAP": "1"}
"""uv's messages stay on one line each, so that they can be read."""


def child_environment(
    base: Mapping[str, str], overlay: Mapping[str, str | None] | None = None, *, windows: bool = sys.platform == "win32"
) -> dict[str, str]:
    """What a child gets of `base`; `overlay` is laid over it, None takes a variable out. On Windows case says nothing.

    The sign-ins of indexes that are dropped stay, for the lock may name the same ones.
    """
    found = {name: value for name, value in base.items() if not _misleads(name.upper() if windows else name, value)}
    found.update(credentials.ambient(base))
    for name, text in {**ADDED, **(overlay or {})}.items():
        same = [one for one in found if one == name or (windows and one.upper() == name.upper())]
        for one in same:
            del found[one]
        if text is not None:
            found[name] = text
    return credentials.handed(found)


def _misleads(name: str, value: str) -> bool:
    return name in DROPPED or name.startswith(tuple(DROPPED_PREFIXES)) or (not value and name in FATAL_WHEN_EMPTY)
