"""A scratch copy of all that `uv lock` reads of a project, so that it can be tried without touching the project.

Folders keep their places to one another, so that `../libs/x` leads to the copy of that folder. Of a project whose
metadata stand in pyproject.toml uv reads that file alone; of any other it builds them, and builds write beside their
sources: so the sources are copied too, as far as metadata may come from them.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wizard.project.pyproject import mappings, members, table, text, texts
from wizard.toml import parse

_SETTINGS = ("uv.toml", ".python-version", ".python-versions", "uv.lock")
_BUILT = frozenset({"version", "dependencies", "optional-dependencies", "requires-python"})
"""Metadata that a build finds out where pyproject.toml calls them dynamic."""
_SOURCES = frozenset({
    "", ".py", ".pyi", ".pyx", ".c", ".h", ".rs", ".toml", ".cfg", ".ini", ".in", ".lock", ".md", ".rst", ".txt", ".json",
    ".yaml", ".yml",
})  # fmt: skip
_LEFT_OUT = frozenset({".venv", "node_modules", "__pycache__", ".tox", ".nox", ".mypy_cache", ".ruff_cache"})
_LARGEST, _MOST_BYTES, _MOST_FILES = 1 << 20, 64 << 20, 20_000


@dataclass(frozen=True)
class Copy:
    """`root`: of the copied project; `scratch`: the folder that stands for `base`."""

    root: Path
    scratch: Path
    base: Path

    def as_there(self, data: bytes) -> bytes:
        """uv's words with the project's own places: of a folder that is an index it writes the whole address."""
        places = [(self.scratch, self.base), (Path(os.path.realpath(self.scratch)), self.base)]
        for here, there in places:
            data = data.replace(here.as_uri().encode(), there.as_uri().encode().rstrip(b"/"))
            data = data.replace(str(here).encode(), str(there).encode().rstrip(b"/"))
        return data


def copy_for_lock(root: Path, scratch: Path, edited: Mapping[Path, bytes]) -> Copy:
    """Copies the project at `root` into the folder `scratch`. Raises OSError.

    `edited`: files that the plan changes, as they will be.
    """
    real = Path(os.path.realpath(root))
    changed = {Path(os.path.realpath(path)): data for path, data in edited.items()}
    places = _places(real, changed)
    base = Path(os.path.commonpath([real.parent, *(place.parent for place in places)]))
    for place in places:
        target = scratch / place.relative_to(base)
        if place.is_file():
            _link(place, target)
        elif _is_project(place) or place / "pyproject.toml" in changed:
            _copy_project(place, target, changed, settings=place == real)
        elif place.is_dir():
            _link_folder(place, target)
    return Copy(scratch / real.relative_to(base), scratch, base)


def _places(root: Path, changed: Mapping[Path, bytes]) -> list[Path]:
    """The project's folder, and every folder and file that it and those name by a relative path."""
    found: dict[Path, None] = {root: None}
    waiting = deque([root])
    while waiting:
        here = waiting.popleft()
        tables = _tables(here / "pyproject.toml", changed)
        named = [*_named(tables, here), *_named({"tool": {"uv": _tables(here / "uv.toml", changed)}}, here)]
        named += [here / one for one in members(here, tables)] if here == root else []
        for place in named:
            if place not in found and place.exists():
                found[place] = None
                if place.is_dir():
                    waiting.append(place)
    return list(found)


def _named(tables: Mapping[str, Any], here: Path) -> Iterator[Path]:
    """Relative paths in `[tool.uv]`: sources, indexes that are folders, folders of links."""
    uv = table(tables, "tool", "uv")
    paths = [text(index.get("url")) for index in mappings(uv.get("index"))]
    paths += [*texts(uv.get("find-links")), *texts(uv.get("extra-index-url")), text(uv.get("index-url"))]
    for source in table(uv, "sources").values():
        paths += [text(one.get("path")) for one in mappings(source if isinstance(source, list) else [source])]
    for path in paths:
        if path and ":" not in path and not os.path.isabs(path):
            yield Path(os.path.normpath(here / path))


def _tables(path: Path, changed: Mapping[Path, bytes]) -> dict[str, Any]:
    try:
        return parse(changed[path] if path in changed else path.read_bytes())
    except (OSError, ValueError):
        return {}


def _is_project(folder: Path) -> bool:
    return any((folder / name).is_file() for name in ("pyproject.toml", "setup.py", "setup.cfg"))


def _copy_project(folder: Path, target: Path, changed: Mapping[Path, bytes], *, settings: bool) -> None:
    target.mkdir(parents=True, exist_ok=True)
    if _is_built(_tables(folder / "pyproject.toml", changed)):
        _copy_sources(folder, target)
    for name in ("pyproject.toml", *(_SETTINGS if settings else ())):
        path = folder / name
        if path in changed:
            (target / name).write_bytes(changed[path])
        elif path.is_file():
            shutil.copyfile(path, target / name)


def _is_built(tables: Mapping[str, Any]) -> bool:
    """Whether a build has to find out what the project needs."""
    project = table(tables, "project")
    if not project and table(tables, "tool", "uv", "workspace"):
        return False  # the root of a workspace that is no package itself
    return not (text(project.get("name")) and text(project.get("version"))) or bool(
        _BUILT & {*texts(project.get("dynamic"))}
    )


def _copy_sources(folder: Path, target: Path) -> None:
    """The small files of kinds that builds read, those of the upper folders first: data lie deep, and are many."""
    files = size = 0
    waiting = deque([folder])
    while waiting and files < _MOST_FILES and size < _MOST_BYTES:
        here = waiting.popleft()
        for entry in sorted(_entries(here), key=lambda one: one.name):
            if entry.is_dir(follow_symlinks=False):
                if entry.name not in _LEFT_OUT and entry.name != ".git" and not _is_environment(entry.path):
                    waiting.append(Path(entry.path))
            elif _is_source(entry):
                place = target / Path(entry.path).relative_to(folder)
                place.parent.mkdir(parents=True, exist_ok=True)
                with contextlib.suppress(OSError):  # a file that can't be read is not read by the build either
                    shutil.copyfile(entry.path, place)
                    files, size = files + 1, size + place.stat().st_size
    if (folder / ".git").exists():  # versions may come from tags
        with contextlib.suppress(OSError):
            (target / ".git").symlink_to(folder / ".git")


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError:
        return []


def _is_source(entry: os.DirEntry[str]) -> bool:
    suffix = os.path.splitext(entry.name)[1].lower()
    try:
        return suffix in _SOURCES and entry.is_file() and entry.stat().st_size <= _LARGEST
    except OSError:
        return False


def _is_environment(folder: str) -> bool:
    return os.path.isfile(os.path.join(folder, "pyvenv.cfg"))


def _link(file: Path, target: Path) -> None:
    """The same file in another place: it is only read."""
    target.parent.mkdir(parents=True, exist_ok=True)
    for make in (os.link, os.symlink, shutil.copyfile):
        try:
            make(file, target)
        except OSError:
            continue
        return
    raise OSError(f"{file} can't be copied")


def _link_folder(folder: Path, target: Path) -> None:
    for entry in _entries(folder):
        if entry.is_file():
            _link(Path(entry.path), target / entry.name)
    target.mkdir(parents=True, exist_ok=True)
