"""The variants beside the recommended one: what else is possible here, what is ruled out and why. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal

from packaging.version import Version

from wizard.advice.torch_builds import SYSTEMS, Allowed, Build, Wish, allowed, build_of, builds_on
from wizard.advice.torch_choice import NO_DEVICE, Served, obstacle_of
from wizard.advice.torch_locked import NO_WHEEL, Locked
from wizard.advice.torch_machine import MAKERS, Here, runs_on
from wizard.advice.torch_obstacles import Obstacle
from wizard.catalog_torch import PYPI, Variant, the
from wizard.language import said

NEVER = said("was built for a test only and never released")
Word = Literal["recommended", "possible", "in uv.lock"]
_PLACES = {
    "linux_x86_64": said("Linux on x86_64"),
    "linux_aarch64": said("Linux on aarch64"),
    "win_amd64": said("Windows on x86_64"),
    "win_arm64": said("Windows on ARM"),
    "macos_arm64": said("macOS on Apple silicon"),
    "macos_x86_64": said("macOS on Intel"),
}


@dataclass(frozen=True)
class Candidate:
    """A row of the screen's list. `ok` is False for one that fails here; `note` says why, or what it costs."""

    variant: str
    torch_version: str
    word: Word
    note: str
    ok: bool


@dataclass(frozen=True)
class RuledOut:
    """A variant that can't be taken here. `why`: a sentence by itself; `torch` and `short`: the same for a table."""

    variant: str
    why: str
    torch: str | None
    short: str


def place(platform: str) -> str:
    """The platform in words."""
    return _PLACES[platform]


def candidates(here: Here, options: Allowed, served: Served | None, locked: Locked | None) -> tuple[Candidate, ...]:
    """The recommended build, the lock's, and the newest of each other variant that runs here; each variant once."""
    rows: list[Candidate] = []
    if served:
        rows.append(Candidate(served.build.name, served.build.torch, "recommended", _use(served.build, here), ok=True))
    if locked and locked.variant and (locked.variant, locked.torch) != _pair(served):
        rows.append(_locked_row(here, locked))
    told = {row.variant for row in rows if row.ok}
    for build in options.builds:
        if build.name not in told and obstacle_of(build, here, options) is None:
            told.add(build.name)
            rows.append(Candidate(build.name, build.torch, "possible", _use(build, here), ok=True))
    return tuple(rows)


def _pair(served: Served | None) -> tuple[str, str] | None:
    return (served.build.name, served.build.torch) if served else None


def _locked_row(here: Here, locked: Locked) -> Candidate:
    why: str | None = None
    if locked.missing_wheel:
        why = NO_WHEEL[locked.missing_wheel]
    elif locked.build:
        found = obstacle_of(locked.build, here, Allowed((), frozenset(), {}))
        why = found.why if found and found.why != NO_DEVICE else None
    note = said("fails here: {why}", why=why) if why else (_use(locked.build, here) if locked.build else "")
    return Candidate(locked.variant or "", locked.torch, "in uv.lock", note, ok=why is None)


def _use(build: Build, here: Here) -> str:
    variant = build.variant
    if variant is None:
        return said("uses the Mac's GPU") if build.platform == "macos_arm64" else ""
    if variant.accelerator == "none":
        return said("does not use the GPU") if here.devices else said("needs no GPU")
    served = [one.name for one in here.of(variant.accelerator) if runs_on(build, here, one)]
    if here.devices is None:
        return said("for a GPU, if there is one")
    if not served:
        return said("runs on the CPU, but is far larger")
    unsure = "" if build.confirmed else said(", not confirmed")
    return said("runs on the {names}{unsure}", names=", ".join(dict.fromkeys(served)), unsure=unsure)


def ruled_out(here: Here, wish: Wish, options: Allowed, served: Served | None) -> tuple[RuledOut, ...]:
    """Every released variant that can't be taken here, newest first, each with its reason."""
    newest = _newest_of_each(here.platform or "")
    found = [
        _why_not(variant, here, wish, options, newest.get(variant.name))
        for variant in newest_first()
        if not (served and served.build.name == variant.name)
    ]
    return tuple(one for one in found if one is not None)


