"""Moves uv's cache to another folder: at once where it is the same disk, else file by file; a move that was cut off goes on.

A pointer (wheels-v*) comes after what it points to (archive-v*), so that a uv in between never finds half a package.
Links are moved as links, never followed. Standard library only.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import stat
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

from wizard.language import said
from wizard.machine.storage import MOVING, TAG
from wizard.text import standing_size

WAIT_S = 30.0
"""Seconds to wait for another uv that is using the cache."""
_SPARE = ".uv-wizard-part"


class Carrier(Protocol):
    """What the supervisor hands to an action."""

    def emit(self, type: str, **fields: Any) -> None:  # noqa: A002 - the events' own key
        """Append an event."""

    def cancelled(self) -> bool:
        """Whether the user asked to stop."""


class _Stopped(Exception):
    pass


def carry_out(action: Mapping[str, Any], carrier: Carrier) -> int:
    """The supervisor's `move-cache`: `from`, `to`. 0; 1 with an error line; 130 where it was stopped on the way."""
    old, new = Path(action["from"]), Path(action["to"])
    if not old.exists():
        return 0
    try:
        with _alone(old, carrier):
            moved = move(old, new, carrier)
    except _Stopped:
        carrier.emit(
            "note", text=said("The old cache is moved in part; the same choice goes on with it: {old}", old=old)
        )
        return 130
    except OSError as error:
        why = f"{error.strerror or error} (os error {error.errno})" if error.errno else str(error)
        carrier.emit("output", text=f"error: failed to move the cache from {old} to {new}: {why}")
        return 1
    carrier.emit(
        "note",
        text=said("The old cache is moved: {moved} from {old} to {new}", moved=standing_size(moved), old=old, new=new),
    )
    return 0


def move(old: Path, new: Path, carrier: Carrier) -> int:
    """Bytes that were moved. Raises OSError; what is not moved then is where it was."""
    _check(old, new)
    size = sum(status.st_size for _, status in _files(old))
    if _at_once(old, new):
        return size
    new.mkdir(parents=True, exist_ok=True)
    if os.stat(old).st_dev != os.stat(new).st_dev and shutil.disk_usage(new).free < size:
        raise OSError(errno.ENOSPC, f"No space left on device: {standing_size(size)} needed")
    (new / MOVING).write_text(str(old), "utf-8")
    for path, status in _in_order(old):
        if carrier.cancelled():
            raise _Stopped
        _move_one(path, new / path.relative_to(old), status, old, new)
    for root, _, _ in os.walk(old, topdown=False):
        with contextlib.suppress(OSError):
            os.rmdir(root)
    (new / MOVING).unlink()
    return size


def _check(old: Path, new: Path) -> None:
    real_old, real_new = (os.path.normcase(os.path.realpath(one)) for one in (old, new))
    if old.is_symlink() or not (old / TAG).is_file():
        raise OSError(0, "the old folder is a link, or no cache of uv")
    if f"{real_new}{os.sep}".startswith(f"{real_old}{os.sep}") or real_old.startswith(f"{real_new}{os.sep}"):
        raise OSError(0, "one folder lies in the other")


def _at_once(old: Path, new: Path) -> bool:
    """The whole folder renamed, where nothing is in the new place."""
    try:
        new.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileNotFoundError):
            new.rmdir()
        if any(os.path.isabs(os.readlink(path)) for path, status in _files(old) if stat.S_ISLNK(status.st_mode)):
            return False
        os.rename(old, new)
    except OSError:
        return False
    return True


def _files(folder: Path) -> Iterator[tuple[Path, os.stat_result]]:
    """Every file and link below, links not followed."""
    for root, folders, names in os.walk(folder):
        for name in (*names, *(one for one in folders if os.path.islink(os.path.join(root, one)))):
            path = Path(root, name)
            yield path, path.lstat()


def _in_order(old: Path) -> Iterator[tuple[Path, os.stat_result]]:
    """What others point to first, the mark last: without it the rest would not be taken for a cache."""

    def rank(path: Path) -> int:
        first = path.relative_to(old).parts[0]
        return 0 if first.startswith("archive-") else 2 if first == TAG else 1

    # uv makes its lock anew; ours is held on it
    found = [(path, status) for path, status in _files(old) if path != old / ".lock"]
    yield from sorted(found, key=lambda one: rank(one[0]))
    with contextlib.suppress(FileNotFoundError):
        (old / ".lock").unlink()


def _move_one(path: Path, target: Path, status: os.stat_result, old: Path, new: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if os.path.lexists(target):  # what the new cache has by now is at least as new
        path.unlink()
        return
    if stat.S_ISLNK(status.st_mode):
        leads = os.readlink(path)
        inside = leads.startswith(f"{old}{os.sep}")
        os.symlink(f"{new}{leads[len(str(old)) :]}" if inside else leads, target)
        path.unlink()
        return
    try:
        os.rename(path, target)
    except OSError as error:
        if error.errno != errno.EXDEV and getattr(error, "winerror", None) != 17:  # another disk
            raise
        spare = target.with_name(target.name[:100] + _SPARE)
        shutil.copy2(path, spare)
        os.replace(spare, target)
        path.unlink()


@contextlib.contextmanager
def _alone(old: Path, carrier: Carrier) -> Iterator[None]:
    """uv's own lock on its cache, so that no uv is at work in it. Raises OSError where one stays there."""
    if sys.platform == "win32":  # a file that a uv has open there can't be moved anyway, and says so
        yield
        return
    import fcntl

    handle = os.open(old / ".lock", os.O_RDWR | os.O_CREAT, 0o666)
    try:
        end = time.monotonic() + WAIT_S
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if carrier.cancelled():
                    raise _Stopped from None
                if time.monotonic() > end:
                    msg = said("another uv is using the cache; wait until it is done, and start again")
                    raise OSError(0, msg) from None
                time.sleep(0.1)
            except OSError:  # a disk without locks: nobody can hold one there
                break
        yield
    finally:
        os.close(handle)
