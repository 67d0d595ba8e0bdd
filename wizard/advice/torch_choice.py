"""The search: of the builds that a project allows, the one that serves this machine's GPUs best. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from wizard.advice.torch_builds import Allowed, Build, builds_on
from wizard.advice.torch_machine import Device, Here, Obstacle, drives, loads, older

NO_DEVICE = "no GPU that it is for was found"


@dataclass(frozen=True)
class Served:
    """A build and the GPUs it runs on; none for cpu and for macOS."""

    build: Build
    devices: tuple[Device, ...] = ()


def serve(here: Here, vendor: str, builds: Iterable[Build]) -> Served | None:
    """The best of `builds` for the GPUs of that maker: one for all of them, else for as many of the better ones."""
    devices = tuple(one for one in here.of(vendor) if one.known)
    candidates = [one for one in builds if one.variant and one.variant.accelerator == vendor]
    for some in _selections(devices):
        for build in candidates:
            if runs(build, here, some):
                return Served(build, tuple(one for one in devices if drives(build, here, one) is None))
    return None


def _selections(devices: tuple[Device, ...]) -> Iterator[tuple[Device, ...]]:
    """All, then without the weakest, and so on to the best alone; then each of the others alone."""
    ordered = tuple(sorted(devices, key=lambda one: one.sm or 0, reverse=True))
    for count in range(len(ordered), 0, -1):
        yield ordered[:count]
    for one in ordered[1:]:
        yield (one,)


def runs(build: Build, here: Here, devices: Iterable[Device]) -> bool:
    """Whether nothing known speaks against this build on those GPUs."""
    return loads(build, here) is None and all(drives(build, here, one) is None for one in devices)


def without_gpu(here: Here, builds: Iterable[Build]) -> Served | None:
    """The newest of `builds` that needs no GPU."""
    for build in builds:
        if (build.variant is None or build.variant.accelerator == "none") and loads(build, here) is None:
            return Served(build)
    return None


def anywhere(here: Here, vendor: str) -> Served | None:
    """The best build for those GPUs, whatever the project asks for."""
    return serve(here, vendor, builds_on(here.platform)) if here.platform else None


def missing_driver(here: Here, devices: tuple[Device, ...], builds: Iterable[Build]) -> tuple[Build, Obstacle] | None:
    """Of `builds`, the one that runs with the least new a driver, with that driver; None where no driver helps."""
    best: tuple[Build, Obstacle] | None = None
    for build in builds:
        obstacle = next((found for one in devices if (found := drives(build, here, one))), None)
        if obstacle is None or obstacle.kind not in {"driver", "unknown"} or obstacle.driver is None:
            continue
        if loads(build, here) is None and (best is None or _less(obstacle, best[1])):
            best = (build, obstacle)
    return best


def _less(one: Obstacle, other: Obstacle) -> bool:
    return bool(one.driver and other.driver) and older(str(one.driver), str(other.driver))


def obstacle_of(build: Build, here: Here, allowed: Allowed) -> Obstacle | None:
    """Why that build is not for this machine, None where it could be taken."""
    refused = allowed.refused.get(build)
    if refused is not None:
        return Obstacle(refused, "")
    found = loads(build, here)
    if found or build.variant is None or build.variant.accelerator == "none":
        return found
    devices = here.of(build.variant.accelerator)
    if here.devices is None:
        return Obstacle("unknown", NO_DEVICE)
    if not devices:
        return Obstacle("gpu-other", NO_DEVICE)
    found_all = [drives(build, here, one) for one in devices]
    return None if None in found_all else found_all[0]
