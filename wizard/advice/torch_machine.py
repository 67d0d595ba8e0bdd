"""What of a machine decides which torch runs on it, and whether a build does. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from packaging.version import InvalidVersion, Version

from wizard.advice.torch_builds import Build, builds_for
from wizard.catalog_torch import Variant, oldest_driver, the
from wizard.gpu_names import by_name, sm_of, words
from wizard.language import said
from wizard.machine.facts import Gpu, Machine

_PLATFORMS = {
    ("linux", "x86_64"): "linux_x86_64",
    ("linux", "aarch64"): "linux_aarch64",
    ("windows", "x86_64"): "win_amd64",
    ("windows", "aarch64"): "win_arm64",
    ("macos", "aarch64"): "macos_arm64",
    ("macos", "x86_64"): "macos_x86_64",
}
MAKERS = {"nvidia": "NVIDIA", "amd": "AMD", "intel": "Intel"}


@dataclass(frozen=True)
class Device:
    """A GPU as builds see it. `sm` (75 for 7.5) for NVIDIA, `gfx` for AMD; None: not known."""

    vendor: str
    name: str
    sm: int | None = None
    gfx: str | None = None
    by_name: bool = False
    """Known only by what its maker says of a GPU of that name."""

    @property
    def known(self) -> bool:
        """Whether one can tell which builds have code for it."""
        return self.vendor == "intel" or (self.sm if self.vendor == "nvidia" else self.gfx) is not None

    @property
    def generation(self) -> str:
        """In words, for people and for a search engine."""
        if self.sm is not None:
            return said("GPU generation {generation}", generation=f"{self.sm // 10}.{self.sm % 10}")
        return self.gfx or MAKERS.get(self.vendor, self.vendor)


@dataclass(frozen=True)
class Here:
    """The facts that decide."""

    platform: str | None
    os: str | None
    musl: bool
    glibc: Version | None
    macos: Version | None
    driver: str | None
    windows_driver: bool
    """The driver's number is Windows', also inside WSL."""
    devices: tuple[Device, ...] | None
    """GPUs that torch could use; an integrated Intel one is none. None: not known."""
    integrated: tuple[str, ...] = ()
    """Names of Intel GPUs that are a part of the processor."""

    def of(self, vendor: str) -> tuple[Device, ...]:
        """The devices of that maker."""
        return tuple(one for one in self.devices or () if one.vendor == vendor)


def look(machine: Machine) -> Here:
    """The facts of `machine` that decide."""
    libc = machine.libc
    glibc = version(libc.version) if libc and libc.name == "glibc" else None
    found = re.search(r"macOS\s+([0-9.]+)", machine.distribution or "") if machine.os == "macos" else None
    return Here(
        platform=_PLATFORMS.get((machine.os or "", machine.arch or "")),
        os=machine.os,
        musl=bool(libc and libc.name == "musl"),
        glibc=glibc,
        macos=version(found.group(1)) if found else None,
        driver=machine.nvidia_driver if version(machine.nvidia_driver) else None,
        windows_driver=machine.os == "windows" or machine.wsl is True,
        devices=None if machine.gpus is None else tuple(_devices(machine.gpus)),
        integrated=tuple(one.name for one in machine.gpus or () if one.vendor == "intel" and not is_card(one.name)),
    )


def _devices(gpus: Iterable[Gpu]) -> Iterable[Device]:
    for gpu in gpus:
        if gpu.vendor == "nvidia":
            told = _sm(gpu.compute_capability)
            known = told if told is not None else _sm(by_name(the().nvidia, gpu.name))
            yield Device("nvidia", gpu.name, sm=known, by_name=told is None and known is not None)
        elif gpu.vendor == "amd":
            target = gpu.gfx or by_name(the().amd, gpu.name)
            yield Device("amd", gpu.name, gfx=target, by_name=gpu.gfx is None and target is not None)
        elif gpu.vendor == "intel" and is_card(gpu.name):
            yield Device("intel", gpu.name)


def is_card(name: str) -> bool:
    """Whether an Intel GPU of that name is a card, which xpu builds are for, not a part of the processor."""
    plain = " ".join(words(name))
    family = next((one for one in the().intel if one.pattern.search(plain)), None)
    return family is not None and not family.integrated


def _sm(capability: str | None) -> int | None:
    try:
        return sm_of(capability) if capability else None
    except ValueError:
        return None


@lru_cache(maxsize=4096)
def version(text: str | None) -> Version | None:
    """The version in `text`, None where there is none to read."""
    try:
        return Version(text) if text else None
    except InvalidVersion:
        return None


def fits(build: Build, here: Here) -> bool:
    """Whether nothing known of this system keeps its wheel from loading, whatever the GPU."""
    if build.glibc and here.glibc and here.glibc < build.glibc:
        return False
    return not (here.macos and here.macos < build.release.macos)


def has_code(build: Build, device: Device) -> bool:
    """Whether this NVIDIA build holds code that runs on that GPU."""
    variant = build.variant
    if variant is None or device.sm is None or build.sm is None:
        return False
    return covers(build.sm, device.sm, lifted=variant.excludes_lifted)


def runs_on(build: Build, here: Here, device: Device) -> bool:
    """Whether this build uses that GPU."""
    return build in runnable(here, device)


def runnable(here: Here, device: Device) -> frozenset[Build]:
    """The builds of this platform that use that GPU."""
    majors = _cudas(here.driver, device.sm, windows=here.windows_driver)
    return _runnable(here.platform or "", device.vendor, device.sm, device.gfx, majors)


def runnable_with_newer_driver(here: Here, device: Device) -> bool:
    """Whether a driver, the newest say, is all that a build of this platform lacks to use that NVIDIA GPU."""
    builds = _runnable(here.platform or "", device.vendor, device.sm, device.gfx, tuple(the().floors))
    return any(fits(build, here) for build in builds)


@lru_cache(maxsize=4096)
def _cudas(driver: str | None, sm: int | None, *, windows: bool) -> tuple[int, ...]:
    """The CUDA versions that a driver runs on such a GPU, by major."""
    floors = {major: oldest_driver(major, sm, windows=windows) for major in the().floors}
    return tuple(major for major, floor in floors.items() if driver and floor and not older(driver, floor))


@lru_cache(maxsize=4096)
def _runnable(platform: str, vendor: str, sm: int | None, gfx: str | None, cudas: tuple[int, ...]) -> frozenset[Build]:
    device = Device(vendor, "", sm, gfx)
    return frozenset(build for build in builds_for(platform, vendor) if _uses(build, device, cudas))


def _uses(build: Build, device: Device, cudas: tuple[int, ...]) -> bool:
    variant = build.variant
    if variant is None:
        return False
    if device.vendor == "nvidia":
        return variant.cuda_major in cudas and has_code(build, device)
    if device.vendor == "amd":
        return variant.gfx is not None and not variant.gfx_unread and device.gfx in variant.gfx
    return True


@lru_cache(maxsize=4096)
def covers(codes: tuple[int, ...], device: int, *, lifted: bool) -> bool:
    """Whether code for these compute capabilities runs on such a device: torch's own rule, with its exceptions.

    `lifted`: the build's CUDA is one from which some of the exceptions no longer hold.
    """
    book = the()

    def runs(code: int) -> bool:
        if code in book.exact:
            return device in book.exact[code]
        if device in book.excludes.get(code, ()) and not (lifted and code in book.excludes_that_end):
            return False
        return code // 10 == device // 10 and code <= device

    return any(map(runs, codes))


def floor_of(variant: Variant, device: Device | None, *, windows: bool) -> str | None:
    """The oldest driver for this variant (and that GPU), None where it needs none of NVIDIA's."""
    return floor_of_cuda(variant.cuda_major, device, windows=windows)


def floor_of_cuda(major: int | None, device: Device | None, *, windows: bool) -> str | None:
    """The oldest driver for a CUDA of that major version (and that GPU), None where no source names one."""
    return oldest_driver(major, device.sm if device else None, windows=windows)


@lru_cache(maxsize=4096)
def older(driver: str, floor: str) -> bool:
    """Whether `driver` is below `floor`; both as NVIDIA writes them, or a driver's branch alone (`580`)."""
    have, need = version(driver), version(floor)
    if have is None or need is None:
        return False
    return have.major < need.major if len(have.release) == 1 else have < need


def branch(floor: str, driver: str | None) -> str:
    """The floor as people say it, `580`; whole where `driver` is of the same branch."""
    short = floor.partition(".")[0]
    return floor if driver and driver != short and driver.partition(".")[0] == short else short
