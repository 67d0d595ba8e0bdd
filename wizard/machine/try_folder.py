"""A folder that somebody wants uv's files in, tried before anything is decided: room, permission, links to the project.

It need not exist. What is made to see whether it can be made is gone at once.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wizard.language import said
from wizard.machine.request import ProbeRequest, own_os
from wizard.text import needed_size, standing_size

if TYPE_CHECKING:
    from wizard.machine.mounts import Mount

_MEMORY = frozenset({"tmpfs", "ramfs", "devtmpfs"})
QUOTA_LIMIT = 2.0
"""Seconds for the program that knows the quota."""


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
    least: tuple[int, str] | None = None,
) -> FolderTried:
    """Waits for the disk. `needed`: bytes, None where nobody knows; `least`: bytes, and words for them: less than that is
    little where `needed` is not known.
    """
    from wizard.machine import links, storage
    from wizard.machine.folder_made import in_the_way, refused
    from wizard.machine.mounts import mounts

    stands = in_the_way(path)
    if stands is not None:
        return FolderTried(*stands)
    there = storage.existing(path)
    request = ProbeRequest(project=project, environment=environment or dict(os.environ), os=own_os())
    table = mounts()
    mount = storage.mount_of(there, table, request)
    shut = refused(there, mount, user or said("this user"))
    if shut is not None:
        return FolderTried(said("not writable"), shut)
    if links.locks(there) is False:
        return FolderTried(said("no locks"), said("{path} is on a disk without locks; uv needs them.", path=path))
    free, room = _room(there, mount, request)
    if needed is not None and free < needed:
        return FolderTried(room, _too_little(room, needed_size(needed)))
    fact = room if needed is None else said("{room}, {needed} needed", room=room, needed=needed_size(needed))
    little = _too_little(room, least[1]) if needed is None and least is not None and free < least[0] else None
    return FolderTried(
        fact,
        None,
        little or _warning(path, there, mount, request),
        _links(there, mount, project, table, request),
    )


def _room(there: str, mount: Mount, request: ProbeRequest) -> tuple[int, str]:
    import shutil

    from wizard.machine import quota

    free = shutil.disk_usage(there).free
    mine = quota.left(request, mount.device, mount.point, mount.type, QUOTA_LIMIT)
    if mine is not None and mine < free:
        return mine, said("{size} left of your quota there", size=standing_size(mine))
    return free, said("{size} free there", size=standing_size(free))


def _too_little(room: str, needed: str) -> str:
    return said("{room}, {needed} needed.", room=room, needed=needed)


def _warning(path: str, there: str, mount: Mount, request: ProbeRequest) -> str | None:
    from wizard.machine.storage import cloud_folder, is_network

    if mount.type in _MEMORY:
        return said("{path} is memory: empty after a restart.", path=path)
    if cloud_folder(there, request):
        return said("{path} lies in OneDrive: it refuses links and uploads every file.", path=path)
    return said("{path} is on a network disk: slow for small files.", path=path) if is_network(mount) else None


def _links(there: str, mount: Mount, project: str | None, mounts: Sequence[Mount], request: ProbeRequest) -> str | None:
    from wizard.machine import links, storage

    if project is None:
        return None
    near = storage.existing(project)
    same = storage.mount_of(near, mounts, request) == mount
    if not (os.access(near, os.W_OK | os.X_OK) and os.access(there, os.W_OK | os.X_OK)):
        return None if same else OTHER_DISK
    return links_told(*links.tried(there, near), same_disk=same)


OTHER_DISK = said("uv will copy: it lies on another disk than the project")


def links_told(hard: bool | None, clone: bool | None, *, same_disk: bool) -> str | None:  # noqa: FBT001 - facts
    """What uv does with `auto`, by links that were tried from the cache to the project; None: not known."""
    if clone:
        return said("uv will clone files (tried in both folders)")
    if hard:
        return said("uv will make hard links (tried in both folders)")
    if hard is False:
        return said("uv will copy: links do not work from there") if same_disk else OTHER_DISK
    return None if same_disk else OTHER_DISK
