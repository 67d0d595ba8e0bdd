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
from dataclasses import dataclass

from wizard.advice.reason import AdvisedFinding
from wizard.diagnosis.record import Fix
from wizard.language import said
from wizard.machine.facts import Machine, MachineFinding, Severity, short
from wizard.plan import shell_files
from wizard.project.facts import Project
from wizard.text import masked, one_line

_MODES = ("clone", "copy", "hardlink", "symlink")
_HOLDS = said("The wizard's own sync leaves it out.")


@dataclass(frozen=True)
class _Wrong:
    """`why`: what is wrong with what it names."""

    cause: str
    severity: Severity
    title: str
    explanation: str
    fixes: tuple[Fix, ...]
    why: str | None = None


def audit(machine: Machine, project: Project | None) -> tuple[MachineFinding, ...]:
    """What is wrong with the variables that are set here."""
    return (*_empty(machine), *_link_mode(machine), *_named(machine), *_active(machine, project))


def _empty(machine: Machine) -> Iterator[MachineFinding]:
    for name in ("UV_CACHE_DIR", "UV_LINK_MODE"):
        if machine.environment.get(name) == "":
            yield _told(
                machine,
                name,
                _Wrong(
                    "config-invalid",
                    "warning",
                    said("{name} is set and empty", name=name),
                    said(
                        "uv ends every command with an error where {name} is set to nothing. {holds} Remove it{place}.",
                        name=name,
                        holds=_HOLDS,
                        place=_place(machine, name),
                    ),
                    (_unset(machine, name),),
                ),
            )


def _link_mode(machine: Machine) -> Iterator[MachineFinding]:
    name, modes = "UV_LINK_MODE", _MODES
    value = machine.environment.get(name)
    if not value or value in modes:
        return
    near = next(iter(difflib.get_close_matches(value.lower(), modes, 1)), "copy")
    meant = Fix(said("Link mode {near}", near=near), {"settings.link-mode": near})
    yield _told(machine, name, _Wrong(
        "config-invalid", "error", said("{name} has a value that uv does not know", name=name),
        said(
            'uv knows {modes}; with "{value}" it ends every command with an error. Correct {name}{place}, or choose '
            'a link mode.', modes=", ".join(modes), value=one_line(masked(value), 40), name=name, place=_place(machine, name)),
        (meant, _unset(machine, name)),
    ))  # fmt: skip


def _named(machine: Machine) -> Iterator[MachineFinding]:
    for name, why in machine.unusable_paths.items():
        fields = {"what": _value(machine, name), "why": why, "name": name, "place": _place(machine, name)}
        if name.startswith("SSL_CERT"):
            cause = "tls-bundle-missing"
            title = (
                said("{name} names no folder of certificates", name=name)
                if name == "SSL_CERT_DIR"
                else said("{name} names no file of certificates", name=name)
            )
            text = said(
                "{what}: {why}. uv then trusts no server and can't download anything. Correct {name}{place}, or "
                "remove it.",
                **fields,
            )
        elif name == "UV_CONFIG_FILE":
            cause = "config-invalid"
            title = said("{name} names a file that uv can't read", name=name)
            text = said(
                "{what}: {why}. uv ends every command with an error. Correct {name}{place}, or remove it.", **fields
            )
        else:
            continue
        yield _told(machine, name, _Wrong(cause, "error", title, text, (_unset(machine, name),), why))


def _value(machine: Machine, name: str) -> str:
    return said("{name} names {value}", name=name, value=one_line(masked(machine.environment.get(name, "")), 200))


def _active(machine: Machine, project: Project | None) -> Iterator[MachineFinding]:
    if project is None:
        return
    conda = machine.conda
    by_itself = conda is not None and conda.active == "base" and conda.auto_activate is True  # a finding of its own
    says = said("uv sync and uv run use .venv all the same, and uv says so each time")
    for name, known, what, leave in (
        ("VIRTUAL_ENV", False, says, ("deactivate",)),
        ("CONDA_PREFIX", by_itself, said("uv sync and uv run use .venv all the same"), ("conda", "deactivate")),
    ):
        value = machine.environment.get(name)
        if not value or known or _is_of(machine, value, project):
            continue
        gone = machine.unusable_paths.get(name)
        title = (
            said("{name} names an environment that is gone", name=name)
            if gone
            else said("Another environment is active here: {name}", name=name)
        )
        out = _unset(machine, name) if gone else Fix(said("Leave the active environment"), commands=(leave,))
        yield _told(
            machine,
            name,
            _Wrong(
                "environment-mismatch",
                "note",
                title,
                said("{value}: {gone}. {what}.", value=_value(machine, name), gone=gone, what=what)
                if gone
                else said(
                    "{value}, which is not this project's .venv. {what}; python and uv pip take the active one.",
                    value=_value(machine, name),
                    what=what,
                ),
                (out,),
                gone,
            ),
        )


def _is_of(machine: Machine, value: str, project: Project) -> bool:
    """Whether that environment is the project's own."""
    paths = ntpath if machine.os == "windows" else posixpath
    own = machine.environment.get("UV_PROJECT_ENVIRONMENT") or ".venv"
    plain = [paths.normcase(paths.normpath(one)) for one in (value, paths.join(project.path, own))]
    return bool(plain[0] == plain[1])


def _told(machine: Machine, name: str, wrong: _Wrong) -> MachineFinding:
    """With the variable as it is set, and every line of a start-up file that sets it."""
    value = machine.environment.get(name, "")
    evidence = [
        f"{name}={value}{f': {wrong.why}' if wrong.why else ''}",
        *(said("{words}: {what}", words=where, what=text) for where, text in _lines(machine, name)),
    ]
    shown = tuple(one_line(masked(line), 300) for line in evidence)
    return AdvisedFinding(
        wrong.cause, wrong.severity, wrong.title, wrong.explanation, shown, fixes=wrong.fixes, alone=True
    )


def _lines(machine: Machine, name: str) -> list[tuple[str, str]]:
    """Where start-up files set it, and to what."""
    return [
        (
            said("{file} line {line}", file=short(machine, one.path), line=one.line),
            f"{one.variable}={one.value}",
        )
        for one in shell_files.assignments(machine, frozenset({name}))
    ]


def _place(machine: Machine, name: str) -> str:
    """` in ~/.bashrc line 3`, "" where no file sets it."""
    lines = _lines(machine, name)
    return said(" in {place}", place=lines[0][0]) if lines else ""


def _unset(machine: Machine, name: str) -> Fix:
    argv: tuple[str, ...] = ("Remove-Item", f"Env:{name}") if machine.os == "windows" else ("unset", name)
    if machine.shell == "fish":
        argv = ("set", "-e", name)
    return Fix(said("Remove {name} for this shell", name=name), commands=(argv,))
