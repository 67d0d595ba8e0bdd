"""assets/failures.toml as typed values: what each cause is called, and the patterns that tell it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, cast

from wizard.catalog import table
from wizard.diagnosis.record import Phase, Severity

Place = Literal["hint", "outer", "block", "inner", "chain-text", "text", "warning"]
_OS = re.compile(r"\{os:([\d,]+)\}")


@dataclass(frozen=True)
class Match:
    """One way to tell a cause. `place`: where `patterns` are looked for; `requires`: names of wizard.diagnosis.around."""

    cause: str
    phase: Phase
    place: Place
    patterns: tuple[re.Pattern[str], ...]
    requires: tuple[str, ...]
    unless: tuple[re.Pattern[str], ...]
    shows_last: bool = False
    """Whether the evidence is what was printed last, not the lines that match."""


@dataclass(frozen=True)
class FixRule:
    """A fix as the asset words it; its values may hold {placeholders}."""

    titles: tuple[str, ...]
    choices: Mapping[str, Any] | None
    commands: tuple[tuple[str, ...], ...] | None
    when: tuple[str, ...]
    messages: tuple[str, ...] = ()


@dataclass(frozen=True)
class Cause:
    """What is said of a cause: titles and explanations, the fullest first, and the fixes, the best first."""

    id: str
    severity: Severity
    titles: tuple[str, ...]
    explanations: tuple[str, ...]
    fixes: tuple[FixRule, ...]
    retry_s: float | None = None
    """Seconds before another try, where the cause may pass by itself."""


@cache
def causes() -> dict[str, Cause]:
    """Every cause by its id."""
    return {entry["id"]: _cause(entry) for entry in _entries() if not entry.get("again")}


def may_pass(cause: str) -> float | None:
    """Seconds after which another try is worth it, None where trying again can't help."""
    known = causes().get(cause)
    return known.retry_s if known else None


@cache
def matches(place: Place, phase: Phase | None = None) -> tuple[Match, ...]:
    """The matches of one place, in the order of the asset; only those of one phase where it is given."""
    return tuple(
        _match(entry, match)
        for entry in _entries()
        for match in entry.get("match", ())
        if match["in"] == place and phase in (None, entry["phase"])
    )


@cache
def libraries() -> tuple[tuple[str, str, str], ...]:
    """Which package holds a CUDA library: (name, package for CUDA 12, package for CUDA 13), the longest name first."""
    rows = [(row["name"], row["cuda12"], row["cuda13"]) for row in table("failures.toml")["library"]]
    return tuple(sorted(rows, key=lambda row: -len(row[0])))


def _entries() -> list[dict[str, Any]]:
    return cast("list[dict[str, Any]]", table("failures.toml")["cause"])


def _cause(entry: Mapping[str, Any]) -> Cause:
    return Cause(
        id=entry["id"],
        severity=entry.get("severity", "error"),
        titles=_several(entry["title"]),
        explanations=_several(entry["explanation"]),
        fixes=tuple(_fix(each) for each in entry.get("fix", ())),
        retry_s=entry.get("retry_s"),
    )


def _fix(entry: Mapping[str, Any]) -> FixRule:
    commands = entry.get("commands")
    return FixRule(
        titles=_several(entry["title"]),
        choices=entry.get("choices"),
        commands=None if commands is None else tuple(tuple(argv) for argv in commands),
        when=tuple(entry.get("when", ())),
        messages=_several(entry.get("message", ())),
    )


def _match(entry: Mapping[str, Any], match: Mapping[str, Any]) -> Match:
    return Match(
        cause=entry["id"],
        phase=entry["phase"],
        place=match["in"],
        patterns=_compiled(match["patterns"]),
        requires=tuple(match.get("requires", ())),
        unless=_compiled(match.get("unless", ())),
        shows_last=match.get("shows") == "last",
    )


def _several(value: str | Sequence[str]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def _compiled(patterns: Iterable[str]) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(_OS.sub(_os_error, pattern)) for pattern in patterns)


def _os_error(found: re.Match[str]) -> str:
    numbers = found[1].replace(",", "|")
    return rf"(?:\(os error (?:{numbers})\)|\[(?:Errno|WinError) (?:{numbers})\])"
