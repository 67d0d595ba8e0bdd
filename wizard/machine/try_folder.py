"""A folder that somebody wants uv's files in, tried before anything is decided: room, permission, links to the project.

It need not exist; nothing is made, and a probe file is gone at once.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from wizard.machine.request import ProbeRequest, own_os
from wizard.text import needed_size, standing_size

if TYPE_CHECKING:
    from wizard.machine.storage import Mount

_MEMORY = frozenset({"tmpfs", "ramfs"})


@dataclass(frozen=True)
class FolderTried:
    """`problem`: why it can't be used; `warning`: why it had better not be; `links`: how uv will get files from there."""

    fact: str
    problem: str | None = None
    warning: str | None = None
    links: str | None = None


def try_folder(
    path: str,
    project: str | None,
    needed: int | None,
    user: str | None = None,
    environment: Mapping[str, str] | None = None,
) -> FolderTried:
    """Waits for the disk. `needed`: bytes, None where nobody knows."""
    import psutil

    from wizard.machine import storage

    who = user or "this user"
    if Path(path).exists() and not Path(path).is_dir():
        return FolderTried("a file", f"{path} is a file. Name a folder.")
    there = storage.existing(path)
    if not os.access(there, os.W_OK | os.X_OK):
        return FolderTried("not writable", f"{who} may not write there. Choose a folder of your own.")
    request = ProbeRequest(project=project, environment=environment or dict(os.environ), os=own_os())
    mounts = [storage.Mount(*entry[:4]) for entry in psutil.disk_partitions(all=True)]
    mount = storage.mount_of(there, mounts, request)
    free = psutil.disk_usage(there).free
    room = f"{standing_size(free)} free there"
    if needed is not None and free < needed:
        return FolderTried(room, f"{room}, {needed_size(needed)} needed.")
    fact = room if needed is None else f"{room}, {needed_size(needed)} needed"
    return FolderTried(
        fact, None, _warning(mount, storage.is_network(mount)), _links(there, mount, project, mounts, request)
    )


def _warning(mount: Mount, network: bool | None) -> str | None:  # noqa: FBT001 - a fact, known or not
    if mount.type in _MEMORY:
        return "memory: empty after a restart"
    return "a network disk: uv's locks often fail there" if network else None


def _links(there: str, mount: Mount, project: str | None, mounts: Sequence[Mount], request: ProbeRequest) -> str | None:
    from wizard.machine import links, storage

    if project is None:
        return None
    if storage.mount_of(storage.existing(project), mounts, request) != mount:
        return "uv will copy: it lies on another disk than the project"
    hard, clone = links.tried(there)
    if clone:
        return "uv will clone files (tried here: it works)"
    if hard:
        return "uv will make hard links (tried here: they work)"
    return "uv will copy: links do not work on this disk" if hard is False else None
