"""Every write of ours: atomic, journalled with the bytes before, and put back by undo. Standard library only.

A journal is a folder: `journal.jsonl` with one record a line, and `before-N` files with the bytes that were there.
A record is written and flushed *before* its file changes, so a kill in between leaves nothing that undo can't judge.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import os
import stat
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from wizard import registry
from wizard.patience import patiently

LIST = "journal.jsonl"


class ChangedSince(OSError):
    """A file is not what the plan was made for; nothing was written."""


class Carrier(Protocol):
    """What the supervisor hands to an action."""

    @property
    def journal_folder(self) -> Path:
        """Where this run's journal lies."""

    def emit(self, type: str, **fields: Any) -> None:  # noqa: A002 - the events' own key
        """Append an event."""


def read_bytes(path: Path) -> bytes | None:
    """The file's bytes, None where there is no file."""
    try:
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None


def write_atomically(path: Path, data: bytes, mode: int | None = None) -> None:
    """`data` at `path`, whole or not at all; a symbolic link stays and its target is written. The mode is kept.

    Raises OSError, with the file as it was.
    """
    target = Path(os.path.realpath(path))
    before = _status(target)
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if before is not None:
            os.chmod(name, stat.S_IMODE(before.st_mode))
            _keep_owner(name, before)
        else:
            os.chmod(name, mode if mode is not None else 0o666 & ~_umask())
        patiently(lambda: os.replace(name, target))
    except BaseException:
        with contextlib.suppress(OSError):
            os.chmod(name, 0o600)  # Windows removes no read-only file
            os.unlink(name)
        raise
    _sync_folder(target.parent)


def _status(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None


def _keep_owner(name: str, before: os.stat_result) -> None:
    if sys.platform != "win32" and (before.st_uid, before.st_gid) != (os.geteuid(), os.getegid()):
        with contextlib.suppress(PermissionError):
            os.chown(name, before.st_uid, before.st_gid)


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":  # a folder can't be opened there
        return
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def digest(data: bytes | None) -> str | None:
    """sha256 of the bytes, None for a file that is not there."""
    return None if data is None else hashlib.sha256(data).hexdigest()


class Journal:
    """Writes files and registry values, and remembers what was there."""

    def __init__(self, folder: Path) -> None:
        """`folder` is made when the first change is."""
        self.folder = folder

    def write(self, path: Path, data: bytes | None, *, mode: int | None = None) -> bool:
        """`data` at `path` (None: no file). False where it was so already, and then nothing is recorded."""
        before = read_bytes(path)
        if before == data:
            return False
        made = _make_folders(path.parent) if data is not None else []
        self._record_file(path, before, digest(data), made)
        if data is None:
            os.unlink(path)
        else:
            write_atomically(path, data, mode)
        return True

    def set_registry(self, name: str, value: str | None, kind: str) -> bool:
        r"""`value` under HKCU\Environment (None: no value). False where it was so already."""
        before = registry.get(name)
        after = None if value is None else (value, kind)
        if before == after:
            return False
        self._record({"what": "registry", "name": name, "before": before, "after": after})
        registry.put(name, after)
        return True

    @contextlib.contextmanager
    def guarding(self, paths: list[Path]) -> Iterator[None]:
        """Around a command that writes `paths` itself (uv lock): what was there, and afterwards what is."""
        before = {path: read_bytes(path) for path in paths}
        for path, data in before.items():
            self._record_file(path, data, "pending", [])
        try:
            yield
        finally:
            for path, data in before.items():
                after = read_bytes(path)
                self._record({"what": "settled", "path": str(path), "after": digest(after), "same": after == data})

    def _record_file(self, path: Path, before: bytes | None, after: str | None, made: list[str]) -> None:
        record: dict[str, Any] = {"what": "file", "path": str(path), "after": after, "made": made, "before": None}
        if before is not None:
            self.folder.mkdir(parents=True, exist_ok=True)
            number = sum(1 for _ in self.folder.glob("before-*"))
            name = f"before-{number}"
            write_atomically(self.folder / name, before, 0o600)
            record["before"] = name
            record["mode"] = stat.S_IMODE(os.stat(path).st_mode)
        self._record(record)

    def _record(self, record: Mapping[str, Any]) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        with open(self.folder / LIST, "a", encoding="utf-8") as file:
            file.write(json.dumps(record) + "\n")
            file.flush()
            os.fsync(file.fileno())


def _make_folders(folder: Path) -> list[str]:
    """Makes `folder` and tells which folders are new, outermost first."""
    missing: list[Path] = []
    here = folder
    while not here.exists():
        missing.append(here)
        here = here.parent
    folder.mkdir(parents=True, exist_ok=True)
    return [str(path) for path in reversed(missing)]


def records(folder: Path) -> list[dict[str, Any]]:
    """What a journal holds, oldest first; a torn last line is left out. `settled` records are joined in."""
    found: list[dict[str, Any]] = []
    try:
        lines = (folder / LIST).read_text("utf-8").splitlines()
    except OSError:
        return found
    for line in lines:
        try:
            record = json.loads(line)
        except ValueError:
            continue
        if record["what"] != "settled":
            found.append(record)
            continue
        last = next(entry for entry in reversed(found) if entry.get("path") == record["path"])
        last["after"] = record["after"]
        if record["same"]:
            found.remove(last)
    return found


def changed(folder: Path) -> tuple[str, ...]:
    """The paths and registry values that a journal's run changed, each once, in order."""
    names = [entry["path"] if entry["what"] == "file" else registry.shown(entry["name"]) for entry in records(folder)]
    return tuple(dict.fromkeys(names))


@dataclass(frozen=True)
class Undone:
    """What undo did with one file or value: `restored`, `already` as before, or `refused` with why."""

    name: str
    state: str
    why: str = ""


def undo(folder: Path, *, dry_run: bool = False) -> tuple[Undone, ...]:
    """Puts back what the journal's run changed, newest first. What somebody changed since is refused and left."""
    return tuple(_undo_one(folder, entry, dry_run=dry_run) for entry in reversed(records(folder)))


def _undo_one(folder: Path, entry: Mapping[str, Any], *, dry_run: bool) -> Undone:
    try:
        if entry["what"] == "registry":
            return _undo_registry(entry, dry_run=dry_run)
        return _undo_file(folder, entry, dry_run=dry_run)
    except OSError as error:
        name = entry.get("path") or registry.shown(entry["name"])
        return Undone(name, "refused", error.strerror or str(error))


def _undo_file(folder: Path, entry: Mapping[str, Any], *, dry_run: bool) -> Undone:
    path = Path(entry["path"])
    before = (folder / entry["before"]).read_bytes() if entry["before"] else None
    now = read_bytes(path)
    if now == before:
        return Undone(str(path), "already")
    if entry["after"] != "pending" and digest(now) != entry["after"]:
        return Undone(str(path), "refused", "it was changed since")
    if dry_run:
        return Undone(str(path), "restored")
    if before is None:
        path.unlink()
    else:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, before, entry.get("mode"))
    for made in reversed(entry["made"]):
        with contextlib.suppress(OSError):  # not empty: somebody else uses it by now
            Path(made).rmdir()
    return Undone(str(path), "restored")


