"""What the supervisor does for the files and registry values of a plan. Standard library only."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from wizard import registry
from wizard.files import Journal, read_bytes
from wizard.language import said


class ChangedSince(OSError):
    """A file is not what the plan was made for; nothing was written."""


class Carrier(Protocol):
    """What the supervisor hands to an action."""

    @property
    def journal_folder(self) -> Path:
        """Where this run's journal lies."""

    def emit(self, type: str, **fields: Any) -> None:  # noqa: A002 - the events' own key
        """Append an event."""


def write_action(action: Mapping[str, Any], carrier: Carrier) -> int:
    """The supervisor's `write`: `path`, base64 of the bytes `before` and `after` (None: no file). 0, or 1 with a note."""
    path = Path(action["path"])
    before, after = (None if action[key] is None else base64.b64decode(action[key]) for key in ("before", "after"))
    try:
        now = read_bytes(path)
        if now not in (before, after):
            message = said(
                "{path} was changed since the plan was made; look at the plan again. Nothing was written.", path=path
            )
            raise ChangedSince(message)
        if Journal(carrier.journal_folder).write(path, after):
            carrier.emit("changed", path=str(path))
    except ChangedSince as error:
        carrier.emit("output", text=f"error: {error}")
        return 1
    except OSError as error:
        carrier.emit("output", text=f"error: failed to write {path}: {error.strerror} (os error {error.errno})")
        return 1
    return 0


def copy_action(action: Mapping[str, Any], carrier: Carrier) -> int:
    """The supervisor's `copy-file`: the bytes of `from` at `to`. 0, or 1 with a note."""
    path = Path(action["to"])
    try:
        if Journal(carrier.journal_folder).write(path, Path(action["from"]).read_bytes()):
            carrier.emit("changed", path=str(path))
    except OSError as error:
        carrier.emit("output", text=f"error: failed to write {path}: {error.strerror} (os error {error.errno})")
        return 1
    return 0


def registry_action(action: Mapping[str, Any], carrier: Carrier) -> int:
    """The supervisor's `registry`: `name`, `after` (None: no value), `kind`. 0, or 1 with a note."""
    try:
        if Journal(carrier.journal_folder).set_registry(action["name"], action["after"], action["kind"]):
            carrier.emit("changed", path=registry.shown(action["name"]))
    except OSError as error:
        carrier.emit("output", text=f"error: failed to write {registry.shown(action['name'])}: {error}")
        return 1
    return 0
