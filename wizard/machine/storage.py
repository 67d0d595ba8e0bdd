"""The filesystems of the folders concerned: what they are, how much room they have, whether files can be linked there."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from wizard import catalog
from wizard.language import said
from wizard.machine import links, quota, shared_cache
from wizard.machine.child import ask, side_by_side
from wizard.machine.facts import CacheFolder, Filesystem, MachineFinding
from wizard.machine.mounts import Mount, mounts
from wizard.machine.places import executable
from wizard.machine.request import Answer, ProbeRequest
from wizard.machine.system import own_folders
from wizard.machine.telling import finding
from wizard.text import standing_size

TAG = "CACHEDIR.TAG"
"""uv marks its cache with this file."""
_REFUSED = re.compile(r"Failed to (?:parse|read):? `?(?P<path>[^`\n]*uv\.toml)`?")
_WHAT = ("unknown field", "unknown variant", "invalid", "expected", "wanted")
MOVING = ".uv-wizard-moving"
"""In a cache that another one is being moved to: that one's path."""


def filesystems(request: ProbeRequest, limit: float = 5.0) -> Answer:
    """filesystems, folders. The cache is where uv says that it is, where there is a uv to ask."""
    own = own_folders(request)
    by_uv, complaint = cache_by_uv(request, limit / 2)
    own["cache"] = by_uv or own["cache"]
    where = {"cache": own["cache"], "pythons": own["pythons"], "home": request.home_folder}
    if request.project is not None:
        where["project"] = request.project
    table = mounts()
    nearest = side_by_side([partial(existing, path) for path in where.values()], limit / 4)
    there = {purpose: folder or where[purpose] for purpose, folder in zip(where, nearest, strict=True)}
    places = placed(there, table, request)
    # A server that is gone makes every question about its disk wait; the other disks are known all the same.
    jobs = [partial(_filesystem, *place, request, limit / 4) for place in places.items()]
    answers = side_by_side(jobs, limit / 2)
    found = tuple(one or _unknown(*place) for one, place in zip(answers, places.items(), strict=True))
    cache = side_by_side([partial(cache_folder, own["cache"], there["cache"], there.get("project"))], limit / 4)[0]
    many = side_by_side([partial(shared_cache.findings, request, own["cache"])], limit / 4)[0] or ()
    told = (*complaint, *_findings(request, where, found), *many)
    return Answer({"filesystems": found, "folders": own, "cache": cache}, told)


def cache_folder(path: str, there: str, project: str | None) -> CacheFolder:
    """The cache as it lies, and what links do from there to the project. `there`: the nearest folder that exists."""
    folder = Path(path)
    hard = clone = None
    if project and os.access(there, os.W_OK | os.X_OK) and os.access(project, os.W_OK | os.X_OK):
        hard, clone = links.tried(there, project)
    try:
        moving = (folder / MOVING).read_text("utf-8").strip() or None
    except (OSError, UnicodeDecodeError):
        moving = None
    return CacheFolder(path, _holds_any(folder), folder.is_symlink(), (folder / TAG).is_file(), hard, clone, moving)


def _holds_any(folder: Path) -> bool:
    """Whether a cache holds more than what uv puts into every empty one."""
    try:
        return any(entry.name not in {TAG, ".lock", ".gitignore", MOVING} for entry in folder.iterdir())
    except OSError:
        return False


def cache_by_uv(request: ProbeRequest, limit: float) -> tuple[str | None, tuple[MachineFinding, ...]]:
    """What `uv cache dir` of the first uv on the PATH says, in the project's folder: the folder, None where it tells none;
    and what it says against a settings file.
    """
    name = "uv.exe" if request.os == "windows" else "uv"
    uv = next((path for path in (executable(request, folder, name) for folder in request.search_path) if path), None)
    if uv is None:
        return None, ()
    # UV_NO_CACHE makes a cache for that one command, and an empty UV_CACHE_DIR an error.
    environment = {
        key: value
        for key, value in request.environment.items()
        if key.upper() != "UV_NO_CACHE" and not (key.upper() == "UV_CACHE_DIR" and not value)
    }
    start = existing(request.project or os.curdir)
    try:
        said = ask([uv, "cache", "dir", "--offline"], limit, environment=environment, cwd=start)
    except OSError:
        return None, ()
    told = said.out.strip()
    if said.code == 0 and told:
        return str(request.paths.normpath(request.paths.join(start, told))), ()
    return None, tuple(complaint_of(said.err))


def complaint_of(text: str) -> Iterator[MachineFinding]:
    """What uv has against a settings file of its own: not TOML, a key or a value that it does not know."""
    refused = _REFUSED.search(text)
    if refused is not None:
        lines = [line.split(", expected one of")[0].strip(" |") for line in text.splitlines()]
        told = [line for line in lines if line.strip("^ ")]
        told.sort(key=lambda line: not line.startswith(_WHAT))  # what is wrong, then where
        yield finding("config-invalid", told, path=refused["path"])


