"""Whether a process that was noted down is still that process. Standard library only at import."""

from __future__ import annotations

import json
import os
import socket
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

HEARTBEAT_S = 30.0
"""A supervisor touches its record this often, for those who look from another host."""
SILENT_S = 150.0
"""A record on another host that was not touched for so long: its process is taken for gone."""


def record(pid: int | None = None) -> dict[str, Any]:
    """A process (this one) as it can be recognised again: pid, when it began, host. JSON values."""
    number = os.getpid() if pid is None else pid
    return {"pid": number, "born": born(number), "host": socket.gethostname()}


def as_json(pid: int) -> str:
    """`record` as text."""
    return json.dumps(record(pid))


def born(pid: int) -> str | None:
    """When a process began, in a form that no other process with the same pid has; None: there is none, or it ended."""
    if sys.platform == "linux":
        return _born_linux(pid)
    from wizard.machine import processes

    try:
        process = processes.Process(pid)
        if process.status() == processes.STATUS_ZOMBIE:
            return None
        return f"{process.create_time():.2f}"
    except processes.NoSuchProcess:
        return None
    except processes.AccessDenied:
        return "unknown"


def _born_linux(pid: int) -> str | None:
    try:
        fields = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
        boot = Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    except OSError:
        return None
    # fields of proc(5), counted after the name: 3 is the state, 22 the start in ticks since the machine came up
    return None if fields[0] in (b"Z", b"X") else f"{boot}:{fields[19].decode('ascii')}"


def lives(found: Mapping[str, Any], path: Path | None = None) -> bool:
    """Whether the process of a `record` lives. On another host: whether the file `path` was touched lately."""
    if not {"pid", "born", "host"} <= found.keys():
        return False
    if found["host"] != socket.gethostname():
        return path is not None and _touched_lately(path)
    now = born(int(found["pid"]))
    return now is not None and now == found["born"]


def _touched_lately(path: Path) -> bool:
    try:
        return time.time() - path.stat().st_mtime < SILENT_S
    except OSError:
        return False
