"""A project folder becomes a Project: everything that a plan or advice may ask, and a finding for each thing wrong."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import packaging

from wizard.credentials import split
from wizard.errors import BadInput
from wizard.language import said
from wizard.machine.facts import MachineFinding
from wizard.project import place
from wizard.project.facts import Lock, Project
from wizard.project.lockfile import has_merge_conflict, lock_of
from wizard.project.pyproject import (
    Document,
    find_root,
    mappings,
    members,
    normal,
    of_bytes,
    read,
    requirements,
    table,
    text,
    texts,
)
from wizard.project.torch import held_by_us, torch_of
from wizard.text import masked, one_line


def read_project(
    folder: str | Path,
    environment: Mapping[str, str] | None = None,
    planned: Mapping[str, bytes] | None = None,
    *,
    new: bool = False,
) -> Project | None:
    """The project that `folder` belongs to, None where there is no pyproject.toml here or above.

    `planned`: files that a plan will write into `folder` first, by name; the project is then the one that they make.
    `new`: the folder need not be there yet. Raises BadInput where `folder` is not a folder.
    """
    given = Path(folder).absolute()
    new = new and not given.exists()
    if not given.is_dir() and not new:
        msg = (
            said("{path} is a file; name the folder it lies in", path=one_line(str(folder)))
            if given.is_file()
            else said("{path} is not a folder. Check the spelling.", path=one_line(str(folder)))
        )
        raise BadInput(msg)
    root = given if planned else None if new else find_root(given)
    if root is None:
        return None
    return _project(root, given, os.environ if environment is None else environment, planned or {})


def _project(root: Path, given: Path, environment: Mapping[str, str], planned: Mapping[str, bytes]) -> Project:
    names = ("pyproject.toml", "uv.toml", "uv.lock")
    pyproject, uv_toml, lock_file = (
        of_bytes(root / name, planned[name]) if name in planned else read(root / name) for name in names
    )
    python_version = planned.get(".python-version", _bytes(root / ".python-version"))
    lock = lock_of(lock_file.tables) if lock_file.data is not None and lock_file.problem is None else None
    tables = pyproject.tables
    head, uv = table(tables, "project"), table(tables, "tool", "uv")
    # a uv.toml beside it silences [tool.uv] for what both may hold
    settings = uv_toml.tables if uv_toml.data is not None else uv
    inside = members(root, tables)
    names_beside = [f"{one}/pyproject.toml" for one in inside]
    beside = {
        name: of_bytes(root / name, planned[name]) if name in planned else read(root / name) for name in names_beside
    }
    member = next((one for one in reversed(inside) if given.is_relative_to(root / one)), "")
    own = beside[f"{member}/pyproject.toml"].tables if member else tables
    groups = _groups(own)
    default_groups = table(own, "tool", "uv").get("default-groups", ["dev"])
    version_of_member = _bytes(root / member / ".python-version") if member else None
    return Project(
        path=str(root),
        member=member,
        name=text(table(own, "project").get("name")),
        requires_python=text(head.get("requires-python")) or (lock.requires_python if lock else None),
        python_version_file=_first_line(python_version if version_of_member is None else version_of_member),
        extras=tuple(table(own, "project", "optional-dependencies")),
        groups=groups,
        default_groups=groups if default_groups == "all" else texts(default_groups),
        members=inside,
        required_uv=text(settings.get("required-version")),
        indexes=mappings(settings.get("index")),
        sources=table(uv, "sources"),
        torch=torch_of(tables, lock, [one.tables for one in beside.values()], held_by_us(pyproject.data)),
        lock=lock,
        has_lock=lock_file.data is not None,
        choices=table(tables, "tool").get("uv-wizard", {}),
        environment_path=_environment_path(root, environment),
        roomy=os.access(root.parent, os.W_OK),
        member_files={path: one.data for path, one in beside.items() if one.data is not None},
        files={
            str(root / "pyproject.toml"): pyproject.data,
            str(root / "uv.toml"): uv_toml.data,
            str(root / "uv.lock"): lock_file.data,
            str(root / ".python-version"): python_version,
        },
        findings=(
            *_findings(pyproject, uv_toml, lock_file),
            *((*_closed(root, environment), *_ours(root, environment)) if (root / names[0]).exists() else ()),
        ),
        first_index=_ambient_index(environment),
    )


def _ambient_index(environment: Mapping[str, str]) -> str | None:
    """The default index that `uv lock` by hand would ask, without its sign-in."""
    named = environment.get("UV_DEFAULT_INDEX") or environment.get("UV_INDEX_URL")
    if not named:
        return None
    name, found, address = named.partition("=")
    try:
        return split(address if found and "://" not in name else named)[0]
    except ValueError:
        return None


def _groups(tables: Mapping[str, Any]) -> tuple[str, ...]:
    named = [name for kind, name, _ in requirements(tables) if kind == "group" and name]
    return tuple(dict.fromkeys([*table(tables, "dependency-groups"), *named]))


def _environment_path(root: Path, environment: Mapping[str, str]) -> str:
    chosen = environment.get("UV_PROJECT_ENVIRONMENT")
    return str(root / (chosen or ".venv"))


def _bytes(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None


def _first_line(data: bytes | None) -> str | None:
    for line in (data or b"").decode("utf-8-sig", "replace").splitlines():
        if line.strip() and not line.lstrip().startswith("#"):
            return one_line(line.strip(), 80)
    return None


def _findings(pyproject: Document, uv_toml: Document, lock_file: Document) -> list[MachineFinding]:
    found: list[MachineFinding] = []
    if pyproject.problem:
        found.append(_finding(
            "project-invalid", said("pyproject.toml cannot be read"),
            said(
                "It is not valid TOML, so neither uv nor this wizard can tell what the project "
                "needs. Correct the place named below; nothing else has to change."), pyproject))  # fmt: skip
    if uv_toml.problem:
        found.append(_finding(
            "config-invalid", said("The project's uv.toml cannot be read"),
            said(
                "uv reads this file before anything else and stops at it. Correct the place "
                "named below."), uv_toml))  # fmt: skip
    if lock_file.problem:
        conflict = has_merge_conflict(lock_file.data or b"")
        explanation = (
            said("git left a merge conflict in it. Take one side (git checkout --theirs uv.lock), then run uv lock.")
            if conflict
            else said(
                "It is not the file that uv wrote: cut off, or edited by hand. Take it from git again, or run uv lock."
            )
        )
        title = said("uv.lock has a merge conflict") if conflict else said("uv.lock cannot be read")
        found.append(_finding("lock-unreadable", title, explanation, lock_file))
    elif lock_file.data is None and pyproject.problem is None:
        found.append(MachineFinding(
            "lock-missing", "error", said("This project has no uv.lock"),
            said(
                "uv.lock names every package to the exact file; without it uv sync --locked "
                "stops. Run uv lock in the project once, and keep the file in git.")))  # fmt: skip
    return found


def _closed(root: Path, environment: Mapping[str, str]) -> list[MachineFinding]:
    """A folder in which uv can't make the environment that is not there yet."""
    there = _environment_path(root, environment)
    if os.path.isdir(there) or place.may_write(there):
        return []
    return [MachineFinding(
        "project-read-only", "error", said("You may not write in this project's folder"),
        said(
            "uv makes the folder .venv there for the packages, and that folder belongs to someone "
            "else or is protected. Copy the project into a folder of your own, and start there."),
        (one_line(there, 300),))]  # fmt: skip


