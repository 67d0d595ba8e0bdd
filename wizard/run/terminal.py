"""A child whose output can be read as it comes: on a pseudo-terminal, so that uv tells bytes, else through a pipe.

POSIX has pseudo-terminals of its own, Windows a ConPTY (wizard.run.conpty), where pywinpty finds one.
"""

from __future__ import annotations

import contextlib
import os
import queue
import select
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from wizard.run import conpty, tree

COLUMNS, ROWS = 200, 100
"""Wide, because uv cuts its rows at the width; high, because it draws no more bars than fit (it has fifty at most)."""
KIND = "xterm-256color"
PIECE = 65_536
DRAIN_S = 0.3
"""After the child has ended, a grandchild that keeps the terminal open is listened to for so long."""


class Child(Protocol):
    """A running child."""

    @property
    def pid(self) -> int: ...

    def read(self, timeout: float) -> bytes | None:
        """What it printed: bytes, None where nothing came within `timeout` seconds, b"" at the end."""

    def wait(self) -> int:
        """Its exit code, negative for a signal, once `read` has said that it ended."""

    def end(self) -> None:
        """Ends it with all that it started, within three seconds."""


def start(argv: Sequence[str], env: Mapping[str, str], cwd: str | None, *, terminal: bool = True) -> Child:
    """Starts it, its standard input closed, standard output and error together. Raises OSError where it can't be started."""
    if terminal:
        with contextlib.suppress(_NoTerminal, conpty.NoConPty):
            if sys.platform == "win32":
                return conpty.start(argv, env, cwd, COLUMNS, ROWS)
            return _OnTerminal(argv, env, cwd)
    return _Piped(argv, env, cwd)


def why_piped() -> str | None:
    """Why this host gives a child that wants a pseudo-terminal a pipe, once one was refused; None where it does not."""
    return conpty.missing()


class _NoTerminal(Exception):
    """This host gives no pseudo-terminal."""


def _options(env: Mapping[str, str], cwd: str | None) -> dict[str, Any]:
    options: dict[str, Any] = {"env": dict(env), "cwd": cwd, "stdin": subprocess.DEVNULL}
    if sys.platform == "win32":
        options["creationflags"] = subprocess.CREATE_NEW_PROCESS_GROUP  # CTRL_BREAK reaches it and not us
    else:
        options["start_new_session"] = True
    return options


class _OnTerminal:
    """POSIX: the child writes to a pseudo-terminal, which is nobody's controlling one."""

    def __init__(self, argv: Sequence[str], env: Mapping[str, str], cwd: str | None) -> None:
        self._master, slave = _both_ends()
        try:
            _set_size(slave)
            own = {**env, "TERM": KIND}  # this terminal is ours, and not the dumb one that the user may sit at
            self._process = subprocess.Popen(list(argv), stdout=slave, stderr=slave, **_options(own, cwd))
        except BaseException:
            os.close(self._master)
            raise
        finally:
            os.close(slave)
        self._ended: float | None = None

    @property
    def pid(self) -> int:
        return self._process.pid

    def read(self, timeout: float) -> bytes | None:
        if not select.select([self._master], [], [], timeout)[0]:
            if self._process.poll() is None:
                return None
            # It is gone, and whoever still holds the terminal has nothing to say.
            self._ended = self._ended or time.monotonic()
            return b"" if time.monotonic() - self._ended >= DRAIN_S else None
        try:
            return os.read(self._master, PIECE)
        except OSError:  # Linux: nobody has the terminal open any more
            return b""

    def wait(self) -> int:
        code = self._process.wait()
        with contextlib.suppress(OSError):
            os.close(self._master)
        return code

    def end(self) -> None:
        tree.end(self.pid, self._process)


def _both_ends() -> tuple[int, int]:
    if sys.platform == "win32":
        raise _NoTerminal
    try:
        return os.openpty()
    except OSError as error:
        raise _NoTerminal from error


def _set_size(terminal: int) -> None:
    if sys.platform != "win32":
        import fcntl
        import struct
        import termios

        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))


class _Piped:
    """A pipe, read by a thread: Windows can't wait for one with a time limit."""

    def __init__(self, argv: Sequence[str], env: Mapping[str, str], cwd: str | None) -> None:
        self._process = subprocess.Popen(
            list(argv), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, bufsize=0, **_options(env, cwd)
        )
        self._pieces: queue.Queue[bytes] = queue.Queue(maxsize=64)  # who prints faster than is read, waits
        self._ended: float | None = None
        threading.Thread(target=self._pump, daemon=True).start()

    def _pump(self) -> None:
        out = self._process.stdout
        while out is not None:
            try:
                piece = out.read(PIECE)
            except (OSError, ValueError):
                piece = b""
            if not piece:
                out.close()
            self._pieces.put(piece or b"")
            if not piece:
                return

    @property
    def pid(self) -> int:
        return self._process.pid

    def read(self, timeout: float) -> bytes | None:
        try:
            return self._pieces.get(timeout=timeout)
        except queue.Empty:
            if self._process.poll() is None:
                return None
            self._ended = self._ended or time.monotonic()
            return b"" if time.monotonic() - self._ended >= DRAIN_S else None

    def wait(self) -> int:
        return self._process.wait()

    def end(self) -> None:
        tree.end(self.pid, self._process)
