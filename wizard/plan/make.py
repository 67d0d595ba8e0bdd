"""The plan: every step that has something to do, in the order they run. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from wizard.choices import Choices
from wizard.machine.facts import Machine
from wizard.plan import conda, install_uv, settings, sync, verify
from wizard.plan.step import Plan, Step
from wizard.project.facts import Project


@dataclass(frozen=True)
class TorchPart:
    """What torch's choice means for the plan: its own steps, the extra that gives the variant, the variant to find."""

    steps: tuple[Step, ...] = ()
    extra: tuple[str, str] | None = None
    variant: str | None = None
    locks: bool = False
    """Whether its steps make uv.lock anew (and so may make a first one)."""


@dataclass(frozen=True)
class Circumstances:
    """What the plan asks of the world beside the records, looked up by wizard.way."""

    pip_python: str | None = None
    """A Python that has pip."""
    torch: TorchPart = field(default_factory=TorchPart)
    mirrors: Mapping[str, Any] | None = None
    """Options of wizard.run.mirror_sync, None where the sync needs no mirror."""
    named: Step | None = None
    """Writes the mirror into the project."""
    held: Mapping[str, str | None] = field(default_factory=dict)
    """Variables that hold the lock against what this machine's settings say."""
    notes: tuple[str, ...] = ()
    """What to know of the sync."""
    begun: Step | None = None
    """Writes the project that there is not yet."""
    room: Mapping[str, Any] | None = None
    """What is known of the disks (wizard.advice.room)."""
    first_lock: bool = False
    """Whether uv.lock is made, where there is none."""
    fixing: Step | None = None
    """What a fix asked for."""
    options: tuple[str, ...] = ()
    """More options of the sync, for this once."""


def make(machine: Machine, project: Project | None, choices: Choices, around: Circumstances) -> Plan:
    """The plan; steps with nothing to do are left out. Raises BadInput where a choice can't be carried out."""
    uv = install_uv.plan_uv(machine, project, choices, around.pip_python)
    kept = settings.step(machine, choices, _path_entry(machine, uv), uv.path)
    steps: list[Step | None] = [_with_shadow(machine, choices, uv), conda.with_conda(kept, machine, choices)]
    if project is not None:
        steps += (around.begun, around.fixing, around.named, *around.torch.steps)
        anew = bool(around.named or around.begun or around.first_lock)
        if anew and not around.torch.locks:
            steps.append(sync.lock_step(project, choices, uv.path))
        if project.has_lock or around.torch.locks or anew:
            selected = sync.selection(choices, around.torch.extra)
            synced = sync.step(project, choices, uv.path, selected, around.mirrors, around.held)
            synced = sync.with_room(sync.with_options(synced, around.options), project, around.room)
            steps.append(replace(synced, notes=(*around.notes, *synced.notes)))
            what = verify.request(
                machine, project, choices, uv=uv.path, selected=selected, variant=around.torch.variant, held=around.held
            )
            there = replace(what, locked=True)  # also where this plan makes the first one
            steps.append(verify.step(there, project, sync.run_environment(project, choices)))
    return Plan(tuple(one for one in steps if one), project.path if project else None, uv.path)


def _with_shadow(machine: Machine, choices: Choices, uv: install_uv.UvPlan) -> Step | None:
    """The step that brings a uv, saying so where conda's will be found before it."""
    told = conda.comes_first(machine, choices, uv.path)
    if uv.step is None or told is None:
        return uv.step
    of_base = conda.uv_of_base(machine)
    others = tuple(note for note in uv.step.notes if not (of_base and of_base.path in note))
    return replace(uv.step, notes=(*others, told))


def _path_entry(machine: Machine, uv: install_uv.UvPlan) -> str | None:
    """The folder every shell must search, where uv lies in one that this PATH lacks and no start-up file names."""
    entries = install_uv.path_entries(machine)
    if uv.folder in (entries or ()):
        return None
    if uv.step is None and (entries is None or settings.knows_folder(machine, uv.folder)):
        return None
    return uv.folder
