"""What the runs of this machine have come to: a thread reads their events, each one once, and no key waits for it."""

from __future__ import annotations

import copy
import threading

from wizard import events
from wizard.run import state
from wizard.run.client import RunInfo
from wizard.run.progress import RunState

MOST = 4
"""Runs that are kept, those that were read last: each may hold thousands of lines."""


class Replays:
    """`read` belongs into a thread; `known` may be asked at any time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._read: dict[str, tuple[RunState, int]] = {}
        self._known: dict[str, RunState] = {}

    def known(self, run: RunInfo) -> RunState | None:
        """What was read of a run so far; it changes no more. None before any of it was read."""
        return self._known.get(run.id)

    def read(self, run: RunInfo) -> RunState:
        """What it has come to by now: what was read before is not read again."""
        with self._lock:
            told, place = self._read.get(run.id, (RunState(), 0))
            for batch, end in events.read_on(run.folder / state.EVENTS, place):
                for event in batch:
                    told.apply(event)
                place = end
            found = _standing(told)
            for kept in (self._read, self._known):
                kept.pop(run.id, None)
                while len(kept) >= MOST:
                    kept.pop(next(iter(kept)))
            self._read[run.id], self._known[run.id] = (told, place), found
            return found


def _standing(told: RunState) -> RunState:
    """The same with containers of its own: whoever draws it must not see it change."""
    found = copy.copy(told)
    for name, value in vars(told).items():
        setattr(found, name, copy.copy(value))
    return found


__all__ = ["Replays"]
