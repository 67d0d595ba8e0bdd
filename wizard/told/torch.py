"""The torch screen's first lines, on both faces: what is recommended and the reasons that decide, short enough for a row.

The advice says the same at length; here each reason is a fact of this machine with its number, in one order: the GPU,
the driver, why nothing newer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard.advice.torch_choice import anywhere, missing_driver, obstacle_of
from wizard.advice.torch_machine import Device, Here, branch, older, runnable
from wizard.advice.torch_obstacles import loads
from wizard.advice.torch_words import sentence_case, short, unused
from wizard.catalog_torch import PYPI
from wizard.language import Message, said
from wizard.lists import and_the, both, clauses, parted
from wizard.machine.probe import GPU_LIMIT

if TYPE_CHECKING:
    from wizard.advice.torch import TorchAdvice
    from wizard.advice.torch_builds import Allowed, Build


_UNSURE = "Not confirmed"
_ROW = 72
"""Cells of a reason in a row of 76."""


def headline(advice: TorchAdvice, *, waits: bool) -> str:
    """The first line."""
    if waits:
        return said("Recommended: . the driver is being asked (at most {seconds} s)", seconds=f"{GPU_LIMIT:g}")
    if not advice.certain:
        return said("? {what}.", what=sentence_case(_clauses(advice)[0]))
    if advice.variant is None:
        return said("x error    {what}", what=_nothing(advice))
    return (
        said("Nothing to decide: {what}.", what=_kept(advice))
        if advice.choice == "keep"
        else said("Recommended: {what}", what=_recommended(advice))
    )


def _recommended(advice: TorchAdvice) -> str:
    if advice.extra is not None:
        return said("{kind} {name}, which this project offers", kind=advice.extra[0], name=advice.extra[1])
    if advice.variant == PYPI:
        return said("torch {version} from the package index", version=advice.torch_version)
    unsure = said(" (not confirmed, D says why)") if any(one.startswith(_UNSURE) for one in advice.notes) else ""
    return said(
        "torch {version}, variant {variant}{unsure}",
        version=advice.torch_version,
        variant=advice.variant,
        unsure=unsure,
    )


def reasons(advice: TorchAdvice, *, waits: bool) -> tuple[str, ...]:
    """At most three in their order; where nothing can be recommended, what would help."""
    if waits:
        return ()
    if not advice.certain:
        told = list(_clauses(advice)[1:])
    elif advice.variant is None:
        told = list(_instead(advice))
    else:
        told = [_gpu(advice), *(one for one in advice.why if one.startswith("The driver, ")), _newest(advice)]
    return tuple(sentence_case(one) for one in told if one)


def notes(advice: TorchAdvice) -> tuple[str, ...]:
    """What one should know beside, as far as no line above says it."""
    if not advice.certain or advice.variant is None:
        return ()
    return tuple(
        one for one in advice.notes if not one.startswith(("No variant runs on all GPUs", "uv.lock has torch"))
    )


def _kept(advice: TorchAdvice) -> str:
    if advice.variant == PYPI:
        here = advice.basis.here.platform if advice.basis else ""
        return (
            said("torch for macOS uses the Mac's GPU")
            if here == "macos_arm64"
            else said("there is one torch for this system")
        )
    if advice.locked is None:
        return said(
            "the package index has torch {version} {variant}, and it runs here",
            version=advice.torch_version,
            variant=advice.variant,
        )
    if advice.locked.unheard:
        return said("uv.lock has torch {version}, a build of its own", version=advice.locked.package.version)
    return said("uv.lock has {label}, and it runs here", label=advice.locked.label)


# nothing can be said for certain


def _clauses(advice: TorchAdvice) -> tuple[str, ...]:
    """The note that tells what is missing, and what would be right, one by one."""
    note = next((one for one in advice.notes if "did not answer" in one or "not known" in one), "")
    if not note:
        return (said("What decides here is not known"),)
    if isinstance(note, Message) and note.msgid == "the NVIDIA driver did not answer: {rest}":
        return (said("The driver did not answer"), *parted(note.fields["rest"]))
    return parted(note)


# nothing fits


def _nothing(advice: TorchAdvice) -> str:
    if advice.basis is None:
        return said("No torch that this project allows runs here.")
    here, _, options, _ = advice.basis.all
    if here.musl:
        return said("torch has no wheel for musl, the C library of this Linux.")
    if _needed_glibc(here, options):
        return said("No torch that this project allows runs with glibc {glibc}.", glibc=here.glibc)
    devices = tuple(one for one in here.of("nvidia") if one.known)
    blocked = missing_driver(here, devices, options.by_accelerator.get("nvidia", ())) if devices else None
    if blocked and here.driver and older(here.driver, blocked[1]):
        return said("No torch that this project allows runs with driver {driver}.", driver=here.driver)
    known = [one for one in here.devices or () if one.known]
    if not known:
        return said("No torch that this project allows runs here.")
    return said("No torch that this project allows runs on the {name}.", name=short(known[0].name))


def _instead(advice: TorchAdvice) -> tuple[str, ...]:
    """What would do: another torch, another driver."""
    if advice.basis is None or advice.basis.here.musl:
        return (said("a system or container image with glibc would do, Debian or Ubuntu say"),)
    here, wish, options, _ = advice.basis.all
    needed = _needed_glibc(here, options)
    told: list[str] = (
        [said("a system or container image with glibc {needed} or newer would help", needed=needed)] if needed else []
    )
    vendor = next((one.vendor for one in here.devices or () if one.known), None)
    other = anywhere(here, vendor) if vendor else None
    if other is not None:
        told.append(
            said(
                "{label}, would (the project asks for {asks})",
                label=other.build.label,
                asks=wish.asks or said("other Pythons"),
            )
        )
    devices = other.devices if other is not None else ()
    blocked = missing_driver(here, devices, options.by_accelerator.get("nvidia", ())) if devices else None
    if blocked and here.driver and older(here.driver, blocked[1]):
        told.append(
            said(
                "driver {version} or newer would help: it runs {label}",
                version=branch(blocked[1], here.driver),
                label=blocked[0].label,
            )
        )
    return tuple(told) or advice.notes


def _needed_glibc(here: Here, options: Allowed) -> str | None:
    """The C library that all of them ask for, where this one is older than any takes."""
    found = [loads(one, here) for one in options.builds]
    if not found or any(one is None or one.kind != "glibc" for one in found):
        return None
    return str(min(one.glibc for one in options.builds if one.glibc))


# the reasons


def _gpu(advice: TorchAdvice) -> str:
    found = advice.basis
    served = found.served if found else None
    if found is None or served is None:
        return ""
    if served.build.name == PYPI:
        return (
            "" if advice.choice == "keep" else said("the package index has one torch for macOS, and no other variant")
        )
    if not served.devices:
        return _no_gpu(found.here, served.build)
    left = [one for one in found.here.of(served.devices[0].vendor) if one.known and one not in served.devices]
    if left:
        names = and_the(dict.fromkeys(short(one.name) for one in served.devices))
        return said(
            "variant {name} serves the {names}; {left}",
            name=served.build.name,
            names=names,
            left=_left(found.here, left),
        )
    return _code(advice, served.build, served.devices)


def _code(advice: TorchAdvice, build: Build, devices: tuple[Device, ...]) -> str:
    names = and_the(dict.fromkeys(short(one.name) for one in devices))
    if devices[0].vendor == "intel":
        return said("it is for the {names}", names=names)
    if devices[0].vendor == "amd":
        return said("the {names} ({gfx}) is on its list", names=names, gfx=devices[0].gfx)
    if _is_last(advice, build):
        return said(
            "{names} is generation {generation}; {name} is the last variant with code for it",
            names=names,
            generation=_generation(devices),
            name=build.name,
        )
    told = said(
        'it has code for the {names} (GPU generation {generation}, "compute capability")',
        names=names,
        generation=_generation(devices),
    )
    return (
        told
        if len(told) <= _ROW
        else said(
            "it has code for the {names} (GPU generation {generation})",
            names=names,
            generation=_generation(devices),
        )
    )


def _generation(devices: tuple[Device, ...]) -> str:
    return both(dict.fromkeys(f"{one.sm // 10}.{one.sm % 10}" for one in devices if one.sm))


def _left(here: Here, left: list[Device]) -> str:
    names = and_the(dict.fromkeys(short(one.name) for one in left))
    if any(runnable(here, one) for one in left):
        return said("no variant serves the {names} too", names=names)
    return (
        said("the {names} is too old for any", names=names)
        if len(left) == 1
        else said("the {names} are too old for any", names=names)
    )


def _is_last(advice: TorchAdvice, build: Build) -> bool:
    """Whether newer variants have no code for the GPU any more."""
    if advice.basis is None:
        return False
    here, _, options, _ = advice.basis.all
    newer = [one for one in options.by_accelerator.get("nvidia", ()) if _cuda(one) > _cuda(build)]
    found = [obstacle_of(one, here, options) for one in newer]
    return bool(found) and all(one is not None and one.kind == "gpu-too-old" for one in found)


def _cuda(build: Build) -> int:
    return (build.variant.cuda_major or 0) if build.variant else 0


def _no_gpu(here: Here, build: Build) -> str:
    if here.devices:
        return unused(here, said("the {name}", name=short(here.devices[0].name)))
    if build.platform.startswith("linux"):
        return said("no GPU was found; the package index's torch brings gigabytes of CUDA")
    return said("no GPU was found that torch can use")


def _newest(advice: TorchAdvice) -> str:
    """Why nothing newer; on Windows, where that is what decides, why not the package index's own."""
    sentence = next((one for one in advice.why if one.startswith("torch ")), "")
    if advice.basis and advice.basis.wish.version:
        return said(
            "torch {version} was chosen here; without a version it is the newest that runs",
            version=advice.torch_version,
        )
    served = advice.basis.served if advice.basis else None
    if served and served.devices and served.build.platform.startswith("win") and not served.build.on_pypi:
        return said("the package index's torch for Windows does not use the GPU")
    return _shorter(sentence, advice.basis.wish.asks if advice.basis else "")


def _shorter(sentence: str, asks: str) -> str:
    """Without what this machine has, which another row tells; where it is long, with what the project asks of torch only."""
    first, *more = parted(sentence)
    if more and isinstance(more[0], Message):
        own = {**more[0].fields, "why": parted(more[0].fields["why"])[0]}
        return clauses((first, said("torch {torch} {why}", **own)))
    if len(first) > _ROW and asks and isinstance(first, Message) and "limits" in first.fields:
        return said(first.msgid, **{**first.fields, "limits": asks})
    return first


__all__ = ["headline", "notes", "reasons", "short"]
