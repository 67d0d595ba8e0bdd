"""What a conda package is on PyPI: assets/conda.toml as typed answers. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from typing import Any, Literal

from wizard.catalog import table
from wizard.language import said

Pile = Literal["mapped", "dropped", "undecided"]


@dataclass(frozen=True)
class Named:
    """Where a conda name leads: `to` on PyPI (mapped), and why; `known` False: nobody has looked whether it exists there."""

    pile: Pile
    to: str
    why: str
    known: bool = True
    other: str | None = None
    """Another package that holds the same module."""


def normal(name: str) -> str:
    """In the one spelling that names are compared in; a leading `_` stays told apart."""
    return re.sub(r"[-_.]+", "-", name).lower()


@cache
def _exact() -> Mapping[str, Named]:
    book = table("conda.toml")
    found: dict[str, Named] = {}
    for pile in ("undecided", "dropped"):
        for entry in book[pile]:
            for name in entry["names"]:
                found[normal(name)] = Named(pile, "", _why(entry, name))
    for name, to in book["renamed"].items():
        found[normal(name)] = Named("mapped", to, said("its name on the package index is {to}", to=to))
    for name, entry in book["ambiguous"].items():
        reason = entry["why"]
        why = said("{to}; the other is {other}: {why}", to=entry["to"], other=entry["other"], why=said(reason))
        found[normal(name)] = Named("mapped", entry["to"], why, other=entry["other"])
    for name in book["python"]["names"]:
        found[normal(name)] = Named("mapped", name, said("the same name on the package index"))
    return found


def _why(entry: Mapping[str, Any], name: str) -> str:
    reason = entry["why"]
    return said(reason, name=name.lower())


@cache
def _patterns() -> tuple[tuple[str, Pile, Mapping[str, Any]], ...]:
    book = table("conda.toml")
    piles: Iterable[Pile] = ("undecided", "dropped")
    return tuple(
        (re.sub(r"[-_.]+", "-", pattern).lower(), pile, entry)
        for pile in piles
        for entry in book[pile]
        for pattern in entry.get("patterns", ())
    )


def named(name: str) -> Named:
    """Where that conda package has its place."""
    key = normal(name)
    exact = _exact().get(key)
    if exact is not None:
        return exact
    for pattern, pile, entry in _patterns():
        if fnmatchcase(key, pattern):
            return Named(pile, "", _why(entry, name))
    return Named(
        "mapped", name.lower() if name.isupper() else name, said("the same name on the package index"), known=False
    )


def only(name: str) -> str | None:
    """The marker of a package that exists for one system alone, None for the others."""
    marker = table("conda.toml")["only"].get(normal(name))
    return None if marker is None else str(marker)
