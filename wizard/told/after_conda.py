"""What somebody who comes from conda looks for next: the editor's interpreter, notebooks, activation. Pure."""

from __future__ import annotations

import ntpath
import posixpath

from wizard.language import said
from wizard.lists import as_rows
from wizard.machine.facts import Machine
from wizard.plan.quoting import posix_line

SHELLS = {
    "fish": "source {folder}/bin/activate.fish",
    "nu": "overlay use {folder}/bin/activate.nu",
    "pwsh": "{folder}/bin/Activate.ps1",
}


def lines(environment: str, os: str | None, shell: str | None) -> tuple[tuple[str, str], ...]:
    """(what, how) rows. `environment`: the project's, such as `/p/.venv`; `os`: linux, windows or macos."""
    windows = os == "windows"
    paths = ntpath if windows else posixpath
    python = paths.join(environment, *(("Scripts", "python.exe") if windows else ("bin", "python")))
    if windows:
        activate = paths.join(environment, "Scripts", "activate" + ("" if shell == "cmd" else ".ps1"))
    else:
        quoted = posix_line([environment])
        activate = SHELLS.get(shell or "", "source {folder}/bin/activate").format(folder=quoted)
    return (
        (
            "conda activate",
            said("not needed: uv run COMMAND. To have it all the same: {activate}", activate=activate),
        ),
        ("conda install NAME", "uv add NAME"),
        ("conda env export", said("uv.lock, which git keeps; another machine: uv sync --locked")),
        ("VS Code", said("Python: Select Interpreter, then {python}", python=python)),
        ("PyCharm", said("Add Interpreter, Existing, then {python}", python=python)),
        ("Jupyter", "uv run --with jupyter jupyter lab"),
        ("conda env list", said("one folder, one project each: uv-wizard import --conda NAME FOLDER")),
    )


def active(machine: Machine) -> bool:
    """Whether somebody works with conda here, in whatever words their project was written."""
    return machine.conda is not None and machine.conda.active is not None


def told(environment: str, os: str | None, shell: str | None) -> list[str]:
    """The same as lines of text."""
    return [said("Coming from conda:"), *as_rows(lines(environment, os, shell))]


__all__ = ["active", "lines", "told"]
