"""What a command made of uv.lock, told as the event `locked`: packages added, removed and changed, with their versions."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from wizard.files import read_bytes
from wizard.language import said

NAME = "uv.lock"


class Teller(Protocol):
    """Who appends events; see wizard.run.carrier.Carrier."""

    def emit(self, type: str, **fields: Any) -> None: ...  # noqa: A002 - the events' own key

    def expect(self, sizes: Mapping[str, int]) -> None: ...


def locks(written: list[Path]) -> dict[Path, bytes | None]:
    """The bytes of each uv.lock among the files that a command is to write; None: there is none yet."""
    return {path: read_bytes(path) for path in written if path.name == NAME}


def tell(before: dict[Path, bytes | None], teller: Teller) -> None:
    """One `locked` for each of them, and what is to be fetched from now on. What nobody here can read is not told."""
    from wizard.project.lock_changes import lock_changes
    from wizard.project.lockfile import lock_of
    from wizard.toml import parse

    for path, data in before.items():
        after = read_bytes(path)
        try:
            changes = lock_changes(data, after)
        except ValueError:
            continue
        teller.expect(lock_of(parse(after)).sizes if after else {})
        teller.emit(
            "locked", path=str(path), text=said("lock: {changes}", changes=changes.summary), **changes.document()
        )
