"""What a run says: one JSON object a line, appended by one writer, read again by all who want to know. Stdlib only.

Every event has `at` (seconds since the run began) and `type`. INTERFACE.md names run, step, command, output, resolved,
package, progress, diagnosis, verify and end, and their keys. Ours beside: `check` (a rung of the verification: id,
title, ok, value, detail, seconds), `note` (text), `retry` (attempt, of, wait_s, why), `changed` (path), `locked`
(path, text, added, removed, changed: what became another in uv.lock, see wizard.project.lock_changes) and `shell`
(shell, arrived, values, uv, why: what a shell that was asked gives to programs).
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

Event = dict[str, Any]

INTERVAL_S = 0.2
"""Progress is written at most this often."""
PACKAGE_INTERVAL_S = 1.0
"""So many bytes done of one package: at most this often; people read no faster, and fifty may be under way at once."""
PIECE = 1 << 20
"""Bytes that are read, and told as one batch, at a time."""
TAIL = 64 * 1024
"""Bytes at the end of a file that are read to see how a run ended."""
RESERVE = 64 * 1024
"""Bytes kept free for the last events of a run that fills its own disk."""

_FULL = frozenset({errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)})
_OFTEN = {"output": 0.0, "progress": INTERVAL_S, "package": PACKAGE_INTERVAL_S}
"""Types of which there are many, and the least seconds between two that say the same."""


class EventWriter:
    """Appends events to a file, a whole line in one write. One writer a file; threads of its process may share it."""

    def __init__(self, path: Path, clock: Callable[[], float] = time.monotonic) -> None:
        """Raises OSError where the file can't be made."""
        self._clock = clock
        self._begin = clock()
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)
        self._reserve: Path | None = path.with_name("reserve")
        self._reserve.write_bytes(b"\0" * RESERVE)
        self._lock = threading.RLock()
        self._held: dict[str, Event] = {}
        self._written: dict[str, float] = {}

    def write(self, type: str, **fields: Any) -> None:  # noqa: A002 - the events' own key
        """One event, now. Progress may be held back until there was none for a while; the last one never gets lost."""
        with self._lock:
            event = {"at": 0.0, "type": type, **fields}
            slot, often = _slot(event), _OFTEN.get(type)
            if often is None:
                self._release()
            elif slot is not None and not _final(event):
                if self.now - self._written.get(slot, -often) < often:
                    self._held[slot] = event
                    return
                self._written[slot] = self.now
            if slot is not None:
                self._held.pop(slot, None)  # this one says all that the other would have
            self._append(event)

    def tick(self) -> None:
        """Writes what was held back and is due. To be called now and then while nothing else is written."""
        with self._lock:
            for slot, event in list(self._held.items()):
                if self.now - self._written[slot] >= _OFTEN[event["type"]]:
                    self._written[slot] = self.now
                    self._append(self._held.pop(slot))

    @property
    def now(self) -> float:
        """Seconds since the run began."""
        return self._clock() - self._begin

    def close(self) -> None:
        """Writes what was held back."""
        with self._lock:
            self._release()
            os.close(self._file)
            if self._reserve is not None:
                self._reserve.unlink(missing_ok=True)

    def _release(self) -> None:
        held, self._held = self._held, {}
        for event in held.values():
            self._append(event)

    def _append(self, event: Event) -> None:
        event["at"] = round(self.now, 3)  # of those held back too: times never go back
        line = json.dumps(event, ensure_ascii=True, separators=(", ", ": ")).encode("ascii") + b"\n"
        if self._reserve is None and event["type"] in _OFTEN:
            return
        try:
            _write_all(self._file, line)
        except OSError as error:
            if error.errno in _FULL:
                self._make_room(line, event["type"])

    def _make_room(self, line: bytes, kind: str) -> None:
        """The disk is full, which may be what this run is diagnosed with: from here on only what matters is told."""
        if self._reserve is not None:
            self._reserve.unlink(missing_ok=True)
            self._reserve = None
        if kind not in _OFTEN:
            with contextlib.suppress(OSError):  # a run goes on though nobody can be told
                _write_all(self._file, b"\n" + line)  # a torn line ends here


def _write_all(file: int, data: bytes) -> None:
    while data:
        data = data[os.write(file, data) :]


def _slot(event: Event) -> str | None:
    """What an event says the latest of, None where each says something of its own."""
    if event["type"] == "progress":
        return "progress"
    return f"{event['name']}=={event.get('version')}" if event["type"] == "package" else None


def _final(event: Event) -> bool:
    """Whether a package got somewhere, which is told at once; so many bytes more can wait."""
    return event["type"] == "package" and (event.get("state") != "downloading" or not event.get("done_bytes"))


def read(path: Path) -> Iterator[Event]:
    """All events of a file, in order. A torn last line, and lines that are no event, are left out."""
    with contextlib.suppress(FileNotFoundError), path.open("rb") as file:
        for line in file:
            if line.endswith(b"\n"):
                yield from _events(line)


def read_on(path: Path, place: int = 0) -> Iterator[tuple[list[Event], int]]:
    """The events from byte `place` on, in batches, each with the place to read on from another time."""
    rest = b""
    while piece := _piece(path, place + len(rest)):
        *lines, rest = (rest + piece).split(b"\n")
        place += sum(len(line) + 1 for line in lines)
        yield [event for line in lines for event in _events(line)], place


def last(path: Path) -> Event | None:
    """The last whole event of a file, without reading all of it; None where there is none in its last 64 KiB."""
    try:
        with path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - TAIL))
            tail = file.read()
    except OSError:
        return None
    for line in reversed(tail[: tail.rfind(b"\n") + 1].splitlines()):
        found = _events(line)
        if found:
            return found[0]
    return None


def follow(
    path: Path, *, alive: Callable[[], bool], interval: float = 0.1, stop: Callable[[], bool] | None = None
) -> Iterator[list[Event]]:
    """Batches of events as they come, from the first; an empty batch never. Ends after `end`, or when `stop()`.

    `alive`: whether the writer lives. Where it is gone and there was no `end`, a last batch says so:
    `{"type": "end", "exit_code": 1, "lost": true}`. The file's size is polled every `interval` seconds, because homes
    lie on network filesystems where nothing else works.
    """
    place, at, rest = 0, 0.0, b""
    while not (stop is not None and stop()):
        lives = alive()  # asked before reading: what it wrote last is then read
        piece = _piece(path, place)
        place += len(piece)
        *lines, rest = (rest + piece).split(b"\n")
        batch = [event for line in lines for event in _events(line)]
        if batch:
            at = batch[-1]["at"]
            yield batch
            if batch[-1]["type"] == "end":
                return
        if not piece:
            if not lives:
                yield [{"at": at, "type": "end", "exit_code": 1, "lost": True}]
                return
            time.sleep(interval)


def _piece(path: Path, place: int) -> bytes:
    try:
        with path.open("rb") as file:
            file.seek(place)
            return file.read(PIECE)
    except FileNotFoundError:
        return b""


def _events(line: bytes) -> list[Event]:
    try:
        event = json.loads(line)
    except ValueError:
        return []
    return [event] if isinstance(event, dict) and "type" in event and "at" in event else []
