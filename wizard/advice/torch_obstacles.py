"""Why a build does not load or run on a machine, in words with numbers. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from wizard.advice.torch_builds import Build
from wizard.advice.torch_machine import MAKERS, Device, Here, branch, fits, floor_of, has_code, older, runs_on
from wizard.catalog_torch import Variant
from wizard.language import said
from wizard.lists import clauses


@dataclass(frozen=True)
class Obstacle:
    """Why a build does not run. `kind`: glibc, macos, driver, gpu-too-old, gpu-too-new, gpu-other, unknown."""

    kind: str
    why: str
    driver: str | None = None
    """The oldest driver that would do, where that is all that is missing."""


def loads(build: Build, here: Here) -> Obstacle | None:
    """Why its wheel would not load on this system, whatever the GPU; None where nothing is known against it."""
    if fits(build, here):
        return None
    if here.os == "macos":
        return Obstacle(
            "macos",
            said("needs macOS {macos} or newer; this one is {here}", macos=build.release.macos, here=here.macos),
        )
    return Obstacle(
        "glibc", said("needs glibc {glibc} or newer; this system has {here}", glibc=build.glibc, here=here.glibc)
    )


def drives(build: Build, here: Here, device: Device) -> Obstacle | None:
    """Why this build would not use that GPU, None where it does."""
    variant = build.variant
    if runs_on(build, here, device):
        return None
    if variant is None or variant.accelerator != device.vendor:
        return Obstacle("gpu-other", _for_whom(variant))
    if device.vendor == "nvidia":
        return _code(build, device) or _driver(variant, here, device)
    return _gfx(variant, device)


def _for_whom(variant: Variant | None) -> str:
    maker = MAKERS.get(variant.accelerator) if variant else None
    return said("is for {maker} GPUs", maker=maker) if maker else said("does not use a GPU")


def _code(build: Build, device: Device) -> Obstacle | None:
    if device.sm is None:
        return Obstacle("unknown", said("the GPU generation of {name} is not known", name=device.name))
    if build.sm is None:
        return Obstacle("unknown", said("no source says which GPUs it has code for"))
    if has_code(build, device):
        return None
    newest, oldest = max(build.sm), min(build.sm)
    kind = "gpu-too-new" if device.sm > newest else "gpu-too-old"
    edge = (
        said("ends at {generation}", generation=f"{newest // 10}.{newest % 10}")
        if device.sm > newest
        else said("begins at {generation}", generation=f"{oldest // 10}.{oldest % 10}")
    )
    if oldest <= device.sm <= newest:
        edge = said("leaves it out")
    return Obstacle(
        kind,
        said(
            "has no code for the {name} ({generation}); its list {edge}",
            name=device.name,
            generation=device.generation,
            edge=edge,
        ),
    )


def _driver(variant: Variant, here: Here, device: Device) -> Obstacle | None:
    floor = floor_of(variant, device, windows=here.windows_driver)
    if floor is None:
        return Obstacle("unknown", said("no source says which driver it needs"))
    if here.driver is None:
        return Obstacle(
            "unknown",
            said("needs driver {needed} or newer; the driver is not known", needed=branch(floor, None)),
            floor,
        )
    if older(here.driver, floor):
        needed = branch(floor, here.driver)
        return Obstacle(
            "driver",
            clauses(
                (
                    said("needs driver {needed} or newer", needed=needed),
                    said("this machine has {driver}", driver=here.driver),
                )
            ),
            floor,
        )
    return None


def _gfx(variant: Variant, device: Device) -> Obstacle | None:
    if device.gfx is None:
        return Obstacle("unknown", said("the gfx target of {name} is not known", name=device.name))
    if variant.gfx is None:
        return Obstacle("unknown", said("no source says which GPUs it has code for"))
    if variant.gfx_unread:
        return Obstacle("unknown", said("was not confirmed to hold code for any GPU"))
    if device.gfx not in variant.gfx:
        return Obstacle("gpu-other", said("has no code for the {name} ({gfx})", name=device.name, gfx=device.gfx))
    return None
