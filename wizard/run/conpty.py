"""A child on a Windows pseudo-terminal (ConPTY), by pywinpty; see wizard.run.terminal for what a child is.

What has been run, and what has not: there was no Windows to run this on. Run were the screen (wizard.run.cells) on
drawings as conhost makes them and on recordings of uv that were redrawn in that way; `Screened` with real children on a
POSIX pseudo-terminal behind `Pty`; and, under Wine, which has no ConPTY, the way back to a pipe. Not run: `_WinPty` with
a ConPTY that works. It is written from pywinpty's own declarations and sources (2.0.14 to 3.1.2), and from what is known
of it: an end of the output may never be told and the last of it may come late (its issue 565), so the exit code decides
and then a silence; the ConPTY that 3.x brings asks for a terminal's kind and may wait three seconds for the answer. It
decodes each piece that it reads by itself, so a letter that a piece cuts in two (after 4 KiB in 2.x) comes as two.

Standard input can't be closed: it is the terminal's, and nobody types. An answer would be worse, since Enter means yes.
"""

from __future__ import annotations

import contextlib
import queue
import shutil
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from wizard.run import tree
from wizard.run.cells import Cells
from wizard.run.uv_output import is_drawn

PAUSE_S = 0.02
"""Between two looks for output that does not come."""
DRAIN_S = 0.5
"""After the child has ended, so long a silence is the end of its output."""
_INTERRUPT = "\x03"


class NoConPty(Exception):
    """There is no pseudo-terminal to be had; the words say why."""


class Pty(Protocol):
    """The part of a pseudo-terminal that is used. Every method may raise OSError."""

    @property
    def pid(self) -> int: ...

    def read(self) -> str:
        """What there is to read, at once; "" where there is nothing."""

    def write(self, text: str) -> None:
        """As if it were typed."""

    def exit_code(self) -> int | None:
        """None while the child runs."""


class _Missing:
    """Why there is no ConPTY here; looked for once in a process."""

    reason: str | None = None


def missing() -> str | None:
    """Why children get a pipe instead, once one was refused a pseudo-terminal for good."""
    return _Missing.reason


def start(argv: Sequence[str], env: Mapping[str, str], cwd: str | None, columns: int, rows: int) -> Screened:
    """Starts it on a ConPTY of that size, in cells. Raises NoConPty where there is none, or where it can't be started."""
    if _Missing.reason is not None:
        raise NoConPty(_Missing.reason)
    try:
        pty = _WinPty(columns, rows)
    except NoConPty as refused:
        _Missing.reason = str(refused)
        raise
    pty.spawn(argv, env, cwd)
    return Screened(pty, columns, rows)


class _WinPty:
    """pywinpty's PTY, its errors as OSError."""

    def __init__(self, columns: int, rows: int) -> None:
        try:
            from winpty import PTY, Backend, WinptyError
        except ImportError as error:
            raise NoConPty(f"pywinpty can't be loaded: {error}") from error
        self._error: type[Exception] = WinptyError
        try:
            # Not left to pywinpty: where there is no ConPTY it would take an agent of its own that reads a hidden console.
            self._pty: Any = PTY(columns, rows, backend=Backend.ConPTY)
        except (WinptyError, OSError) as error:
            raise NoConPty(f"Windows gives no pseudo-terminal: {error}") from error

    def spawn(self, argv: Sequence[str], env: Mapping[str, str], cwd: str | None) -> None:
        path = next((value for name, value in env.items() if name.upper() == "PATH"), None)
        program = shutil.which(argv[0], path=path) or argv[0]
        try:
            # appname is the beginning of the command line and not a name of its own: quoted like every word.
            self._pty.spawn(
                subprocess.list2cmdline([program]),
                cmdline=subprocess.list2cmdline(argv[1:]) or None,
                cwd=cwd,
                env=environment_block(env),
            )
        except self._error as error:
            raise NoConPty(f"{program} can't be started on a pseudo-terminal: {error}") from error

    @property
    def pid(self) -> int:
        return int(self._pty.pid or 0)

    def read(self) -> str:
        try:
            return str(self._pty.read(blocking=False))
        except self._error as error:
            raise OSError(str(error)) from error

    def write(self, text: str) -> None:
        try:
            self._pty.write(text)
        except self._error as error:
            raise OSError(str(error)) from error

    def exit_code(self) -> int | None:
        try:
            code: int | None = self._pty.get_exitstatus()
        except self._error as error:
            raise OSError(str(error)) from error
        return code


def environment_block(env: Mapping[str, str]) -> str:
    """NAME=value, each ended by NUL; pywinpty adds the one that ends the block.

    Without TERM: the terminal that the user sits at is not this one, and it may be called dumb.
    """
    return "".join(f"{name}={value}\0" for name, value in env.items() if name.upper() != "TERM")


class Screened:
    """A wizard.run.terminal.Child on a pseudo-terminal that draws cells; what it reads is wizard.run.cells' stream."""

    def __init__(self, pty: Pty, columns: int, rows: int) -> None:
        self._pty: Pty = pty
        self._cells = Cells(is_drawn, columns, rows)
        self._pieces: queue.Queue[str | None] = queue.Queue(maxsize=64)  # who draws faster than is read, waits
        self._over = threading.Event()
        self._ended = False
        self._pid = pty.pid
        threading.Thread(target=self._pump, args=(pty,), daemon=True).start()

    @property
    def pid(self) -> int:
        return self._pid

    def _pump(self, pty: Pty) -> None:
        silent: float | None = None
        while silent is None or time.monotonic() - silent < DRAIN_S:
            piece = ""
            with contextlib.suppress(OSError):  # the end, or nothing there; the exit code tells which
                piece = pty.read()
            if piece:
                self._pieces.put(piece)
                silent = None
                continue
            if silent is None and self._exit_code(pty) is not None:
                silent = time.monotonic()
            time.sleep(PAUSE_S)
        self._pieces.put(None)
        self._over.wait()  # closing a ConPTY may take long: it is let go of here, where nobody waits

    def _exit_code(self, pty: Pty) -> int | None:
        from wizard.machine import processes

        try:
            return pty.exit_code()
        except OSError:
            return None if processes.pid_exists(self._pid) else 1

    def read(self, timeout: float) -> bytes | None:
        deadline = time.monotonic() + timeout
        while not self._ended:
            try:
                piece = self._pieces.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                return self._cells.told(quiet=True).encode() or None
            if piece is None:
                self._ended = True
                return self._cells.told(ended=True).encode()
            self._cells.feed(piece)
            self._answer()
            told = self._cells.told()
            if told:
                return told.encode()
        return b""

    def _answer(self) -> None:
        answers = self._cells.answers()
        if answers:
            with contextlib.suppress(OSError):  # it is gone, and needs no answer
                self._pty.write(answers)

    def wait(self) -> int:
        while (code := self._exit_code(self._pty)) is None:
            time.sleep(PAUSE_S)
        self._over.set()
        return code

    def end(self) -> None:
        tree.end(self._pid, interrupt=self._interrupt)

    def _interrupt(self) -> None:
        with contextlib.suppress(OSError):
            self._pty.write(_INTERRUPT)  # CTRL_BREAK does not reach another console
