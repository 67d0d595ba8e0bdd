"""What a sync will fetch and what it will take on the disks, before it begins. Pure.

uv unpacks a wheel into its cache while it comes and keeps no packed copy; the environment then links to the cache or
copies from it (uv's documentation on its cache; seen with strace). So a disk holds each new file once, and twice where
cache and environment lie on it and links do not work.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from wizard.language import said
from wizard.text import needed_size, standing_size

UNPACKED = 2.2
"""Bytes on disk for each byte of a wheel where its directory was not read: an estimate."""
PACKED = 0.95
"""The least that a wheel unpacks to: one that is stored, not deflated, holds less than its own size."""
SLACK = 2048
"""Bytes that a file wastes on average, in blocks of 4 KiB."""
FEWEST, USUAL = 4, 200
"""Files that a wheel unpacks to at least (its metadata and something of its own), and not more than usually."""

Spread = Literal["link", "clone", "copy"]
"""How a package gets from the cache into the environment. A clone and a link take no room; a link takes no inode."""


@dataclass(frozen=True)
class Part:
    """One package that will be installed. Bytes; None is unknown."""

    package: str
    download: int | None
    unpacked: int | None = None
    files: int | None = None

    @property
    def at_least(self) -> int:
        """Bytes on the disk: a wheel is hardly ever larger than what it holds, by the zip's own headers at most."""
        return self.unpacked if self.unpacked is not None else int((self.download or 0) * PACKED)

    @property
    def about(self) -> int | None:
        """Bytes on the disk, estimated; None where nothing is known."""
        if self.unpacked is not None:
            return self.unpacked + (self.files or 0) * SLACK
        return None if self.download is None else int(self.download * UNPACKED)


@dataclass(frozen=True)
class Place:
    """A folder that is written to. `disk`: the same for folders on one filesystem; `name`: how people know that disk;
    `room` and `inodes`: what this user may still write there, None where nobody tells.
    """

    purpose: Literal["cache", "environment"]
    folder: str
    disk: Hashable
    name: str
    room: int | None
    inodes: int | None = None


@dataclass(frozen=True)
class Need:
    """What one disk has to take. `about` None: not known."""

    place: Place
    at_least: int
    about: int | None
    files_at_least: int
    files_about: int
    exact: bool = False
    """Whether `about` is what the wheels' own directories say, not an estimate."""

    @property
    def short(self) -> bool:
        """Whether it can't fit, whatever the estimate."""
        return self.short_of_bytes or (self.place.inodes is not None and self.files_at_least > self.place.inodes)

    @property
    def short_of_bytes(self) -> bool:
        """Whether bytes are what is missing, not files."""
        return self.place.room is not None and self.at_least > self.place.room

    @property
    def tight(self) -> bool:
        """Whether it will not fit if the estimate is right."""
        if self.place.inodes is not None and self.files_about > self.place.inodes:
            return True
        return self.short or (self.place.room is not None and self.about is not None and self.about > self.place.room)

    @property
    def close(self) -> bool:
        """Whether a rough estimate is not good enough to tell."""
        if self.exact:
            return False
        bytes_ = self.place.room is not None and 2 * (self.about or 0) > self.place.room
        return bytes_ or (self.place.inodes is not None and 4 * self.files_about > self.place.inodes)

    @property
    def told(self) -> str:
        """`6.1 GiB needed, /home has 4.1 GiB free`."""
        if not self.short_of_bytes and self.short:
            return said(
                "{count} files to place, {disk} takes {more} more",
                count=self.files_at_least,
                disk=self.place.name,
                more=self.place.inodes,
            )
        size = max(self.at_least, self.about or 0)
        room: str = ""
        if self.place.room is not None:
            room = said(", {disk} has {size} free", disk=self.place.name, size=standing_size(self.place.room))
        if self.exact:
            return said("{size} needed{room}", size=needed_size(size), room=room)
        return said("about {size} needed{room}", size=needed_size(size), room=room)


