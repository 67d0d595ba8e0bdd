"""`[tool.uv-wizard]` of pyproject.toml written: what a team has decided, and its greeting. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from wizard.choice_keys import KEYS, Value
from wizard.project.edited import carried_out, parsed
from wizard.project.greeting import GREETING
from wizard.project.pyproject import table
from wizard.project.toml_words import as_table
from wizard.project.torch_target import Change

_PATH = ("tool", "uv-wizard")


def written(pyproject: bytes, values: Mapping[str, Value], greeting: str | None) -> bytes:
    """The file with those choices (dotted keys) in the team's table, and nothing else changed.

    `greeting`: None leaves the one that is there, "" takes it out. Raises Refused where that can't be done safely.
    """
    wanted = list(_changes(parsed(pyproject), values, greeting))
    return carried_out(
        pyproject, wanted, lambda: "".join(as_table(one.path, one.value) for one in wanted if one.value is not None)
    )


def _changes(tables: Mapping[str, Any], values: Mapping[str, Value], greeting: str | None) -> Iterator[Change]:
    if greeting is not None:
        there = GREETING in table(tables, *_PATH)
        if greeting or there:
            yield Change("set", (*_PATH, GREETING), greeting or None)
    for key in KEYS:
        if key in values:
            value = values[key]
            yield Change("set", (*_PATH, *key.split(".", 1)), list(value) if isinstance(value, tuple) else value)
