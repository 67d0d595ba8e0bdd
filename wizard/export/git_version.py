"""Projects whose version is made of git's history: a container's build has none of it, so it is told the version."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from wizard import catalog
from wizard.project.pyproject import read, table, texts


def variables(folders: Iterable[str]) -> tuple[str, ...]:
    """Environment variables that tell the builds of these projects their version; none where no version needs git."""
    return tuple(dict.fromkeys(name for folder in folders if (name := _variable(folder)) is not None))


def _variable(folder: str) -> str | None:
    tables = read(Path(folder) / "pyproject.toml").tables
    if "version" not in texts(table(tables, "project").get("dynamic")):
        return None
    asked = {_name(one) for one in texts(table(tables, "build-system").get("requires"))}
    for one in catalog.table("images.toml")["git_version"]:
        source = one.get("where")
        said = True if source is None else table(tables, *source[:-2]).get(source[-2]) == source[-1]
        if one["build"] in asked and said:
            return str(one["variable"])
    return None


def _name(text: str) -> str:
    try:
        return canonicalize_name(Requirement(text).name)
    except InvalidRequirement:
        return ""
