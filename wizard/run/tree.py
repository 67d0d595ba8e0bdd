"""Ending a process with all that it started: asked, told, killed, within three seconds in all."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wizard.machine.processes import Process

INTERRUPT_S = 0.8
"""After SIGINT (CTRL_BREAK on Windows)."""
TERMINATE_S = 0.7
"""After SIGTERM."""
KILL_S = 0.5
"""After SIGKILL; what is there then can't be ended by us (it hangs in the kernel)."""
_POLL_S = 0.02


def end(pid: int, child: subprocess.Popen[bytes] | None = None, interrupt: Callable[[], None] | None = None) -> bool:
    """Ends the process and its descendants, also those that left its group. Whether all are gone.

    `child`: the same process as our own child, so that its end is noticed here. `interrupt`: asks it where a signal
    can't, as on a terminal that is not ours.
    """
    return _end(pid, _with_descendants(pid), child, interrupt)


def end_children() -> bool:
    """Ends all that this process started, and not itself. Whether all are gone."""
    from wizard.machine import processes

    return _end(0, set(_children(processes.Process())), None)


def _end(
    pid: int,
    known: set[Process],
    child: subprocess.Popen[bytes] | None,
    interrupt: Callable[[], None] | None = None,
) -> bool:
    for ask, limit in _STAGES:
        known |= {late for one in known for late in _children(one)}
        if interrupt is not None and ask is _interrupt:
            interrupt()
        else:
            ask(pid, known)
        deadline = time.monotonic() + limit
        while time.monotonic() < deadline:
            if child is not None:
                child.poll()
            if not any(_lives(one) for one in known):
                return True
            time.sleep(_POLL_S)
    return not any(_lives(one) for one in known)


def _with_descendants(pid: int) -> set[Process]:
    from wizard.machine import processes

    try:
        top = processes.Process(pid)
    except processes.NoSuchProcess:
        return set()
    return {top, *_children(top)}


def _children(process: Process) -> list[Process]:
    from wizard.machine import processes

    try:
        return process.children(recursive=True)
    except processes.Error:
        return []


def _lives(process: Process) -> bool:
    from wizard.machine import processes

    try:
        return process.is_running() and process.status() != processes.STATUS_ZOMBIE
    except processes.NoSuchProcess:
        return False
    except processes.AccessDenied:
        return True


def _interrupt(pid: int, known: set[Process]) -> None:
    if sys.platform == "win32":
        if pid:  # to one that leads no group it would come back to ourselves
            # It may share no console with us; Python then ends it at once, and raises SystemError where it is gone.
            with contextlib.suppress(OSError, SystemError):
                os.kill(pid, signal.CTRL_BREAK_EVENT)
    else:
        _signal(pid, known, signal.SIGINT)


def _terminate(pid: int, known: set[Process]) -> None:
    _signal(pid, known, signal.SIGTERM)


def _kill(pid: int, known: set[Process]) -> None:
    if sys.platform == "win32":  # there is no asking by SIGTERM: it ends a process as SIGKILL does
        _signal(pid, known, signal.SIGTERM)
    else:
        _signal(pid, known, signal.SIGKILL)


_ASKED = () if sys.platform == "win32" else ((_terminate, TERMINATE_S),)
_STAGES = ((_interrupt, INTERRUPT_S), *_ASKED, (_kill, KILL_S))


def _signal(pid: int, known: set[Process], number: signal.Signals) -> None:
    """To the whole group at once where `pid` leads one, then to each that is not in it. Windows knows only the end."""
    from wizard.machine import processes

    if sys.platform != "win32":
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if pid and os.getpgid(pid) == pid != os.getpgrp():
                os.killpg(pid, number)
    for process in known:
        with contextlib.suppress(processes.Error):
            if not pid or not _grouped(process.pid, pid):
                process.send_signal(number)


def _grouped(pid: int, leader: int) -> bool:
    if sys.platform == "win32":
        return False
    try:
        return os.getpgid(pid) == leader
    except ProcessLookupError:
        return True
