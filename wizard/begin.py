"""A folder without a project becomes one: of an environment file that lies there, or a new one as `uv init` makes it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

from wizard.environment_files.piles import candidates, sort
from wizard.environment_files.read import describe
from wizard.environment_files.record import Described, Imported
from wizard.errors import BadInput, WizardError
from wizard.language import nsaid, said
from wizard.machine.uv_flags import is_on
from wizard.new_project import check_packages, check_python, new, packages_in
from wizard.plan import import_file
from wizard.plan.quoting import command_line
from wizard.text import one_line, standing_size

if TYPE_CHECKING:
    from wizard.environment_files.conda_live import Live
    from wizard.plan.step import Step
    from wizard.way import Way

_NAMES = ("environment.yml", "environment.yaml", "requirements.txt", "conda.yml", "conda.yaml", "env.yml", "env.yaml")
_PATTERNS = ("environment*.yml", "environment*.yaml", "requirements*.txt", "*conda*.txt", "*env*.yml", "*env*.yaml")
MOST = 6
_COUNT_S = 6.0


def files_below(path: str) -> tuple[str, ...]:
    """Names of the files in that folder that a project can be made of, the likeliest first, `MOST` at most."""
    folder = Path(path)
    try:
        known = [name for name in _NAMES if (folder / name).is_file()]
        more = sorted(one.name for pattern in _PATTERNS for one in folder.glob(pattern) if one.is_file())
    except OSError:
        return ()
    return tuple(dict.fromkeys([*known, *more]))[:MOST]


def brought(way: Way, name: str) -> Imported:
    """What that file asks for, in its three piles; the package index is asked for names nobody knows. Waits.

    Raises BadInput where it can't be read.
    """
    described = describe(Path(way.path, name))
    return sort(described, absent=asked_for(described, way)[0])


def brought_from_conda(way: Way, name: str) -> tuple[Imported, CondaHere]:
    """The same of a conda environment. Waits. Raises BadInput."""
    found = conda_environment(way, name)
    return sort(found.live.described, absent=asked_for(found.live.described, way)[0]), found


def asked_for(described: Described, way: Way) -> tuple[tuple[str, ...], bool]:
    """Names that the package index does not have, and whether it answered; none where it can't be asked. Waits."""
    from wizard.environment_files.check import absent
    from wizard.machine.uv import first_version
    from wizard.mirrors.official import address

    env, uv = way.environment, way.uv_path()
    names = candidates(described)
    if not names or is_on(env.get("UV_OFFLINE")):
        return (), True
    index = env.get("UV_DEFAULT_INDEX") or env.get("UV_INDEX_URL") or described.default_index
    if index is None and uv is not None:
        index = address(uv)
    if index is None:
        return (), True
    try:
        return absent(names, index, first_version(way.machine))
    except WizardError:
        return (), True


@dataclass(frozen=True)
class CondaHere:
    """A conda environment of this machine. `size`, `cache`: bytes of it and of conda's package cache, None unknown."""

    name: str
    path: str
    live: Live
    size: int | None
    cache: int | None

    def told(self) -> Iterator[str]:
        """What came along, what leaving would free, and the commands for it: nothing of conda is deleted by us."""
        along = self.live.along
        names = ", ".join(name for name, _ in along[:8]) + (" ..." if len(along) > 8 else "")
        yield nsaid(
            "Came along with these, and is not asked for: {count} package{names}",
            "Came along with these, and is not asked for: {count} packages{names}",
            len(along),
            names=f" ({names})" if along else "",
        )
        size = said("? unknown") if self.size is None else standing_size(self.size)
        cache = said("? unknown") if self.cache is None else standing_size(self.cache)
        yield said(
            "On the disk: {size} in {path}, {cache} in conda's package cache (files that both hold count once)",
            size=size,
            path=self.path,
            cache=cache,
        )
        yield said("Once the project works, this frees it; nothing of conda is deleted by uv-wizard:")
        yield from (f"  {command_line(one)}" for one in self.commands)

    @property
    def commands(self) -> tuple[tuple[str, ...], ...]:
        """What removes it."""
        clean_up = ("conda", "clean", "--all")
        return (clean_up,) if self.name == "base" else (("conda", "env", "remove", "-n", self.name), clean_up)

    def document(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "name": self.name,
            "path": self.path,
            "size_bytes": self.size,
            "package_cache_bytes": self.cache,
            "came_along": [{"name": name, "version": version} for name, version in self.live.along],
            "commands": [list(one) for one in self.commands],
        }


def conda_environment(way: Way, name: str) -> CondaHere:
    """The environment of that name, or in that folder. Waits. Raises BadInput where there is none."""
    from wizard.environment_files.conda_live import read
    from wizard.machine.conda_envs import size_of

    known = way.machine.conda_environments or ()
    found = next((one for one in known if one.name == name), None)
    path = Path(found.path if found else name).expanduser()
    if not found and not (path / "conda-meta").is_dir():
        there = ", ".join(one.name for one in known) or said("none")
        raise BadInput(
            said(
                "there is no conda environment {name} here; there is: {there}",
                name=one_line(name, 80),
                there=one_line(there, 200),
            )
        )
    live = read(path)
    end, counted = monotonic() + _COUNT_S, set[tuple[int, int]]()
    size = found.size_bytes if found and found.size_bytes is not None else size_of(str(path), end, counted)
    base = next((one.path for one in known if one.name == "base"), None)
    cache = Path(base or path, "pkgs")
    return CondaHere(
        found.name if found else path.name,
        str(path),
        live,
        size,
        size_of(str(cache), end, counted, ()) if cache.is_dir() else None,
    )


def step_of(imported: Imported, folder: str) -> Step | None:
    """What writes it into that folder, beside what is there; None where nothing is to be written."""
    files = {name: _bytes(Path(folder, name)) for name in ("pyproject.toml", ".python-version")}
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    return import_file.step(imported, folder, os.sep, files, python)


def of_file(way: Way, imported: Imported) -> Step:
    """The step that writes what was brought. Raises BadInput where there is nothing to write."""
    step = step_of(imported, way.path)
    if step is None:
        raise BadInput(said("pyproject.toml has all of it already"))
    return step


def _bytes(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None


__all__ = [
    "CondaHere", "asked_for", "brought", "brought_from_conda", "check_packages", "check_python", "conda_environment",
    "files_below", "new", "of_file", "packages_in", "step_of",
]  # fmt: skip
