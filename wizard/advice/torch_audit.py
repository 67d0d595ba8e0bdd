"""What uv.lock would do on this machine, seen before gigabytes move. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from wizard.advice.reason import AdvisedFinding
from wizard.advice.torch import TorchAdvice, advise
from wizard.advice.torch_choice import anywhere
from wizard.advice.torch_local import local_version
from wizard.advice.torch_locked import Locked, locked_here
from wizard.advice.torch_machine import MAKERS, Device, Here, look
from wizard.advice.torch_obstacles import Obstacle, drives
from wizard.advice.torch_reach import Selected, installed, pythons_of, supports
from wizard.advice.torch_sound import mismatched_vision, missing_parts
from wizard.advice.torch_ways import ways_out
from wizard.advice.torch_wheels import left_out, without_wheel
from wizard.advice.torch_words import short
from wizard.catalog_torch import PYPI, the
from wizard.diagnosis.record import Fix
from wizard.language import said
from wizard.lists import sentences
from wizard.machine.facts import Libc, Machine
from wizard.project.facts import LockedPackage, Project
from wizard.project.torch_pairs import public
from wizard.text import masked

_LINUX = Machine(os="linux", arch="x86_64", libc=Libc("glibc", None), gpus=())


@dataclass(frozen=True)
class _Scene:
    """What every rule looks at. `told`: the advice, for the ways out."""

    here: Here
    machine: Machine
    project: Project
    chosen: Selected
    told: TorchAdvice


def audit(machine: Machine, project: Project | None, selected: Selected | None = None) -> tuple[AdvisedFinding, ...]:
    """The findings. `selected`: the extras and groups that will be synced."""
    here = look(machine)
    if project is None or here.platform is None:
        return ()
    chosen = selected or Selected()
    scene = _Scene(here, machine, project, chosen, advise(machine, project, selected=chosen))
    found = [_local(scene)]
    if project.lock is not None and not supports(machine, project):
        found.append(left_out(here, project.lock.supported))
    elif project.lock is not None:
        found += without_wheel(
            here, project, pythons_of(machine, project), installed(machine, project, chosen), scene.told
        )
        locked = scene.told.locked or locked_here(machine, project, chosen)
        if locked is not None and locked.missing_wheel is None:
            found += [_gpu(scene, locked), _libraries(scene, locked), _torchvision(scene, locked)]
        if here.os != "linux":
            found.append(_libraries_on_linux(scene))
    return tuple(one for one in found if one is not None)


def _local(scene: _Scene) -> AdvisedFinding | None:
    found = local_version(scene.machine, scene.project)
    if found is None:
        return None
    told, fixes = scene.told, []
    if found.fits:
        fixes.append(
            Fix(said("Bind torch to the index of {variant}", variant=found.variant), {"torch.variant": found.variant})
        )
    if not found.in_lock:
        told = advise(scene.machine, _public(scene.project), selected=scene.chosen)
    if told.variant and told.variant not in (found.variant if found.fits else None, PYPI):
        version = said("torch {torch}, variant {name}", torch=told.torch_version, name=told.variant)
        fixes.append(
            Fix(
                said("Take {name}{by}: it runs here", name=version, by=""),
                {"torch.variant": "auto" if found.in_lock else told.variant},
            )
        )
    return AdvisedFinding(
        "local-version-not-found", "error", found.title, found.explanation, (found.evidence,), tuple(fixes)
    )


def _public(project: Project) -> Project:
    """The same without what stands behind the + of its torch, and before any lock."""
    torch = project.torch
    plain = torch and replace(torch, requirement=str(public(torch.requirement)), wishes=())
    return replace(project, torch=plain, lock=None)


def _gpu(scene: _Scene, locked: Locked) -> AdvisedFinding | None:
    """A build that leaves the GPU unused."""
    here, build = scene.here, locked.build
    if build is None or build.variant is None or not here.devices:
        return None
    if build.accelerator == "none" or not here.of(build.accelerator):
        return _unused(scene, locked)
    devices = [one for one in here.of(build.accelerator) if one.known]
    obstacles = [drives(build, here, one) for one in devices]
    if not devices or None in obstacles or obstacles[0] is None:
        return None
    cause = _cause(obstacles[0], devices[0], locked)
    if cause is None:
        return None
    return AdvisedFinding(
        cause,
        "error",
        said("{label} of uv.lock fails on the {name}", label=locked.label, name=short(devices[0].name)),
        said("{label}, {why}. torch would be installed and not use the GPU.", label=build.label, why=obstacles[0].why),
        (_line(locked),),
        ways_out(scene.told, "auto", cpu=True),
    )


def _unused(scene: _Scene, locked: Locked) -> AdvisedFinding | None:
    """A build for no GPU, or for another maker's, beside a GPU that some build of the catalogue runs on."""
    build = locked.build
    usable = _usable(scene.here)
    if usable is None or build is None:
        return None
    of_other = MAKERS.get(build.accelerator)
    told: list[str] = [said("It is for {maker} GPUs.", maker=of_other)] if of_other else []
    told.append(said("A build with code for this GPU would."))
    if build.on_pypi and not of_other and scene.here.os == "windows":
        told.append(said("For Windows the package index itself has only this one."))
    return AdvisedFinding(
        "torch-cpu-build",
        "warning",
        said("uv.lock has {label} for this machine: it does not use the {name}", label=locked.label, name=usable.name),
        sentences(told),
        (_line(locked),),
        ways_out(scene.told, "auto"),
    )


