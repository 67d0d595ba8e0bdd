"""What is wrong with a version or a folder as it is typed, in a sentence for whoever types it."""

from __future__ import annotations

import os

from packaging.specifiers import SpecifierSet

from wizard.choices import checked
from wizard.errors import BadInput
from wizard.language import said
from wizard.machine.facts import Machine
from wizard.plan.uv_ways import specifier
from wizard.project.facts import Project
from wizard.text import one_line


def wrong_version(text: str, project: Project | None) -> str | None:
    """Not a version, or one that this project does not take."""
    try:
        checked("uv.version", text)
    except BadInput:
        return said(
            '"{text}" is not a version. Write three numbers, such as 0.13.8, or nothing for the newest.',
            text=one_line(text, 30),
        )
    if text and project and not SpecifierSet(specifier(project)).contains(text, prereleases=True):
        return said(
            "This project asks for uv {required_uv} (required-version), not {text}.",
            required_uv=one_line(project.required_uv or "", 20),
            text=text,
        )
    return None


def wrong_folder(text: str, machine: Machine) -> str | None:
    """Not a whole path, or one where this user may not write. Asks the disk, where the machine is this one."""
    try:
        checked("uv.dir", text)
    except BadInput:
        return said("Write the whole path: uv knows no ~ and no $HOME here.")
    if not text or machine.foreign:
        return None
    here = text
    while not os.path.lexists(here) and os.path.dirname(here) != here:
        here = os.path.dirname(here)
    if os.path.isdir(here) and os.access(here, os.W_OK | os.X_OK):
        return None
    who = machine.user or said("this user")
    return said(
        "{who} may not write in {here}. Choose a folder of your own, such as ~/.local/bin.",
        who=who,
        here=one_line(here, 40),
    )
