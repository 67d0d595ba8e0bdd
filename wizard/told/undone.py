"""What taking a run back does to its files, each told once: a journal has a record for every time that one was written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from wizard.files import read_bytes, records
from wizard.files_undo import Undone


def by_file(journal: Path, done: Iterable[Undone]) -> tuple[Undone, ...]:
    """One for each file of `done`, which wizard.files_undo.undo gave."""
    order = ("refused", "restored", "already")
    new, found = made(journal), dict[str, Undone]()
    for one in done:
        states = (one, found.get(one.name, one))
        found[one.name] = replace(min(states, key=lambda each: order.index(each.state)), new=one.name in new)
    return tuple(found.values())


def made(journal: Path) -> frozenset[str]:
    """The files that were not there before the run: to put them back is to take them away."""
    return frozenset(path for path, before in _before(journal).items() if before is None)


def some_are_back(journal: Path) -> bool:
    """Whether a file of the run is as it was before it."""
    try:
        return any(
            read_bytes(Path(path)) == (None if before is None else (journal / before).read_bytes())
            for path, before in _before(journal).items()
        )
    except OSError:
        return False


def _before(journal: Path) -> Mapping[str, str | None]:
    """By path, where the journal keeps the bytes from before the run; None: there was no file."""
    first: dict[str, str | None] = {}
    for entry in records(journal):
        if entry["what"] == "file":
            first.setdefault(entry["path"], entry["before"])
    return first


__all__ = ["by_file", "made", "some_are_back"]
