"""pyproject.toml, the project's uv.toml and .python-version, read; which folder is the project's root."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from wizard.remembered import remembered
from wizard.toml import TOMLError, parse

NAME = re.compile(r"^\s*([A-Za-z0-9][A-Za-z0-9._-]*)")


def normal(name: str) -> str:
    """A package's, extra's or group's name in the one spelling that uv compares (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


@dataclass(frozen=True)
class Document:
    """A TOML file as read: its bytes (None: not there), its tables, and what is wrong with it."""

    path: Path
    data: bytes | None
    tables: Mapping[str, Any] = field(default_factory=dict)
    problem: str | None = None
    """One line of why it could not be read or parsed, None where it could."""


def read(path: Path) -> Document:
    """The file at `path`; never raises: a problem is told in the result."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return Document(path, None)
    except OSError as error:
        return Document(path, None, problem=error.strerror or str(error))
    return of_bytes(path, data) if path.name != "uv.lock" else of_lock(path, data)


def of_bytes(path: Path, data: bytes) -> Document:
    """A file at `path` that holds `data`, or will; never raises."""
    try:
        return Document(path, data, parse(data))
    except (TOMLError, UnicodeDecodeError, RecursionError) as error:
        return Document(path, data, problem=str(error) or type(error).__name__)


of_lock = remembered(2)(of_bytes)
"""The same for a uv.lock: that can be megabytes, and who looks again mostly finds the same one."""


def table(tables: Mapping[str, Any], *keys: str) -> Mapping[str, Any]:
    """The table at those keys, empty where any of them is missing or is no table."""
    here: Any = tables
    for key in keys:
        here = here.get(key) if isinstance(here, Mapping) else None
    return here if isinstance(here, Mapping) else {}


def text(value: Any) -> str | None:
    """`value` if it is text."""
    return value if isinstance(value, str) else None


def texts(value: Any) -> tuple[str, ...]:
    """The texts in `value` if it is a list."""
    return tuple(entry for entry in value if isinstance(entry, str)) if isinstance(value, list) else ()


def mappings(value: Any) -> tuple[Mapping[str, Any], ...]:
    """The tables in `value` if it is a list."""
    return tuple(entry for entry in value if isinstance(entry, Mapping)) if isinstance(value, list) else ()


def requirements(tables: Mapping[str, Any]) -> Iterator[tuple[str, str | None, str]]:
    """Every requirement as (kind, name of extra or group, text); kind is `project`, `extra` or `group`.

    Groups carry what they include (`{include-group = "x"}`), a cycle once.
    """
    project = table(tables, "project")
    for line in texts(project.get("dependencies")):
        yield "project", None, line
    for extra, lines in table(project, "optional-dependencies").items():
        for line in texts(lines):
            yield "extra", extra, line
    groups = table(tables, "dependency-groups")
    for group in groups:
        for line in _group(groups, group, frozenset()):
            yield "group", group, line
    for line in texts(table(tables, "tool", "uv").get("dev-dependencies")):
        yield "group", "dev", line


def _group(groups: Mapping[str, Any], name: str, above: frozenset[str]) -> Iterator[str]:
    entries = groups.get(name)
    if name in above or not isinstance(entries, list):
        return
    for entry in entries:
        if isinstance(entry, str):
            yield entry
        elif isinstance(entry, Mapping) and isinstance(entry.get("include-group"), str):
            wanted = normal(entry["include-group"])
            for other in groups:
                if normal(other) == wanted:
                    yield from _group(groups, other, above | {name})


def find_root(folder: Path) -> Path | None:
    """The folder whose pyproject.toml rules `folder`: the nearest one upward, or the workspace that has it as a member."""
    nearest = next((here for here in (folder, *folder.parents) if (here / "pyproject.toml").is_file()), None)
    if nearest is None:
        return None
    for above in nearest.parents:
        document = read(above / "pyproject.toml")
        workspace = table(document.tables, "tool", "uv", "workspace")
        if workspace and _is_member(nearest, above, workspace):
            return above
    return nearest


def _is_member(folder: Path, root: Path, workspace: Mapping[str, Any]) -> bool:
    inside = folder.relative_to(root).as_posix()
    return _matches(inside, texts(workspace.get("members"))) and not _matches(inside, texts(workspace.get("exclude")))


def _matches(path: str, patterns: Sequence[str]) -> bool:
    cut = [pattern.removeprefix("./").rstrip("/").split("/") for pattern in patterns]
    return any(_fits(path.split("/"), pattern) for pattern in cut)


def _fits(parts: Sequence[str], pattern: Sequence[str]) -> bool:
    if not pattern:
        return not parts
    if pattern[0] == "**":
        return any(_fits(parts[start:], pattern[1:]) for start in range(len(parts) + 1))
    return bool(parts) and fnmatch(parts[0], pattern[0]) and _fits(parts[1:], pattern[1:])


def members(root: Path, tables: Mapping[str, Any]) -> tuple[str, ...]:
    """The workspace members' folders relative to the root, sorted."""
    workspace = table(tables, "tool", "uv", "workspace")
    excluded = texts(workspace.get("exclude"))
    found: set[str] = set()
    for pattern in texts(workspace.get("members")):
        try:
            places = list(root.glob(pattern))
        except (ValueError, NotImplementedError, OSError):
            continue
        for place in places:
            if (place / "pyproject.toml").is_file():
                inside = place.relative_to(root).as_posix()
                if not _matches(inside, excluded):
                    found.add(inside)
    return tuple(sorted(found))
