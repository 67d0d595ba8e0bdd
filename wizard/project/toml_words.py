"""Values and tables as the TOML that a person would write. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import tomlkit


def as_table(path: Sequence[str], value: Any) -> str:
    """A table of a list, or a table with the one key, as it stands alone in a file."""
    *above, last = path
    if isinstance(value, dict):
        lines = [f"{bare(key)} = {literal(one)}" for key, one in value.items()]
        return "\n".join([f"[[{dotted(path)}]]", *lines]) + "\n"
    return f"[{dotted(above)}]\n{bare(last)} = {literal(value)}\n"


def dotted(path: Sequence[str]) -> str:
    """A path as a header has it."""
    return ".".join(map(bare, path))


def bare(name: str) -> str:
    """A key, quoted where it has to be."""
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else literal(name)


def literal(value: Any) -> str:
    """A value as TOML on one line, or a list of tables on several."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{bare(key)} = {literal(one)}" for key, one in value.items()) + " }"
    if isinstance(value, list):
        rows = [literal(one) for one in value]
        if any(isinstance(one, (dict, list)) for one in value) and not all(isinstance(one, dict) for one in value):
            return "[" + ", ".join(rows) + "]"
        if any(isinstance(one, dict) for one in value) and len(", ".join(rows)) > 40:
            return "[\n" + "".join(f"  {row},\n" for row in rows) + "]"
        return "[" + ", ".join(rows) + "]"
    return str(tomlkit.string(str(value)).as_string())