@cache
def _newest_of_each(platform: str) -> Mapping[str, Build]:
    newest: dict[str, Build] = {}
    for build in builds_on(platform):
        newest.setdefault(build.name, build)
    return newest


@cache
def newest_first() -> tuple[Variant, ...]:
    """The variants that any release of the catalogue has."""
    ever = {name for release in the().releases for names in release.builds.values() for name in names}
    known = [one for one in the().variants.values() if one.name in ever or not one.released]
    return tuple(sorted(known, key=Variant.order, reverse=True))


def _why_not(variant: Variant, here: Here, wish: Wish, options: Allowed, newest: Build | None) -> RuledOut | None:
    if not variant.released:
        return RuledOut(variant.name, NEVER, None, NEVER)
    if newest is None:
        why = said("has no build for {place}", place=place(here.platform or ""))
        return RuledOut(variant.name, why, None, why)
    mine = [build for build in options.builds if build.name == variant.name]
    if not mine:
        return _refused(variant, wish, options, newest)
    obstacles = [obstacle_of(build, here, options) for build in mine]
    first = obstacles[0]
    if first is None or None in obstacles or _undecided(first, variant, here):
        return None
    if first.why == NO_DEVICE:
        return _no_device(variant, here)
    return RuledOut(
        variant.name, said("torch {torch} {why}", torch=mine[0].torch, why=first.why), mine[0].torch, first.why
    )


def _no_device(variant: Variant, here: Here) -> RuledOut:
    if variant.accelerator == "intel" and here.integrated:
        why = said("is for Intel's graphics cards; the {name} is a part of the processor", name=here.integrated[0])
        return RuledOut(variant.name, why, None, why)
    whose = said("is for {maker} GPUs; none", maker=MAKERS[variant.accelerator])
    return RuledOut(
        variant.name,
        said("{whose} that it runs on was found here", whose=whose),
        None,
        said("{whose} was found here", whose=whose),
    )


def _undecided(obstacle: Obstacle, variant: Variant, here: Here) -> bool:
    """Whether a missing fact of the machine, and nothing known, stands against it."""
    no_driver = variant.accelerator == "nvidia" and here.driver is None
    unknown = here.devices is None or not all(one.known for one in here.of(variant.accelerator))
    return obstacle.kind == "unknown" and (no_driver or unknown)


def _refused(variant: Variant, wish: Wish, options: Allowed, newest: Build) -> RuledOut:
    kinds = {kind for build, kind in options.refused.items() if build.name == variant.name}
    if kinds == {"version"} or (wish.asks and "version" in kinds and "python" not in kinds):
        why = said(
            "no torch that this project asks for ({asks}) has it; the newest with it is {torch}",
            asks=wish.asks,
            torch=newest.torch,
        )
        return RuledOut(
            variant.name, why, newest.torch, said("is not what this project asks for ({asks})", asks=wish.asks)
        )
    why = said("has no wheel for {pythons}", pythons=pythons(wish))
    return RuledOut(variant.name, said("torch {torch} with it {why}", torch=newest.torch, why=why), newest.torch, why)


def pythons(wish: Wish) -> str:
    """The Pythons of a wish in words."""
    names = wish.pythons or ()
    if not names:
        return said("a Python that this project allows")
    return (
        said("Python {version}", version=names[0])
        if len(names) == 1
        else said("Python {first} to {last}", first=names[0], last=names[-1])
    )


def needs_index(build: Build, wish: Wish) -> dict[str, bool]:
    """By system: whether this build has to come from the PyTorch index, for the package index has another there."""
    arch = build.platform.rpartition("_")[2] in {"aarch64", "arm64"}
    there = {
        "linux": "linux_aarch64" if arch and build.platform != "win_arm64" else "linux_x86_64",
        "windows": "win_arm64" if build.platform == "win_arm64" else "win_amd64",
    }
    needs = dict.fromkeys(SYSTEMS, False)
    for system, platform in there.items():
        same = build_of(build.release, build.name, platform)
        if same is not None and build.name != PYPI:
            needs[system] = same not in allowed(platform, wish).from_pypi
    return needs


def newest_of(options: Allowed) -> Version | None:
    """The newest release among the allowed builds."""
    return options.builds[0].release.version if options.builds else None
