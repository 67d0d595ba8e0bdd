"""What the advice on torch says of the build that it names, in sentences with numbers. Pure."""

from __future__ import annotations

import re

from wizard.advice.torch_builds import Allowed, Build, Wish, builds_on
from wizard.advice.torch_choice import Served, anywhere, obstacle_of, serve, without_gpu
from wizard.advice.torch_list import newest_of, place, pythons
from wizard.advice.torch_locked import Locked
from wizard.advice.torch_machine import (
    MAKERS,
    Device,
    Here,
    branch,
    floor_of,
    floor_of_cuda,
    older,
    runnable_with_newer_driver,
)
from wizard.catalog_torch import PYPI, the
from wizard.language import recased, said
from wizard.lists import and_the, clauses, named
from wizard.machine.facts import Machine

INDIRECT = said("another package brings torch; to bind a variant, first: uv add torch")

_MAKER = re.compile(r"^(?:NVIDIA |AMD |Intel(?:\(R\))? )?(?:GeForce )?")
JETSON = said("this is a Jetson: its drivers come with its system image, and no source says which of them fit")


def short(name: str) -> str:
    """A GPU as people call it: `RTX 3090`."""
    return _MAKER.sub("", name) or name


def sentence_case(text: str) -> str:
    """A capital at its start, but for torch and its family, whose names have none."""
    return text if text.startswith(("torch", "uv", "cu")) else recased(text, text[0].upper() + text[1:])


def with_generation(device: Device) -> str:
    """`NVIDIA X (compute capability 8.6)`."""
    return said("{name} ({generation})", name=device.name, generation=device.generation)


def why(here: Here, served: Served, options: Allowed, wish: Wish) -> tuple[str, ...]:
    """The GPU, the driver, why nothing newer, and where it comes from; always in this order."""
    build = served.build
    sentences: list[str] = []
    if build.name == PYPI:
        sentences.append(
            said(
                "the package index has one torch for macOS, and no other variant exists there; "
                "it uses the Mac's GPU (MPS)"
            )
            if build.platform == "macos_arm64"
            else said("the package index has one torch for macOS, and no other variant exists there")
        )
    elif not served.devices:
        sentences.append(_no_gpu(here, build))
    else:
        names = and_the(dict.fromkeys(with_generation(one) for one in served.devices))
        intel = served.devices[0].vendor == "intel"
        sentences.append(
            said("It is for the {names}", names=names) if intel else said("It has code for the {names}", names=names)
        )
        sentences += _driver(here, build, served.devices)
    sentences.append(_newest(here, served, options, wish))
    if build in options.from_pypi and build.name != PYPI:
        sentences.append(said("The package index itself serves this variant for {place}", place=place(build.platform)))
    return tuple(map(sentence_case, sentences))


def _no_gpu(here: Here, build: Build) -> str:
    found = unused(here, said("the GPU found here")) if here.devices else said("no GPU was found that torch can use")
    if build.on_pypi or not build.platform.startswith("linux"):
        return found
    if build.release.pypi.get(build.platform) == "cpu":
        return found
    return said(
        "{found}; the package index's own torch for Linux would bring gigabytes of CUDA libraries along", found=found
    )


def unused(here: Here, gpu: str) -> str:
    """Why a build without GPU is advised beside one: none has code for it, its driver is too old, a fact is missing.

    `gpu`: how to name it.
    """
    devices = here.of("nvidia")
    if not all(one.known for one in here.devices or ()) or (devices and here.driver is None):
        return said("whether a variant runs on {gpu} can't be told", gpu=gpu)
    if any(runnable_with_newer_driver(here, one) for one in devices):
        return said("no variant runs on {gpu} with this driver", gpu=gpu)
    return said("no variant uses {gpu}", gpu=gpu)


def _driver(here: Here, build: Build, devices: tuple[Device, ...]) -> list[str]:
    variant = build.variant
    if variant is None or variant.cuda is None or here.driver is None:
        return []
    major, newest = variant.cuda.major, max(devices, key=lambda one: one.sm or 0)
    needed = floor_of_cuda(major + 1, newest, windows=here.windows_driver)
    if needed and older(here.driver, needed):
        newer = branch(needed, here.driver)
        return [
            said(
                "the driver, {driver}, runs CUDA {major}; CUDA {next} needs driver {newer} or newer",
                driver=here.driver,
                major=major,
                next=major + 1,
                newer=newer,
            )
        ]
    floor = floor_of(variant, newest, windows=here.windows_driver) or ""
    return [
        said(
            "the driver, {driver}, runs CUDA {major}, which needs driver {needed} or newer",
            driver=here.driver,
            major=major,
            needed=branch(floor, here.driver),
        )
    ]


