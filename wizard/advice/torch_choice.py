"""The search: of the builds that a project allows, the one that serves this machine's GPUs best. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from wizard.advice.torch_builds import Allowed, Build, builds_for
from wizard.advice.torch_machine import Device, Here, fits, floor_of, has_code, older, runnable, runs_on
from wizard.advice.torch_obstacles import Obstacle, drives, loads
from wizard.language import said

NO_DEVICE = said("no GPU that it is for was found")


@dataclass(frozen=True)
class Served:
    """A build and the GPUs it runs on; none for cpu and for macOS."""

    build: Build
    devices: tuple[Device, ...] = ()


def serve(here: Here, vendor: str, builds: Iterable[Build]) -> Served | None:
    """The best of `builds`, all for that maker's GPUs: one for all of them, else for as many of the better ones."""
    devices = tuple(one for one in here.of(vendor) if one.known)
    for some in _selections(devices):
        able = frozenset.intersection(*(runnable(here, one) for one in some))
        for build in builds:
            if build in able and fits(build, here):
                return Served(build, tuple(one for one in devices if runs_on(build, here, one)))
    return None


def _selections(devices: tuple[Device, ...]) -> Iterator[tuple[Device, ...]]:
    """All, then without the weakest, and so on to the best alone; then each of the others alone."""
    ordered = tuple(sorted(devices, key=lambda one: one.sm or 0, reverse=True))
    for count in range(len(ordered), 0, -1):
        yield ordered[:count]
    for one in ordered[1:]:
        yield (one,)


def without_gpu(here: Here, builds: Iterable[Build]) -> Served | None:
    """The newest of `builds`, all for no GPU, that loads here."""
    return next((Served(build) for build in builds if fits(build, here)), None)


def anywhere(here: Here, vendor: str) -> Served | None:
    """The best build for those GPUs, whatever the project asks for."""
    return serve(here, vendor, builds_for(here.platform, vendor)) if here.platform else None


def missing_driver(here: Here, devices: tuple[Device, ...], builds: Iterable[Build]) -> tuple[Build, str] | None:
    """Of `builds`, the one that runs with the least new a driver, and that driver; None where no driver helps."""
    best: tuple[Build, str] | None = None
    for build in builds:
        variant = build.variant
        if variant is None or not all(has_code(build, one) for one in devices) or not fits(build, here):
            continue
        floor = floor_of(variant, max(devices, key=lambda one: one.sm or 0), windows=here.windows_driver)
        if floor and (best is None or older(floor, best[1])):
            best = (build, floor)
    return best


def obstacle_of(build: Build, here: Here, allowed: Allowed) -> Obstacle | None:
    """Why that build is not for this machine, None where it could be taken."""
    refused = allowed.refused.get(build)
    if refused is not None:
        return Obstacle(refused, "")
    found = loads(build, here)
    if found or build.accelerator == "none":
        return found
    devices = here.of(build.accelerator)
    if here.devices is None:
        return Obstacle("unknown", NO_DEVICE)
    if not devices:
        return Obstacle("gpu-other", NO_DEVICE)
    return None if any(runs_on(build, here, one) for one in devices) else drives(build, here, devices[0])
