"""Every write of ours: atomic, journalled with the bytes before and after. Standard library only.

A journal is a folder: `journal.jsonl` with one record a line, `before-N` and `after-N` files with the bytes. A record is
written and flushed *before* its file changes, so a kill in between leaves nothing that undo can't judge. Undo is
wizard.files_undo.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
import stat
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from wizard import registry
from wizard.patience import patiently

LIST = "journal.jsonl"
KEPT = 4 * 1024 * 1024
"""Bytes that we wrote are kept to be shown later, up to this size; of larger ones (uv itself) only the hash."""


def read_bytes(path: Path) -> bytes | None:
    """The file's bytes, None where there is no file."""
    try:
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None


def write_atomically(path: Path, data: bytes, mode: int | None = None, *, spare: Path | None = None) -> None:
    """`data` at `path`, whole or not at all; a symbolic link stays and its target is written. The mode is kept.

    `mode`: of a file that is new. `spare`: the temporary file to use (`spare_for`). Raises OSError, with the file as it was.
    """
    target = Path(os.path.realpath(path))
    before = _status(target)
    spare = spare or spare_for(path)
    try:
        with open(
            os.open(spare, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600), "wb"
        ) as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if before is not None:
            os.chmod(spare, stat.S_IMODE(before.st_mode))
            _keep_owner(spare, before)
        else:
            os.chmod(spare, mode if mode is not None else 0o666 & ~_umask())
        patiently(lambda: os.replace(spare, target))
    except FileExistsError:  # the spare of somebody else: it stays
        raise
    except BaseException:
        with contextlib.suppress(OSError):
            os.chmod(spare, 0o600)  # Windows removes no read-only file
            os.unlink(spare)
        raise
    _sync_folder(target.parent)


def spare_for(path: Path) -> Path:
    """A name beside the file that is meant, for its new bytes until they are whole."""
    target = Path(os.path.realpath(path))
    return target.with_name(f".{target.name[:40]}.{secrets.token_hex(4)}.uv-wizard")


def _status(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None


def _keep_owner(path: Path, before: os.stat_result) -> None:
    if sys.platform != "win32" and (before.st_uid, before.st_gid) != (os.geteuid(), os.getegid()):
        with contextlib.suppress(PermissionError):
            os.chown(path, before.st_uid, before.st_gid)


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
        target = Path(os.path.realpath(path))
        spare = spare_for(path)
        missing = [] if data is None else _missing_folders(target.parent)
        self._record_file(path, before, data, made=missing, spare=spare)
        if data is None:
            os.unlink(target)
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(path, data, mode, spare=spare)
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
            self._record_file(path, data, None, spare=spare_for(path), pending=True)
        try:
            yield
        finally:
            for path, data in before.items():
                after = read_bytes(path)
                settled = {"what": "settled", "path": str(path), "after": digest(after), "same": after == data}
                self._record({**settled, "ours": None if after == data else self._kept("after", after)})

    def _record_file(
        self,
        path: Path,
        before: bytes | None,
        after: bytes | None,
        *,
        made: list[str] | None = None,
        spare: Path,
        pending: bool = False,
    ) -> None:
        status = _status(path)
        record: dict[str, Any] = {
            "what": "file",
            "path": str(path),
            "before": None if before is None else self._saved("before", before),
            "after": "pending" if pending else digest(after),
            "ours": None if pending else self._kept("after", after),
            "made": made or [],
            "spare": str(spare),
        }
        if before is not None and status is not None:
            record["mode"] = stat.S_IMODE(status.st_mode)
        self._record(record)

    def _kept(self, name: str, data: bytes | None) -> str | None:
        return None if data is None or len(data) > KEPT else self._saved(name, data)

    def _saved(self, name: str, data: bytes) -> str:
        self.folder.mkdir(parents=True, exist_ok=True)
        numbered = f"{name}-{sum(1 for _ in self.folder.glob(f'{name}-*'))}"
        write_atomically(self.folder / numbered, data, 0o600)
        return numbered

    def _record(self, record: Mapping[str, Any]) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        with open(self.folder / LIST, "ab") as file:
            # a line that a kill tore ends here, or this record would be lost with it
            file.write((b"\n" if file.tell() and not _ends_whole(self.folder / LIST) else b"") + _line(record))
            file.flush()
            os.fsync(file.fileno())


def _line(record: Mapping[str, Any]) -> bytes:
    return json.dumps(record).encode("ascii") + b"\n"


def _ends_whole(path: Path) -> bool:
    with open(path, "rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"


def _missing_folders(folder: Path) -> list[str]:
    """The folders that are to be made for it, outermost first."""
    missing: list[Path] = []
    here = folder
    while not here.exists():
        missing.append(here)
        here = here.parent
    return [str(path) for path in reversed(missing)]


_KEYS: Mapping[str, set[str]] = {
    "file": {"path", "before", "after", "spare", "made"},
    "registry": {"name", "before", "after"},
    "settled": {"path", "after", "same"},
}
"""What a line needs to be of use."""


def records(folder: Path) -> list[dict[str, Any]]:
    """What a journal holds, oldest first, without lines that a crash has spoilt. `settled` records are joined in."""
    found: list[dict[str, Any]] = []
    try:
        lines = (folder / LIST).read_bytes().splitlines()
    except OSError:
        return found
    for line in lines:
        try:
            record = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if not isinstance(record, dict) or not _KEYS.get(str(record.get("what")), {""}) <= record.keys():
            continue
        if record["what"] != "settled":
            found.append(record)
            continue
        last = next((entry for entry in reversed(found) if entry.get("path") == record["path"]), None)
        if last is not None:
            last["after"], last["ours"] = record["after"], record.get("ours")
            if record["same"]:
                found.remove(last)
    return found


def changed(folder: Path) -> tuple[str, ...]:
    """The paths and registry values that a journal's run changed, each once, in order."""
    names = [entry["path"] if entry["what"] == "file" else registry.shown(entry["name"]) for entry in records(folder)]
    return tuple(dict.fromkeys(names))
