"""What building on the host needs: of sources for which there is no wheel, and of the project's own packages.

uv is asked (`uv pip compile`): it resolves for that system and that Python, and its pylock.toml names the files.
"""

from __future__ import annotations

import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any

from wizard import catalog
from wizard.bundle.contents import Item, of_entry
from wizard.bundle.target import Target
from wizard.errors import WizardError
from wizard.language import said
from wizard.project.pyproject import table, texts
from wizard.text import masked, one_line
from wizard.toml import TOMLError, parse

_LARGEST = 1 << 20
_SECONDS = 120.0
_DEFAULT = ("setuptools>=40.8.0", "wheel")


@dataclass(frozen=True)
class Needs:
    """What the build of `of` needs, as requirements. `backend`, `paths`: as pyproject.toml names them."""

    of: str
    requires: tuple[str, ...]
    backend: str = "setuptools.build_meta"
    paths: tuple[str, ...] = ()

    def with_more(self, more: Iterable[str]) -> Needs:
        """Beside what is known."""
        return replace(self, requires=tuple(dict.fromkeys([*self.requires, *more])))


def of_folder(folder: Path, name: str) -> Needs | None:
    """Of a package of the project; None where nothing is built (no build system, or tool.uv.package = false)."""
    try:
        tables = parse((folder / "pyproject.toml").read_bytes())
    except FileNotFoundError:
        tables = {}
    except (OSError, TOMLError, UnicodeDecodeError) as error:
        raise WizardError(
            said("{folder} cannot be read: {error}", folder=folder / "pyproject.toml", error=one_line(str(error), 120))
        ) from None
    old = (folder / "setup.py").is_file()
    packaged = table(tables, "tool", "uv").get("package")
    if packaged is False or (packaged is None and "build-system" not in tables and not old):
        return None
    return _needs(name, tables)


def of_source(path: Path) -> Needs:
    """Of a source distribution. Raises WizardError where it can't be read."""
    try:
        text = _pyproject(path)
        return _needs(path.name, parse(text) if text is not None else {})
    except (OSError, EOFError, tarfile.TarError, zipfile.BadZipFile, TOMLError, UnicodeDecodeError) as error:
        raise WizardError(
            said("{name} cannot be read: {error}", name=path.name, error=one_line(str(error), 120))
        ) from None


def _pyproject(path: Path) -> bytes | None:
    """The pyproject.toml of the archive's one folder."""
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as archive:
            found = next((one for one in archive.infolist() if _is_it(one.filename, one.file_size)), None)
            return archive.read(found) if found else None
    with tarfile.open(path) as tar:
        for member in tar:
            if member.isreg() and _is_it(member.name, member.size):
                file = tar.extractfile(member)
                return file.read() if file else None
    return None


def _is_it(name: str, size: int) -> bool:
    parts = PurePosixPath(name).parts
    return len(parts) == 2 and parts[1] == "pyproject.toml" and size <= _LARGEST


def _needs(of: str, tables: Mapping[str, Any]) -> Needs:
    system = table(tables, "build-system")
    backend = str(system.get("build-backend", "setuptools.build_meta"))
    rows: list[Mapping[str, Any]] = catalog.table("bundle.toml")["backend"]
    more = [need for row in rows if backend.startswith(row["name"]) for need in row["needs"]]
    stated = texts(system.get("requires")) if "requires" in system else _DEFAULT
    paths = texts(system.get("backend-path"))
    return Needs(of, tuple(dict.fromkeys([*stated, *more])) if stated else (), backend, paths)


def resolved(
    needs: Iterable[Needs], target: Target, uv: str, env: Mapping[str, str], registry: str | None
) -> Iterator[Item]:
    """The wheels that those builds take, each set by itself: one may need an older setuptools than another.

    `env`: of uv's process, with the index that the lock is of. Raises WizardError, naming what can't be had.
    """
    told: dict[tuple[str, ...], str] = {}
    for one in needs:
        if one.requires:
            told.setdefault(one.requires, one.of)
    for requires, of in told.items():
        yield from _compiled(requires, of, target, uv, env, registry)


def _compiled(
    requires: tuple[str, ...], of: str, target: Target, uv: str, env: Mapping[str, str], registry: str | None
) -> Iterator[Item]:
    with tempfile.TemporaryDirectory(prefix="uv-wizard-") as folder:
        argv = [uv, "pip", "compile", "--no-header", "--quiet", "--only-binary", ":all:", "--color", "never",
                "--python", sys.executable, "--python-platform", _uv_platform(target), "--python-version", target.python,
                "--format", "pylock.toml", "--output-file", "pylock.toml", "-"]  # fmt: skip
        try:
            done = subprocess.run(
                argv, input="\n".join(requires), cwd=folder, env=dict(env), capture_output=True, encoding="utf-8",
                errors="replace", timeout=_SECONDS, check=False, creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )  # fmt: skip
        except (OSError, subprocess.TimeoutExpired) as error:
            raise WizardError(
                said("uv did not answer what the build of {of} needs: {error}", of=of, error=one_line(str(error), 120))
            ) from None
        if done.returncode:
            printed = masked(one_line(done.stderr.strip(), 300))
            raise WizardError(
                said(
                    "what the build of {of} needs can't be had as wheels for {host}: {why}",
                    of=of,
                    host=target.name,
                    why=printed,
                )
            )
        tables = parse(Path(folder, "pylock.toml").read_bytes())
    for package in tables.get("packages", ()):
        yield _wheel(package, of, target, registry)


def _wheel(package: Mapping[str, Any], of: str, target: Target, registry: str | None) -> Item:
    items = [
        of_entry(package["name"], str(package.get("version", "")), one, "build", registry or "")
        for one in package.get("wheels", ())
    ]
    ranked = [(rank, number) for number, one in enumerate(items) if (rank := target.rank(one.name)) is not None]
    if not ranked:
        raise WizardError(
            said(
                "the build of {of} needs {name}, which has no wheel for {host}",
                of=of,
                name=package["name"],
                host=target.name,
            )
        )
    return items[min(ranked)[1]]


def _uv_platform(target: Target) -> str:
    """As uv's --python-platform has it; it knows one old glibc beside its usual one."""
    known = str(target.known["uv"])
    old = target.libc and target.libc.name == "glibc" and _number(target.libc.version) < (2, 28)
    return f"{target.arch}-manylinux2014" if old else known


def _number(version: str | None) -> tuple[int, int]:
    major, _, minor = (version or "0.0").partition(".")
    return int(major), int(minor.partition(".")[0] or 0)


__all__ = ["Needs", "of_folder", "of_source", "resolved"]
