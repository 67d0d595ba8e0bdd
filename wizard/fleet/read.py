"""The folder of results: what the role of `export ansible`, or the jobs of `export job`, left there."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wizard.errors import BadInput, WizardError
from wizard.fleet.record import GOOD, Row, of_verification, only_facts, row, silent, unreadable
from wizard.language import said
from wizard.text import one_line

FLEET = "fleet.json"
"""The hosts that were to be reached, and the name of the run; written before the first of them is called."""
FACTS = ".facts"
"""`NODE.facts.json` holds a doctor document, `NODE.json` a verify document or the role's record."""
MOST = 32 << 20
"""Bytes: what is larger is no result of ours."""


@dataclass(frozen=True)
class Fleet:
    """All hosts, in the order of the inventory; those beside it by name."""

    rows: tuple[Row, ...]
    run: str | None = None

    @property
    def verified(self) -> int:
        """How many are verified."""
        return sum(one.state == "verified" for one in self.rows)

    @property
    def good(self) -> bool:
        """Whether nothing stands against any of them."""
        return all(one.state in GOOD for one in self.rows)

    def document(self) -> dict[str, Any]:
        """JSON-ready."""
        return {
            "schema": 1,
            "run": self.run,
            "verified": self.verified,
            "total": len(self.rows),
            "hosts": [one.document() for one in self.rows],
        }


def read(folder: str) -> Fleet:
    """The fleet of that folder. Raises BadInput where it is none, WizardError where nothing of ours is in it."""
    place = Path(folder)
    if not place.is_dir():
        msg = said("{folder} is no folder; name the one where the results lie", folder=one_line(folder))
        raise BadInput(msg)
    try:
        found = {path.name.removesuffix(".json"): path for path in place.iterdir() if path.suffix == ".json"}
    except OSError as error:
        msg = said("{folder} cannot be read: {error}", folder=one_line(folder), error=error.strerror or error)
        raise BadInput(msg) from None
    fleet = _document(found.pop(FLEET.removesuffix(".json"), None)) or {}
    run = fleet.get("run") if isinstance(fleet.get("run"), str) else None
    facts = {name.removesuffix(FACTS): path for name, path in found.items() if name.endswith(FACTS)}
    named = [one for one in fleet.get("hosts") or () if isinstance(one, str)]
    beside = sorted(name for name in found if not name.endswith(FACTS))
    rows = []
    for host in dict.fromkeys((*named, *beside, *sorted(facts))):
        one = _row(host, found.get(host), _document(facts.get(host)), run if host in named else None)
        if one is not None:
            rows.append(one)
    if not rows:
        msg = said(
            "no results in {folder}: no file in it is a host's record or a saved verification", folder=one_line(folder)
        )
        raise WizardError(msg)
    return Fleet(tuple(rows), run)


def _row(host: str, path: Path | None, facts: Mapping[str, Any] | None, run: str | None) -> Row | None:
    """None where the file is something else's."""
    document = _document(path)
    if document is None:
        if facts is not None:
            return only_facts(host, facts)
        return silent(host) if path is None else unreadable(host)
    if isinstance(document.get("ended"), str):
        name = document.get("host")
        return row(name if isinstance(name, str) else host, document, run)
    if isinstance(document.get("checks"), list):
        return of_verification(host, document, facts or {})
    if {"exit_code", "verify", "diagnosis"} <= document.keys():  # how a run ended: --save FILE.json
        return row(host, {"ended": "done", "facts": facts or {}, "result": document})
    return None


def _document(path: Path | None) -> Mapping[str, Any] | None:
    """The object in it, None where there is none that can be read."""
    if path is None:
        return None
    try:
        if path.stat().st_size > MOST:
            return None
        found = json.loads(path.read_text("utf-8-sig"))
    except (OSError, ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
