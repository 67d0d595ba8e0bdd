"""Brings a uv into a folder by the first way that works; an old one there works until then. Standard library only."""

from __future__ import annotations

import contextlib
import os
import stat
import sys
import tarfile
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any, Protocol

from wizard.files import Journal, read_bytes

NAMES = ("uv", "uvx", "uvw")


class Carrier(Protocol):
    """What the supervisor hands to an action."""

    run_folder: Path
    journal_folder: Path

    def emit(self, type: str, **fields: Any) -> None:  # noqa: A002 - the events' own key
        """Append an event."""

    def run_command(
        self, argv: list[str], env: Mapping[str, str | None] | None = None, cwd: str | None = None, *, uv: bool = False
    ) -> int:
        """Run a child whose output becomes events; its exit code."""

    def cancelled(self) -> bool:
        """Whether the user asked to stop."""


def carry_out(action: Mapping[str, Any], carrier: Carrier) -> int:
    """The supervisor's `place-uv`: `ways` (in the order to try) and `folder`. The exit code of the last way tried."""
    folder = Path(action["folder"])
    code = 1
    for way in action["ways"]:
        code = _WAYS[way["how"]](way, folder, carrier)
        if code == 0:
            code = _works(folder, carrier)
        if code == 0 or carrier.cancelled():
            return code
        if way is not action["ways"][-1]:
            carrier.emit("note", text="That way did not work; the next one is tried.")
    return code


def _by_index(way: Mapping[str, Any], folder: Path, carrier: Carrier) -> int:
    download = carrier.run_folder / "uv-wheel"
    download.mkdir(exist_ok=True)
    code = carrier.run_command([*way["argv"], "--dest", str(download), "--disable-pip-version-check"])
    wheels = sorted(download.glob("uv-*.whl"))
    if code != 0 or not wheels:
        return code or 1
    code = place(wheels[-1], folder, carrier)
    wheels[-1].unlink()
    return code


def _by_installer(way: Mapping[str, Any], folder: Path, carrier: Carrier) -> int:
    journal = Journal(carrier.journal_folder)
    folder.mkdir(parents=True, exist_ok=True)
    with journal.guarding([folder / _file_name(name) for name in NAMES]):
        return carrier.run_command(way["argv"], env=way["environment"])


def _by_file(way: Mapping[str, Any], folder: Path, carrier: Carrier) -> int:
    return place(Path(way["file"]).expanduser(), folder, carrier)


_WAYS = {"index": _by_index, "standalone": _by_installer, "file": _by_file}


def place(source: Path, folder: Path, carrier: Carrier) -> int:
    """uv's programs out of `source` (a wheel, archive or binary) into `folder`, each whole or not at all."""
    journal = Journal(carrier.journal_folder)
    try:
        found = dict(_programs(source))
        if not any(PurePosixPath(name).stem == "uv" for name in found):
            carrier.emit("output", text=f"error: {source} holds no uv")
            return 1
        for name, data in found.items():
            target = folder / name
            _put(journal, target, data)
            carrier.emit("changed", path=str(target))
    except (OSError, zipfile.BadZipFile, tarfile.TarError) as error:
        number = getattr(error, "errno", None)
        told = f" (os error {number})" if number else ""
        carrier.emit("output", text=f"error: failed to write uv into {folder}: {error}{told}")
        return 1
    return 0


def _put(journal: Journal, target: Path, data: bytes) -> None:
    if sys.platform == "win32" and read_bytes(target) not in (None, data):
        # a program that runs can't be written over there, but it can be renamed
        old = target.with_name(f"{target.stem}.old-{os.getpid()}{target.suffix}")
        before = target.read_bytes()
        target.replace(old)
        target.write_bytes(before)
        with contextlib.suppress(PermissionError):  # in use: it stays beside until the next update
            old.unlink()
    journal.write(target, data, mode=0o755)
    if sys.platform != "win32":
        target.chmod(target.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)


def _programs(source: Path) -> Iterator[tuple[str, bytes]]:
    """(file name, bytes) of uv's programs in a wheel, a zip or tar archive, or the binary itself."""
    names = {_file_name(name) for name in NAMES}
    if zipfile.is_zipfile(source):
        with zipfile.ZipFile(source) as archive:
            for entry in archive.namelist():
                if PurePosixPath(entry).name in names:
                    yield PurePosixPath(entry).name, archive.read(entry)
    elif tarfile.is_tarfile(source):
        with tarfile.open(source) as tar:
            for member in tar:
                file = tar.extractfile(member) if PurePosixPath(member.name).name in names else None
                if file is not None:
                    yield PurePosixPath(member.name).name, file.read()
    else:
        yield _file_name("uv"), source.read_bytes()


def _file_name(name: str) -> str:
    return f"{name}.exe" if sys.platform == "win32" else name


def _works(folder: Path, carrier: Carrier) -> int:
    return carrier.run_command([str(folder / _file_name("uv")), "--version"])
