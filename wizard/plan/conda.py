"""conda's automatic activation, switched off the conda way where that is chosen. Pure."""

from __future__ import annotations

import ntpath
import posixpath
from dataclasses import replace

from wizard.choices import Choices
from wizard.errors import BadInput
from wizard.language import said
from wizard.machine.conda import key_of
from wizard.machine.facts import FoundUv, Machine
from wizard.plan.step import Command, Step

KEY = "settings.conda-auto-activate"


def uv_of_base(machine: Machine) -> FoundUv | None:
    """The uv of conda's base, where base starts in every new shell: it is found there before any other."""
    conda = machine.conda
    if conda is None or conda.auto_activate is not True:
        return None
    paths = ntpath if machine.os == "windows" else posixpath
    root = paths.dirname(paths.dirname(conda.program)) if conda.program else None
    for one in machine.uv or ():
        inside = one.path.startswith(f"{root}{paths.sep}") if root else True
        if one.how == "conda" and inside and f"{paths.sep}envs{paths.sep}" not in one.path:
            return one
    return None


def comes_first(machine: Machine, choices: Choices, uv: str) -> str | None:
    """What to tell where shells will go on to find conda's uv before the one at `uv`; None where they will not."""
    of_base = uv_of_base(machine)
    if of_base is None or of_base.path == uv or choices.text(KEY) == "off":
        return None
    return said(
        "conda's base starts in every new shell and puts its own uv first there "
        "({version} at {path}); {key} = off ends that. The commands here name the new uv.",
        version=of_base.version or "?",
        path=of_base.path,
        key=KEY,
    )


def with_conda(step: Step | None, machine: Machine, choices: Choices) -> Step | None:
    """The settings step with conda's own command first; that step alone, or None, where nothing is to be switched off.

    Raises BadInput where it is, and there is no conda to ask.
    """
    if choices.text(KEY) != "off" or machine.conda is None or machine.conda.auto_activate is not True:
        return step
    conda = machine.conda
    if conda.program is None:
        if not machine.foreign:
            msg = said(
                "{key} = off: the shells start inside conda, and its program was not found; allowed: keep", key=KEY
            )
            raise BadInput(msg)
        conda = replace(conda, program="conda")
    argv = (conda.program or "conda", "config", "--set", key_of(conda.version), "false")
    command = Command(argv, options={"journal": [conda.condarc]} if conda.condarc else {})
    notes = (said("New shells start outside conda's base; conda activate base goes there when you want it."),)
    if step is None:
        return Step("settings", "settings", said("conda's base only when asked for"), commands=(command,), notes=notes)
    return replace(step, commands=(command, *step.commands), notes=(*step.notes, *notes))
