"""A word that may name a git repository elsewhere instead of a folder. Pure."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

_SCHEMES = {"http", "https", "ssh", "git"}
_SCP = re.compile(r"^[\w.-]+@[\w.-]+:(?!\d+/)(?P<path>[^\\\s]+)$")


def is_address(text: str) -> bool:
    """Whether it names a git repository elsewhere: `https://...`, `git+https://...`, `git@host:path`, `ssh://...`."""
    bare = text.strip().removeprefix("git+")
    if _SCP.match(bare):
        return True
    try:
        parts = urlsplit(bare)
    except ValueError:
        return False
    return parts.scheme in _SCHEMES and bool(parts.netloc) and len(parts.path) > 1


def folder_for(address: str, parent: str) -> str:
    """Where it is cloned unless somebody says otherwise: a folder of the repository's name in `parent`."""
    bare = address.strip().removeprefix("git+").partition("#")[0].rstrip("/").removesuffix(".git")
    name = unquote(re.split(r"[/:]", bare)[-1])
    return str(Path(parent, re.sub(r"[^\w.-]+", "-", name).strip("-.") or "project"))