def _undo_registry(entry: Mapping[str, Any], *, dry_run: bool) -> Undone:
    name = entry["name"]
    before, after = (None if value is None else tuple(value) for value in (entry["before"], entry["after"]))
    now = registry.get(name)
    if now == before:
        return Undone(registry.shown(name), "already")
    if now != after:
        return Undone(registry.shown(name), "refused", "it was changed since")
    if not dry_run:
        registry.put(name, before)
    return Undone(registry.shown(name), "restored")


def write_action(action: Mapping[str, Any], carrier: Carrier) -> int:
    """The supervisor's `write`: `path`, base64 of the bytes `before` and `after` (None: no file). 0, or 1 with a note."""
    path = Path(action["path"])
    before, after = (None if action[key] is None else base64.b64decode(action[key]) for key in ("before", "after"))
    try:
        now = read_bytes(path)
        if now not in (before, after):
            message = f"{path} was changed since the plan was made; look at the plan again. Nothing was written."
            raise ChangedSince(message)
        if Journal(carrier.journal_folder).write(path, after):
            carrier.emit("changed", path=str(path))
    except ChangedSince as error:
        carrier.emit("output", text=f"error: {error}")
        return 1
    except OSError as error:
        carrier.emit("output", text=f"error: failed to write {path}: {error.strerror} (os error {error.errno})")
        return 1
    return 0


def registry_action(action: Mapping[str, Any], carrier: Carrier) -> int:
    """The supervisor's `registry`: `name`, `after` (None: no value), `kind`. 0, or 1 with a note."""
    try:
        if Journal(carrier.journal_folder).set_registry(action["name"], action["after"], action["kind"]):
            carrier.emit("changed", path=registry.shown(action["name"]))
    except OSError as error:
        carrier.emit("output", text=f"error: failed to write {registry.shown(action['name'])}: {error}")
        return 1
    return 0
