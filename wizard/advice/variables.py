"""Variables of the environment that stop uv or mislead it: each told with its place and a way out. Pure.

Measured with uv 0.8.24 and 0.13.8: an empty UV_CACHE_DIR or UV_LINK_MODE, an unknown link mode and a UV_CONFIG_FILE that
is not there end every command; SSL_CERT_FILE and SSL_CERT_DIR that name nothing leave no server to be trusted; an active
environment that is not the project's is passed over with a warning, and taken by uv pip.
"""

from __future__ import annotations

import difflib
import ntpath
import posixpath
from collections.abc import Iterator

from wizard.advice.reason import AdvisedFinding
from wizard.choices import LINK_MODES
from wizard.diagnosis.record import Fix
from wizard.machine.facts import Machine, MachineFinding, Severity
from wizard.plan import shell_files
from wizard.project.facts import Project
from wizard.text import masked, one_line

_HOLDS = "The wizard's own sync leaves it out."


def audit(machine: Machine, project: Project | None) -> tuple[MachineFinding, ...]:
    """What is wrong with the variables that are set here."""
    return (*_empty(machine), *_link_mode(machine), *_named(machine), *_active(machine, project))


def _empty(machine: Machine) -> Iterator[MachineFinding]:
    for name in ("UV_CACHE_DIR", "UV_LINK_MODE"):
        if machine.environment.get(name) == "":
            yield _told(
                machine, name, "config-invalid", "warning", f"{name} is set and empty",
                f"uv ends every command with an error where {name} is set to nothing. {_HOLDS} Remove it{{place}}.",
                (_unset(machine, name),),
            )  # fmt: skip


def _link_mode(machine: Machine) -> Iterator[MachineFinding]:
    name, modes = "UV_LINK_MODE", [mode for mode in LINK_MODES if mode != "auto"]
    value = machine.environment.get(name)
    if not value or value in modes:
        return
    near = next(iter(difflib.get_close_matches(value.lower(), modes, 1)), "copy")
    meant = Fix(f"Link mode {near}", {"settings.link-mode": near})
    yield _told(
        machine, name, "config-invalid", "error", f"{name} has a value that uv does not know",
        f"uv knows {', '.join(modes)}; with \"{one_line(masked(value), 40)}\" it ends every command with an error. "
        f"Correct {name}{{place}}, or choose a link mode.",
        (meant, _unset(machine, name)),
    )  # fmt: skip


def _named(machine: Machine) -> Iterator[MachineFinding]:
    for name, why in machine.unusable_paths.items():
        if name.startswith("SSL_CERT"):
            what = "folder of trusted certificates" if name == "SSL_CERT_DIR" else "file of trusted certificates"
            yield _told(
                machine, name, "tls-bundle-missing", "error", f"{name} names a {what} that is none",
                f"{name} is set, and {why}: uv then trusts no server and can't download anything. Correct {name}{{place}}, "
                "or remove it.",
                (_unset(machine, name),), why,
            )  # fmt: skip
        elif name == "UV_CONFIG_FILE":
            yield _told(
                machine, name, "config-invalid", "error", f"{name} names a file that uv can't read",
                f"{name} is set, and {why}: uv ends every command with an error. Correct {name}{{place}}, or remove it.",
                (_unset(machine, name),), why,
            )  # fmt: skip


def _active(machine: Machine, project: Project | None) -> Iterator[MachineFinding]:
    venv, prefix = machine.environment.get("VIRTUAL_ENV"), machine.environment.get("CONDA_PREFIX")
    conda = machine.conda
    by_itself = conda is not None and conda.active == "base" and conda.auto_activate is True  # a finding of its own
    leave = Fix("Leave the conda environment", commands=(("conda", "deactivate"),))
    for name, value, out in (
        ("VIRTUAL_ENV", venv, Fix("Leave the active environment", commands=(("deactivate",),))),
        ("CONDA_PREFIX", None if by_itself else prefix, leave),
    ):
        if not value or (project is not None and _is_of(machine, value, project)):
            continue
        gone = machine.unusable_paths.get(name)
        state = f"{name} names an environment that is gone" if gone else "Another environment is active in this shell"
        yield _told(
            machine, name, "environment-mismatch", "note", state,
            f"{name} names {one_line(masked(value), 200)}, which is not this project's .venv: uv sync and uv run use .venv "
            f"all the same, and say so each time; uv pip and python take the active one. {_HOLDS}",
            (_unset(machine, name) if gone else out,), gone,
        )  # fmt: skip


def _is_of(machine: Machine, value: str, project: Project) -> bool:
    """Whether that environment is the project's own."""
    paths = ntpath if machine.os == "windows" else posixpath
    own = machine.environment.get("UV_PROJECT_ENVIRONMENT") or ".venv"
    plain = [paths.normcase(paths.normpath(one)) for one in (value, paths.join(project.path, own))]
    return plain[0] == plain[1]


def _told(
    machine: Machine, name: str, cause: str, severity: Severity, title: str, explanation: str, fixes: tuple[Fix, ...],
    why: str | None = None,
) -> MachineFinding:  # fmt: skip
    value = machine.environment.get(name, "")
    lines = [
        (f"{shell_files.short(machine, one.path)} line {one.line}", f"{one.variable}={one.value}")
        for one in shell_files.assignments(machine, frozenset({name}))
    ]
    place = f" in {lines[0][0]}" if lines else ""
    evidence = [f"{name}={value}{f': {why}' if why else ''}", *(f"{where}: {text}" for where, text in lines)]
    shown = tuple(one_line(masked(line), 300) for line in evidence)
    return AdvisedFinding(
        cause, severity, title, explanation.replace("{place}", place), shown, fixes=fixes, alone=True
    )  # fmt: skip


def _unset(machine: Machine, name: str) -> Fix:
    argv = ("Remove-Item", f"Env:{name}") if machine.os == "windows" else ("unset", name)
    if machine.shell == "fish":
        argv = ("set", "-e", name)
    return Fix(f"Remove {name} for this shell", commands=(argv,))
