"""Programs asked for a fact: no standard input, output capped, ended with all they started when their time is up."""

from __future__ import annotations

import atexit
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import IO, TypeVar

from wizard.code_page import decoded, own_page
from wizard.language import said

CAP = 256 * 1024
"""Bytes of output that are kept of each stream; what comes after is read and dropped."""

_T = TypeVar("_T")
_going: set[subprocess.Popen[bytes]] = set()


@dataclass(frozen=True)
class Said:
    """How a program ended and what it printed. `code` as subprocess tells it: negative for a signal."""

    code: int
    out: str
    err: str


def ask(
    argv: Sequence[str],
    limit: float,
    *,
    environment: Mapping[str, str] | None = None,
    cwd: str | None = None,
    linger: float | None = None,
) -> Said:
    """Runs it for `limit` seconds at most. Raises TimeoutError past that, another OSError where it does not start.

    `linger`: once it has ended, wait so long for what it left running to let go of its output; None: to the limit.
    """
    end = time.monotonic() + limit
    process = _started(argv, environment, cwd)
    _going.add(process)
    try:
        streams = [_Stream(process.stdout), _Stream(process.stderr)]
        if linger is not None:
            with suppress(subprocess.TimeoutExpired):
                process.wait(limit)
                end = min(end, time.monotonic() + linger)
        for stream in streams:
            stream.thread.join(max(0.0, end - time.monotonic()))
        try:
            code = process.wait(max(0.0, end - time.monotonic()))
        except subprocess.TimeoutExpired:
            msg = said("{argv} did not answer within {limit} s", argv=argv[0], limit=f"{limit:g}")
            raise TimeoutError(msg) from None
        return Said(code, *(stream.text for stream in streams))
    finally:
        _end(process)
        _going.discard(process)


def side_by_side(jobs: Sequence[Callable[[], _T]], seconds: float, at_once: int = 4) -> list[_T | None]:
    """The results in order, None for a job that was not done in time. Raises what a job raised.

    Daemon threads: one that hangs does not keep the process.
    """
    waiting: queue.SimpleQueue[tuple[int, Callable[[], _T]]] = queue.SimpleQueue()
    for job in enumerate(jobs):
        waiting.put(job)
    done: queue.SimpleQueue[tuple[int, _T | None, BaseException | None]] = queue.SimpleQueue()

    def work() -> None:
        while True:
            try:
                number, job = waiting.get_nowait()
            except queue.Empty:
                return
            try:
                done.put((number, job(), None))
            except BaseException as error:  # noqa: BLE001 - raised again below, in the caller's thread
                done.put((number, None, error))

    for _ in range(min(at_once, len(jobs))):
        threading.Thread(target=work, name="probe-job", daemon=True).start()
    results: list[_T | None] = [None] * len(jobs)
    end = time.monotonic() + seconds
    for _ in jobs:
        try:
            number, result, error = done.get(timeout=max(0.0, end - time.monotonic()))
        except queue.Empty:
            break
        if error is not None:
            raise error
        results[number] = result
    return results


class _Stream:
    """Reads a stream to its end in a thread, so that no child ever waits for us."""

    def __init__(self, stream: IO[bytes] | None) -> None:
        self._stream = stream
        self._kept = bytearray()
        self.thread = threading.Thread(target=self._read, name="probe-output", daemon=True)
        self.thread.start()

    def _read(self) -> None:
        if self._stream is None:
            return
        with suppress(OSError, ValueError), self._stream as stream:
            while chunk := stream.read1(65_536) if hasattr(stream, "read1") else stream.read(65_536):
                self._kept += chunk[: max(0, CAP - len(self._kept))]

    @property
    def text(self) -> str:
        return decoded(bytes(self._kept), own_page())


def _started(argv: Sequence[str], environment: Mapping[str, str] | None, cwd: str | None) -> subprocess.Popen[bytes]:
    flags = 0
    if sys.platform == "win32":
        flags = subprocess.CREATE_NO_WINDOW
    return subprocess.Popen(
        list(argv),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=None if environment is None else dict(environment),
        cwd=cwd,
        start_new_session=os.name == "posix",  # one signal then reaches all that it started, and it has no terminal
        creationflags=flags,
    )


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ends it and what it started; one that the kernel does not let go of is left behind."""
    if sys.platform != "win32":
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    elif process.poll() is None:
        end_tree(process.pid)
    with suppress(subprocess.TimeoutExpired):
        process.wait(0.2)


def end_tree(pid: int, wait: float = 1.0) -> None:
    """Kills a process and all that it started, and waits until they let go of their files. For Windows, without groups."""
    from wizard.machine import processes

    with suppress(processes.Error):
        parent = processes.Process(pid)
        family = [parent, *parent.children(recursive=True)]
        for one in family:
            with suppress(processes.Error):
                one.kill()
        processes.wait_procs(family, timeout=wait)


@atexit.register
def _end_all() -> None:
    """A probe's thread ends with this process, and so must its child."""
    for process in list(_going):
        _end(process)
