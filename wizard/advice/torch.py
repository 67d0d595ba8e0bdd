"""Which torch this machine should have in this project: a variant and a version, with the reasons. Pure.

The newest torch that the project allows and that runs on the GPUs here; of its builds the package index's own where
that runs, else the newest. Facts: assets/torch.toml. What the project offers already comes before any edit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from wizard.advice import torch_nothing as nothing
from wizard.advice import torch_words as say
from wizard.advice.reason import Advice, Reason
from wizard.advice.torch_builds import Allowed, Build, Wish, allowed
from wizard.advice.torch_choice import Served, anywhere, serve, without_gpu
from wizard.advice.torch_list import needs_index
from wizard.advice.torch_locked import Locked, index_variant, locked_here
from wizard.advice.torch_machine import MAKERS, Here, look
from wizard.advice.torch_reach import Selected
from wizard.advice.torch_record import Basis, TorchAdvice
from wizard.advice.torch_sound import to_lock_again
from wizard.advice.torch_wish import wish_of
from wizard.catalog_torch import PYPI
from wizard.machine.facts import Machine
from wizard.project.facts import Project

__all__ = ["TorchAdvice", "advise", "reasons"]


def advise(
    machine: Machine,
    project: Project | None,
    *,
    python: str | None = None,
    selected: Selected | None = None,
    version: str = "",
) -> TorchAdvice:
    """The advice. `python`: the version that the environment will have, where it is known (`3.12.4`).

    `selected`: the extras and groups that will be synced, beside the default groups. `version`: the only torch to
    look at, "" for all that the project allows.
    """
    here = look(machine)
    if here.platform is None:
        return TorchAdvice(None, None, notes=(say.sentence_case(nothing.unknown_platform(machine)),), certain=False)
    if here.musl:
        basis = Basis(here, Wish(), Allowed((), frozenset(), {}), None)
        return TorchAdvice(None, None, notes=(nothing.MUSL,), basis=basis)
    wish = wish_of(machine, project, python).held_at(version)
    options = allowed(here.platform, wish)
    locked = locked_here(machine, project, selected, python)
    return _settled(_search(here, wish, options, project), machine, here, project, locked)


@dataclass(frozen=True)
class _Found:
    """What the search came to: a build, or none with the notes that say what there is instead."""

    served: Served | None
    wish: Wish
    options: Allowed
    notes: tuple[str, ...] = ()
    certain: bool = True


def _search(here: Here, wish: Wish, options: Allowed, project: Project | None) -> _Found:
    notes: list[str] = []
    refused: tuple[str, ...] = ()
    certain = True
    if here.os == "macos":
        served = without_gpu(here, options.by_accelerator.get("none", ()))
        return _Found(served, wish, options, () if served else nothing.no_wheel(here, wish, options))
    if here.devices is None:
        return _Found(None, wish, options, nothing.unknown_gpus(here, options), certain=False)
    for vendor in MAKERS:
        devices = here.of(vendor)
        if not devices:
            continue
        known = tuple(one for one in devices if one.known)
        notes += [nothing.unknown_device(one) for one in devices if not one.known]
        certain = certain and len(known) == len(devices)
        if vendor == "nvidia" and here.driver is None and known:
            notes += nothing.unknown_driver(here, known, options)
            certain = False
            continue
        served = serve(here, vendor, _offered_first(here, vendor, options, project))
        if served:
            return _Found(served, wish, options, (*notes, *say.left_behind(here, served)), certain)
        other = anywhere(here, vendor) if known else None
        if other:  # another maker's GPU may still serve; only where none does is this the answer
            refused = refused or nothing.nothing_fits(here, wish, options, other)
        else:
            notes += nothing.unusable(here, vendor, known)
    if refused:
        return _Found(None, wish, options, (*refused, *notes), certain)
    served = without_gpu(here, options.by_accelerator.get("none", ()))
    return _Found(served, wish, options, (*notes, *(() if served else nothing.no_wheel(here, wish, options))), certain)


def _offered_first(here: Here, vendor: str, options: Allowed, project: Project | None) -> tuple[Build, ...]:
    """The builds to search: those that the project already binds to an extra or group, where one of them runs."""
    offers = project.torch.offers if project and project.torch else {}
    builds = options.by_accelerator.get(vendor, ())
    offered = tuple(build for build in builds if build.name in offers)
    return offered if offered and serve(here, vendor, offered) else builds


def _settled(
    found: _Found, machine: Machine, here: Here, project: Project | None, locked: Locked | None
) -> TorchAdvice:
    served, options = found.served, found.options
    told = TorchAdvice(
        None,
        None,
        notes=tuple(map(say.sentence_case, found.notes)),
        locked=locked,
        lock_again=to_lock_again(here, locked) if locked else (),
        certain=found.certain,
        basis=Basis(here, found.wish, options, served),
    )
    if served is None:
        return told
    build = served.build
    notes = (*found.notes, *say.caveats(here, served, options, machine))
    choice, extra, more = _choice(found, here, told, project)
    return replace(
        told,
        variant=build.name,
        torch_version=build.torch,
        needs_index=needs_index(build, found.wish),
        why=say.why(here, served, options, found.wish),
        notes=tuple(map(say.sentence_case, (*notes, *more))),
        choice=choice,
        extra=extra,
    )


def _choice(
    found: _Found, here: Here, told: TorchAdvice, project: Project | None
) -> tuple[str, tuple[str, str] | None, tuple[str, ...]]:
    """`torch.variant`, the extra that gives it, and what to say about that."""
    torch = project.torch if project else None
    served = found.served
    if project is None or torch is None or served is None or not found.certain:
        return "keep", None, ()
    asked, locked = found.wish.version, told.locked
    if locked is not None and asked in (None, locked.torch) and not told.lock_again:
        if locked.serves(here, served):
            return "keep", None, (say.lock_fits(locked),)
        if locked.unheard:
            return "keep", None, (say.lock_unheard(locked),)
    name = served.build.name
    offered = "cpu" if name == PYPI else name
    if offered in torch.offers:
        extra = torch.offers[offered]
        return offered, extra, (say.offered(extra),)
    if locked is None and asked is None and (name == PYPI or _unbound(found, project)):
        return "keep", None, ()
    return name, None, () if torch.declared else (say.INDIRECT,)


def _unbound(found: _Found, project: Project) -> bool:
    """Whether locking the project as it stands would give the advised build: the newest, from the package index."""
    served = found.served
    newest = found.options.builds[0].release if found.options.builds else None
    return (
        served is not None
        and served.build in found.options.from_pypi
        and served.build.release is newest
        and "torch" not in project.sources
        and not any(map(_before_the_package_index, project.indexes))
    )


def _before_the_package_index(index: Mapping[str, Any]) -> bool:
    """Whether uv would look for torch there first: the project's own default, or PyTorch's index for any package."""
    torch = index.get("explicit") is not True and index_variant(str(index.get("url"))) is not None
    return torch or index.get("default") is True


def reasons(told: TorchAdvice) -> Advice:
    """For `doctor`: told as `torch.variant` with its reasons, never taken by itself."""
    if told.variant is None:
        return Advice()
    sentences = (*told.why, *(told.notes[-1:] if told.choice != told.variant else ()))
    return Advice({"torch.variant": told.choice}, tuple(Reason("torch.variant", told.choice, one) for one in sentences))
