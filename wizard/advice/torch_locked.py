"""The torch that uv.lock gives this machine. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import unquote, urlsplit

from packaging.version import Version

from wizard.advice.torch_builds import Build, build_of
from wizard.advice.torch_choice import Served
from wizard.advice.torch_machine import Here, look
from wizard.advice.torch_obstacles import drives, loads
from wizard.advice.torch_reach import Selected, installed, pythons_of, supports
from wizard.catalog_torch import PYPI, the
from wizard.language import said
from wizard.machine.facts import Machine
from wizard.project.facts import LockedPackage, Project

_WHEEL = re.compile(r"-(?P<python>[^-]+)-(?P<abi>[^-]+)-(?P<platform>[^-]+)\.whl$")
_GLIBC = re.compile(r"manylinux_(\d+)_(\d+)_")
_OLD_GLIBC = {"manylinux1": (2, 5), "manylinux2010": (2, 12), "manylinux2014": (2, 17)}
_OLDEST = Version("0")
_ENDS: dict[str, tuple[str, tuple[str, ...]]] = {
    "linux_x86_64": ("linux", ("x86_64",)),
    "linux_aarch64": ("linux", ("aarch64",)),
    "win_amd64": ("win", ("amd64",)),
    "win_arm64": ("win", ("arm64",)),
    "macos_arm64": ("macosx", ("arm64", "universal2")),
    "macos_x86_64": ("macosx", ("x86_64", "universal2", "intel")),
}


NO_WHEEL = {
    "platform": said("no wheel for this system"),
    "python": said("no wheel for this Python"),
    "glibc": said("no wheel for this C library"),
}
"""`missing_wheel` in words."""


@dataclass(frozen=True)
class Locked:
    """A torch of the lock, as this machine would get it."""

    package: LockedPackage
    torch: str
    """Its public version, `2.9.1`."""
    variant: str | None
    """None where it can't be told: a release that the catalogue does not know, or somebody's own build."""
    build: Build | None
    missing_wheel: str | None
    """Why no wheel of it fits here: platform, python or glibc; None where one does."""
    packages: tuple[LockedPackage, ...]
    """All that would be installed here."""

    @property
    def label(self) -> str:
        """As sentences name it."""
        name = f" {self.variant}" if self.variant and self.variant != PYPI else ""
        return f"torch {self.torch}{name}"

    @property
    def unheard(self) -> bool:
        """A wheel fits, and nothing is known of that build: newer than the catalogue, or somebody's own."""
        return self.build is None and self.missing_wheel is None

    def serves(self, here: Here, served: Served) -> bool:
        """Whether it does for this machine what the advised build would."""
        if self.build is None or self.missing_wheel or loads(self.build, here):
            return False
        if served.devices:
            return all(drives(self.build, here, device) is None for device in served.devices)
        variant = self.build.variant
        return variant is None or variant.accelerator == "none"


def locked_here(
    machine: Machine, project: Project | None, selected: Selected | None = None, python: str | None = None
) -> Locked | None:
    """The torch that a sync here would install, None where it would install none. `selected`: nothing by default."""
    here = look(machine)
    if project is None or project.lock is None or here.platform is None:
        return None
    if not any(one.name == "torch" for one in project.lock.packages) or not supports(machine, project, python):
        return None
    packages = installed(machine, project, selected or Selected(), python)
    package = next((one for one in packages if one.name == "torch"), None)
    if package is None or package.version is None:
        return None
    torch, _, local = package.version.partition("+")
    variant = _variant(torch, local, package.registry, here.platform)
    release = the().release(torch)
    build = build_of(release, variant, here.platform) if release and variant else None
    missing = missing_wheel(package.wheels, here, pythons_of(machine, project, python))
    return Locked(package, torch, variant, build, missing, packages)


def _variant(torch: str, local: str, registry: str | None, platform: str) -> str | None:
    book = the()
    if platform.startswith("macos"):
        return PYPI
    if local:
        return local if local in book.variants else None
    last = index_variant(registry)
    if last:
        return last
    release = book.release(torch)
    return release.pypi.get(platform) if release else None


