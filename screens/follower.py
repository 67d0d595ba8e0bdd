"""Follows a run for the screens: a thread reads its events, the screens' own loop takes them over in small bites.

The thread waits while the screens have not taken what it read, so that memory stays bounded whatever a run prints; the
run itself never waits for anybody, its events lie in a file.
"""

from __future__ import annotations

import gc
import queue
import sys
import threading
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from wizard.run import client
from wizard.run.progress import RunState

if TYPE_CHECKING:
    from wizard.events import Event
    from wizard.run.client import RunInfo

WAITING_BATCHES = 4
"""Batches read ahead; each is at most wizard.events.PIECE bytes of the file."""
BITE = 500
"""Events that are applied before a key may be answered."""
BUDGET_S = 0.015
"""Seconds in a row that applying may take."""
OFTEN_S = 0.05
"""Seconds between two helpings."""

SWITCH_S = 0.0005
"""Seconds after which the reading thread lets go: at Python's own 5 ms, each turn of the screens' loop would wait so long."""


class Follower:
    """Feeds `state` with the events of a run. `take` is called by the screens' loop, again and again until `over`."""

    def __init__(self, run: RunInfo, state: RunState) -> None:
        self.run, self.state = run, state
        self._queue: queue.Queue[list[Event]] = queue.Queue(WAITING_BATCHES)
        self._rest: list[Event] = []
        self._place = 0
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._read, name=f"follow {run.id}", daemon=True)

    def start(self) -> Follower:
        """Begins to read."""
        sys.setswitchinterval(SWITCH_S)
        gc.freeze()  # what the screens are made of stays; to look through it again and again takes 50 to 80 ms each time
        self._thread.start()
        return self

    def stop(self) -> None:
        """Reads no further."""
        self._stopped.set()

    @property
    def over(self) -> bool:
        """Whether all there is has been taken."""
        return self.state.finished or self._stopped.is_set()

    def take(self, clock: Callable[[], float] = time.perf_counter) -> int:
        """Applies what has been read, for `BUDGET_S` at most; how many events that were."""
        begun, count = clock(), 0
        while clock() - begun < BUDGET_S:
            if self._place >= len(self._rest):
                try:
                    self._rest, self._place = self._queue.get_nowait(), 0
                except queue.Empty:
                    break
            bite = self._rest[self._place : self._place + BITE]
            for event in bite:
                self.state.apply(event)
            self._place += len(bite)
            count += len(bite)
        return count

    def _read(self) -> None:
        self._hand_over(client.follow(self.run, self._stopped.is_set))

    def _hand_over(self, batches: Iterable[list[Event]]) -> None:
        for batch in batches:
            while not self._stopped.is_set():
                try:
                    self._queue.put(batch, timeout=0.2)
                    break
                except queue.Full:
                    continue
            if self._stopped.is_set():
                return
