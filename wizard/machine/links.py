"""Hard links and reflinks, tried in a folder with two small files that are gone at once.

FICLONE: ioctl_ficlone(2). clonefile: clonefile(2) of macOS.
"""

from __future__ import annotations

import errno
import os
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

_FICLONE = 0x40049409
_CANNOT = {
    errno.EPERM,
    errno.EOPNOTSUPP,
    errno.ENOTSUP,
    errno.ENOSYS,
    errno.EMLINK,
    errno.EXDEV,
    errno.EINVAL,
    errno.ENOTTY,
}
_CANNOT_WINDOWS = {1, 50, 396}  # invalid function, not supported, refused by a cloud folder


def tried(folder: str, target_folder: str | None = None) -> tuple[bool | None, bool | None]:
    """(hard links work, reflinks work) in that folder, or from it to the other one.

    None: it could not be tried (no room, no permission).
    """
    try:
        handle, name = tempfile.mkstemp(prefix=".uv-wizard-", dir=folder)
    except OSError:
        return None, None
    source = Path(name)
    target = Path(target_folder or folder, f"{source.name}-2")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(b"uv-wizard tries links\n" * 256)  # an empty file can be cloned where nothing else can
        return _hard_link(source, target), _reflink(source, target)
    except OSError:
        return None, None
    finally:
        for path in (target, source):
            with suppress(OSError):
                path.unlink()


def locks(folder: str) -> bool | None:
    """Whether a file there can be locked as uv locks its cache (flock); None: not tried, or not asked on this system."""
    if sys.platform == "win32":
        return None
    import fcntl

    try:
        with tempfile.NamedTemporaryFile(prefix=".uv-wizard-", dir=folder) as file:
            try:
                fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                return False
            return True
    except OSError:
        return None


def _hard_link(source: Path, target: Path) -> bool | None:
    try:
        os.link(source, target)
    except OSError as error:
        refused = error.errno in _CANNOT or getattr(error, "winerror", None) in _CANNOT_WINDOWS
        return False if refused else None
    target.unlink()
    return True


def _reflink(source: Path, target: Path) -> bool | None:
    try:
        if sys.platform == "linux":
            _clone_range(source, target)
        elif sys.platform == "darwin":
            _clone_file(source, target)
        else:
            return None  # only ReFS can, and it is not asked
    except OSError as error:
        return False if error.errno in _CANNOT else None
    return True


def _clone_range(source: Path, target: Path) -> None:
    if sys.platform != "win32":
        import fcntl

        with source.open("rb") as old, target.open("wb") as new:
            fcntl.ioctl(new.fileno(), _FICLONE, old.fileno())


def _clone_file(source: Path, target: Path) -> None:
    import ctypes

    library = ctypes.CDLL(None, use_errno=True)
    if library.clonefile(os.fsencode(source), os.fsencode(target), 0) != 0:
        raise OSError(ctypes.get_errno(), "clonefile")
