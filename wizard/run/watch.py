"""Whether the user asked to stop: a file in the run's folder, which works on every system and on NFS, or SIGTERM."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path

from wizard.run import process, tree

POLL_S = 0.15
PATIENCE_S = 0.6
"""So long an action has to notice by itself before its children are ended."""
LAST_S = 2.7
"""After so long the supervisor goes, unless it is writing files of the user's."""


class Watch:
    """Looks for the wish to stop while a run goes on. `gone`: called once when an action does not come back in time."""

    def __init__(self, cancel: Path, record: Path, gone: Callable[[], None]) -> None:
        self._cancel, self._record, self._gone = cancel, record, gone
        self._asked = threading.Event()
        self._over = threading.Event()
        self.may_cut = False
        """Whether the action under way can be left in the middle."""
        self._thread = threading.Thread(target=self._look, daemon=True)

    def start(self) -> None:
        """Signals are heard from here on; a hang-up is none of our business."""
        if hasattr(signal, "SIGHUP"):
            signal.signal(signal.SIGHUP, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, lambda *_: self._asked.set())
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        if hasattr(signal, "SIGBREAK"):
            signal.signal(signal.SIGBREAK, signal.SIG_IGN)  # what tells uv to stop is heard in the whole console
        self._thread.start()

    def stop(self) -> None:
        """The run is over."""
        self._over.set()

    def asked(self) -> bool:
        """Whether the user asked to stop."""
        return self._asked.is_set()

    def wait(self, seconds: float) -> bool:
        """Waits so long, or until the user asks to stop: whether that was asked."""
        return self._asked.wait(seconds)

    def _look(self) -> None:
        touched = time.monotonic()
        while not self._asked.is_set():
            if self._over.wait(POLL_S):
                return
            if self._cancel.exists():
                self._asked.set()
            if time.monotonic() - touched >= process.HEARTBEAT_S:
                touched = time.monotonic()
                with contextlib.suppress(OSError):  # or nobody would hear the wish to stop any more
                    os.utime(self._record)
        since = time.monotonic()
        if self._over.wait(PATIENCE_S):
            return
        tree.end_children()
        self._over.wait(max(0.0, LAST_S - (time.monotonic() - since)))
        while not self._over.wait(POLL_S):
            if self.may_cut:
                self._gone()
                return
