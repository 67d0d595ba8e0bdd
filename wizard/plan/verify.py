"""The last step: the checks in the project's own environment."""

from __future__ import annotations

import ntpath
import posixpath
from collections.abc import Mapping
from dataclasses import asdict

from wizard.choices import Choices
from wizard.language import said
from wizard.machine.facts import Machine
from wizard.plan.step import Command, Step
from wizard.plan.sync import Selection
from wizard.project import lock_options
from wizard.project.facts import Project
from wizard.project.lockfile import own_registry
from wizard.verify.record import VerifyRequest


def environment_python(machine: Machine, folder: str) -> str:
    """The Python inside an environment folder."""
    if machine.os == "windows":
        return ntpath.join(folder, "Scripts", "python.exe")
    return posixpath.join(folder, "bin", "python")


def request(  # noqa: PLR0913 - a request is what all the rooms before know
    machine: Machine,
    project: Project | None,
    choices: Choices,
    *,
    uv: str | None,
    selected: Selection,
    variant: str | None,
    python: str | None = None,
    held: Mapping[str, str | None] | None = None,
) -> VerifyRequest:
    """What to look at. `variant`: the torch build that was chosen, or None; `python`: another environment's Python;
    `held`: variables, beside the lock's own, that hold it against this machine's settings.
    """
    gpus = None if machine.gpus is None else tuple(asdict(gpu) for gpu in machine.gpus)
    torch = project.torch if project else None
    foreign = python is not None
    own = environment_python(machine, project.environment_path) if project else None
    return VerifyRequest(
        python=python or own,
        project=project.folder if project and not foreign else None,
        uv=uv,
        require=choices.text("verify.require"),
        extras=selected.extras,
        groups=selected.groups,
        torch_expected=None if foreign or torch is None else torch.locked_version is not None or None,
        torch_variant=variant,
        gpus=gpus,
        nvidia_driver=machine.nvidia_driver,
        os=machine.os,
        in_container=machine.in_container,
        locked=bool(project and project.has_lock and not foreign),
        registry=(own_registry(project) or project.first_index) if project else None,
        held={**lock_options.held(project), **(held or {})} if project else {},
    )


def step(what: VerifyRequest, project: Project, environment: Mapping[str, str | None]) -> Step:
    """The step; its command is what a person types for the same checks."""
    argv = ["uv-wizard", "verify", project.folder]
    if what.require != "auto":
        argv += ["--require", what.require]
    command = Command(tuple(argv), environment, project.folder, "verify", {"request": what.to_json()})
    aim = {
        "auto": said("the checks this machine can pass"),
        "cpu": said("the CPU has to pass"),
        "gpu": said("the GPU has to pass"),
    }
    return Step(
        "verify", "verify", aim.get(what.require, said("{what} has to pass", what=what.require)), commands=(command,)
    )
