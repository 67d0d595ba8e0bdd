"""How a run ended, as one document to keep (`--save FILE.json`): what it changed, what the checks found, or the cause."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import wizard
from wizard import events
from wizard.diagnosis import Diagnosis
from wizard.errors import WizardError
from wizard.files import write_atomically
from wizard.language import said
from wizard.run import state
from wizard.run.client import RunInfo
from wizard.run.progress import RunState

_LAST = 5
"""Lines that are told where nobody knows the cause."""


def of_run(run: RunInfo) -> dict[str, Any]:
    """The document of a run that is over; `exit_code` None: it goes on, or ended without a word."""
    told = RunState()
    removed: dict[str, str | None] = {}
    for event in events.read(run.folder / state.EVENTS):
        told.apply(event)
        if event["type"] == "package" and event.get("state") == "removed":
            removed[str(event["name"])] = event.get("version")
    return {
        "schema": 1,
        "wizard": wizard.__version__,
        "run": run.id,
        "label": run.label,
        "started": run.started,
        "seconds": round(told.at, 1),
        "exit_code": told.exit_code,
        "changes": list(_changes(told, removed)),
        "failed_step": next((one.id for one in told.steps if one.state == "failed"), None),
        "diagnosis": _plain(told.diagnosis),
        "verify": _plain(told.verify),
        "last_lines": [line.text for line in told.log][-_LAST:] if told.exit_code and told.diagnosis is None else [],
    }


def of_nothing(found: Diagnosis, label: str) -> dict[str, Any]:
    """The document where no run began, because of `found`."""
    return {
        "schema": 1,
        "wizard": wizard.__version__,
        "run": None,
        "label": label,
        "started": None,
        "seconds": None,
        "exit_code": 1,
        "changes": [],
        "failed_step": None,
        "diagnosis": found.document(),
        "verify": None,
        "last_lines": [],
    }


def _changes(told: RunState, removed: dict[str, str | None]) -> Iterator[str]:
    """Files by their path, packages by name and version; what a run did that changed nothing is not among them."""
    yield from told.changed
    if told.locked is not None:
        yield "uv.lock"
    for package in told.in_state("installed"):
        yield f"{package.name} {package.version} installed"
    for name, version in removed.items():
        if name not in told.packages or told.packages[name].state != "installed":
            yield f"{name} {version} removed"


def _plain(event: events.Event | None) -> dict[str, Any] | None:
    return None if event is None else {key: value for key, value in event.items() if key not in ("at", "type")}


def save(document: dict[str, Any], path: str, secrets: Iterable[str] = ()) -> None:
    """Writes it, whole or not at all; secrets of this environment and the home's path are taken out.

    `secrets`: names of variables that hold some, beside those whose names say so. Raises WizardError where it can't be written.
    """
    from wizard.private import hiding

    text = hiding(os.environ, secrets)(json.dumps(document, indent=1, ensure_ascii=False)) + "\n"
    try:
        write_atomically(Path(path).absolute(), text.encode("utf-8", "replace"))
    except OSError as error:
        msg = said(
            "{path} cannot be written: {error}. Name another file with --save", path=path, error=error.strerror or error
        )
        raise WizardError(msg) from None


def forget(path: str) -> None:
    """Takes away what an earlier run left there, so that nobody takes it for this one's."""
    Path(path).unlink(missing_ok=True)
