"""What the advice on torch says where nothing runs or a fact is missing: what would do instead. Pure."""

from __future__ import annotations

from functools import lru_cache

from packaging.version import Version

from wizard.advice.torch_builds import Allowed, Build, Wish, builds_for, builds_on, specifier
from wizard.advice.torch_choice import Served, missing_driver, obstacle_of, without_gpu
from wizard.advice.torch_list import NEVER, RuledOut, newest_first, place
from wizard.advice.torch_machine import Device, Here, branch, older
from wizard.advice.torch_obstacles import loads
from wizard.advice.torch_words import JETSON, limits
from wizard.catalog_torch import the
from wizard.machine.facts import Machine
from wizard.project.torch_pairs import goes_with, pins

MUSL = (
    "torch has no wheel for musl, the C library of this Linux (Alpine and its like), in any variant; "
    "use a system or container image with glibc, such as Debian or Ubuntu"
)


def unknown_platform(machine: Machine) -> str:
    """Neither a guess nor an error."""
    missing = "system" if machine.os is None else "processor"
    told = f"{machine.os or ''} {machine.arch or ''}".strip()
    if machine.os is None or machine.arch is None:
        return f"the {missing} of this machine is not known, so no variant can be named"
    return f"torch has no build for {told}"


def musl_ruled_out() -> tuple[RuledOut, ...]:
    """Every variant of the catalogue's releases, with the one reason; one that was never released has that."""
    return tuple(
        RuledOut(one.name, why, None, why)
        for one in newest_first()
        for why in ("has no wheel for musl" if one.released else NEVER,)
    )


def unknown_gpus(here: Here, options: Allowed) -> tuple[str, ...]:
    """The GPUs were not asked, or did not answer."""
    anyway = without_gpu(here, options.by_accelerator.get("none", ()))
    runs = f"; {anyway.build.label} runs anyway" if anyway else ""
    return (f"the GPUs of this machine are not known, so no variant can be recommended{runs}",)


def unknown_device(device: Device) -> str:
    """A GPU is there, and nobody says of which generation."""
    what = "gfx target" if device.vendor == "amd" else "compute capability"
    return f"the {what} of {device.name} is not known, so no variant can be said to have code for it"


def unknown_driver(here: Here, devices: tuple[Device, ...], options: Allowed) -> tuple[str, ...]:
    """A GPU is there and no driver answered: the best build for each driver that it may turn out to be."""
    right = ""
    best: dict[str, Build] = {}
    for build in options.by_accelerator.get("nvidia", ()):
        found = missing_driver(here, devices, (build,))
        if found:
            best.setdefault(branch(found[1], None), build)
    right = "".join(f"; {build.label}, is right if it is {floor} or newer" for floor, build in list(best.items())[:2])
    return (f"the NVIDIA driver did not answer: variant cpu runs anyway{right}",)


def unusable(here: Here, vendor: str, devices: tuple[Device, ...]) -> tuple[str, ...]:
    """GPUs that no torch runs on."""
    if not devices:
        return ()
    names = ", ".join(dict.fromkeys(f"{one.name} ({one.generation})" for one in devices))
    driver = missing_driver(here, devices, builds_for(here.platform or "", vendor)) if vendor == "nvidia" else None
    if driver:
        needed = branch(driver[1], here.driver)
        would = f"with {needed} or newer, {driver[0].label}, would run; this machine has {here.driver}"
        jetson = (JETSON,) if any(one.sm in the().jetson for one in devices) else ()
        return (f"the {names} needs a newer driver: {would}", *jetson)
    if vendor == "amd" and here.os == "windows":
        return (f"the {names} can't be used: the PyTorch index has no ROCm variant for Windows",)
    return (f"no torch of the catalogue has a variant with code for the {names} on {place(here.platform or '')}",
            *_unread(here, devices))  # fmt: skip


