"""The host that a bundle is made for: its system, its C library, its Python; which wheels it takes, best first. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from packaging.version import InvalidVersion, Version

from wizard import catalog
from wizard.errors import BadInput
from wizard.language import said
from wizard.machine.facts import Libc, Machine, Os
from wizard.text import one_line

if TYPE_CHECKING:
    from packaging.tags import Tag

_WITH_LIBC = re.compile(r"(?P<name>.+?)-(?P<libc>glibc|musl)-?(?P<version>\d+\.\d+)?")
_MANYLINUX = re.compile(r"(?P<arch>x86_64|aarch64)-(?:manylinux_?(?P<major>\d)_(?P<minor>\d+)|manylinux2014)")
_LEGACY = {(2, 5): "manylinux1", (2, 12): "manylinux2010", (2, 17): "manylinux2014"}
_FLOOR = re.compile(r"(manylinux|musllinux)_(\d+)_(\d+)_")


@dataclass(frozen=True)
class Target:
    """`libc` None beside Linux; `macos`: its version; `python`: `3.12`."""

    os: Os
    arch: str
    libc: Libc | None
    macos: str | None
    python: str

    @property
    def known(self) -> Mapping[str, Any]:
        """Its row of assets/bundle.toml."""
        libc = self.libc.name if self.libc else None
        rows: list[Mapping[str, Any]] = catalog.table("bundle.toml")["platform"]
        return next(one for one in rows if (one["os"], one["arch"], one.get("libc")) == (self.os, self.arch, libc))

    @property
    def name(self) -> str:
        """As `--platform` takes it."""
        return str(self.known["name"])

    @property
    def exe(self) -> bool:
        """Whether programs end in .exe there."""
        return self.os == "windows"

    @cached_property
    def ranks(self) -> Mapping[Tag, int]:
        """Every tag of a wheel that it takes, 0 the best."""
        from packaging.tags import compatible_tags, cpython_tags

        major, _, minor = self.python.partition(".")
        version = (int(major), int(minor))
        platforms = list(self._platforms())
        interpreter = f"cp{major}{minor}"
        order = [*cpython_tags(version, platforms=platforms), *compatible_tags(version, interpreter, platforms)]
        return {tag: rank for rank, tag in reversed(list(enumerate(order)))}

    def _platforms(self) -> Iterable[str]:
        if self.os == "windows":
            return ["win_amd64" if self.arch == "x86_64" else "win_arm64"]
        if self.os == "macos":
            from packaging.tags import mac_platforms

            first, _, second = (self.macos or "").partition(".")
            return mac_platforms((int(first), int(second or 0)), "arm64" if self.arch == "aarch64" else self.arch)
        libc = self.libc or Libc("glibc", None)
        major, minor = (int(part) for part in (libc.version or "").split(".")[:2])
        if libc.name == "musl":
            return [*(f"musllinux_{major}_{one}_{self.arch}" for one in range(minor, -1, -1)), f"linux_{self.arch}"]
        found = []
        for one in range(minor, 4, -1):
            found.append(f"manylinux_{major}_{one}_{self.arch}")
            found += [f"{_LEGACY[major, one]}_{self.arch}"] if (major, one) in _LEGACY else []
        return [*found, f"linux_{self.arch}"]

    def rank(self, wheel: str) -> int | None:
        """How well it takes a wheel of that file name; None: not at all."""
        from packaging.utils import InvalidWheelFilename, parse_wheel_filename

        try:
            tags = parse_wheel_filename(wheel)[3]
        except InvalidWheelFilename:
            return None
        return min((self.ranks[tag] for tag in tags if tag in self.ranks), default=None)

    def machine(self, base: Machine | None = None) -> Machine:
        """The facts of such a host, as far as they are known; `base`: what is known beside."""
        told = f"macOS {self.macos}" if self.os == "macos" else None
        there = base or Machine()
        return replace(there, os=self.os, arch=self.arch, libc=self.libc, distribution=told or there.distribution,
                       foreign=True)  # fmt: skip


def platform(word: str, python: str) -> Target:
    """What `--platform` names: a name of assets/bundle.toml, `-glibc2.35` after it, or uv's own word. Raises BadInput."""
    rows: list[Mapping[str, Any]] = catalog.table("bundle.toml")["platform"]
    plain = word.strip().lower().replace("arm64", "aarch64").replace("amd64", "x86_64")
    row = next((one for one in rows if plain in (one["name"], one["uv"])), None)
    version = None
    if row is None and (many := _MANYLINUX.fullmatch(plain)):
        row = next(one for one in rows if one["name"] == f"linux-{many['arch']}")
        version = f"{many['major']}.{many['minor']}" if many["major"] else "2.17"
    if row is None and (told := _WITH_LIBC.fullmatch(plain)):
        name = told["name"] if told["libc"] == "glibc" else f"{told['name']}-musl"
        row = next((one for one in rows if one["name"] == name and one.get("libc") == told["libc"]), None)
        version = told["version"]
    if row is None:
        names = ", ".join(one["name"] for one in rows)
        msg = said(
            "--platform {word} is not possible; allowed: {names}, or such as linux-x86_64-glibc2.35",
            word=one_line(word, 60),
            names=names,
        )
        raise BadInput(msg)
    return _made(row["os"], row["arch"], row.get("libc"), version, None, python)


def of_machine(machine: Machine, python: str) -> Target:
    """That machine. Raises BadInput where no bundle can be made for such a one."""
    rows = catalog.table("bundle.toml")["platform"]
    libc = machine.libc.name if machine.libc else ("glibc" if machine.os == "linux" else None)
    if not any((one["os"], one["arch"], one.get("libc")) == (machine.os, machine.arch, libc) for one in rows):
        what = " ".join(filter(None, (machine.os or said("an unknown system"), machine.arch, libc)))
        raise BadInput(
            said("no bundle can be made for {what}; name another host with --platform or --machine", what=what)
        )
    mac = re.search(r"macOS\s+(\d+(?:\.\d+)?)", machine.distribution or "") if machine.os == "macos" else None
    version = machine.libc.version if machine.libc else None
    return _made(str(machine.os), str(machine.arch), libc, version, mac[1] if mac else None, python)


def _made(os: Any, arch: str, libc: str | None, version: str | None, macos: str | None, python: str) -> Target:
    assumed = catalog.table("bundle.toml")["assumed"]
    found = Libc(libc, version if version and re.match(r"\d+\.\d+", version) else assumed[libc]) if libc else None
    return Target(os, arch, found, (macos or assumed["macos"]) if os == "macos" else None, python)


def floor(wheels: Iterable[str], name: str) -> str | None:
    """The oldest C library of that name that takes all of these wheels; None: any."""
    kind = {"glibc": "manylinux", "musl": "musllinux"}.get(name)
    least: list[Version] = []
    for wheel in wheels:
        text = wheel
        for (major, minor), legacy in _LEGACY.items():
            text = text.replace(f"{legacy}_", f"manylinux_{major}_{minor}_")
        floors = [Version(f"{major}.{minor}") for one, major, minor in _FLOOR.findall(text) if one == kind]
        least += [min(floors)] if floors else []
    return str(max(least)) if least else None


def older(have: str | None, need: str) -> bool:
    """Whether a C library is older than needed; False where its version is not known."""
    try:
        return bool(have) and Version(have or "0") < Version(need)
    except InvalidVersion:
        return False


__all__ = ["Target", "floor", "of_machine", "older", "platform"]
