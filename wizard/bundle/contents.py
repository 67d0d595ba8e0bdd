"""Which of uv.lock's files a host needs: of each package one, the best wheel for it, else the source. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any
from urllib.parse import unquote, urlsplit

from wizard.advice.torch_builds import minors
from wizard.advice.torch_reach import Selected, installed, supports
from wizard.bundle.record import Entry, What
from wizard.bundle.target import Target
from wizard.errors import BadInput, WizardError
from wizard.language import said
from wizard.machine.facts import Machine
from wizard.project.facts import LockedPackage, Project
from wizard.run.mirror_lock import LockedFile

_PROVES = re.compile(r"(?:sha256|sha384|sha512|blake2b):[0-9a-fA-F]+")
_LOCAL = ("editable", "directory", "virtual")


@dataclass(frozen=True)
class Item:
    """One file to fetch. `urls`: where it can be had, in the order to try; `hash`: as the lock has it, "" for none.

    `size` in bytes, None unknown.
    """

    what: What
    package: str
    version: str
    name: str
    urls: tuple[str, ...]
    hash: str = ""
    size: int | None = None
    registry: str = ""
    folder: str = "files"

    @property
    def path(self) -> str:
        """In the bundle: the same for the same file, so that what is there is not fetched again."""
        algorithm, _, digest = self.hash.partition(":")
        key = digest.lower() if algorithm == "sha256" else sha256((self.hash or self.urls[-1]).encode()).hexdigest()
        return f"{self.folder}/{key[:16]}/{self.name}" if self.folder == "files" else f"{self.folder}/{self.name}"

    @property
    def source(self) -> bool:
        """Whether it has to be built."""
        return self.what in ("package", "build") and not self.name.endswith(".whl")

    def entry(self, size: int, digest: str) -> Entry:
        """Its line of the manifest."""
        return Entry(self.path, size, digest, self.what, self.package, self.version, self.hash)


@dataclass(frozen=True)
class Contents:
    """`local`: paths of the project's own packages, relative to it; `notes`: what to know of."""

    items: tuple[Item, ...]
    local: tuple[str, ...]
    notes: tuple[str, ...] = ()

    @property
    def sources(self) -> tuple[Item, ...]:
        """Those that are built on the host."""
        return tuple(one for one in self.items if one.source)


def packages(machine: Machine, project: Project, selected: Selected, python: str) -> tuple[LockedPackage, ...]:
    """What a sync of that selection installs on such a machine."""
    return installed(machine, replace(project, python_version_file=python), selected, python)


def contents(machine: Machine, project: Project, selected: Selected, target: Target) -> Contents:
    """The files for that host. Raises BadInput for a Python that the project excludes, WizardError where a bundle can't
    hold what a sync needs.
    """
    allowed = minors(project.requires_python) if project.requires_python else (target.python,)
    if target.python not in allowed:
        raise BadInput(
            said(
                "--python {python} is not possible: this project asks for {requires_python}",
                python=target.python,
                requires_python=project.requires_python,
            )
        )
    if not supports(machine, project, target.python):
        msg = said(
            "uv.lock was not made for {name} (environments in [tool.uv] of pyproject.toml); add it and lock again",
            name=target.name,
        )
        raise WizardError(msg)
    items, local, notes, beside = [], [], [], []
    for package in packages(machine, project, selected, target.python):
        if any(kind in package.source for kind in _LOCAL):
            local.append(str(next(package.source[kind] for kind in _LOCAL if kind in package.source)))
        elif "path" in package.source or (package.registry and "://" not in package.registry):
            beside.append(package.name)
        elif package.registry is None:
            raise _elsewhere(package)
        else:
            items.append(_item(package, target))
    if beside:
        notes.append(
            said(
                "From files beside the project, so they come along with it: {beside}", beside=", ".join(sorted(beside))
            )
        )
    bare = [f"{one.package} {one.version}" for one in items if not one.hash]
    if bare:
        notes.append(
            said(
                "uv.lock states no hash for {names}: held to the hash of what came",
                names=", ".join(bare[:5]) + " ..." * (len(bare) > 5),
            )
        )
    return Contents(tuple(items), tuple(dict.fromkeys(local)), tuple(notes))


def _elsewhere(package: LockedPackage) -> WizardError:
    kind = next(iter(package.source), "elsewhere")
    where = {"git": "git", "url": said("a web address")}.get(kind, kind)
    return WizardError(
        said(
            "{name} comes from {where}, which uv asks for each time: no bundle can hold it. Put a wheel of it "
            "beside the project, or into a package index, then lock again",
            name=package.name,
            where=where,
        )
    )


def _item(package: LockedPackage, target: Target) -> Item:
    wheels = [(rank, one) for one in package.wheels if (rank := target.rank(_name(one))) is not None]
    entry = min(wheels, key=lambda pair: pair[0])[1] if wheels else package.sdist
    if entry is None or not _name(entry):
        raise WizardError(_lacking(package, target))
    return of_entry(package.name, package.version or "", entry, "package", package.registry or "")


def _lacking(package: LockedPackage, target: Target) -> str:
    told = said(
        "uv.lock has no file of {name} {version} for {host}, Python {python}",
        name=package.name,
        version=package.version or "",
        host=target.name,
        python=target.python,
    )
    if target.libc and target.libc.name == "glibc":
        return said(
            "{told}, glibc {version}; a newer one is named so: --platform {name}-glibc2.35",
            told=told,
            version=target.libc.version,
            name=target.name,
        )
    return told


def of_entry(package: str, version: str, entry: Mapping[str, Any], what: What, registry: str = "") -> Item:
    """Of a `wheels` or `sdist` entry, as uv.lock and pylock.toml have them."""
    digest, size, url = entry.get("hash"), entry.get("size"), str(entry.get("url", ""))
    if digest is None and isinstance(entry.get("hashes"), Mapping):
        digest = next((f"{name}:{value}" for name, value in entry["hashes"].items()), "")
    proof = digest if isinstance(digest, str) and _PROVES.fullmatch(digest) else ""
    return Item(what, package, version, _name(entry), (url,), proof, size if isinstance(size, int) else None, registry)


def _name(entry: Mapping[str, Any]) -> str:
    """The file's name, nothing in it that leads elsewhere."""
    found = entry.get("filename") or entry.get("name") or unquote(urlsplit(str(entry.get("url", ""))).path)
    return re.sub(r"[^A-Za-z0-9._+!-]", "_", str(found).rpartition("/")[2])


def matched(files: Iterable[LockedFile], entries: Iterable[Entry]) -> dict[str, Entry]:
    """The lock's address -> the bundle's file: by package, version and name, and by the hash that the lock states."""
    known = {(one.package, one.version, one.name, one.hash): one for one in entries if one.what == "package"}
    found = {}
    for file in files:
        name = re.sub(r"[^A-Za-z0-9._+!-]", "_", file.name)
        entry = known.get((file.package, file.version, name, file.hash))
        if entry is not None:
            found[file.url] = entry
    return found


__all__ = ["Contents", "Item", "contents", "matched", "of_entry", "packages"]