def existing(path: str) -> str:
    """The nearest folder that exists: the path itself or one above it, links resolved."""
    here = Path(path).absolute()
    for one in (here, *here.parents):
        try:
            if one.is_dir():
                return os.path.realpath(one)
        except OSError:  # a folder that this user may not look into
            continue
    return here.anchor or os.sep


def placed(where: Mapping[str, str], mounts: Sequence[Mount], request: ProbeRequest) -> dict[Mount, dict[str, str]]:
    """Each mount that holds one of the folders, with purpose -> folder. `where`: folders that exist."""
    found: dict[Mount, dict[str, str]] = {}
    for purpose, folder in where.items():
        found.setdefault(mount_of(folder, mounts, request), {})[purpose] = folder
    return found


def mount_of(folder: str, mounts: Iterable[Mount], request: ProbeRequest) -> Mount:
    """The mount that holds the folder: the longest point above it, and of the same point the one mounted last."""
    path = request.paths
    best: Mount | None = None
    normal = path.normcase(folder)
    for mount in mounts:
        point = path.normcase(mount.point).rstrip("/\\")
        inside = normal.rstrip("/\\") == point or normal.startswith(point + path.sep)
        if inside and (best is None or len(point) >= len(path.normcase(best.point).rstrip("/\\"))):
            best = mount
    return best or Mount("", path.splitdrive(folder)[0] + path.sep, "", "remote" if folder.startswith("\\\\") else "")


def _unknown(mount: Mount, folders: Mapping[str, str]) -> Filesystem:
    return Filesystem(mount.point, mount.type or None, None, None, is_network(mount), None, None, tuple(folders))


def _filesystem(mount: Mount, folders: Mapping[str, str], request: ProbeRequest, limit: float) -> Filesystem:
    free = total = None
    try:
        usage = shutil.disk_usage(next(iter(folders.values())))
        free, total = usage.free, usage.total
    except OSError:  # unknown, not nothing
        pass
    hardlinks, reflinks = _links(folders)
    return Filesystem(
        mount=mount.point,
        type=mount.type or None,
        free_bytes=free,
        total_bytes=total,
        network=is_network(mount),
        hardlinks=hardlinks,
        reflinks=reflinks,
        purposes=tuple(folders),
        quota_free_bytes=quota.left(request, mount.device, mount.point, mount.type, limit),
    )


def _links(folders: Mapping[str, str]) -> tuple[bool | None, bool | None]:
    """Tried in the first of the folders that may be written, the project last: its tools may watch it."""
    for purpose in ("cache", "pythons", "home", "project"):
        folder = folders.get(purpose)
        if folder and os.access(folder, os.W_OK | os.X_OK):
            result = links.tried(folder)
            if result != (None, None):
                return result
    return None, None


def is_network(mount: Mount) -> bool | None:
    """Whether it is reached over a network; None where its type does not tell."""
    known: Mapping[str, Any] = catalog.table("machine.toml")["filesystems"]
    options = mount.options.split(",")
    if "remote" in options or mount.device.startswith(("\\\\", "//")):
        return True
    if mount.type == "9p" and "aname=drvfs" in mount.options:  # a Windows disk of the same machine, seen from WSL
        return False
    if mount.type in known["network"]:
        return True
    if not mount.type or (mount.type.startswith("fuse") and mount.type not in known["local_fuse"]):
        return None
    return False


def _findings(request: ProbeRequest, where: Mapping[str, str], found: Iterable[Filesystem]) -> Iterable[MachineFinding]:
    room = catalog.table("machine.toml")["filesystems"]["home_room"]
    for one in found:
        if "home" in one.purposes and one.room is not None and one.room < room:
            whose = said("your quota there leaves") if one.room == one.quota_free_bytes else "free:"
            yield finding("home-nearly-full", [f"{one.mount}: {whose} {one.room} bytes"], free=standing_size(one.room))
        if "cache" in one.purposes and one.network:
            words = {"type": one.type or "?", "path": where["cache"], "mount": one.mount}
            yield finding("cache-network", [f"{one.mount} {one.type}"], **words)
    for purpose, name in (("project", said("project")), ("cache", said("cache")), ("pythons", said("Python folder"))):
        cloud = cloud_folder(where.get(purpose), request)
        if cloud:
            yield finding("cloud-folder", [where[purpose]], purpose=name, path=cloud)
            return


def cloud_folder(path: str | None, request: ProbeRequest) -> str | None:
    """The OneDrive folder that `path` lies in, None where it lies in none."""
    if request.os != "windows":
        return None
    named = (request.get(variable) for variable in ("ONEDRIVE", "ONEDRIVECOMMERCIAL", "ONEDRIVECONSUMER"))
    return next((cloud for cloud in named if cloud and within(path, cloud, request)), None)


def within(path: str | None, folder: str, request: ProbeRequest) -> bool:
    """Whether `path` lies in `folder`, as that system compares paths."""
    normal = request.paths.normcase
    return path is not None and (normal(path) + request.paths.sep).startswith(
        normal(folder).rstrip("/\\") + request.paths.sep
    )
