"""The files of uv.lock that a machine would fetch, and the torch that each system would get of it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from wizard.advice.torch_list import place
from wizard.advice.torch_locked import NO_WHEEL, fitting, locked_here
from wizard.advice.torch_machine import Here, look
from wizard.advice.torch_reach import Selected, installed, pythons_of
from wizard.language import said
from wizard.machine.facts import Libc, Machine, Os
from wizard.project.facts import LockedPackage, Project
from wizard.remembered import remembered
from wizard.text import masked, one_line

_SYSTEMS: tuple[tuple[str, Os, str], ...] = (
    ("linux_x86_64", "linux", "x86_64"),
    ("linux_aarch64", "linux", "aarch64"),
    ("win_amd64", "windows", "x86_64"),
    ("macos_arm64", "macos", "aarch64"),
)


@dataclass(frozen=True)
class FileHere:
    """One file. `size` in bytes, None where the lock tells none; `is_wheel` False for a source distribution."""

    package: str
    url: str | None
    size: int | None
    is_wheel: bool


@dataclass(frozen=True)
class TorchThere:
    """The torch that one system would get of uv.lock. `variant` None: not known; `missing`: platform, python or glibc."""

    platform: str
    version: str
    variant: str | None
    registry: str | None
    missing: str | None

    @property
    def where(self) -> str:
        """The system in words."""
        return place(self.platform)

    @property
    def told(self) -> str:
        """In one line: the system, the torch, and where it comes from."""
        variant = f" {self.variant}" if self.variant not in (None, "pypi") and "+" not in self.version else ""
        missing = said(", x {why}", why=NO_WHEEL[self.missing]) if self.missing else ""
        where = one_line(masked(self.registry or said("a place of its own")), 60)
        return said(
            "{where}: torch {version}{variant}{missing}, from {source}",
            where=self.where,
            version=self.version,
            variant=variant,
            missing=missing,
            source=where,
        )

    def document(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "platform": self.platform,
            "version": self.version,
            "variant": self.variant,
            "registry": masked(self.registry) if self.registry else None,
            "no_wheel_for": self.missing,
        }


@remembered()
def files_here(machine: Machine, project: Project, selected: Selected) -> tuple[FileHere, ...]:
    """One file of each package from an index that a sync here installs: the wheel that fits best, else the source."""
    here = look(machine)
    if here.platform is None:
        return ()
    pythons = pythons_of(machine, project)[:1]
    found = [_file(package, here, pythons) for package in installed(machine, project, selected) if package.registry]
    return tuple(one for one in found if one is not None)


def _file(package: LockedPackage, here: Here, pythons: tuple[str, ...]) -> FileHere | None:
    wheels = fitting(package.wheels, here, pythons)
    entry: Mapping[str, Any] | None = wheels[0] if wheels else package.sdist
    if entry is None:
        return FileHere(package.name, None, None, is_wheel=True) if package.wheels else None
    size, url = entry.get("size"), entry.get("url")
    return FileHere(
        package.name,
        url if isinstance(url, str) else None,
        size if isinstance(size, int) else None,
        is_wheel=bool(wheels),
    )


def torch_everywhere(machine: Machine, project: Project | None, selected: Selected) -> tuple[TorchThere, ...]:
    """The torch of each system that would get one, this machine's own first."""
    here = look(machine).platform
    found = []
    for platform, system, arch in sorted(_SYSTEMS, key=lambda one: one[0] != here):
        there = machine if platform == here else _other(machine, system, arch)
        locked = locked_here(there, project, selected)
        if locked is not None:
            version = locked.package.version or locked.torch
            found.append(TorchThere(platform, version, locked.variant, locked.package.registry, locked.missing_wheel))
    return tuple(found)


def _other(machine: Machine, system: Os, arch: str) -> Machine:
    libc = Libc("glibc", None) if system == "linux" else None
    return replace(machine, os=system, arch=arch, libc=libc, gpus=None, nvidia_driver=None, wsl=None, distribution=None)


__all__ = ["FileHere", "TorchThere", "files_here", "torch_everywhere"]
