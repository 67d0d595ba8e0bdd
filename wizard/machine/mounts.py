"""The system's table of mounts: psutil's where it loads, else /proc/self/mounts, `mount`, or the drives of Windows."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from wizard.machine import native

_LIMIT_S = 5.0
_OCTAL = re.compile(rb"\\([0-7]{3})")
_OF_BSD = re.compile(r"^(?P<device>.*?) on (?P<point>/.*) \((?P<words>[^()]*)\)$")


@dataclass(frozen=True)
class Mount:
    """A line of the system's table of mounts."""

    device: str
    point: str
    type: str
    options: str


def mounts() -> list[Mount]:
    """All that is mounted, in the order of the system; empty where nothing tells."""
    psutil = native.psutil()
    if psutil is not None:
        return [Mount(*entry[:4]) for entry in psutil.disk_partitions(all=True)]
    if sys.platform == "win32":
        from wizard.machine.bare_windows import disks

        return [Mount(root, root, kind, options) for root, kind, options in disks()]
    if sys.platform == "linux":
        try:
            return list(of_proc(Path("/proc/self/mounts").read_bytes()))
        except OSError:
            return []
    try:
        said = subprocess.run(["mount"], check=False, capture_output=True, stdin=subprocess.DEVNULL, timeout=_LIMIT_S)
    except (OSError, subprocess.TimeoutExpired):
        return []
    return list(of_mount(said.stdout.decode("utf-8", "replace")))


def of_proc(text: bytes) -> Iterator[Mount]:
    """Of /proc/self/mounts, fstab(5): blanks and backslashes of a path are written as octal numbers."""
    for line in text.splitlines():
        words = [_OCTAL.sub(lambda found: bytes([int(found[1], 8)]), word) for word in line.split(b" ")]
        if len(words) >= 4:
            yield Mount(*(word.decode("utf-8", "surrogateescape") for word in words[:4]))


def of_mount(text: str) -> Iterator[Mount]:
    """Of macOS' `mount`: `DEVICE on POINT (TYPE, OPTION, ...)`."""
    for line in text.splitlines():
        found = _OF_BSD.match(line)
        if found is not None:
            kind, *options = found["words"].split(", ")
            yield Mount(found["device"], found["point"], kind, ",".join(options))
