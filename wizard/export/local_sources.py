"""What a build of this project needs of its folder: the packages of uv.lock that come from folders and files."""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wizard.errors import BadInput
from wizard.language import said
from wizard.project.facts import LockedPackage, Project
from wizard.project.pyproject import read, table, texts
from wizard.text import one_line

_PLAIN = re.compile(r"[A-Za-z0-9._@+/-]+")
"""What stands in a Dockerfile without quotes."""


@dataclass(frozen=True)
class LocalSource:
    """A folder or a file of the build, relative to the build's own folder with `/`."""

    path: str
    folder: bool
    plain: bool
    """Its pyproject.toml alone tells uv what it needs: no build is asked for that."""


@dataclass(frozen=True)
class Sources:
    """`prefix`: where the project lies in the folder that is given to the build; "" where it is that folder itself.

    `outside`: what of `local` does not lie inside the project. `steps`: whether the packages can be installed before
    the project's own files are there.
    """

    prefix: str
    local: tuple[LocalSource, ...]
    outside: tuple[LocalSource, ...]
    steps: bool

    def folders(self, project: str) -> tuple[str, ...]:
        """The folders of `local` on this machine. `project`: the project's own."""
        root = os.path.normpath(os.path.join(project, *([".."] * len(self.prefix.split("/")) if self.prefix else [])))
        return tuple(os.path.join(root, one.path) for one in self.local if one.folder)


def sources_of(project: Project, packages: Iterable[LockedPackage]) -> Sources:
    """Reads the pyproject.toml of each. Raises BadInput where one of them can't be part of a build."""
    found = dict.fromkeys(path for one in packages if (path := _path(one.source)) not in (None, "", "."))
    within = [os.path.normpath(os.path.join(project.path, path)) for path in found if path]
    root = _common([project.path, *within])
    prefix = _inside(project.path, root)
    local = tuple(_local(path, root) for path in within)
    outside = tuple(one for one in local if prefix and not f"{one.path}/".startswith(f"{prefix}/"))
    own = _local(project.path, root)
    names = (prefix, *(one.path for one in local))
    if any(name and not _PLAIN.fullmatch(name) for name in (prefix, *(one.path for one in outside))):
        bad = next(name for name in names if name and not _PLAIN.fullmatch(name))
        msg = said(
            "{bad} has letters that a Dockerfile can't name a source with; rename that folder, then export again",
            bad=one_line(bad, 80),
        )
        raise BadInput(msg)
    steps = own.plain and all(one.plain and _PLAIN.fullmatch(one.path) for one in local)
    return Sources(prefix, local, outside, steps)


def _path(source: Mapping[str, Any]) -> str | None:
    found = next((source[kind] for kind in ("editable", "directory", "virtual", "path") if kind in source), None)
    return str(found) if found is not None else None


def _common(paths: list[str]) -> str:
    try:
        return os.path.commonpath(paths)
    except ValueError:  # another drive of Windows
        msg = said(
            "uv.lock takes a package from {paths}, which no build of this folder can see; move it into the project, then uv lock",
            paths=one_line(paths[-1], 80),
        )
        raise BadInput(msg) from None


def _inside(path: str, root: str) -> str:
    found = os.path.relpath(path, root).replace("\\", "/")
    return "" if found == "." else found


def _local(path: str, root: str) -> LocalSource:
    if os.path.isfile(path):
        return LocalSource(_inside(path, root), folder=False, plain=True)
    if not os.path.isdir(path):
        msg = said("uv.lock takes a package from {path}, which is not there", path=one_line(path, 100))
        raise BadInput(msg)
    tables = read(Path(path) / "pyproject.toml").tables
    own, workspace = table(tables, "project"), table(tables, "tool", "uv", "workspace")
    dynamic = set(texts(own.get("dynamic"))) - {"version", "readme", "classifiers", "scripts", "entry-points", "urls"}
    return LocalSource(
        _inside(path, root), folder=True, plain=("name" in own and not dynamic) or (bool(workspace) and not own)
    )


def joined(*parts: str) -> str:
    """A path of the build, empty parts left out."""
    return posixpath.join(*(part for part in parts if part)) if any(parts) else "."
