"""Which torch this machine should have in this project: a variant and a version, with the reasons. Pure.

The newest torch that the project allows and that runs on the GPUs here; of its builds the package index's own where
that runs, else the newest. Facts: assets/torch.toml. What the project offers already comes before any edit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from wizard.advice import torch_nothing as nothing
from wizard.advice import torch_words as say
from wizard.advice.reason import Advice, Reason
from wizard.advice.torch_builds import Allowed, Build, Wish, allowed
from wizard.advice.torch_choice import Served, anywhere, serve, without_gpu
from wizard.advice.torch_list import Candidate, RuledOut, candidates, needs_index, ruled_out
from wizard.advice.torch_locked import Locked, locked_here
from wizard.advice.torch_machine import MAKERS, Here, look
from wizard.advice.torch_reach import Selected
from wizard.advice.torch_sound import to_lock_again
from wizard.advice.torch_wish import wish_of
from wizard.catalog_torch import PYPI
from wizard.machine.facts import Machine
from wizard.project.facts import Project

__all__ = ["TorchAdvice", "advise", "reasons"]

NOWHERE: Mapping[str, bool] = {"linux": False, "windows": False, "macos": False}


@dataclass(frozen=True)
class Basis:
    """What the advice was found with; the lists are made of it when they are asked for."""

    here: Here
    wish: Wish
    options: Allowed
    served: Served | None

    @property
    def all(self) -> tuple[Here, Wish, Allowed, Served | None]:
        """In the order in which the lists take them."""
        return self.here, self.wish, self.options, self.served


@dataclass(frozen=True)
class TorchAdvice:
    """`variant`, `torch_version`, `needs_index`, `why`, `ruled_out` and `notes` are INTERFACE.md's `torch`."""

    variant: str | None
    torch_version: str | None
    needs_index: Mapping[str, bool] = field(default_factory=lambda: dict(NOWHERE))
    why: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    choice: str = "keep"
    """What `torch.variant` has to be for this machine to be served: `keep` where uv.lock fits, where there is no
    torch, and where a fact is missing."""
    extra: tuple[str, str] | None = None
    """("extra" or "group", name) by which the project already gives `choice`."""
    locked: Locked | None = None
    """What uv.lock gives this machine now; None: no torch in it, or no lock."""
    lock_again: tuple[str, ...] = ()
    """Packages that uv has to look up anew, for what uv.lock has of them would not load here."""
    certain: bool = True
    """False where a fact is missing that could change the answer: `auto` then keeps what is."""
    basis: Basis | None = field(default=None, repr=False, compare=False)

    @property
    def locked_variant(self) -> str | None:
        """The variant that uv.lock gives this machine, None where it gives none that is known or none that fits."""
        return self.locked.variant if self.locked and not self.locked.missing_wheel else None

    @property
    def platform(self) -> str | None:
        """Of this machine, as the catalogue names it."""
        return self.basis.here.platform if self.basis else None

    @property
    def asks_here(self) -> tuple[str | None, tuple[str, ...]] | None:
        """What the project asks of torch on this machine, and its pins of what goes with it; None: not known."""
        return (self.basis.wish.own, self.basis.wish.pins) if self.basis else None

    @property
    def musl(self) -> bool:
        """Whether the C library is one that no torch was built for."""
        return self.basis is not None and self.basis.here.musl

    @property
    def ruled_out(self) -> tuple[tuple[str, str], ...]:
        """Every variant that can't be taken here, newest first, each with its reason."""
        return tuple((one.variant, one.why) for one in self.ruled_out_rows)

    @cached_property
    def ruled_out_rows(self) -> tuple[RuledOut, ...]:
        """The same as rows of a table."""
        if self.basis is None:
            return ()
        return nothing.musl_ruled_out() if self.basis.here.musl else ruled_out(*self.basis.all)

    @cached_property
    def candidates(self) -> tuple[Candidate, ...]:
        """The rows of the screen's list: the recommended one, the lock's, the others that run here."""
        if self.basis is None or self.basis.here.musl:
            return ()
        return candidates(self.basis.here, self.basis.options, self.basis.served, self.locked)

    def document(self) -> dict[str, Any]:
        """INTERFACE.md's `torch`."""
        return {
            "schema": 1,
            "variant": self.variant,
            "needs_index": dict(self.needs_index),
            "torch_version": self.torch_version,
            "why": list(self.why),
            "ruled_out": [{"variant": name, "why": why} for name, why in self.ruled_out],
            "notes": list(self.notes),
        }


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
        and not any(index.get("default") for index in project.indexes)
    )


def reasons(told: TorchAdvice) -> Advice:
    """For `doctor`: told as `torch.variant` with its reasons, never taken by itself."""
    if told.variant is None:
        return Advice()
    sentences = (*told.why, *(told.notes[-1:] if told.choice != told.variant else ()))
    return Advice({"torch.variant": told.choice}, tuple(Reason("torch.variant", told.choice, one) for one in sentences))
