r"""Settings in HKCU\Environment on Windows: the value's type kept, PATH entry by entry. Pure.

A user's PATH is what installers ruin most: it is read unexpanded, compared by whole entries, and only added to.
"""

from __future__ import annotations

import ntpath
import re
from collections.abc import Iterable, Mapping

from wizard.language import said
from wizard.machine.facts import Machine
from wizard.plan.step import RegistryChange

KINDS = ("REG_SZ", "REG_EXPAND_SZ")
LONGEST = 32_767
"""Characters of a variable; Windows cuts what is longer."""


def changes(
    machine: Machine, variables: Mapping[str, str], folder: str | None, gone: Iterable[str] = ()
) -> tuple[tuple[RegistryChange, ...], tuple[str, ...]]:
    """(values to write, what to tell). `folder` comes first in PATH, where PATH lacks it; `gone`: variables to remove."""
    found = [
        RegistryChange(name, old[0], None, old[1], known=not machine.foreign)
        for name in sorted(gone)
        if (old := value_of(machine, name)) is not None and old[1] in KINDS
    ]
    notes: list[str] = []
    wanted = [(name, value) for name, value in variables.items()]
    if folder and not in_path(machine, folder):
        wanted.append(("Path", _with_entry(machine, folder)))
    for name, value in wanted:
        old = value_of(machine, name)
        if old is not None and old[1] not in KINDS:
            notes.append(
                said(
                    "{name} of this Windows user is no text ({old}) and is left as it is. Remove it in regedit.",
                    name=name,
                    old=old[1],
                )
            )
        elif len(value) > LONGEST:
            notes.append(
                said(
                    "{name} of this Windows user has no room for more ({value} characters). Shorten it first.",
                    name=name,
                    value=len(value),
                )
            )
        elif old is None or old[0] != value:
            kind = old[1] if old else "REG_EXPAND_SZ" if name == "Path" else "REG_SZ"
            found.append(RegistryChange(name, old[0] if old else None, value, kind, known=not machine.foreign))
    return tuple(found), tuple(notes)


def value_of(machine: Machine, name: str) -> tuple[str, str] | None:
    """The value and its kind; Windows does not tell `Path` from `PATH`."""
    return next((value for key, value in machine.registry.items() if key.lower() == name.lower()), None)


def in_path(machine: Machine, folder: str) -> bool:
    """Whether one of the entries is that folder, whatever its case, quotes and last backslash."""
    old = value_of(machine, "Path")
    return any(_same(machine, entry) == _same(machine, folder) for entry in (old[0] if old else "").split(";"))


def _with_entry(machine: Machine, folder: str) -> str:
    old = value_of(machine, "Path")
    if machine.foreign:
        return f"{folder};%Path%"
    # an entry with a `;` or a `%` in it would be another one
    return ";".join([f'"{folder}"' if ";" in folder else folder, *filter(None, [old[0] if old else ""])])


def _same(machine: Machine, entry: str) -> str:
    known = {name.upper(): value for name, value in machine.environment.items()}
    if machine.home:
        known.setdefault("USERPROFILE", machine.home)
    plain = re.sub(r"%([^%]+)%", lambda found: known.get(found[1].upper(), found[0]), entry.strip().strip('"'))
    return ntpath.normcase(ntpath.normpath(plain)) if plain else ""
