"""What is used of psutil's processes, without it: /proc on Linux, `ps` elsewhere, the tool help library on Windows.

Each question looks at all processes, which takes milliseconds: for hosts where psutil's compiled part does not load.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

STATUS_ZOMBIE = "zombie"
_STATUS_RUNNING = "running"
_POLL_S = 0.02
PS = ("ps", "-A", "-o", "pid=", "-o", "ppid=", "-o", "stat=", "-o", "lstart=", "-o", "comm=")
PS_S = 5.0


class Error(Exception):
    """A process could not be asked."""


class NoSuchProcess(Error):
    """It is gone."""


class AccessDenied(Error):
    """It is somebody else's."""


@dataclass(frozen=True)
class Row:
    """`born`: in seconds since 1970, or since the machine came up; of a pid that is used again it is another."""

    pid: int
    parent: int
    born: float
    zombie: bool
    name: str


class Process:
    """The process that has this pid now, or this one. Raises NoSuchProcess where there is none."""

    def __init__(self, pid: int | None = None) -> None:
        self.pid = os.getpid() if pid is None else pid
        row = table().get(self.pid)
        if row is None:
            raise NoSuchProcess(self.pid)
        self._row = row

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Process) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def _key(self) -> tuple[int, float]:
        return self.pid, self._row.born

    def children(self, recursive: bool = False) -> list[Process]:  # noqa: FBT001, FBT002 - as psutil has it
        """Its children, or all its descendants, parents first. Raises NoSuchProcess where it is gone."""
        rows = table()
        self._now(rows)
        found: list[Process] = []
        ask = [self._row]
        while ask:
            parent = ask.pop(0)
            # what began earlier than its parent is the child of one that had the pid before
            rows_below = [row for row in rows.values() if row.parent == parent.pid and row.born >= parent.born]
            rows_below = [row for row in rows_below if row.pid != parent.pid]
            found += map(_process, rows_below)
            ask += rows_below if recursive else []
        return found

    def parents(self) -> list[Process]:
        """Its parent, that one's, and so on."""
        rows = table()
        found: list[Process] = []
        row: Row | None = self._now(rows)
        while row is not None:
            above = rows.get(row.parent)
            row = above if above is not None and above.pid != row.pid and above.born <= row.born else None
            found += [] if row is None else [_process(row)]
        return found

    def name(self) -> str:
        return self._row.name

    def create_time(self) -> float:
        return self._row.born

    def is_running(self) -> bool:
        now = table().get(self.pid)
        return now is not None and now.born == self._row.born

    def status(self) -> str:
        return STATUS_ZOMBIE if self._now(table()).zombie else _STATUS_RUNNING

    def send_signal(self, number: int) -> None:
        self._now(table())
        try:
            os.kill(self.pid, number)
        except PermissionError:
            raise AccessDenied(self.pid) from None
        except OSError:
            raise NoSuchProcess(self.pid) from None

    def kill(self) -> None:
        if sys.platform == "win32":
            self.send_signal(signal.SIGTERM)  # how os.kill says TerminateProcess
        else:
            self.send_signal(signal.SIGKILL)

    def _now(self, rows: dict[int, Row]) -> Row:
        row = rows.get(self.pid)
        if row is None or row.born != self._row.born:
            raise NoSuchProcess(self.pid)
        return row


def _process(row: Row) -> Process:
    one = Process.__new__(Process)
    one.pid, one._row = row.pid, row  # noqa: SLF001 - made here
    return one


def pid_exists(pid: int) -> bool:
    return pid in table()


def wait_procs(processes: Iterable[Process], timeout: float) -> tuple[list[Process], list[Process]]:
    """Those that are gone after so many seconds at most, and those that are not."""
    known = list(processes)
    deadline = time.monotonic() + timeout
    while True:
        here = [one for one in known if one.is_running()]
        if not here or time.monotonic() > deadline:
            return [one for one in known if one not in here], here
        time.sleep(_POLL_S)


def table() -> dict[int, Row]:
    """All processes that this user may see, by pid; empty where nothing tells."""
    if sys.platform == "win32":
        from wizard.machine.bare_windows import processes

        return {pid: Row(pid, parent, born, zombie=False, name=name) for pid, parent, born, name in processes()}
    rows = _of_proc() if sys.platform == "linux" else of_ps(_ps())
    return {row.pid: row for row in rows}


def _of_proc() -> Iterator[Row]:
    try:
        names = os.listdir("/proc")
    except OSError:
        return
    for name in filter(str.isdecimal, names):
        try:
            with open(f"/proc/{name}/stat", "rb") as opened:
                row = of_stat(opened.read())
        except OSError:  # gone by now
            continue
        if row is not None:
            yield row


def of_stat(text: bytes) -> Row | None:
    """One /proc/PID/stat; None where it is none. Its fields: proc(5)."""
    head, _, tail = text.rpartition(b")")
    pid, _, name = head.partition(b" (")
    fields = tail.split()
    if not pid.isdigit() or len(fields) < 20:
        return None
    zombie = fields[0] in {b"Z", b"X"}
    return Row(int(pid), int(fields[1]), float(fields[19]), zombie, name.decode("utf-8", "replace"))


def _ps() -> str:
    environment = {**os.environ, "LC_ALL": "C"}
    try:
        said = subprocess.run(
            PS, env=environment, check=False, capture_output=True, stdin=subprocess.DEVNULL, timeout=PS_S
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return said.stdout.decode("utf-8", "replace")


def of_ps(text: str) -> Iterator[Row]:
    """What `ps` prints for PS: pid, parent, state, five words of the time it began, path."""
    for line in text.splitlines():
        words = line.split(None, 8)
        if len(words) < 9 or not (words[0].isdecimal() and words[1].isdecimal()):
            continue
        try:
            born = time.mktime(time.strptime(" ".join(words[3:8])))
        except ValueError:
            continue
        yield Row(int(words[0]), int(words[1]), born, words[2].startswith("Z"), os.path.basename(words[8].strip()))
