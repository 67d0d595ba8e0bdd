"""A cache that several users share, and the clusters where they do: what must hold so that none of them is shut out.

Tried with uv 0.8.24 and 0.13.8 and two users of one group: uv gives what it makes the mode that the umask leaves and the
group of the folder above. Without the set-group-ID bit, or with umask 022, the second user's uv does not even start
("Failed to initialize cache"). A default ACL for the group holds with umask 022 and 077 too. Hard links work across users
(fs.protected_hardlinks asks for write permission), and the first user's quota pays for the files.
"""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from wizard import catalog
from wizard.language import said
from wizard.machine.facts import MachineFinding
from wizard.machine.places import executable
from wizard.machine.request import ProbeRequest
from wizard.machine.telling import finding

_DEFAULT_ACL = "system.posix_acl_default"


@dataclass(frozen=True)
class Sharing:
    """A cache folder as its permissions have it. `umask`: this user's; `group`: its name, or its number."""

    mine: bool
    group_writes: bool
    setgid: bool
    default_acl: bool
    umask: int
    group: str

    @property
    def for_many(self) -> bool:
        """Whether it is meant for more than one user."""
        return not self.mine or self.setgid or self.default_acl

    @property
    def shuts_out(self) -> str | None:
        """Why some user is shut out, None where nothing says so."""
        if not self.group_writes:
            return said("its group may not write there")
        if self.default_acl:
            return None
        if not self.setgid:
            return said("it lacks the set-group-ID bit, so what each user makes there belongs to that user's own group")
        if self.umask & 0o020:
            return said(
                "your umask is {umask}, so what you make there is closed to the others", umask=f"{self.umask:03o}"
            )
        return None


def look(path: str) -> Sharing | None:
    """None where there is no such folder, and on Windows, where permissions are inherited and need none of this."""
    if sys.platform == "win32":
        return None
    try:
        status = os.stat(path)
    except OSError:
        return None
    mine = status.st_uid == os.getuid() or os.getuid() == 0  # nobody shuts root out
    bits = bool(status.st_mode & stat.S_IWGRP), bool(status.st_mode & stat.S_ISGID)
    return Sharing(mine, *bits, _has_default_acl(path), _umask(), _group(status.st_gid))


def findings(request: ProbeRequest, path: str) -> tuple[MachineFinding, ...]:
    """What there is to know of a cache at `path` that many users share, and of a cluster."""
    return (*_of_cache(look(path), path), *_of_cluster(request))


def _of_cache(found: Sharing | None, path: str) -> Iterator[MachineFinding]:
    if found is None or not found.for_many:
        return
    if found.shuts_out is not None:
        yield finding("cache-shut", [f"{path}: group {found.group}"], path=path, why=found.shuts_out)
    else:
        yield finding("cache-shared", [path], group=found.group)


def _of_cluster(request: ProbeRequest) -> Iterator[MachineFinding]:
    programs: dict[str, str] = catalog.table("machine.toml")["cluster"]["programs"]
    for scheduler, program in programs.items():
        where = next(filter(None, (executable(request, folder, program) for folder in request.search_path)), None)
        if where is not None and request.os != "windows":
            yield finding("cluster", [where], scheduler=scheduler)
            return


def _has_default_acl(path: str) -> bool:
    if sys.platform != "linux":
        return False
    try:
        return bool(os.getxattr(path, _DEFAULT_ACL))
    except OSError:  # there is none, or the disk keeps none
        return False


def _umask() -> int:
    """Read where it can be, because setting it to read it changes what other threads make."""
    try:
        with open("/proc/self/status", encoding="ascii", errors="replace") as file:
            line = next((one for one in file if one.startswith("Umask:")), "")
        return int(line.split()[1], 8)
    except (OSError, IndexError, ValueError):
        now = os.umask(0o077)
        os.umask(now)
        return now


def _group(number: int) -> str:
    if sys.platform == "win32":
        return str(number)
    import grp

    try:
        return grp.getgrgid(number).gr_name
    except KeyError:
        return str(number)
