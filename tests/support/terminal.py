"""A program on a pseudo-terminal, its output read as a terminal would and counted. POSIX only."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import signal
import struct
import subprocess
import termios
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

ROWS, COLUMNS = 24, 80
CONTROL = re.compile(r"\x1b\[[0-9;?<>=]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[()][A-Z0-9]|\x1b[=>]")
"""What tells a terminal how to draw, and is no text."""


class OnTerminal:
    """A child on a terminal of 80x24."""

    def __init__(
        self,
        argv: Sequence[str],
        env: Mapping[str, str],
        cwd: Path,
        size: tuple[int, int] = (COLUMNS, ROWS),
    ) -> None:
        master, slave = pty.openpty()
        self._master = master
        self._set_size(size)
        self.pieces: list[tuple[float, bytes]] = []
        """What was written: (seconds of time.perf_counter, bytes), in order."""
        self._written = 0
        self._news = threading.Condition()
        self._over = False
        self.child = subprocess.Popen(
            argv, env=dict(env), cwd=cwd, stdin=slave, stdout=slave, stderr=slave, start_new_session=True
        )
        os.close(slave)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _set_size(self, size: tuple[int, int]) -> None:
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))

    def _read(self) -> None:
        while True:
            try:
                piece = os.read(self._master, 1 << 16)
            except OSError:
                piece = b""
            with self._news:
                if piece:
                    self.pieces.append((time.perf_counter(), piece))
                    self._written += len(piece)
                self._over = not piece
                self._news.notify_all()
            if not piece:
                return

    @property
    def written(self) -> int:
        """Bytes so far."""
        return self._written

    def text(self, since: int = 0) -> str:
        """What was written from piece number `since` on, without what only tells how to draw."""
        return CONTROL.sub("", b"".join(piece for _, piece in self.pieces[since:]).decode("utf-8", "replace"))

    def send(self, keys: bytes) -> None:
        """Types."""
        os.write(self._master, keys)

    def press(self, keys: bytes) -> None:
        """Types, and gives a second to react."""
        self.send(keys)
        try:
            self.child.wait(1)
        except subprocess.TimeoutExpired:
            return

    def resize(self, columns: int, rows: int) -> None:
        """The window has another size; the child is told."""
        self._set_size((columns, rows))
        os.killpg(self.child.pid, signal.SIGWINCH)

    def quiet(self, seconds: float, limit: float = 60.0) -> int:
        """Bytes written until nothing more has come for so long."""
        before, end = self._written, time.perf_counter() + limit
        with self._news:
            while time.perf_counter() < end:
                seen = self._written
                self._news.wait_for(lambda: self._over or self._written > seen, seconds)  # noqa: B023 - asked at once
                if self._written == seen or self._over:
                    break
        return self._written - before

    def until(self, *texts: str, since: int = 0, limit: float = 60.0) -> float:
        """Waits until one of the texts has been written after piece number `since`; when that was (perf_counter)."""
        place, seen, end = since, "", time.perf_counter() + limit
        while True:
            with self._news:
                self._news.wait_for(lambda: self._over or len(self.pieces) > place, end - time.perf_counter())  # noqa: B023
                fresh = self.pieces[place:]
            for at, piece in fresh:
                place += 1
                seen += piece.decode("utf-8", "replace")
                if any(text in CONTROL.sub("", seen) for text in texts):
                    return at
            if self._over or time.perf_counter() >= end:
                raise AssertionError(f"never saw {texts}, but:\n{CONTROL.sub('', seen)[-4000:]}")

    def wait(self) -> int:
        """The child's exit code; all of its output is read then."""
        code = self.child.wait()
        self._reader.join(5)
        return code

    def close(self) -> None:
        """Ends the child, whatever it does."""
        if self.child.poll() is None:
            self.child.kill()
        self.child.wait()
        self._reader.join(5)
        os.close(self._master)
