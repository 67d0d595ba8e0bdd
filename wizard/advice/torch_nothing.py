"""What the advice on torch says where nothing runs or a fact is missing: what would do instead. Pure."""

from __future__ import annotations

from functools import lru_cache

from packaging.version import Version

from wizard.advice.torch_builds import Allowed, Build, Wish, builds_for, builds_on, specifier
from wizard.advice.torch_choice import Served, missing_driver, obstacle_of, without_gpu
from wizard.advice.torch_list import NEVER, RuledOut, newest_first, place
from wizard.advice.torch_machine import Device, Here, branch, older
from wizard.advice.torch_obstacles import loads
from wizard.advice.torch_words import JETSON, limits, with_generation
from wizard.catalog_torch import the
from wizard.language import said
from wizard.lists import both, clauses, named
from wizard.machine.facts import Machine
from wizard.project.torch_pairs import goes_with, pins

MUSL = said(
    "torch has no wheel for musl, the C library of this Linux (Alpine and its like), in any variant; use a system "
    "or container image with glibc, such as Debian or Ubuntu"
)


def unknown_platform(machine: Machine) -> str:
    """Neither a guess nor an error."""
    missing = said("system") if machine.os is None else said("processor")
    told = f"{machine.os or ''} {machine.arch or ''}".strip()
    if machine.os is None or machine.arch is None:
        return said("the {missing} of this machine is not known, so no variant can be named", missing=missing)
    return said("torch has no build for {told}", told=told)


def musl_ruled_out() -> tuple[RuledOut, ...]:
    """Every variant of the catalogue's releases, with the one reason; one that was never released has that."""
    return tuple(
        RuledOut(one.name, why, None, why)
        for one in newest_first()
        for why in (said("has no wheel for musl") if one.released else NEVER,)
    )


def unknown_gpus(here: Here, options: Allowed) -> tuple[str, ...]:
    """The GPUs were not asked, or did not answer."""
    anyway = without_gpu(here, options.by_accelerator.get("none", ()))
    told: list[str] = [said("the GPUs of this machine are not known, so no variant can be recommended")]
    if anyway:
        told.append(said("{label} runs anyway", label=anyway.build.label))
    return (clauses(told),)


def unknown_device(device: Device) -> str:
    """A GPU is there, and nobody says of which generation."""
    what = said("gfx target") if device.vendor == "amd" else said("GPU generation")
    return said(
        "the {what} of {name} is not known, so no variant can be said to have code for it", what=what, name=device.name
    )


def unknown_driver(here: Here, devices: tuple[Device, ...], options: Allowed) -> tuple[str, ...]:
    """A GPU is there and no driver answered: the best build for each driver that it may turn out to be."""
    best: dict[str, Build] = {}
    for build in options.by_accelerator.get("nvidia", ()):
        found = missing_driver(here, devices, (build,))
        if found:
            best.setdefault(branch(found[1], None), build)
    told = [
        said("variant cpu runs anyway"),
        *(
            said("{label}, is right if it is {floor} or newer", label=build.label, floor=floor)
            for floor, build in list(best.items())[:2]
        ),
    ]
    return (said("the NVIDIA driver did not answer: {rest}", rest=clauses(told)),)


def unusable(here: Here, vendor: str, devices: tuple[Device, ...]) -> tuple[str, ...]:
    """GPUs that no torch runs on."""
    if not devices:
        return ()
    names = named(dict.fromkeys(with_generation(one) for one in devices))
    driver = missing_driver(here, devices, builds_for(here.platform or "", vendor)) if vendor == "nvidia" else None
    if driver:
        needed = branch(driver[1], here.driver)
        would = said(
            "with {needed} or newer, {label}, would run; this machine has {driver}",
            needed=needed,
            label=driver[0].label,
            driver=here.driver,
        )
        jetson = (JETSON,) if any(one.sm in the().jetson for one in devices) else ()
        return (said("the {names} needs a newer driver: {would}", names=names, would=would), *jetson)
    if vendor == "amd" and here.os == "windows":
        return (said("the {names} can't be used: the PyTorch index has no ROCm variant for Windows", names=names),)
    return (
        said(
            "no torch of the catalogue has a variant with code for the {names} on {platform}",
            names=names,
            platform=place(here.platform or ""),
        ),
        *_unread(here, devices),
    )


def _unread(here: Here, devices: tuple[Device, ...]) -> tuple[str, ...]:
    """Variants whose index has parts for one of these GPUs, though nobody read what their torch holds."""
    found = {build.name: build for build in reversed(builds_for(here.platform or "", "amd"))
             if build.variant and build.variant.gfx_unread}  # fmt: skip
    notes = []
    for build in found.values():
        named = [one for one in devices if one.gfx and build.variant and one.gfx in (build.variant.gfx or ())]
        if named:
            targets = both(dict.fromkeys(one.gfx or "" for one in named))
            notes.append(
                said(
                    "{label}, may do: its index has parts for {targets}, but what its torch holds was not "
                    "confirmed; torch.variant = {name} takes it",
                    label=build.label,
                    targets=targets,
                    name=build.name,
                )
            )
    return tuple(notes)


