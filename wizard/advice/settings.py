"""Where uv's files should lie on this machine. Pure; the facts are wizard.machine's.

Linking works only inside one filesystem, and a synced torch takes gigabytes twice where files must be copied
(uv's documentation on its cache; measured: hard links fail across filesystems with a warning and a full copy).
"""

from __future__ import annotations

import ntpath
import posixpath
from dataclasses import dataclass

from wizard.advice.reason import Advice, Reason
from wizard.advice.setting_sources import in_force
from wizard.language import said
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


SMALL = 3 * 1024**3
"""Bytes: less room than this is little where the lock tells no sizes; one CUDA build of torch unpacks to more."""
_MUCH = 512 * 1024**2
_MEMORY = frozenset({"tmpfs", "ramfs"})


def judge_cache(machine: Machine, needed: int | None) -> CacheState:
    """Whether the cache may stay where it is, by the disk it is on and what links do from there to the project."""
    cache = filesystem_for(machine, "cache")
    if cache is None:
        return CacheState(None, said("its filesystem is not known"))
    free = _free(cache)
    if cache.room is not None and cache.room < (SMALL if needed is None else needed):
        size = said("a few GiB") if needed is None else needed_size(needed)
        short = said("{free}, {size} needed", free=free, size=size)
        return CacheState(short, short)
    problem, fact = _trouble(machine, cache, needed)
    return CacheState(problem, said("{free}, {fact}", free=free, fact=fact) if problem else free)


def _trouble(machine: Machine, cache: Filesystem, needed: int | None) -> tuple[str | None, str]:
    """(why a cache there serves badly, the same in few words), whatever its room."""
    project = filesystem_for(machine, "project")
    if machine.os == "windows" and in_cloud(machine, machine.folders.get("cache")):
        return said("it lies in OneDrive, which refuses links and uploads every file"), said("in OneDrive")
    if cache.network:
        return said("it lies on a network disk, where uv's locks often fail"), said("a network disk")
    if cache.type in _MEMORY:
        return said("it lies in memory and is empty after a restart"), said("in memory")
    if project is not None and needed and needed > _MUCH and linking(machine) is False:
        if project.mount != cache.mount:
            return said("it lies on another disk than the project, so every file is copied"), said("another disk")
        return said("links do not work from there to the project, so every file is copied"), said("no links")
    return None, ""


def _free(one: Filesystem) -> str:
    if one.room is None:
        return said("unknown room")
    if one.room == one.quota_free_bytes:
        return said("{size} left of your quota", size=standing_size(one.room))
    return said("{size} free there", size=standing_size(one.room))


def linking(machine: Machine) -> bool | None:
    """Whether files can be linked or cloned from the cache into the project, tried; None where that is not known."""
    cache, project = filesystem_for(machine, "cache"), filesystem_for(machine, "project")
    tried = machine.cache
    if tried is not None and (tried.hardlinks or tried.reflinks):
        return True
    if tried is not None and tried.hardlinks is False:
        return False
    if cache is None or project is None:
        return None
    if cache.mount != project.mount:
        return False
    return project.hardlinks or project.reflinks


def in_cloud(machine: Machine, path: str | None) -> bool:
    """Whether that folder of a Windows lies in OneDrive."""
    known = {name.upper(): value for name, value in machine.environment.items()}
    clouds = [known.get(name) for name in ("ONEDRIVE", "ONEDRIVECOMMERCIAL", "ONEDRIVECONSUMER")]
    plain = ntpath.normcase(path or "") + "\\"
    return any(plain.startswith(ntpath.normcase(cloud).rstrip("\\") + "\\") for cloud in clouds if cloud)


def advise(machine: Machine, project: Project | None, needed: int | None) -> Advice:
    """`settings.cache-dir` where the cache should not stay and the project's disk is better; nothing else by itself.

    Where somebody has chosen the folder already, that holds: its trouble is told, not overruled.
    """
    if project is None or in_force(machine, "settings.cache-dir", project):
        return Advice()
    cache, home = filesystem_for(machine, "cache"), filesystem_for(machine, "project")
    state = judge_cache(machine, needed)
    if state.problem is None or home is None or cache is None:
        return Advice()
    paths = ntpath if machine.os == "windows" else posixpath
    folder = paths.join(paths.dirname(project.path), "uv-cache")
    if home.mount == cache.mount and not in_cloud(machine, machine.folders.get("cache")):
        return Advice()
    if not (_suits(home, needed) and project.roomy) or in_cloud(machine, folder):
        return Advice()
    if cache.room is not None and cache.room < (needed or SMALL) and (home.room or 0) <= cache.room:
        return Advice()
    now = machine.folders.get("cache") or said("its default")
    free = standing_size(home.room) if home.room is not None else "?"
    why = said(
        "The cache is at {path}: {problem}. {disk} has {free}, and linking works there.",
        path=now,
        problem=state.problem,
        disk=home.mount,
        free=said("{size} left of your quota", size=free)
        if home.room == home.quota_free_bytes
        else said("{size} free", size=free),
    )
    return Advice({"settings.cache-dir": folder}, (Reason("settings.cache-dir", folder, why),))


def _suits(one: Filesystem, needed: int | None) -> bool:
    """Whether a cache is well placed on that disk."""
    room = one.room is not None and one.room >= (SMALL if needed is None else needed)
    return bool(room and (one.hardlinks or one.reflinks) and not one.network and one.type not in _MEMORY)
