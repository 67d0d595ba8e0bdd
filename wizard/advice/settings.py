"""Where uv's files should lie on this machine. Pure; the facts are wizard.machine's.

Linking works only inside one filesystem, and a synced torch takes gigabytes twice where files must be copied
(uv's documentation on its cache; measured: hard links fail across filesystems with a warning and a full copy).
"""

from __future__ import annotations

import posixpath
from dataclasses import dataclass

from wizard.advice.reason import Advice, Reason
from wizard.machine.facts import Filesystem, Machine
from wizard.project.facts import Lock, Project
from wizard.text import needed_size, standing_size

UNPACKED = 2.2
"""Bytes on disk for each byte of wheel: an estimate, for wheels are deflated; only their directories tell exactly."""


def filesystem_for(machine: Machine, purpose: str) -> Filesystem | None:
    """The filesystem that holds that folder (project, cache, pythons, home), None where it is not known."""
    return next((one for one in machine.filesystems or () if purpose in one.purposes), None)


def room_needed(lock: Lock | None, download_bytes: int | None) -> int | None:
    """Bytes that a first sync needs in the cache; None where the lock tells no sizes."""
    return None if lock is None or download_bytes is None else int(download_bytes * UNPACKED)


@dataclass(frozen=True)
class CacheState:
    """What the facts say about the cache where it is now."""

    problem: str | None
    """Why it should lie elsewhere, None where it may stay."""
    fact: str
    """The fact that decides, for the line under the field."""


def judge_cache(cache: Filesystem | None, project: Filesystem | None, needed: int | None) -> CacheState:
    """Whether the cache may stay on the filesystem it is on."""
    if cache is None:
        return CacheState(None, "its filesystem is not known")
    free = "unknown room" if cache.free_bytes is None else f"{standing_size(cache.free_bytes)} free there"
    if needed is not None and cache.free_bytes is not None and cache.free_bytes < needed:
        return CacheState(f"{free}, {needed_size(needed)} needed", f"{free}, {needed_size(needed)} needed")
    if cache.network:
        return CacheState("it lies on a network disk, where uv's locks often fail", f"{free}, a network disk")
    if cache.type in {"tmpfs", "ramfs"}:
        return CacheState("it lies in memory and is empty after a restart", f"{free}, in memory")
    if project is not None and project.mount != cache.mount and needed and needed > 512 * 1024**2:
        return CacheState("it lies on another disk than the project, so every file is copied", f"{free}, another disk")
    return CacheState(None, free)


def advise(machine: Machine, project: Project | None, needed: int | None) -> Advice:
    """`settings.cache-dir` where the cache should not stay and the project's disk is better; nothing else by itself."""
    if project is None or machine.os == "windows" or machine.environment.get("UV_CACHE_DIR"):
        return Advice()
    cache, home = filesystem_for(machine, "cache"), filesystem_for(machine, "project")
    state = judge_cache(cache, home, needed)
    if state.problem is None or home is None or cache is None or home.mount == cache.mount:
        return Advice()
    room = home.free_bytes is not None and home.free_bytes > max(needed or 0, cache.free_bytes or 0)
    if not (room and home.hardlinks and not home.network and home.type not in {"tmpfs", "ramfs"} and project.roomy):
        return Advice()
    folder = posixpath.join(posixpath.dirname(project.path), "uv-cache")
    free = standing_size(home.free_bytes or 0)
    now = machine.folders.get("cache", "its default")
    why = f"The cache is at {now}: {state.problem}. {home.mount} has {free} free, and linking works there."
    return Advice({"settings.cache-dir": folder}, (Reason("settings.cache-dir", folder, why),))
