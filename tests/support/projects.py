"""A small real project, locked by the real uv against the index on 127.0.0.1."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from tests.support.wheels import wheel

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tests.support.index import Index

# What people's folders are called; each part of it has broken a program.
FOLDER = "Träume und 项目"


@dataclass(frozen=True)
class Project:
    """`env`: what uv was given, for the tests that run it themselves; `registry`: as the lock records it."""

    path: Path
    uv: Path
    registry: str
    env: Mapping[str, str] = field(repr=False)

    @property
    def pyproject(self) -> Path:
        return self.path / "pyproject.toml"

    @property
    def lock(self) -> Path:
        return self.path / "uv.lock"

    @property
    def venv(self) -> Path:
        return self.path / ".venv"

    @property
    def python(self) -> Path:
        return self.venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

    def run_uv(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """uv in the project, with its index as the default. Raises, with what uv printed, unless `check` is false."""
        return run([os.fspath(self.uv), *arguments], cwd=self.path, env=self.env, check=check)

    def run_python(self, code: str) -> str:
        """What `code` prints in the project's environment."""
        return run([os.fspath(self.python), "-c", code], cwd=self.path, env=self.env).stdout


def make_project(
    folder: Path,
    index: Index,
    uv: Path,
    *,
    name: str = "dream",
    dependencies: Sequence[str] = ("alpha",),
    extras: Mapping[str, Sequence[str]] | None = None,
    groups: Mapping[str, Sequence[str]] | None = None,
    requires_python: str = ">=3.10",
    more: str = "",
    lock: bool = True,
    env: Mapping[str, str] | None = None,
) -> Project:
    """Writes and locks a project in a folder of an awkward name inside `folder`.

    `more`: further text of pyproject.toml (`[tool.uv]` and its like). The index is UV_DEFAULT_INDEX and not in the
    file, so that the lock records the registry as a lock made with PyPI does. `env`: more variables for uv.
    """
    path = folder / FOLDER
    path.mkdir(parents=True)
    text = ["[project]", f'name = "{name}"', 'version = "0.1.0"', f'requires-python = "{requires_python}"']
    text += [f"dependencies = {_list(dependencies)}"]
    if extras:
        text += ["", "[project.optional-dependencies]", *(f"{key} = {_list(value)}" for key, value in extras.items())]
    if groups:
        text += ["", "[dependency-groups]", *(f"{key} = {_list(value)}" for key, value in groups.items())]
    if more:
        text += ["", more.strip()]
    (path / "pyproject.toml").write_bytes(("\n".join(text) + "\n").encode())
    project = Project(path, uv, index.url(), {**os.environ, "UV_DEFAULT_INDEX": index.url(), **(env or {})})
    if lock:
        project.run_uv("lock")
    return project


def stock(index: Index) -> None:
    """Three packages: alpha needs beta and is over 1 MiB, so that uv tells of its download; gamma is alone."""
    index.add(
        wheel("alpha", "1.0", requires=["beta>=1"], size=1_500_000),
        wheel("beta", "1.0"),
        wheel("beta", "1.1", requires_python=">=3.10"),
        wheel("gamma", "2.0"),
    )


def run(
    argv: Sequence[str], *, cwd: Path, env: Mapping[str, str] | None = None, check: bool = True
) -> subprocess.CompletedProcess[str]:
    """A program to its end, its output as text; on failure (if `check`) what it printed is in the error."""
    done = subprocess.run(
        argv,
        cwd=cwd,
        env=None if env is None else dict(env),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    if check and done.returncode:
        raise AssertionError(f"{argv} exited {done.returncode}\n{done.stdout}{done.stderr}")
    return done


def interpreter() -> str:
    """This Python, as uv takes it (UV_PYTHON): with backslashes on Windows."""
    return os.fspath(Path(sys.executable))


def _list(requirements: Sequence[str]) -> str:
    return "[" + ", ".join(f'"{requirement}"' for requirement in requirements) + "]"
