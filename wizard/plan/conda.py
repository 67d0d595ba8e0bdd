"""conda's automatic activation, switched off the conda way where that is chosen. Pure."""

from __future__ import annotations

from dataclasses import replace

from wizard.choices import Choices
from wizard.errors import BadInput
from wizard.machine.conda import key_of
from wizard.machine.facts import Machine
from wizard.plan.step import Command, Step

KEY = "settings.conda-auto-activate"


def with_conda(step: Step | None, machine: Machine, choices: Choices) -> Step | None:
    """The settings step with conda's own command first; that step alone, or None, where nothing is to be switched off.

    Raises BadInput where it is, and there is no conda to ask.
    """
    if choices.text(KEY) != "off" or machine.conda is None or machine.conda.auto_activate is not True:
        return step
    conda = machine.conda
    if conda.program is None:
        if not machine.foreign:
            msg = f"{KEY} = off: the shells start inside conda, and its program was not found; allowed: keep"
            raise BadInput(msg)
        conda = replace(conda, program="conda")
    argv = (conda.program or "conda", "config", "--set", key_of(conda.version), "false")
    command = Command(argv, options={"journal": [conda.condarc]} if conda.condarc else {})
    notes = ("New shells start outside conda's base; conda activate base goes there when you want it.",)
    if step is None:
        return Step("settings", "settings", "conda's base only when asked for", commands=(command,), notes=notes)
    return replace(step, commands=(command, *step.commands), notes=(*step.notes, *notes))
