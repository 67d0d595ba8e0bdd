"""assets/torch.toml as typed values: torch's releases, its build variants, and the GPUs they have code for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from typing import Any

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from wizard import catalog
from wizard.gpu_names import IntelGpu, sm_of, words

PYPI = "pypi"
"""What the package index has for a system, where that is no variant with a name of its own (macOS)."""


@dataclass(frozen=True)
class Floor:
    """The oldest drivers that run a CUDA of this major version; `blackwell`: for compute capability 10 and newer;
    `jetson`: for a Jetson's GPU, where its system image numbers its driver in another way.
    """

    linux: str
    windows: str
    blackwell_linux: str | None = None
    blackwell_windows: str | None = None
    jetson: str | None = None


@dataclass(frozen=True)
class Arch:
    """The code that a variant holds in these torch releases on these platforms; 75 is compute capability 7.5."""

    torch: SpecifierSet
    platforms: tuple[str, ...]
    sm: tuple[int, ...]


@dataclass(frozen=True)
class Variant:
    """A build variant. `accelerator` is none, nvidia, amd or intel."""

    name: str
    accelerator: str
    cuda: Version | None
    rocm: Version | None
    side_channel: bool
    """Built, but not in the published matrix: advised only where nothing else of that release runs."""
    released: bool
    gfx: tuple[str, ...] | None
    """The AMD targets its wheels hold code for; None: not sourced."""
    gfx_unread: bool
    """`gfx` is what its index offers beside the wheel, not what the wheel holds."""
    arch: tuple[Arch, ...]
    index_packages: tuple[str, ...]
    """Packages that its torch needs from the same index, beside torch; `<gfx>` stands for the GPU's target."""

    @cached_property
    def cuda_major(self) -> int | None:
        """12 of 12.6."""
        return self.cuda.major if self.cuda else None

    @cached_property
    def excludes_lifted(self) -> bool:
        """Whether its CUDA is one from which some Jetson exceptions no longer hold."""
        return self.cuda is not None and self.cuda >= the().excludes_end_with_cuda

    @property
    def url(self) -> str:
        """Address of its package index."""
        return the().index_base + self.name

    def order(self) -> tuple[int, Version]:
        """For sorting, newest last."""
        version = self.cuda or self.rocm or Version("0")
        return ("none", "intel", "amd", "nvidia").index(self.accelerator), version

    def sm(self, torch: Version, platform: str) -> tuple[int, ...] | None:
        """The code it holds in that release on that platform; None: not sourced."""
        return _sm(self.name, torch, platform)


@dataclass(frozen=True)
class Release:
    """A torch release. Platforms as in assets/torch.toml, Pythons as `3.12`."""

    version: Version
    python: tuple[str, ...]
    python_by_platform: Mapping[str, tuple[str, ...]]
    python_index_only: Mapping[str, tuple[str, ...]]
    """Pythons whose wheels lie on the PyTorch index only."""
    builds: Mapping[str, tuple[str, ...]]
    unconfirmed: Mapping[str, tuple[str, ...]]
    pypi: Mapping[str, str]
    """The variant that the package index itself serves, by platform."""
    glibc: Mapping[str, Version]
    glibc_of_variants: Mapping[str, Version]
    macos: Version
    torchvision: str
    torchaudio: str
    torchvision_requires: str | None
    torchaudio_requires: str | None
    """Both are asked for by the package's name (torch_pairs)."""

    triton: Mapping[str, str]
    """The triton package of its amd and intel variants."""

    def pythons(self, platform: str, *, from_index: bool) -> tuple[str, ...]:
        """The Pythons it has wheels for there."""
        usual = self.python_by_platform.get(platform, self.python)
        return (*usual, *self.python_index_only.get(platform, ())) if from_index else usual

    def needed_glibc(self, platform: str, variant: str) -> Version | None:
        """The oldest C library its wheel loads with, None off Linux."""
        floor = self.glibc.get(platform)
        return self.glibc_of_variants.get(variant, floor) if floor else None


@dataclass(frozen=True)
class NvidiaParts:
    """From which torch on a CUDA build on Linux needs packages that begin with these names."""

    needed: tuple[str, ...]
    from_package_index: Version
    from_pytorch_index: Version
    aarch64: Version


@dataclass(frozen=True)
class Torch:
    """The whole catalogue; releases newest first."""

    index_base: str
    floors: Mapping[int, Floor]
    excludes: Mapping[int, tuple[int, ...]]
    exact: Mapping[int, tuple[int, ...]]
    excludes_end_with_cuda: Version
    excludes_that_end: tuple[int, ...]
    variants: Mapping[str, Variant]
    releases: tuple[Release, ...]
    routed: tuple[str, ...]
    """Packages that must come from the same index as torch."""
    index_packages: tuple[str, ...]
    nvidia_parts: NvidiaParts
    nvidia: Mapping[tuple[str, ...], str]
    """Words of a product's name -> compute capability."""
    jetson: frozenset[int]
    amd: Mapping[tuple[str, ...], str]
    intel: tuple[IntelGpu, ...]

    def release(self, version: str) -> Release | None:
        """The release of that version, its local part aside."""
        public = version.partition("+")[0]
        return next((one for one in self.releases if str(one.version) == public), None)