def _unread(here: Here, devices: tuple[Device, ...]) -> tuple[str, ...]:
    """Variants whose index has parts for one of these GPUs, though nobody read what their torch holds."""
    found = {build.name: build for build in reversed(builds_for(here.platform or "", "amd"))
             if build.variant and build.variant.gfx_unread}  # fmt: skip
    notes = []
    for build in found.values():
        named = [one for one in devices if one.gfx and build.variant and one.gfx in (build.variant.gfx or ())]
        if named:
            targets = " and ".join(dict.fromkeys(one.gfx or "" for one in named))
            notes.append(f"{build.label}, may do: its index has parts for {targets}, but what its torch holds was not "
                         f"confirmed; torch.variant = {build.name} takes it")  # fmt: skip
    return tuple(notes)


def nothing_fits(here: Here, wish: Wish, options: Allowed, other: Served) -> tuple[str, ...]:
    """The project allows no build that runs on the GPU here; another torch has one."""
    asks = limits(wish)
    unheard = _unheard(wish) or _apart(wish)
    if unheard:
        return (f"{unheard}; {other.build.label}, runs on the GPU here",)
    notes = [
        f"no torch that this project allows ({asks}) has a build that runs on the GPU here; {other.build.label}, runs"
    ]
    why = _why_none(here, options, other)
    if why:
        notes.append(why)
    found = missing_driver(here, other.devices, options.by_accelerator.get("nvidia", ()))
    if found and older(here.driver or "", found[1]):
        notes.append(f"driver {branch(found[1], here.driver)} or newer would do for {found[0].label}; "
                     f"this machine has {here.driver}")  # fmt: skip
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
    return f"the torch that this project asks for (torch{wish.requirement}) is not among those known here, {first} to {last}"


@lru_cache(maxsize=512)
def _apart(wish: Wish) -> str | None:
    """The project's torch and what it pins beside it belong to different releases, so that no torch is allowed at all."""
    spec = specifier(wish.requirement)
    admitted = [one for one in the().releases if spec.contains(one.version, prereleases=True)]
    for package, asked in pins(wish.pins).items():
        going = [one for one in the().releases if goes_with(package, asked, one)]
        if wish.requirement and admitted and going and not any(one in going for one in admitted):
            return f"{package}{asked} goes with torch {going[0].version}, and this project asks for torch{wish.requirement}"
    return None


def _why_none(here: Here, options: Allowed, other: Served) -> str | None:
    vendor = other.devices[0].vendor
    for build in options.builds:
        if build.variant and build.variant.accelerator == vendor:
            obstacle = obstacle_of(build, here, options)
            return f"{build.label}, {obstacle.why}" if obstacle and obstacle.why else None
    return None


def no_wheel(here: Here, wish: Wish, options: Allowed) -> tuple[str, ...]:
    """Not even a build without GPU: the platform, the Python or the C library."""
    everything = builds_on(here.platform or "")
    notes = []
    for build in options.builds:
        if found := loads(build, here):
            notes.append(f"torch {build.torch} {found.why}")
            break
    asks = limits(wish)
    other = without_gpu(here, builds_for(here.platform or "", "none"))
    if not everything:
        return (f"torch has no build for {place(here.platform or '')}",)
    if other is None:
        return (*notes, "no torch of the catalogue loads on this system")
    unheard = _unheard(wish) or _apart(wish)
    if unheard:
        return (f"{unheard}; torch {other.build.torch} runs here",)
    larger = next((one for one in options.builds if loads(one, here) is None), None)
    if larger is not None:
        left = f"this project asks for {wish.asks}, which leaves variant cpu out"
        return (f"{left}; {larger.label}, runs on the CPU here, but is far larger",)
    notes.append(f"no torch that this project allows ({asks}) has a wheel for {place(here.platform or '')} here; "
                 f"the newest that has one is torch {other.build.torch}, "
                 f"for Python {_span(other.build)}")  # fmt: skip
    return tuple(notes)


def _span(build: Build) -> str:
    known = sorted(build.release.pythons(build.platform, from_index=True), key=Version)
    return f"{known[0]} to {known[-1]}"
