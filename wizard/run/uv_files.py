"""uv's programs as files: out of what holds them, tried, and into their folder whole or not at all."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import stat
import sys
import tarfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from wizard.files import Journal, read_bytes, write_atomically
from wizard.patience import patiently

NAMES = ("uvx", "uvw", "uv")
"""In the order in which they are put: uv itself last."""
STAGE = ".uv-wizard-new-"
_SECONDS = 30.0
"""For a program's first start: a virus scanner reads it whole."""
_LARGEST = 1 << 30


class Unfit(Exception):
    """Why it does not become the uv here, as uv words its errors."""

    @classmethod
    def writing(cls, folder: Path, error: OSError) -> Unfit:
        number = f" (os error {error.errno})" if error.errno else ""
        return cls(f"failed to write uv into {folder}: {error.strerror or error}{number}")


def file_name(name: str) -> str:
    """The program's file name on this system."""
    return f"{name}.exe" if sys.platform == "win32" else name


def programs(source: Path) -> dict[str, bytes]:
    """Bytes of uv's programs for this system, by file name. Raises Unfit."""
    try:
        found = dict(_programs(source))
    except (OSError, EOFError, zipfile.BadZipFile, tarfile.TarError, ValueError, NotImplementedError) as error:
        why = getattr(error, "strerror", None) or error
        raise Unfit(f"{source} cannot be read: {why}") from None
    if not found.get(file_name("uv")):
        raise Unfit(f"{source} holds no uv for this system ({file_name('uv')})")
    return {file_name(name): found[file_name(name)] for name in NAMES if file_name(name) in found}


def _programs(source: Path) -> Iterator[tuple[str, bytes]]:
    names = {file_name(name) for name in NAMES}
    if zipfile.is_zipfile(source):
        with zipfile.ZipFile(source) as archive:
            for entry in archive.infolist():
                name = PurePosixPath(entry.filename.replace("\\", "/")).name
                if name in names and entry.file_size < _LARGEST:
                    yield name, archive.read(entry)
    elif tarfile.is_tarfile(source):
        with tarfile.open(source) as tar:
            for member in tar:
                name = PurePosixPath(member.name).name
                file = tar.extractfile(member) if name in names and member.isreg() else None
                if file is not None and member.size < _LARGEST:
                    yield name, file.read()
    elif source.stat().st_size < _LARGEST:
        yield file_name("uv"), source.read_bytes()


def checked(uv: Path, action: Mapping[str, Any]) -> str:
    """The version that this program says it is. Raises Unfit: it does not start here, is no uv, or not the one wanted."""
    from wizard.machine.child import ask

    try:
        said = ask([str(uv), "--version"], _SECONDS)
    except OSError as error:
        number = f" (os error {error.errno})" if error.errno else ""
        raise Unfit(f"{uv.name} does not run on this machine: {error.strerror or error}{number}") from None
    told = re.match(r"uv (\d\S*)", said.out.strip())
    if said.code != 0 or told is None:
        line = next(iter((said.err or said.out).strip().splitlines()), "it says nothing")
        raise Unfit(f"this is no uv that runs on this machine: {line}")
    version, wanted, required = told.group(1), action.get("version", ""), action.get("required", "")
    if wanted and version != wanted:
        raise Unfit(f"this is uv {version}, and {wanted} is asked for")
    if required and not _fits(version, required):
        raise Unfit(f"this is uv {version}, and this project asks for uv {required}")
    return version


def _fits(version: str, required: str) -> bool:
    from packaging.specifiers import SpecifierSet

    return SpecifierSet(required).contains(version, prereleases=True)


def put(
    found: Mapping[str, bytes],
    folder: Path,
    action: Mapping[str, Any],
    journal: Journal,
    tell: Callable[[Path], None],
) -> None:
    """Those programs in the folder: first tried beside it, then put there; all of them, or none. Raises Unfit."""
    try:
        with _staged(found[file_name("uv")], folder) as trial:
            checked(trial, action)
        before = {folder / name: read_bytes(folder / name) for name in found}
        try:
            for name, data in found.items():
                if _put(journal, folder / name, data):
                    tell(folder / name)
        except BaseException:
            put_back(before)
            raise
    except OSError as error:
        raise Unfit.writing(folder, error) from None


@contextlib.contextmanager
def _staged(data: bytes, folder: Path) -> Iterator[Path]:
    """The program in a folder of its own on the same disk, gone again afterwards."""
    base = next(one for one in (folder, *folder.parents) if one.is_dir())
    for left in base.glob(f"{STAGE}*"):  # of a run that was killed
        shutil.rmtree(left, ignore_errors=True)
    stage = base / f"{STAGE}{os.getpid()}"
    stage.mkdir()
    try:
        trial = stage / file_name("uv")
        trial.write_bytes(data)
        trial.chmod(0o755)
        yield trial
    finally:
        with contextlib.suppress(OSError):
            patiently(lambda: shutil.rmtree(stage))


def _put(journal: Journal, target: Path, data: bytes) -> bool:
    if read_bytes(target) == data:
        return False
    if sys.platform == "win32" and target.exists():
        _move_aside(target)
    journal.write(target, data, mode=0o755)
    if sys.platform != "win32":
        target.chmod(target.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)
    return True


def _move_aside(target: Path) -> None:
    """A copy of the program takes its place: one that runs can't be written over on Windows, but it can be renamed."""
    for old in target.parent.glob(f"{target.stem}.old-*{target.suffix}"):
        with contextlib.suppress(OSError):  # still in use
            old.unlink()
    old = target.with_name(f"{target.stem}.old-{os.getpid()}{target.suffix}")
    copy = target.with_name(f"{target.stem}.copy-{os.getpid()}{target.suffix}")
    try:
        shutil.copy2(target, copy)
        patiently(lambda: os.replace(target, old))
        try:
            os.replace(copy, target)
        except OSError:
            os.replace(old, target)
            raise
    finally:
        with contextlib.suppress(OSError):
            copy.unlink()
    with contextlib.suppress(OSError):  # in use: it stays beside until the next update
        old.unlink()


def put_back(before: Mapping[Path, bytes | None]) -> None:
    """Gives each file its bytes again, as far as it goes."""
    for path, data in before.items():
        with contextlib.suppress(OSError):
            now = read_bytes(path)
            if data is None and now is not None:
                path.unlink()
            elif data is not None and now != data:
                write_atomically(path, data, 0o755)
