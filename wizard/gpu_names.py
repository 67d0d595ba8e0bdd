"""Names and numbers of GPUs as catalogues have them. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class IntelGpu:
    """A family of Intel GPUs by a pattern of its names (lower case)."""

    pattern: re.Pattern[str]
    integrated: bool


def sm_of(capability: str) -> int:
    """75 of `7.5`, 121 of `12.1`. Raises ValueError."""
    major, _, minor = capability.partition(".")
    return int(major) * 10 + int(minor or 0)


def words(name: str) -> tuple[str, ...]:
    """A product's name in comparable words: maker, marks and word breaks aside."""
    plain = re.sub(r"\((r|tm|c)\)", " ", name.lower())
    found = re.findall(r"[a-z0-9+]+", plain)
    while found and found[0] in {"nvidia", "tesla", "amd"}:
        found = found[1:]
    return tuple(found)


def by_name(table: Mapping[tuple[str, ...], str], name: str) -> str | None:
    """What the longest product name that `name` begins with stands for; None: not in the table."""
    whole = words(name)
    for length in range(len(whole), 0, -1):
        if whole[:length] in table:
            return table[whole[:length]]
    return None
