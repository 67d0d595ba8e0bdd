"""Whether a folder can be made at a path, and files in it: root has every right, and /proc takes no file all the same.

Only trying tells. What is made for that, in the nearest folder that exists, is gone at once; what is no disk is not touched.
"""

from __future__ import annotations

import errno
import os
import secrets
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from wizard.language import Message, said

if TYPE_CHECKING:
    from wizard.machine.mounts import Mount

_NO_DISKS = frozenset({
    "binfmt_misc", "bpf", "cgroup", "cgroup2", "configfs", "debugfs", "devfs", "devpts", "efivarfs", "fdesc", "fdescfs",
    "fusectl", "hugetlbfs", "mqueue", "nfsd", "nsfs", "proc", "procfs", "pstore", "resctrl", "rpc_pipefs", "securityfs",
    "selinuxfs", "smackfs", "sysfs", "tracefs",
})  # fmt: skip
"""Types of filesystems that show what a kernel knows. A folder made in some of them means something to it."""
_TOO_LONG = said("too long"), said("That name is too long for the disk there. Choose a shorter one.")
_WINDOWS_MOST = 255
"""Units of UTF-16 in one name. Source: Microsoft's documentation of NTFS, limits."""
_NO_RIGHT = frozenset({errno.EPERM, errno.EACCES})


def in_the_way(path: str) -> tuple[Message, Message] | None:
    """What keeps a folder from being there, in a word and in a sentence: a file, or a link that leads nowhere, in its place or
    above it; a name that is too long.
    """
    here = Path(path).absolute()
    for one in (here, *here.parents):
        if os.path.isdir(one):
            names = here.parts[len(one.parts) :]
            return _TOO_LONG if any(_is_too_long(one / name) for name in names) else None
        if os.path.lexists(one):
            return said("a file"), _told(one, above=one != here)
    return None


def _is_too_long(path: Path) -> bool:
    if sys.platform == "win32":  # which says of such a name only that it is not there
        return len(path.name.encode("utf-16-le", "surrogatepass")) // 2 > _WINDOWS_MOST
    try:
        path.lstat()
    except OSError as error:
        return error.errno == errno.ENAMETOOLONG
    return False


def _told(one: Path, *, above: bool) -> Message:
    try:
        one.stat()
    except PermissionError as error:
        return said("it can't be used: {strerror}", strerror=error.strerror or error)
    except OSError:
        return said("The link {path} leads nowhere. Name another folder.", path=str(one))
    if above:
        return said("The file {path} is in the way. Name another folder.", path=str(one))
    return said("That is a file. Name a folder.")


def refused(folder: str, mount: Mount, who: str) -> str | None:
    """Why nothing can be made in a folder that exists, None where it can. `mount`: what it lies on; `who`: the user."""
    if mount.type in _NO_DISKS:
        return said("{mount} is no disk ({type}): it keeps no files.", mount=mount.point, type=mount.type)
    if not os.access(folder, os.W_OK | os.X_OK) and "ro" not in mount.options.split(","):
        return _no_right(who)
    try:
        _make(os.path.join(folder, f".uv-wizard-{secrets.token_hex(8)}"))
    except OSError as error:
        return _refusal(error, who)
    return None


def _make(path: str) -> None:
    """A file and a folder: some filesystems take only one of them. Windows' tempfile tries for ever where it may not."""
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    os.unlink(path)
    os.mkdir(path)
    os.rmdir(path)


def _refusal(error: OSError, who: str) -> str:
    if error.errno in _NO_RIGHT:
        return _no_right(who)
    if error.errno == errno.EROFS:
        return said("The disk there can only be read. Choose another folder.")
    return said("it can't be used: {strerror}", strerror=error.strerror or error)


def _no_right(who: str) -> str:
    return said("{who} may not write there. Choose a folder of your own.", who=who)


__all__ = ["in_the_way", "refused"]