def index_variant(registry: str | None) -> str | None:
    """The variant that a PyTorch index (or a mirror laid out like it) is of."""
    try:
        parts = urlsplit(registry or "").path.strip("/").split("/")
    except ValueError:
        return None
    return next((part for part in reversed(parts) if part in the().variants), None)


def missing_wheel(wheels: Iterable[Mapping[str, Any]], here: Here, pythons: Sequence[str]) -> str | None:
    """Why none of these wheels fits: `platform`, `python` or `glibc`, the first that leaves none; None: one fits.

    `pythons`: any of these will do; none: not known, so not asked.
    """
    read = [(one, found) for one in wheels if (found := _WHEEL.search(_file_name(one)))]
    there = [(one, tag) for one, tag in read if _on_platform(tag["platform"], here)]
    if not there:
        return "platform"
    suiting = [(one, tag) for one, tag in there if _suits(tag, pythons)]
    if not suiting:
        return "python"
    return None if any(_loads(tag, here) for _, tag in suiting) else "glibc"


def fitting(wheels: Iterable[Mapping[str, Any]], here: Here, pythons: Sequence[str]) -> tuple[Mapping[str, Any], ...]:
    """Those of the wheels that fit, the one first that pip's order of tags would take: the newest C library's."""
    read = [(one, found) for one in wheels if (found := _WHEEL.search(_file_name(one)))]
    able = [
        (one, tag)
        for one, tag in read
        if _on_platform(tag["platform"], here) and _suits(tag, pythons) and _loads(tag, here)
    ]
    able.sort(key=lambda pair: (pair[1]["platform"] != "any", _glibc(pair[1]["platform"]) or _OLDEST), reverse=True)
    return tuple(one for one, _ in able)


def _suits(tag: re.Match[str], pythons: Sequence[str]) -> bool:
    return not pythons or any(_for_python(tag["python"], tag["abi"], python) for python in pythons)


def _loads(tag: re.Match[str], here: Here) -> bool:
    floor = _glibc(tag["platform"])
    return not (here.glibc and floor and here.glibc < floor)


def needed_glibc(wheels: Iterable[Mapping[str, Any]], here: Here) -> Version | None:
    """The oldest C library that one of the wheels for this platform asks for."""
    names = [found["platform"] for one in wheels if (found := _WHEEL.search(_file_name(one)))]
    floors = [floor for name in names if _on_platform(name, here) and (floor := _glibc(name))]
    return min(floors, default=None)


def _file_name(wheel: Mapping[str, Any]) -> str:
    for key in ("filename", "url", "path"):
        if isinstance(wheel.get(key), str):
            name = str(wheel[key]).partition("#")[0].rpartition("/")[2]
            return unquote(name) if "%" in name else name
    return ""


def _on_platform(tag: str, here: Here) -> bool:
    return tag == "any" or _of_platform(tag, here.platform or "", musl=here.musl)


# a lock of 1000 packages has 12,000 wheels, and some dozens of tags


@lru_cache(1000)
def _of_platform(tag: str, platform: str, *, musl: bool) -> bool:
    system, machines = _ENDS[platform]
    wanted = ("musllinux",) if musl else (("manylinux", "linux") if system == "linux" else (system,))
    return any(one.startswith(wanted) and one.endswith(machines) for one in tag.split("."))


@lru_cache(1000)
def _for_python(tags: str, abi: str, python: str) -> bool:
    number = python.replace(".", "")
    for tag in tags.split("."):
        if tag in {"py3", f"py{number}", f"cp{number}"}:
            return not abi.endswith("t")
        if abi == "abi3" and tag.startswith("cp3") and tag[2:].isdigit() and int(tag[3:]) <= int(number[1:]):
            return True
    return False


@lru_cache(1000)
def _glibc(platform: str) -> Version | None:
    floors = [Version(f"{major}.{minor}") for major, minor in _GLIBC.findall(platform)]
    floors += [Version(f"{floor[0]}.{floor[1]}") for old, floor in _OLD_GLIBC.items() if f"{old}_" in platform]
    return min(floors, default=None)
