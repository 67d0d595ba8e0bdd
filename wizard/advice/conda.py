"""What conda's base does to the uv that a shell finds, and the way out. Pure.

conda's block stands in the files that an interactive shell reads last (.bashrc, .zshrc, config.fish), so what base puts
on the PATH comes before what any start-up file of ours put there.
"""

from __future__ import annotations

from collections.abc import Iterator

from wizard.advice.reason import AdvisedFinding
from wizard.advice.uv_here import answered, of_shell
from wizard.diagnosis.record import Fix
from wizard.language import said
from wizard.machine.facts import Machine, MachineFinding
from wizard.plan.conda import KEY, uv_of_base
from wizard.plan.install_uv import found_by_shells
from wizard.text import one_line

BY_ITSELF = ("conda-base-active", "conda-in-shells")
"""Findings that end with base's automatic start."""


def fixes(cause: str, machine: Machine) -> tuple[Fix, ...]:
    """The way out of a finding of conda, where the conda here can be asked for it."""
    conda = machine.conda
    if cause in BY_ITSELF and conda is not None and conda.auto_activate is True and conda.program is not None:
        return (Fix(said("New shells start outside conda's base"), {KEY: "off"}),)
    return ()


def audit(machine: Machine) -> Iterator[MachineFinding]:
    """Shells that run the uv of conda's base though there is a uv of the user's own."""
    of_base = uv_of_base(machine)
    own = next((one for one in found_by_shells(machine) if one.how != "conda" and one.version), None)
    if of_base is None or own is None:
        return
    shells = [one for one in answered(machine) if of_shell(machine, one) == of_base]
    if shells:
        lines = [f"{one.shell}{' at log-in' if one.start == 'login' else ''}: uv is {one.path}" for one in shells]
        yield AdvisedFinding(
            "uv-behind-conda",
            "warning",
            said("In new shells, conda's uv comes before your own"),
            said(
                "conda's base starts by itself and puts its uv {version} before {own} at {path}. Switch its start "
                "off ({key} = off), or take uv out of base: conda remove uv.",
                version=of_base.version or "",
                own=own.version,
                path=one_line(own.path, 200),
                key=KEY,
            ),
            tuple(one_line(line, 300) for line in lines),
            fixes=fixes("conda-in-shells", machine),
            alone=True,
        )
