"""A bundle as it will be: its files, what they weigh, what of them has still to be fetched, whether they fit. Asks servers
for sizes that nobody has told; writes nothing.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wizard.bundle import builds, programs
from wizard.bundle.asking import Asked
from wizard.bundle.contents import Contents, Item, contents
from wizard.bundle.fetch import kept
from wizard.bundle.record import Entry
from wizard.errors import WizardError
from wizard.language import message_of, said
from wizard.mirrors import official
from wizard.plan import uv_ways
from wizard.plan.mirrors import address, options
from wizard.run.mirror_lock import LockedFile
from wizard.text import masked, needed_size, one_line, standing_size

if TYPE_CHECKING:
    import httpx

ROOM = 256 * 1024**2
"""Bytes kept free beside what is forecast: what builds need is known only once their sources are here."""


@dataclass(frozen=True)
class Draft:
    """`uv`: the program that is asked here; `items`: all that is known before anything is fetched; `entries`: those of
    them that are here, or in the earlier bundle; `needs`: of builds whose sources are here.
    """

    asked: Asked
    uv: str
    uv_version: str
    contents: Contents
    items: tuple[Item, ...]
    python: programs.PythonBuild | None
    needs: tuple[builds.Needs, ...]
    there: tuple[Entry, ...]
    notes: tuple[str, ...]
    free: int | None
    uv_here: Path | None = None
    """This machine's uv, where it goes along for want of a wheel."""

    @property
    def to_fetch(self) -> tuple[Item, ...]:
        """What is neither here nor in the earlier bundle."""
        paths = {one.path for one in self.there}
        return tuple(one for one in self.items if one.path not in paths)

    @property
    def bytes(self) -> int:
        """Of all its files, as far as they are known."""
        return sum(one.size or 0 for one in self.items)

    @property
    def fetched(self) -> int:
        """Bytes that have still to come, as far as they are known."""
        return sum(one.size or 0 for one in self.to_fetch)

    @property
    def unknown(self) -> tuple[str, ...]:
        """Files whose size nobody tells."""
        return tuple(one.name for one in self.to_fetch if one.size is None)

    @property
    def builds(self) -> tuple[str, ...]:
        """What is built on the host."""
        return tuple(f"{one.package} {one.version}" for one in self.contents.sources)

    def told(self) -> list[str]:
        """In lines."""
        target = self.asked.target
        libc = f", {target.libc.name} {target.libc.version}" if target.libc else ""
        whole, fetched = needed_size(self.bytes), needed_size(self.fetched)
        if self.unknown:
            whole, fetched = said("{size} or more", size=whole), said("{size} or more", size=fetched)
        here = len(self.items) - len(self.to_fetch)
        host = said("{host}, Python {python}", host=f"{target.os} {target.arch}{libc}", python=target.python)
        lines: list[str] = [
            said("For {host}: {count} files, {size}", host=host, count=len(self.items), size=whole),
            said(
                "To fetch: {count} files, {size}; {here} are there already",
                count=len(self.to_fetch),
                size=fetched,
                here=here,
            ),
        ]
        room = "" if self.free is None else said(" ({free} free)", free=standing_size(self.free))
        lines.append(said("Into {folder}{room}", folder=one_line(str(self.asked.folder), 200), room=room))
        if self.builds or self.needs:
            lines.append(said("And what builds on the host need, which their sources tell: some MB as a rule"))
        return lines

    def document(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "files": len(self.items),
            "bytes": self.bytes,
            "to_fetch": len(self.to_fetch),
            "bytes_to_fetch": self.fetched,
            "size_unknown": list(self.unknown),
            "free_bytes": self.free,
        }


def draft(asked: Asked, client: httpx.Client, uv: str | None, scratch: Path) -> Draft:
    """Looks everything up. `uv`: the one here, None for none; `scratch`: a folder for one that is borrowed.

    Raises BadInput, WizardError.
    """
    found = contents(asked.machine, asked.project, asked.selected, asked.target)
    notes = list(found.notes)
    program = _program(asked, client, uv, scratch)
    notes += program.notes
    mirror = address(asked.choices, "python")
    python = programs.python_build(program.asker, asked.target, asked.project.requires_python, mirror)
    python = _reachable(python, client, notes)
    if python is None:
        notes.append(
            said("No build of Python {python} could be had: the host needs one of its own", python=asked.target.python)
        )
    items = [*_through_mirrors(asked, found.items, client), *([program.item] if program.item else [])]
    items += [python.item] if python else []
    there = _there(asked, items)
    items = _sized(items, {one.path: one.size for one in there}, client)
    return Draft(
        asked, program.asker, program.version, found, tuple(items), python, tuple(_local_needs(asked, found)),
        tuple(there), tuple(notes), _free(asked.folder), None if program.item else Path(program.asker),
    )  # fmt: skip


