"""What uv.lock would do on this machine, seen before gigabytes move. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from packaging.version import InvalidVersion, Version

from wizard.advice.torch_builds import Build
from wizard.advice.torch_list import place
from wizard.advice.torch_locked import Locked, index_variant, locked_here, missing_wheel, needed_glibc
from wizard.advice.torch_machine import Device, Here, drives, look
from wizard.advice.torch_reach import Selected, installed, pythons_of
from wizard.catalog_torch import PYPI, the
from wizard.machine.facts import Machine, MachineFinding
from wizard.project.facts import LockedPackage, Project

_NAMED = 5
"""Packages that one finding names; the rest are counted."""


def audit(machine: Machine, project: Project | None, selected: Selected | None = None) -> tuple[MachineFinding, ...]:
    """The findings. `selected`: the extras and groups that will be synced."""
    here = look(machine)
    if project is None or here.platform is None:
        return ()
    chosen = selected or Selected()
    found = list(_local_version(project))
    if project.lock is not None:
        found += _wheels(here, pythons_of(machine, project), installed(machine, project, chosen))
        locked = locked_here(machine, project, chosen)
        if locked is not None and locked.missing_wheel is None:
            found += _gpu(here, locked)
            found += _libraries(here, locked)
            found += _torchvision(here, locked)
    return tuple(found)


def _local_version(project: Project) -> Iterator[MachineFinding]:
    requirement = project.torch.requirement if project.torch else None
    if not requirement or "+" not in requirement:
        return
    addresses = [str(index.get("url", "")) for index in project.indexes]
    if "torch" in project.sources or any(map(index_variant, addresses)):
        return
    yield MachineFinding(
        "local-version-not-found",
        "error",
        f"The package index has no torch{requirement}",
        "Builds with a + in their version lie only on the PyTorch index, and this project names no such index for torch. "
        "Bind torch to that variant, or ask for the version without what stands behind the +.",
        (f"torch{requirement}",),
    )


def _wheels(here: Here, pythons: Sequence[str], packages: Iterable[LockedPackage]) -> Iterator[MachineFinding]:
    """Packages without a wheel for this machine and without a source distribution to build from."""
    lacking: dict[str, list[LockedPackage]] = {}
    for package in packages:
        if package.registry is not None and package.wheels and package.sdist is None:
            why = missing_wheel(package.wheels, here, pythons)
            if why is not None:
                lacking.setdefault(why, []).append(package)
    for why, some in lacking.items():
        names = [f"{one.name} {one.version}" for one in some]
        told = ", ".join(names[:_NAMED]) + (f" and {len(names) - _NAMED} more" if len(names) > _NAMED else "")
        yield _lacking(why, told, here, " or ".join(pythons), some)


def _lacking(why: str, names: str, here: Here, python: str, some: list[LockedPackage]) -> MachineFinding:
    if why == "python":
        title = f"No wheel for Python {python}: {names}"
        text = f"uv.lock has no file of it for Python {python} and nothing to build it from. Another Python would do."
        return MachineFinding("no-wheel-python", "error", title, text, (names,))
    if why == "glibc":
        floor = needed_glibc(some[0].wheels, here)
        title = f"This Linux is too old for {names}"
        text = f"Its wheels need glibc {floor} or newer; this system has {here.glibc}."
        return MachineFinding("glibc-too-old", "error", title, text, (names,))
    where = "Linux with musl" if here.musl else place(here.platform or "")
    title = f"No wheel for {where}: {names}"
    text = f"uv.lock has no file of it for {where} and nothing to build it from."
    return MachineFinding("no-wheel-platform", "error", title, text, (names,))


def _gpu(here: Here, locked: Locked) -> Iterator[MachineFinding]:
    """A build that leaves the GPU unused."""
    build = locked.build
    if build is None or build.variant is None or not here.devices:
        return
    if build.accelerator == "none":
        usable = _usable(here)
        if usable:
            yield MachineFinding(
                "torch-cpu-build",
                "warning",
                f"uv.lock has {locked.label} for this machine: it does not use the {usable.name}",
                "A build with GPU code would. For Windows the package index itself has only this one.",
                (_line(locked),),
            )
        return
    devices = [one for one in here.of(build.accelerator) if one.known]
    obstacles = [drives(build, here, one) for one in devices]
    causes = {"driver": "driver-too-old", "gpu-too-old": "gpu-too-old", "gpu-too-new": "gpu-too-new"}
    if devices and None not in obstacles and obstacles[0] and obstacles[0].kind in causes:
        yield MachineFinding(
            causes[obstacles[0].kind],
            "error",
            f"{locked.label} of uv.lock does not run on the {devices[0].name}",
            f"{build.label}, {obstacles[0].why}. torch would be installed and not use the GPU.",
            (_line(locked),),
        )


def _usable(here: Here) -> Device | None:
    """A GPU here that some build of the catalogue runs on."""
    from wizard.advice.torch_choice import anywhere

    for vendor in ("nvidia", "amd", "intel"):
        served = anywhere(here, vendor) if here.of(vendor) else None
        if served and served.devices:
            return served.devices[0]
    return None


def _line(locked: Locked) -> str:
    return f"{locked.package.name} {locked.package.version} from {locked.package.registry or 'a place of its own'}"


def _libraries(here: Here, locked: Locked) -> Iterator[MachineFinding]:
    """A CUDA build whose libraries the lock lacks: made from a wheel of another system, or through a mirror."""
    build = locked.build
    if build is None or build.accelerator != "nvidia" or here.os != "linux" or not _has_parts(build, locked):
        return
    names = [package.name for package in locked.packages]
    missing = [part for part in the().nvidia_parts.needed if not any(name.startswith(part) for name in names)]
    if missing:
        yield MachineFinding(
            "cuda-library-missing",
            "error",
            f"uv.lock has {locked.label} without its CUDA libraries",
            f"{build.label}, loads CUDA from packages of their own, and uv.lock would install none named "
            f"{', '.join(missing)} here: import torch would fail. The lock was made from a wheel of another system, or "
            "through an index that lists other metadata; lock again against the official index.",
            (_line(locked),),
        )


def _has_parts(build: Build, locked: Locked) -> bool:
    parts = the().nvidia_parts
    since = parts.from_pytorch_index if index_variant(locked.package.registry) else parts.from_package_index
    if build.platform == "linux_aarch64":
        since = max(since, parts.aarch64)
    return build.release.version >= since


def _torchvision(here: Here, locked: Locked) -> Iterator[MachineFinding]:
    """torchvision raises at import where its CUDA is of another major version than torch's."""
    other = next((one for one in locked.packages if one.name == "torchvision"), None)
    if other is None or other.version is None or locked.build is None or locked.variant == PYPI:
        return
    variant = _variant_of(other, here)
    if variant is None or variant == locked.variant:
        return
    book = the()
    mine, its = book.variants[locked.variant or ""], book.variants[variant]
    if (mine.accelerator, mine.cuda_major) != (its.accelerator, its.cuda_major):
        yield MachineFinding(
            "library-conflict",
            "error",
            f"uv.lock has {locked.label} and torchvision {other.version} of {variant}",
            f"The two are built for different GPUs or CUDA versions ({mine.name} and {its.name}), and torchvision refuses "
            "to load then. Both have to come from the same index.",
            (_line(locked), f"torchvision {other.version} from {other.registry}"),
        )


def _variant_of(torchvision: LockedPackage, here: Here) -> str | None:
    version, _, local = (torchvision.version or "").partition("+")
    book = the()
    if local in book.variants:
        return local
    named = index_variant(torchvision.registry)
    if named:
        return named
    try:
        exact = Version(version)
    except InvalidVersion:
        return None
    release = next((one for one in book.releases if Version(one.torchvision) == exact), None)
    return release.pypi.get(here.platform or "") if release else None