def _newest(here: Here, served: Served, options: Allowed, wish: Wish) -> str:
    build = served.build
    if build.release is the().releases[0]:
        return said("torch {torch} is the newest release", torch=build.torch)
    if build.release is builds_on(build.platform)[0].release:
        return said(
            "torch {torch} is the newest with a build for {place}", torch=build.torch, place=place(build.platform)
        )
    if build.release.version == newest_of(options):
        return said(
            "torch {torch} is the newest that this project allows ({limits})", torch=build.torch, limits=limits(wish)
        )
    newer = [one for one in options.builds if one.release.version > build.release.version]
    cuda = build.variant.cuda.major if build.variant and build.variant.cuda else None
    vendor = build.variant.accelerator if build.variant else "none"
    last = newer[0]
    if cuda and not any(one.variant and one.variant.cuda and one.variant.cuda.major == cuda for one in newer):
        return said(
            "torch {torch} is the newest with a CUDA {cuda} variant; {other} has none",
            torch=build.torch,
            cuda=cuda,
            other=last.torch,
        )
    alike = [one for one in newer if one.variant and one.variant.accelerator == vendor]
    if not alike:
        return said(
            "torch {torch} is the newest with a variant of this kind; {other} has none",
            torch=build.torch,
            other=last.torch,
        )
    found = next((obstacle for one in alike if (obstacle := obstacle_of(one, here, options)) and obstacle.why), None)
    told = said("torch {torch} is the newest with a variant that runs here", torch=build.torch)
    return clauses((told, said("torch {torch} {why}", torch=alike[0].torch, why=found.why))) if found else told


def limits(wish: Wish) -> str:
    """What the project asks for, in words."""
    parts = [wish.asks] if wish.asks else []
    parts += [pythons(wish)] if wish.pythons else []
    return named(parts) or said("any")


def caveats(here: Here, served: Served, options: Allowed, machine: Machine) -> tuple[str, ...]:
    """What one should know beside the reasons."""
    build, notes = served.build, []
    if not build.confirmed:
        sure = _confirmed(here, served, options)
        instead = said("; confirmed is {label}", label=sure.label) if sure else ""
        notes.append(said(
            "not confirmed: no source says that the PyTorch index has {label} for "
            "{place}{instead}", label=build.label, place=place(build.platform), instead=instead))  # fmt: skip
    if build.variant and build.variant.side_channel:
        names = and_the(dict.fromkeys(one.name for one in served.devices))
        notes.append(said(
            "{name} is built but not announced with the releases; no other variant of torch "
            "{torch} runs on the {names}", name=build.name, torch=build.torch, names=names))  # fmt: skip
        if other := _announced(here, served, options):
            notes.append(said("of the announced variants, {label} is the newest that runs here", label=other.label))
    if any(one.by_name for one in served.devices):
        notes.append(said("the GPU's generation was looked up by its name"))
    if any(one.sm in the().jetson for one in served.devices if one.sm):
        notes.append(JETSON)
    if here.os == "linux" and here.glibc is None and build.platform.startswith("linux"):
        needed = build.release.needed_glibc(build.platform, build.name)
        notes.append(
            said("the C library of this Linux is not known; the wheel needs glibc {needed} or newer", needed=needed)
        )
    if machine.wsl and served.devices:
        notes.append(said("inside WSL the driver is Windows': update it there, and install none in Linux"))
    return tuple(notes)


def _confirmed(here: Here, served: Served, options: Allowed) -> Build | None:
    sure = tuple(one for one in options.builds if one.confirmed)
    return _again(here, served, sure)


def _announced(here: Here, served: Served, options: Allowed) -> Build | None:
    return _again(here, served, tuple(one for one in options.builds if one.variant and not one.variant.side_channel))


def _again(here: Here, served: Served, builds: tuple[Build, ...]) -> Build | None:
    vendor = served.devices[0].vendor if served.devices else "none"
    mine = tuple(one for one in builds if one.accelerator == vendor)
    found = serve(here, vendor, mine) if served.devices else without_gpu(here, mine)
    return found.build if found else None


def left_behind(here: Here, served: Served) -> tuple[str, ...]:
    """GPUs that the advised build does not run on."""
    vendor = served.devices[0].vendor
    left = [one for one in here.of(vendor) if one.known and one not in served.devices]
    others = [one for maker in MAKERS if maker != vendor for one in here.of(maker)]
    notes = []
    names = named(dict.fromkeys(with_generation(one) for one in left))
    if left:
        kept = ", ".join(dict.fromkeys(one.name for one in served.devices))
        whole = anywhere(here, vendor)
        both = (
            said("; {label} would, which this project does not allow", label=whole.build.label)
            if whole and _all(whole, here)
            else ""
        )
        notes.append(
            said(
                "no variant runs on all GPUs here: {name} serves the {kept}, not the {names}{both}",
                name=served.build.name,
                kept=kept,
                names=names,
                both=both,
            )
        )
    if others:
        notes.append(
            said(
                "the {names} is not used: one torch serves one maker's GPUs",
                names=", ".join(one.name for one in others),
            )
        )
    return tuple(notes)


def _all(served: Served, here: Here) -> bool:
    vendor = served.devices[0].vendor
    return len(served.devices) == len([one for one in here.of(vendor) if one.known])


def lock_fits(locked: Locked) -> str:
    """Keep it."""
    return said("uv.lock has {label}, and it runs here: nothing has to change", label=locked.label)


def lock_unheard(locked: Locked) -> str:
    """Neither praise nor blame."""
    return said(
        "uv.lock has torch {version} from {registry}, a build that is not among those known here: it is left as it is",
        version=locked.package.version,
        registry=locked.package.registry or said("a place of its own"),
    )


def offered(extra: tuple[str, str]) -> str:
    """No file changes."""
    kind, name = extra
    return said(
        "this project offers it as {kind} {name}: the sync takes --{kind} {name}, and no file changes",
        kind=kind,
        name=name,
    )
