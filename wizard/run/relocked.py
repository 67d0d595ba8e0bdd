"""What a command made of uv.lock, told as the event `locked`: packages added, removed and changed, with their versions."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

from wizard.files import read_bytes

NAME = "uv.lock"


class Teller(Protocol):
    """Who appends events; see wizard.run.carrier.Carrier."""

    def emit(self, type: str, **fields: Any) -> None: ...  # noqa: A002 - the events' own key


def locks(written: list[Path]) -> dict[Path, bytes | None]:
    """The bytes of each uv.lock among the files that a command is to write; None: there is none yet."""
    return {path: read_bytes(path) for path in written if path.name == NAME}


def tell(before: dict[Path, bytes | None], teller: Teller) -> None:
    """One `locked` for each of them. What uv wrote and nobody here can read is not told."""
    from wizard.project.lock_changes import lock_changes

    for path, data in before.items():
        after = read_bytes(path)
        try:
            changes = lock_changes(data, after)
        except ValueError:
            continue
        teller.emit("locked", path=str(path), text=f"lock: {changes.summary}", **changes.document())
