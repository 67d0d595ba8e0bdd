"""The records: what a file asks for, entry by entry, and where each of them goes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from wizard.language import said

_HOMES = re.compile(r"(?:/(?:home|Users)/|(?<![A-Za-z])[A-Za-z]:\\+Users\\+)[^/\\\s'\"]+|/root(?=/|$)")


def without_homes(text: str) -> str:
    """The text with nobody's home folder in it."""
    return _HOMES.sub("~", text)


def place_of(name: str, line: int) -> str:
    """`environment.yml, line 12`."""
    return said("{name}, line {line}", name=name, line=line)


@dataclass(frozen=True)
class Entry:
    """One dependency as the file has it. `text`: as written, comment aside; `kind`: whose grammar it is in."""

    text: str
    kind: Literal["conda", "pip"]
    marker: str | None = None
    """From a selector, as a marker of PEP 508."""
    editable: bool = False
    row: str | None = None
    """As written, where `text` is what a table's row comes to."""


@dataclass(frozen=True)
class Described:
    """A file, read. `dump`: it lists all that was installed, not what somebody asked for."""

    entries: tuple[Entry, ...] = ()
    name: str | None = None
    indexes: tuple[str, ...] = ()
    """Addresses of --index-url, then of --extra-index-url, in order."""
    default_index: str | None = None
    """That of --index-url."""
    find_links: tuple[str, ...] = ()
    constraints: tuple[str, ...] = ()
    """Lines of -c files, as requirements."""
    notes: tuple[str, ...] = ()
    """What was read and has no counterpart, in words."""
    dump: bool = False


@dataclass(frozen=True)
class Sorted:
    """Where an entry went: `to` is a requirement (mapped), None (dropped, undecided)."""

    text: str
    to: str | None
    why: str
    other: str | None = None
    """The other requirement that is possible, where two packages hold the same module."""

    def document(self) -> dict[str, Any]:
        """INTERFACE.md's row: `from`, `to` where there is one, `why`."""
        row = {"from": self.text, "why": self.why}
        return row if self.to is None else {"from": self.text, "to": self.to, "why": self.why}


@dataclass(frozen=True)
class Imported:
    """The three piles, and what a pyproject.toml is made of."""

    name: str | None
    requires_python: str | None
    dependencies: tuple[str, ...]
    uses_torch: bool
    torch_hint: str | None
    indexes: tuple[str, ...]
    mapped: tuple[Sorted, ...]
    dropped: tuple[Sorted, ...]
    undecided: tuple[Sorted, ...]
    default_index: str | None = None
    find_links: tuple[str, ...] = ()
    constraints: tuple[str, ...] = ()
    paths: Mapping[str, tuple[str, bool]] = field(default_factory=dict)
    """Dependencies that lie in a folder: name -> (path relative to the project, editable)."""
    notes: tuple[str, ...] = ()
    of_conda: bool = False
    """Whether any of it was in conda's grammar."""

    def switched(self, text: str) -> Imported:
        """With the other package for that entry, where it has one."""
        row = next((one for one in self.mapped if one.text == text and one.other and one.to), None)
        if row is None or row.other is None:
            return self
        swapped = replace(
            row,
            to=row.other,
            other=row.to,
            why=said("{other}, as chosen; the other is {to}", other=row.other, to=row.to),
        )
        mapped = tuple(swapped if one is row else one for one in self.mapped)
        dependencies = tuple(row.other if one == row.to else one for one in self.dependencies)
        return replace(self, mapped=mapped, dependencies=dependencies)

    def document(self) -> dict[str, Any]:
        """INTERFACE.md's `import`."""
        return {
            "schema": 1,
            "name": self.name,
            "requires_python": self.requires_python,
            "dependencies": list(self.dependencies),
            "torch": {"hint": self.torch_hint} if self.uses_torch else None,
            "indexes": list(self.indexes),
            "mapped": [one.document() for one in self.mapped],
            "dropped": [one.document() for one in self.dropped],
            "undecided": [one.document() for one in self.undecided],
            "notes": list(self.notes),
        }