_BLACKWELL = 100
"""The sm from which a CUDA 12 build asks for a newer driver."""


@cache
def oldest_driver(cuda_major: int | None, sm: int | None, *, windows: bool) -> str | None:
    """The oldest driver for a CUDA of that major version on such a GPU (None: any), None where no source names one."""
    floor = the().floors.get(cuda_major) if cuda_major else None
    if floor is None:
        return None
    if floor.jetson and sm in the().jetson and not windows:
        return floor.jetson
    newer = floor.blackwell_windows if windows else floor.blackwell_linux
    return newer if newer and sm is not None and sm >= _BLACKWELL else (floor.windows if windows else floor.linux)


@lru_cache(maxsize=1)
def the() -> Torch:
    """The catalogue, read once."""
    data = catalog.table("torch.toml")
    rule = data["compatibility"]
    return Torch(
        index_base=data["meta"]["index_base"],
        floors={one["cuda_major"]: _floor(one) for one in data["driver_floor"]},
        excludes=_numbers(rule["excludes"]),
        exact=_numbers(rule["exact"]),
        excludes_end_with_cuda=Version(rule["excludes_end_with_cuda"]),
        excludes_that_end=tuple(rule["excludes_that_end"]),
        variants={one["name"]: _variant(one) for one in data["variant"]},
        releases=tuple(sorted(map(_release, data["release"]), key=lambda one: one.version, reverse=True)),
        routed=tuple(data["routed"]["packages"]),
        index_packages=tuple(one["name"] for one in data["index_package"]),
        nvidia_parts=_parts(data["nvidia_parts"]),
        nvidia={words(name): one["cc"] for one in data["nvidia"] for name in one["products"]},
        jetson=frozenset(sm_of(one["cc"]) for one in data["nvidia"] if one.get("jetson")),
        amd={words(name): one["gfx"] for one in data["amd"] for name in one["products"]},
        intel=tuple(IntelGpu(re.compile(one["pattern"]), one["integrated"]) for one in data["intel"]),
    )


@cache
def _sm(name: str, torch: Version, platform: str) -> tuple[int, ...] | None:
    for arch in the().variants[name].arch:
        if platform in arch.platforms and arch.torch.contains(torch):
            return arch.sm
    return None


def _parts(one: Mapping[str, Any]) -> NvidiaParts:
    since = [Version(one[key]) for key in ("from_package_index", "from_pytorch_index", "aarch64")]
    return NvidiaParts(tuple(one["needed"]), *since)


def _numbers(table: Mapping[str, Any]) -> dict[int, tuple[int, ...]]:
    return {int(code): tuple(devices) for code, devices in table.items()}


def _floor(one: Mapping[str, Any]) -> Floor:
    return Floor(
        one["linux"], one["windows"], one.get("blackwell_linux"), one.get("blackwell_windows"), one.get("jetson")
    )


def _variant(one: Mapping[str, Any]) -> Variant:
    arch = [Arch(SpecifierSet(a["torch"]), tuple(a["platforms"]), tuple(a["sm"])) for a in one.get("arch", ())]
    return Variant(
        name=one["name"],
        accelerator=one["accelerator"],
        cuda=Version(one["cuda"]) if "cuda" in one else None,
        rocm=Version(one["rocm"]) if "rocm" in one else None,
        side_channel=one.get("side_channel", False),
        released=one.get("released", True),
        gfx=tuple(one["gfx"]) if "gfx" in one else None,
        gfx_unread=one.get("gfx_unread", False),
        arch=tuple(arch),
        index_packages=tuple(one.get("index_packages", ())),
    )


def _release(one: Mapping[str, Any]) -> Release:
    def lists(key: str) -> dict[str, tuple[str, ...]]:
        return {platform: tuple(names) for platform, names in one.get(key, {}).items()}

    def versions(key: str) -> dict[str, Version]:
        return {name: Version(version) for name, version in one.get(key, {}).items()}

    return Release(
        version=Version(one["version"]),
        python=tuple(one["python"]),
        python_by_platform=lists("python_by_platform"),
        python_index_only=lists("python_index_only"),
        builds=lists("builds"),
        unconfirmed=lists("unconfirmed"),
        pypi=one["pypi"],
        glibc=versions("glibc"),
        glibc_of_variants=versions("glibc_of_variants"),
        macos=Version(one["macos"]),
        torchvision=one["torchvision"],
        torchaudio=one["torchaudio"],
        torchvision_requires=one.get("torchvision_requires"),
        torchaudio_requires=one.get("torchaudio_requires"),
        triton=one.get("triton", {}),
    )