@dataclass(frozen=True)
class Forecast:
    """`packages`: to be installed; `fetched`: of those, how many come from the network or are built.

    `download`: (least, most) bytes; most is None where the size of one that may be fetched is not known.
    """

    packages: int
    fetched: int
    download: tuple[int, int | None]
    unknown: tuple[str, ...] = ()
    needs: tuple[Need, ...] = ()
    bytes_per_s: float | None = None
    """As the chosen mirror was measured, None where none was."""
    sizes: Mapping[str, int] = field(default_factory=dict)
    """Bytes by `name==version` of what will be installed, also where a server was asked for them and not uv.lock."""

    @property
    def short(self) -> Need | None:
        """The disk that can't take it."""
        return next((need for need in self.needs if need.short), None)

    @property
    def tight(self) -> Need | None:
        """The disk that will hardly take it."""
        return next((need for need in self.needs if need.tight), None)

    @property
    def fetches(self) -> str:
        """`2.8 GiB to fetch`, `nothing to fetch`."""
        least, most = self.download
        if not self.packages:
            return said("nothing to install")
        if not self.fetched:
            return said("nothing to fetch")
        if most is None:
            return said("{size} or more to fetch", size=needed_size(least)) if least else said("size not known")
        if most != least:
            return said("{size} at most", size=needed_size(most))
        return said("{size} to fetch", size=needed_size(most))

    @property
    def told(self) -> str:
        """One line: what is fetched, what it takes where, how long."""
        told = self.fetches
        for need in self.needs:
            if need.about:
                size = needed_size(need.about)
                told = said("{told}, {size} on {disk}", told=told, size=size, disk=need.place.name)
        return told

    @property
    def seconds(self) -> float | None:
        """At the rate that was measured; None where that or the size is not known."""
        most = self.download[1]
        return most / self.bytes_per_s if most and self.bytes_per_s else None

    def document(self, *, room: bool = True) -> dict[str, Any]:
        """For `--json`. `room` False leaves out what changes from second to second."""
        return {
            "packages": self.packages,
            "to_fetch": self.fetched,
            "download_bytes": self.download[1],
            "download_bytes_at_least": self.download[0],
            "size_unknown": list(self.unknown),
            "disks": [
                {
                    "mount": need.place.name,
                    "folder": need.place.folder,
                    "bytes": need.about,
                    "bytes_at_least": need.at_least,
                    "files_at_least": need.files_at_least,
                    **({"free_bytes": need.place.room, "free_files": need.place.inodes} if room else {}),
                    "enough": None if need.place.room is None else not need.tight,
                }
                for need in self.needs
            ],
            "seconds": None if self.seconds is None else round(self.seconds),
        }


@dataclass
class _Sum:
    place: Place
    at_least: int = 0
    about: int | None = 0
    files: int = 0
    files_about: int = 0
    exact: bool = True

    def add(self, at_least: int, about: int | None, placed: Iterable[Part] = ()) -> None:
        every = list(placed)
        counts = [part.files for part in every]
        self.exact = self.exact and about is not None and all(part.unpacked is not None for part in every)
        self.files += sum(FEWEST if count is None else count for count in counts)
        self.files_about += sum(USUAL if count is None else count for count in counts)
        self.at_least += at_least
        self.about = None if self.about is None or about is None else self.about + about


def forecast(
    parts: Iterable[Part],
    fetched: int | None,
    cache: Place,
    environment: Place,
    spread: Spread | None,
    bytes_per_s: float | None = None,
) -> Forecast:
    """`parts`: what will be installed; `fetched`: how many of them are not in the cache yet, None: all, as far as is known;
    `spread`: None where it is not known whether links work.
    """
    every = sorted(parts, key=lambda part: part.at_least)
    count = len(every) if fetched is None else min(fetched, len(every))
    # which are in the cache uv does not say, only how many are not
    few, many = every[:count], every[len(every) - count :]
    sums: dict[Hashable, _Sum] = {}
    for place in (cache, environment):
        sums.setdefault(place.disk, _Sum(place))
    sums[cache.disk].add(_at_least(few), _about(many), few)
    placed = sums[environment.disk]
    if spread == "copy":
        placed.add(_at_least(every), _about(every), every)
    elif spread == "clone":
        placed.add(0, 0, every)
    elif spread is None:
        placed.add(0, None)
    sizes = sorted(part.download or 0 for part in every)
    unknown = tuple(part.package for part in every if part.download is None and count)
    return Forecast(
        len(every),
        count,
        (sum(sizes[:count]), None if unknown else sum(sizes[len(sizes) - count :])),
        unknown,
        tuple(Need(one.place, one.at_least, one.about, one.files, one.files_about, one.exact) for one in sums.values()),
        bytes_per_s,
        {one.package: one.download for one in every if one.download is not None and "==" in one.package},
    )


def _at_least(parts: Iterable[Part]) -> int:
    return sum(part.at_least for part in parts)


def _about(parts: Iterable[Part]) -> int | None:
    sizes = [part.about for part in parts]
    return None if None in sizes else sum(size for size in sizes if size is not None)


__all__ = ["Forecast", "Need", "Part", "Place", "Spread", "forecast"]
