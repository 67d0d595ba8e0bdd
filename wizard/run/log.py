"""The log of a run: all that its commands print, for people to read. Standard library only."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path


class Log:
    """Lines gathered and written by `flush`. A disk that is full costs lines, never the run."""

    def __init__(self, path: Path) -> None:
        """Raises OSError where the file can't be made."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0)
        self._file = os.open(path, flags, 0o600)
        self._lines: list[str] = []

    def write(self, line: str) -> None:
        """One line, without its end."""
        self._lines.append(line)

    def flush(self) -> None:
        """Writes what was gathered."""
        if self._lines:
            data = ("\n".join(self._lines) + "\n").encode("utf-8", "replace")
            self._lines.clear()
            with contextlib.suppress(OSError):
                while data:
                    data = data[os.write(self._file, data) :]

    def close(self) -> None:
        """Writes what was gathered, and no more."""
        self.flush()
        os.close(self._file)
