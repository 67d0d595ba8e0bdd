"""Which torch builds there are for a platform, and which of them a project lets one have. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache, cached_property, lru_cache

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from wizard.catalog_torch import PYPI, Release, Variant, the
from wizard.language import said
from wizard.project.torch_pairs import goes_with, pins

SYSTEMS = ("linux", "windows", "macos")


@dataclass(frozen=True, eq=False)
class Build:
    """One release as one variant on one platform. `builds_on` makes them, once: each is equal to itself alone."""

    release: Release
    name: str
    platform: str

    @cached_property
    def variant(self) -> Variant | None:
        """None for macOS's only build."""
        return the().variants.get(self.name)

    @cached_property
    def torch(self) -> str:
        """`2.15.0`."""
        return str(self.release.version)

    @cached_property
    def accelerator(self) -> str:
        """none, nvidia, amd or intel."""
        return self.variant.accelerator if self.variant else "none"

    @cached_property
    def glibc(self) -> Version | None:
        """The oldest C library that its wheel loads with, None off Linux."""
        return self.release.needed_glibc(self.platform, self.name)

    @cached_property
    def sm(self) -> tuple[int, ...] | None:
        """The NVIDIA code it holds, None where it is not sourced."""
        return self.variant.sm(self.release.version, self.platform) if self.variant else None

    @cached_property
    def confirmed(self) -> bool:
        """False where no source says that its index has it."""
        return self.name not in self.release.unconfirmed.get(self.platform, ())

    @cached_property
    def on_pypi(self) -> bool:
        """Whether the package index itself serves this build there."""
        return self.release.pypi.get(self.platform) == self.name

    @cached_property
    def label(self) -> str:
        """As sentences name it."""
        return (
            said("torch {torch}", torch=self.torch)
            if self.name == PYPI
            else said("torch {torch}, variant {name}", torch=self.torch, name=self.name)
        )


@dataclass(frozen=True)
class Wish:
    """What the project lets one have: a specifier for torch and the Pythons (`3.12`), None: any."""

    requirement: str | None = None
    pythons: tuple[str, ...] | None = None
    pins: tuple[str, ...] = ()
    """What it asks of torchvision and torchaudio, each of whose releases goes with one torch."""
    version: str | None = None
    """The one torch that the user chose; it stands in `requirement` too."""

    @cached_property
    def asks(self) -> str:
        """As sentences name it: `torch>=2.9, torchvision==0.24.1`; "" for any torch."""
        return ", ".join([*([f"torch{self.requirement}"] if self.requirement else []), *self.pins])

    @cached_property
    def own(self) -> str | None:
        """What the project itself asks of torch, the chosen version aside."""
        if self.version is None or self.requirement is None:
            return self.requirement
        return self.requirement.removesuffix(f"=={self.version}").rstrip(",") or None

    def held_at(self, version: str) -> Wish:
        """The same, for that torch alone; unchanged for ""."""
        both = f"{self.requirement},=={version}" if self.requirement else f"=={version}"
        return replace(self, requirement=both, version=version) if version else self


@dataclass(frozen=True)
class Allowed:
    """What a wish makes of the builds of a platform, newest and best first."""

    builds: tuple[Build, ...]
    from_pypi: frozenset[Build]
    """Those that need no other index."""
    refused: dict[Build, str]
    """Why not, for the rest: `version` or `python`."""

    @cached_property
    def by_accelerator(self) -> Mapping[str, tuple[Build, ...]]:
        """The builds apart, in the same order: none, nvidia, amd, intel."""
        return apart(self.builds)


@lru_cache(maxsize=16)
def builds_on(platform: str) -> tuple[Build, ...]:
    """Every released build there as preferred: by release, then the package index's own, then the newest."""
    found: list[Build] = []
    for release in the().releases:
        here = [Build(release, name, platform) for name in release.builds.get(platform, ())]
        found += sorted(here, key=_preference, reverse=True)
    return tuple(found)


def build_of(release: Release, name: str, platform: str) -> Build | None:
    """The build of that name, None where that release has none there."""
    return _by_name(platform).get((name, str(release.version)))


@cache
def _by_name(platform: str) -> Mapping[tuple[str, str], Build]:
    return {(build.name, build.torch): build for build in builds_on(platform)}


@cache
def builds_for(platform: str, accelerator: str) -> tuple[Build, ...]:
    """Those of `builds_on` for one maker's GPUs, or for none."""
    return apart(builds_on(platform)).get(accelerator, ())


def apart(builds: Iterable[Build]) -> dict[str, tuple[Build, ...]]:
    """Builds by accelerator, order kept."""
    found: dict[str, list[Build]] = {}
    for build in builds:
        found.setdefault(build.accelerator, []).append(build)
    return {accelerator: tuple(some) for accelerator, some in found.items()}


def _preference(build: Build) -> tuple[bool, bool, bool, tuple[int, Version]]:
    variant = build.variant
    order = variant.order() if variant else (0, Version("0"))
    return not (variant and variant.side_channel), build.on_pypi, build.confirmed, order


@lru_cache(maxsize=512)
def allowed(platform: str, wish: Wish) -> Allowed:
    """The builds that this wish admits on that platform."""
    spec = specifier(wish.requirement)
    pinned = pins(wish.pins)
    admitted: list[Build] = []
    from_pypi: set[Build] = set()
    refused: dict[Build, str] = {}
    for build in builds_on(platform):
        public = build.on_pypi and spec.contains(build.torch, prereleases=True)
        local = build.name != PYPI and spec.contains(f"{build.torch}+{build.name}", prereleases=True)
        if not (public or local) or not all(goes_with(*pin, build.release) for pin in pinned.items()):
            refused[build] = "version"
        elif public and _has_python(build, wish, from_index=False):
            admitted.append(build)
            from_pypi.add(build)
        elif local and _has_python(build, wish, from_index=True):
            admitted.append(build)
        else:
            refused[build] = "python"
    return Allowed(tuple(admitted), frozenset(from_pypi), refused)


def _has_python(build: Build, wish: Wish, *, from_index: bool) -> bool:
    wheels = build.release.pythons(build.platform, from_index=from_index)
    return wish.pythons is None or any(python in wheels for python in wish.pythons)


@lru_cache(maxsize=256)
def specifier(text: str | None) -> SpecifierSet:
    """The specifier, or any version where it can't be read."""
    try:
        return SpecifierSet(text or "")
    except InvalidSpecifier:
        return SpecifierSet()


def minor(text: str | None) -> str | None:
    """`3.12` of `3.12.4`, `cpython-3.12` or `3.12`; None where no version is named."""
    if not text:
        return None
    name = text.split("@")[-1].removeprefix("cpython-").split("-")[0].rstrip("t")
    try:
        release = Version(name).release
    except InvalidVersion:
        return None
    return f"{release[0]}.{release[1]}" if len(release) > 1 else None


@lru_cache(maxsize=128)
def minors(requires_python: str) -> tuple[str, ...]:
    """The Pythons of the catalogue that a `requires-python` admits with any of their patch releases, oldest first."""
    spec = specifier(requires_python)
    return tuple(one for one in known_pythons() if any(spec.contains(f"{one}.{patch}") for patch in range(40)))


@cache
def known_pythons() -> tuple[str, ...]:
    """The Pythons (`3.12`) that any release of the catalogue is for, oldest first."""
    return tuple(sorted({python for release in the().releases for python in release.python}, key=Version))
