"""What the choice of a torch variant means for a plan: an extra of the sync, or two steps, edit and lock. Pure.

The advice is handed in, for it stands a floor above.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

from wizard.catalog_torch import PYPI
from wizard.choice_keys import KEYS
from wizard.choices import Choices
from wizard.errors import BadInput, DecisionMissing
from wizard.language import said
from wizard.machine.facts import Machine
from wizard.plan import torch_binding
from wizard.plan.make import TorchPart
from wizard.plan.step import FileChange, Step
from wizard.plan.sync import lock_step
from wizard.plan.torch_binding import holding, mirrored, target_of
from wizard.plan.torch_notes import notes
from wizard.plan.torch_release import check_version
from wizard.project.facts import Project
from wizard.project.torch_editor import edit
from wizard.project.torch_members import check
from wizard.project.torch_target import Target


class Advised(torch_binding.Advised, Protocol):
    """What of `wizard.advice.torch.TorchAdvice` is needed here."""

    @property
    def choice(self) -> str: ...
    @property
    def certain(self) -> bool: ...
    @property
    def notes(self) -> tuple[str, ...]: ...
    @property
    def locked_variant(self) -> str | None: ...
    @property
    def lock_again(self) -> tuple[str, ...]: ...
    @property
    def platform(self) -> str | None: ...
    @property
    def asks_here(self) -> tuple[str | None, tuple[str, ...]] | None: ...


def part(machine: Machine, project: Project, choices: Choices, uv: str, advised: Advised) -> TorchPart:
    """Steps, extra and variant. Raises BadInput where the choice can't be carried out, DecisionMissing where `auto`
    has no answer.
    """
    project = _asking_here(project, advised)
    torch = project.torch
    version = choices.text("torch.version")
    if version and torch is not None:
        check_version(project, version)
    name = wanted(project, choices, advised)
    settled = version in {"", torch.locked_version if torch else ""}
    anew = _anew(choices, advised)
    if name == "keep" and settled:
        return TorchPart()
    if torch is None:
        key, value = ("torch.variant", name) if name != "keep" else ("torch.version", version)
        msg = said(
            "{key} = {value}: this project does not use torch; add it (uv add torch), or leave that choice out",
            key=key,
            value=value,
        )
        raise BadInput(msg)
    if name == "keep":
        steps = _steps(project, choices, uv, holding(project, version), name, advised)
        return TorchPart(steps, locks=bool(steps))
    if name in torch.offers:
        steps = () if settled else _steps(project, choices, uv, holding(project, version), name, advised)
        if not steps and anew:
            steps = (lock_step(project, choices, uv, anew),)
        return TorchPart(steps, torch.offers[name], name, locks=bool(steps))
    as_locked = name != PYPI and name == advised.locked_variant and settled and not anew
    if as_locked and not _laid_out(choices) and name not in mirrored(project, choices):
        return TorchPart(variant=name)
    target = target_of(project, choices, name, advised, machine.gpus or ())
    steps = _steps(project, choices, uv, target, name, advised)
    bound_here = machine.os in target.bound.get(name, ())
    if not steps and bound_here and (anew or not (settled and name == advised.locked_variant)):
        # the file was edited before, and its lock never made, or made without what this torch needs here
        steps = (lock_step(project, choices, uv, anew),)
    if steps and machine.os not in (None, *choices.names("torch.platforms")):
        left = said("torch.platforms leaves {os} out: on this machine torch stays what it is", os=machine.os)
        steps = (replace(steps[0], notes=(*steps[0].notes, left)), *steps[1:])
    extra = ("extra", name) if target.layout == "extras" and steps else None
    return TorchPart(steps, extra, None if name == PYPI else name, locks=bool(steps))


def _asking_here(project: Project, advised: Advised) -> Project:
    """The project with what it asks of torch on this machine: requirements with other markers may contradict that."""
    torch = project.torch
    if torch is None or advised.asks_here is None or not any(";" in line for line in (*torch.wishes, *torch.pins)):
        return project
    requirement, pins = advised.asks_here
    return replace(project, torch=replace(torch, requirement=requirement, pins=pins))


def _anew(choices: Choices, advised: Advised) -> tuple[str, ...]:
    """What uv has to look up once more: only where nobody named a variant, so that an index that stays wrong is asked once."""
    return advised.lock_again if choices.text("torch.variant") == "auto" else ()


def _laid_out(choices: Choices) -> bool:
    """Whether more is asked for than a variant for this machine."""
    return any(choices.get(key) != KEYS[key].default for key in ("torch.layout", "torch.platforms"))


def wanted(project: Project, choices: Choices, advised: Advised) -> str:
    """`keep`, `pypi` or a variant: what `torch.variant` comes to here."""
    value = choices.text("torch.variant")
    if value != "auto":
        return value
    if project.torch is None:
        return "keep"
    if advised.variant is None or not advised.certain:
        why = advised.notes[0] if advised.notes else said("a fact of this machine is missing")
        msg = said("torch.variant = auto has no answer here: {why}. Set torch.variant to keep or to a variant", why=why)
        raise DecisionMissing(msg)
    return advised.choice


def _steps(
    project: Project, choices: Choices, uv: str, target: Target, name: str, advised: Advised
) -> tuple[Step, ...]:
    path, before = project.file("pyproject.toml")
    if before is None:
        return ()
    if target.variants:
        check(project.member_files, ("torch", *target.family))
    after = edit(before, target)
    if after == before:
        return ()
    change = FileChange(path, before, after)
    summary = said("{what} in pyproject.toml", what=_told(target, name, advised))
    return (
        Step("torch", "torch", summary, files=(change,), notes=notes(project, target, choices, after)),
        lock_step(project, choices, uv, _anew(choices, advised)),
    )


def _told(target: Target, name: str, advised: Advised) -> str:
    version = target.held.get("torch") or (advised.torch_version if advised.variant == name else None)
    torch = f"torch {version}" if version else "torch"
    if not target.variants:
        return said("hold {torch}", torch=torch)
    return said("bind {torch} {source}", torch=torch, source=said("from the package index") if name == PYPI else name)