def nothing_fits(here: Here, wish: Wish, options: Allowed, other: Served) -> tuple[str, ...]:
    """The project allows no build that runs on the GPU here; another torch has one."""
    asks = limits(wish)
    unheard = _unheard(wish) or _apart(wish)
    if unheard:
        return (clauses((unheard, said("{label}, runs on the GPU here", label=other.build.label))),)
    notes: list[str] = [
        said(
            "no torch that this project allows ({asks}) has a build that runs on the GPU here; {label}, runs",
            asks=asks,
            label=other.build.label,
        )
    ]
    why = _why_none(here, options, other)
    if why:
        notes.append(why)
    found = missing_driver(here, other.devices, options.by_accelerator.get("nvidia", ()))
    if found and older(here.driver or "", found[1]):
        notes.append(
            said(
                "driver {version} or newer would do for {label}; this machine has {driver}",
                version=branch(found[1], here.driver),
                label=found[0].label,
                driver=here.driver,
            )
        )
    return tuple(notes)


@lru_cache(maxsize=512)
def _unheard(wish: Wish) -> str | None:
    """The project asks for a torch that the catalogue does not have: older, or newer than this wizard."""
    spec = specifier(wish.requirement)
    releases = the().releases
    names = (f"{one.version}{local}" for one in releases for local in ("", *(f"+{name}" for name in the().variants)))
    if any(spec.contains(name, prereleases=True) for name in names):
        return None
    first, last = releases[-1].version, releases[0].version
    return said(
        "the torch that this project asks for (torch{requirement}) is not among those known here, {first} to {last}",
        requirement=wish.requirement,
        first=first,
        last=last,
    )


@lru_cache(maxsize=512)
def _apart(wish: Wish) -> str | None:
    """The project's torch and what it pins beside it belong to different releases, so that no torch is allowed at all."""
    spec = specifier(wish.requirement)
    admitted = [one for one in the().releases if spec.contains(one.version, prereleases=True)]
    for package, asked in pins(wish.pins).items():
        going = [one for one in the().releases if goes_with(package, asked, one)]
        if wish.requirement and admitted and going and not any(one in going for one in admitted):
            return said(
                "{package}{asked} goes with torch {version}, and this project asks for torch{requirement}",
                package=package,
                asked=asked,
                version=going[0].version,
                requirement=wish.requirement,
            )
    return None


def _why_none(here: Here, options: Allowed, other: Served) -> str | None:
    vendor = other.devices[0].vendor
    for build in options.builds:
        if build.variant and build.variant.accelerator == vendor:
            obstacle = obstacle_of(build, here, options)
            return said("{label}, {why}", label=build.label, why=obstacle.why) if obstacle and obstacle.why else None
    return None


def no_wheel(here: Here, wish: Wish, options: Allowed) -> tuple[str, ...]:
    """Not even a build without GPU: the platform, the Python or the C library."""
    everything = builds_on(here.platform or "")
    notes = []
    for build in options.builds:
        if found := loads(build, here):
            notes.append(said("torch {torch} {why}", torch=build.torch, why=found.why))
            break
    asks = limits(wish)
    other = without_gpu(here, builds_for(here.platform or "", "none"))
    if not everything:
        return (said("torch has no build for {platform}", platform=place(here.platform or "")),)
    if other is None:
        return (*notes, said("no torch of the catalogue loads on this system"))
    unheard = _unheard(wish) or _apart(wish)
    if unheard:
        return (clauses((unheard, said("torch {torch} runs here", torch=other.build.torch))),)
    larger = next((one for one in options.builds if loads(one, here) is None), None)
    if larger is not None:
        left = said("this project asks for {asks}, which leaves variant cpu out", asks=wish.asks)
        return (clauses((left, said("{label}, runs on the CPU here, but is far larger", label=larger.label))),)
    notes.append(
        said(
            "no torch that this project allows ({asks}) has a wheel for {platform} here; the newest that has one is "
            "torch {torch}, for Python {pythons}",
            asks=asks,
            platform=place(here.platform or ""),
            torch=other.build.torch,
            pythons=_span(other.build),
        )
    )
    return tuple(notes)


def _span(build: Build) -> str:
    known = sorted(build.release.pythons(build.platform, from_index=True), key=Version)
    return said("{first} to {last}", first=known[0], last=known[-1])