def _ours(root: Path, environment: Mapping[str, str]) -> list[MachineFinding]:
    """An environment that this program runs from, with its libraries: a sync would take them away while it runs."""
    there = Path(_environment_path(root, environment))
    if not Path(os.path.realpath(packaging.__file__)).is_relative_to(os.path.realpath(there)):
        return []
    return [MachineFinding(
        "own-environment", "error", said("This wizard runs from the project's own environment"),
        said(
            "The sync would take the wizard away while it runs. Put the wizard into an environment of its own, "
            "as the first command of its README does, and start it from there."),
        (one_line(str(there), 300),))]  # fmt: skip


def _finding(cause: str, title: str, explanation: str, document: Document) -> MachineFinding:
    line = masked(one_line(f"{document.path.name}: {document.problem}", 300))
    return MachineFinding(cause, "error", title, explanation, (line,))


def download_bytes(lock: Lock) -> int | None:
    """The sum of one file of each package, in bytes; None where the index told no size for some of them.

    A wheel for any platform counts, the largest: which of them is fetched is uv's to say.
    """
    total = 0
    for package in lock.packages:
        files = [*package.wheels, *([package.sdist] if package.sdist and not package.wheels else [])]
        sizes = [entry.get("size") for entry in files]
        known = [size for size in sizes if isinstance(size, int)]
        if package.registry is not None and files:
            if not known:
                return None
            total += max(known)
    return total


def document(project: Project | None) -> dict[str, object] | None:
    """INTERFACE.md's `project`."""
    if project is None:
        return None
    lock, torch = project.lock, project.torch
    return {
        "path": project.path,
        "name": project.name,
        "requires_python": project.requires_python,
        "has_lock": project.has_lock,
        "lock": None if lock is None else {
            "registries": [masked(registry) for registry in lock.registries],
            "packages": len(lock.packages),
            "download_bytes": download_bytes(lock),
        },
        "torch": None if torch is None else {
            "declared": torch.declared,
            "locked_version": torch.locked_version,
            "locked_local": torch.locked_local,
            "registry": masked(torch.registry) if torch.registry else None,
            "offers": sorted(torch.offers),
        },
        "extras": list(project.extras),
        "groups": list(project.groups),
        "members": list(project.members),
        "member": project.member or None,
        "python_version_file": project.python_version_file,
    }  # fmt: skip


__all__ = ["document", "download_bytes", "normal", "read_project"]
