"""Measurements kept for a week in the state folder: asking again each time would cost the mirrors and the user."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from wizard.files import write_atomically
from wizard.language import remembered, words_of
from wizard.mirrors.record import KINDS, Measurement, MirrorResult

KEPT_S = 7 * 24 * 3600.0
_SCHEMA = 1


def _path(folder: Path, kind: str) -> Path:
    return folder / f"mirrors-{kind}.json"


def store(folder: Path, measured: Measurement) -> None:
    """Keeps it; a state folder that can't be written keeps nothing, and that is all right."""
    document = {"schema": _SCHEMA, **asdict(measured)}
    document["words"] = words_of(document)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_atomically(_path(folder, measured.kind), json.dumps(document).encode("utf-8"))
    except OSError:
        return


def load(folder: Path, kind: str, probe: str | None = None, now: float | None = None) -> Measurement | None:
    """The one kept of that kind (and that probe), None where there is none, or it is older than a week."""
    try:
        document = json.loads(_path(folder, kind).read_bytes())
        measured = _measurement(document)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    age = (time.time() if now is None else now) - measured.at
    if measured.kind != kind or (probe is not None and measured.probe != probe) or not 0 <= age < KEPT_S:
        return None
    return measured


def _measurement(document: dict[str, Any]) -> Measurement:
    if document["schema"] != _SCHEMA or document["kind"] not in KINDS:
        raise ValueError("another schema")
    return Measurement(
        kind=document["kind"],
        results=tuple(_results(document["results"], document.get("words"))),
        best=document["best"],
        at=float(document["at"]),
        cost_bytes=int(document["cost_bytes"]),
        probe=str(document["probe"]),
    )


def _results(entries: Iterable[dict[str, Any]], words: Any) -> Iterable[MirrorResult]:
    known = {field.name for field in fields(MirrorResult)}
    for entry in entries:
        told = {name: value for name, value in entry.items() if name in known}
        if told.get("why_not") is not None:
            told["why_not"] = remembered(told["why_not"], words)
        yield MirrorResult(**told)
