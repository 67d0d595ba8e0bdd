"""Where each setting is set now, what each place says, and which of them wins. Pure.

uv's order: the environment, the project's uv.toml (else its pyproject.toml), the user's uv.toml, the system's, its own
default; a file that UV_CONFIG_FILE names stands alone (uv's documentation on configuration files; measured with 0.13.8).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from wizard.advice.in_force import configs, reads_files
from wizard.language import said
from wizard.machine.facts import Machine, short
from wizard.plan import shell_files, user_registry
from wizard.plan.settings import VARIABLES
from wizard.plan.shell_family import FAMILIES
from wizard.plan.uv_toml import KEYS
from wizard.project.facts import Project
from wizard.text import masked, one_line
from wizard.toml import TOMLError, parse


@dataclass(frozen=True)
class Source:
    """A place that sets a value. `place`: `UV_CACHE_DIR in ~/.bashrc line 12`; `at`: the same without the
    variable; `wins`: whether it is the one that uv goes by here.
    """

    value: str
    place: str
    at: str
    wins: bool = False


def sources(machine: Machine, key: str, project: Project | None = None) -> tuple[Source, ...]:
    """Every place that says something about that key, the strongest first. None at all: uv's own default holds."""
    found_there = list(_environment(machine, VARIABLES[key]))
    here = machine.environment.get(VARIABLES[key])
    # a line of a start-up file that this terminal has not read decides nothing here
    if here and not any(holds for _, holds in found_there):
        found_there.insert(0, (_of_variable(here, VARIABLES[key], said("this terminal")), True))
    found = [*found_there, *_files(machine, KEYS.get(key), project)]
    first = next((number for number, (_, holds) in enumerate(found) if holds), None)
    return tuple(replace(one, wins=number == first) for number, (one, _) in enumerate(found))


def in_force(machine: Machine, key: str, project: Project | None = None) -> Source | None:
    """The place that wins, None where it is uv's own default."""
    return next((one for one in sources(machine, key, project) if one.wins), None)


def _of_variable(value: str, variable: str, at: str) -> Source:
    return Source(masked(one_line(value)), said("{variable} in {at}", variable=variable, at=at), at)


def _of_file(value: str, place: str) -> Source:
    return Source(masked(one_line(value)), place, place)


def _environment(machine: Machine, variable: str) -> Iterator[tuple[Source, bool]]:
    """(source, whether this terminal has it from there), of start-up files, our own files and the registry."""
    here = machine.environment.get(variable)
    names = frozenset({variable})
    for one in shell_files.assignments(machine, names):
        at = said("{file} line {line}", file=short(machine, one.path), line=one.line)
        holds = here is not None and (one.value == here or one.value[:1] in {"$", "~"})
        yield _of_variable(one.value, variable, at), holds
    for family in FAMILIES:
        path = shell_files.env_file(machine, family)
        value = family.variables_of(machine.files.get(path), names).get(variable)
        if value is not None:
            line = _line(machine.files.get(path), rf"^.*\b{variable}\b")
            at = said("{file} line {line}", file=short(machine, path), line=line)
            yield _of_variable(value, variable, at), value == here
    stored = user_registry.value_of(machine, variable)
    if stored is not None:
        holds = here is not None and (stored[0] == here or "%" in stored[0])
        yield _of_file(stored[0], said("{variable} of your Windows user", variable=variable)), holds


def _files(machine: Machine, key: str | None, project: Project | None) -> Iterator[tuple[Source, bool]]:
    if key is None:
        return
    named = machine.environment.get("UV_CONFIG_FILE")
    if project is not None and not named and reads_files(machine):
        for name, inner in (("uv.toml", ()), ("pyproject.toml", ("tool", "uv"))):
            path, data = project.file(name)
            table = _table(data, inner)
            value = (table or {}).get(key)
            if isinstance(value, str):
                place = said(
                    "{file} line {line} of the project",
                    file=path.rpartition("/")[2],
                    line=_line(data, rf"^ *{key} *="),
                )
                yield _of_file(value, place), True
            if name == "uv.toml" and data is not None:
                break  # uv then leaves [tool.uv] aside
    for path, text, settings in configs(machine):
        value = settings.get(key)
        if isinstance(value, str):
            place = said(
                "{file} line {line}",
                file=short(machine, path),
                line=_line(text.encode(), rf"^ *{key} *="),
            )
            told = said("{place}, which UV_CONFIG_FILE names", place=place) if named else place
            yield _of_file(value, told), True


def _table(data: bytes | None, inner: tuple[str, ...]) -> dict[str, object] | None:
    try:
        found: object = parse(data or b"")
    except (TOMLError, UnicodeDecodeError):
        return None
    for name in inner:
        found = found.get(name) if isinstance(found, dict) else None
    return found if isinstance(found, dict) else None


def _line(data: bytes | None, pattern: str) -> int:
    text = (data or b"").decode("utf-8", "replace")
    found = re.search(pattern, text, re.MULTILINE)
    return text.count("\n", 0, found.start()) + 1 if found else 1