@dataclass(frozen=True)
class _Program:
    """uv for the host. `asker`: the one that is asked here; `item` None: that one goes along as it is."""

    version: str
    asker: str
    item: Item | None
    notes: tuple[str, ...] = ()


def _program(asked: Asked, client: httpx.Client, uv: str | None, scratch: Path) -> _Program:
    """Its wheel for the target from the index in use, else from uv's own; else this machine's, where the host is alike."""
    wish = uv_ways.wanted(asked.here, asked.project, asked.choices, "")
    own = official.version(uv)
    fits = uv is not None and wish.version in ("", own)
    used = address(asked.choices, "pypi") or uv_ways.known_index(asked.here, asked.project)
    indexes = [one for one in (used, official.address(uv) if uv else None) if one]
    why: str | None = None
    for index in dict.fromkeys(indexes):
        try:
            version, item = programs.uv_item(client, index, wish.version or own or "", wish.required, asked.target)
        except WizardError as error:
            why = why or message_of(error)
            continue
        return _Program(version, uv if uv and fits else programs.borrowed_uv(index, version, scratch), item)
    if why is None:
        why = said("the address of a package index is not known here; name one: --set mirrors.pypi=https://...")
    if uv is None or not fits or not _alike(asked):
        raise WizardError(why)
    note = said("{why}; so the uv of this machine goes along", why=masked(why))
    return _Program(own or "", uv, None, (note,))


def _alike(asked: Asked) -> bool:
    """Whether the host runs this machine's programs."""
    here, target = asked.here, asked.target
    libc = (here.libc.name if here.libc else None) == (target.libc.name if target.libc else None)
    return (here.os, here.arch) == (target.os, target.arch) and libc


def _reachable(
    build: programs.PythonBuild | None, client: httpx.Client, notes: list[str]
) -> programs.PythonBuild | None:
    """With its size and its sum, where a server has it."""
    size = programs.size_of(client, build.item) if build else None
    if build is None or size is None:
        return None
    stated = programs.stated_sum(client, build.item)
    if not stated:
        notes.append(said("Nobody states a sha256 for {name}: held to the hash of what came", name=build.item.name))
    return replace(build, item=replace(build.item, size=size or None, hash=stated))


def _through_mirrors(asked: Asked, items: Iterable[Item], client: httpx.Client) -> list[Item]:
    """The mirrors' addresses first, as their own pages tell them."""
    told = options(asked.project, asked.choices)
    if told is None:
        return list(items)
    from wizard.run.mirror_pages import look_up

    every = list(items)
    files = [LockedFile(i.package, i.version, i.registry, i.name, i.urls[-1], i.hash, i.size) for i in every if i.hash]
    addresses: dict[str, str] = {}
    for one in look_up(files, told["stand_ins"], client).values():
        addresses.update(one.addresses)
    return [replace(i, urls=(addresses[i.urls[-1]], *i.urls)) if i.urls[-1] in addresses else i for i in every]


def _there(asked: Asked, items: Iterable[Item]) -> list[Entry]:
    """The files that need not be fetched: whole in the folder, or in the earlier bundle."""
    earlier = {one.path: one for one in asked.since.manifest.here} if asked.since else {}
    found = []
    for item in items:
        own = kept(item, asked.folder.joinpath(*item.path.split("/")))
        old = earlier.get(item.path)
        if own is None and old is not None and old.hash == item.hash and not item.source:
            own = old
        found += [own] if own else []
    return found


def _sized(items: Iterable[Item], known: dict[str, int], client: httpx.Client) -> list[Item]:
    """With what the servers say of files whose size nobody has told."""
    from concurrent.futures import ThreadPoolExecutor

    def one(item: Item) -> Item:
        if item.size is not None:
            return item
        size = known.get(item.path) or programs.size_of(client, item)
        return replace(item, size=size or None)

    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(one, items))


def _local_needs(asked: Asked, found: Contents) -> Iterable[builds.Needs]:
    for path in found.local:
        needs = builds.of_folder(Path(asked.project.path, path), path)
        if needs is not None:
            yield needs


def _free(folder: Path) -> int | None:
    there = folder
    while not there.is_dir() and there != there.parent:
        there = there.parent
    try:
        return shutil.disk_usage(there).free
    except OSError:
        return None


__all__ = ["ROOM", "Draft", "draft"]