def _cause(obstacle: Obstacle, device: Device, locked: Locked) -> str | None:
    causes = {"driver": "driver-too-old", "gpu-too-old": "gpu-too-old", "gpu-too-new": "gpu-too-new"}
    if obstacle.kind != "gpu-other" or device.vendor != "amd" or locked.build is None:
        return causes.get(obstacle.kind)
    mine = locked.build.variant
    newer = [one for one in the().variants.values() if mine and one.rocm and mine.rocm and one.rocm > mine.rocm]
    return "gpu-too-new" if any(device.gfx in (one.gfx or ()) for one in newer) else "gpu-too-old"


def _usable(here: Here) -> Device | None:
    """A GPU here that some build of the catalogue runs on."""
    for vendor in MAKERS:
        served = anywhere(here, vendor) if here.of(vendor) else None
        if served and served.devices:
            return served.devices[0]
    return None


def _line(locked: Locked) -> str:
    return _from(locked.package)


def _from(package: LockedPackage) -> str:
    return said(
        "{name} {version} from {registry}",
        name=package.name,
        version=package.version,
        registry=masked(package.registry or said("a place of its own")),
    )


def _libraries(scene: _Scene, locked: Locked) -> AdvisedFinding | None:
    """A CUDA build whose libraries the lock lacks: made from a wheel of another system, or through a mirror."""
    missing = missing_parts(scene.here, locked)
    return (
        AdvisedFinding(
            "cuda-library-missing",
            "error",
            said("uv.lock has {label} without its CUDA libraries", label=locked.label),
            said("{what}; lock again against the official index.", what=_lacks(locked, missing, said("here"))),
            (_line(locked),),
            ways_out(scene.told, "auto", cpu=True),
        )
        if missing
        else None
    )


def _lacks(locked: Locked, missing: Sequence[str], where: str) -> str:
    return said(
        "{label}, loads CUDA from packages of their own, and uv.lock would install none named {missing} {where}: "
        "import torch would fail. The lock was made from a wheel of another system, or through an index that lists "
        "other metadata",
        label=locked.build.label if locked.build else locked.label,
        missing=", ".join(missing),
        where=where,
    )


def _libraries_on_linux(scene: _Scene) -> AdvisedFinding | None:
    """The same, for those who will sync this lock on Linux: here nothing shows it."""
    locked = locked_here(_LINUX, scene.project, scene.chosen)
    missing = missing_parts(look(_LINUX), locked) if locked and not locked.missing_wheel else ()
    if locked is None or not missing:
        return None
    return AdvisedFinding(
        "cuda-library-missing",
        "note",
        said("On Linux uv.lock gives {label} without its CUDA libraries", label=locked.label),
        said("{what}.", what=_lacks(locked, missing, said("on Linux"))),
        (_line(locked),),
    )


def _torchvision(scene: _Scene, locked: Locked) -> AdvisedFinding | None:
    """torchvision raises at import where its CUDA is of another major version than torch's."""
    found = mismatched_vision(scene.here, locked)
    if found is None:
        return None
    other, variant = found
    return AdvisedFinding(
        "library-conflict",
        "error",
        said(
            "uv.lock has {label} and torchvision {version} of {variant}",
            label=locked.label,
            version=other.version,
            variant=variant,
        ),
        said(
            "The two are built for different GPUs or CUDA versions ({one} and {other}), and torchvision refuses to "
            "load then. Both have to come from the same index.",
            one=locked.variant,
            other=variant,
        ),
        (_line(locked), _from(other)),
        ways_out(scene.told, "auto"),
        alone=True,
    )
