"""Brings a uv into a folder by the first way that works. What was there works until the new one has shown that it does.

Standard library only, but for the way by an index's page. A new uv is started from a folder of its own before it takes
the place of an old one, and each of its programs comes whole or not at all.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

from wizard.errors import ExitCode
from wizard.files import Journal, read_bytes
from wizard.language import said
from wizard.run.uv_files import NAMES, Unfit, checked, file_name, programs, put, put_back


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
    """The supervisor's `place-uv`: `ways` (in the order to try), `folder`, `version` ("" for any), `required` (a
    specifier, "" for any). The exit code of the last way tried.
    """
    code = 1
    for way in action["ways"]:
        try:
            code = _WAYS[way["how"]](way, action, carrier)
        except Unfit as error:
            carrier.emit("output", text=f"error: {error}")
            code = 1
        except _Broken as error:
            code = error.code
        if code == 0:
            code = carrier.run_command([str(Path(action["folder"]) / file_name("uv")), "--version"])
        if carrier.cancelled():
            return code or ExitCode.INTERRUPTED
        if code == 0:
            return code
        if way is not action["ways"][-1]:
            carrier.emit("note", text=said("That way did not work; the next one is tried."))
    return code


def _by_pip(way: Mapping[str, Any], action: Mapping[str, Any], carrier: Carrier) -> int:
    download = carrier.run_folder / "uv-wheel"
    download.mkdir(exist_ok=True)
    code = carrier.run_command([*way["argv"], "--dest", str(download), "--disable-pip-version-check"])
    wheels = sorted(download.glob("uv-*.whl"))
    if code != 0 or not wheels:
        return code or 1
    try:
        return place(wheels[-1], action, carrier)
    finally:
        wheels[-1].unlink()


def _by_wheel(way: Mapping[str, Any], action: Mapping[str, Any], carrier: Carrier) -> int:
    from wizard.run import uv_wheel

    download = carrier.run_folder / "uv-wheel"
    try:
        file = uv_wheel.fetch(way, action.get("version", ""), action.get("required", ""), download, carrier)
        return place(file, action, carrier)
    except uv_wheel.Tampered as error:
        carrier.emit("output", text=f"error: {error}")
        carrier.emit("diagnosis", **uv_wheel.diagnosis(str(error)))
        return 1
    except uv_wheel.NoWheel as error:
        raise Unfit(str(error)) from None
    finally:
        shutil.rmtree(download, ignore_errors=True)


def _by_file(way: Mapping[str, Any], action: Mapping[str, Any], carrier: Carrier) -> int:
    return place(Path(way["file"]).expanduser(), action, carrier)


def _by_installer(way: Mapping[str, Any], action: Mapping[str, Any], carrier: Carrier) -> int:
    """uv's installer writes the programs itself: what was there is put back where it breaks off."""
    folder = Path(action["folder"])
    argv = way["argv"]
    if "without_curl" in way and shutil.which("curl") is None:
        if shutil.which("wget") is None:
            raise Unfit("uv's installer needs curl or wget, and neither is here")
        argv = way["without_curl"]
    with _folder_for(folder), _guarded(folder, way, carrier) as before:
        code = carrier.run_command(argv, env=way["environment"])
        # a script that never came is an empty one to the shell, which runs it well
        if code == 0 and _stamp(folder) == before:
            carrier.emit("output", text=f"error: uv's installer ended without a new uv in {folder}")
            code = 1
        if code == 0:
            checked(folder / file_name("uv"), action)
        else:
            raise _Broken(code)
    return code


def _by_update(way: Mapping[str, Any], action: Mapping[str, Any], carrier: Carrier) -> int:
    """The command of whoever brought that uv."""
    with _guarded(Path(action["folder"]), way, carrier, undone=way["taken_back"]):
        code = carrier.run_command(way["argv"], uv=way["argv"][0] == way["uv"])
        if code == 0:
            checked(Path(way["uv"]), action)
        else:
            raise _Broken(code)
    return code


_WAYS = {"index": _by_pip, "wheel": _by_wheel, "standalone": _by_installer, "file": _by_file, "update": _by_update}


class _Broken(Exception):
    """A command that wrote programs failed with this exit code: what it wrote is not kept."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


Stamp = tuple[int, int, int] | None


def _stamp(folder: Path) -> Stamp:
    """What changes when the program is written anew, be it with the same bytes."""
    try:
        status = (folder / file_name("uv")).stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_ino, status.st_size


@contextlib.contextmanager
def _folder_for(folder: Path) -> Iterator[None]:
    """The folder, gone again where nothing came into it. Raises Unfit."""
    missing = [one for one in (folder, *folder.parents) if not one.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Unfit.writing(folder, error) from None
    try:
        yield
    finally:
        for one in missing:
            with contextlib.suppress(OSError):  # it is used
                one.rmdir()


@contextlib.contextmanager
def _guarded(folder: Path, way: Mapping[str, Any], carrier: Carrier, *, undone: bool = True) -> Iterator[Stamp]:
    """Around a command that writes the programs: journalled, and all is put back where it fails.

    `undone` False: the command's own tool takes it back, and the journal does not know of it.
    """
    paths = [folder / file_name(name) for name in NAMES] + [Path(path) for path in (way.get("receipt"),) if path]
    before = {path: read_bytes(path) for path in paths}
    journal = Journal(carrier.journal_folder)
    with journal.guarding(paths) if undone else contextlib.nullcontext():
        try:
            yield _stamp(folder)
        except BaseException:
            put_back(before)
            raise
    for path in paths:
        if undone and read_bytes(path) != before[path]:
            carrier.emit("changed", path=str(path))


def place(source: Path, action: Mapping[str, Any], carrier: Carrier) -> int:
    """uv's programs out of `source` (a wheel, archive or binary) into the folder. Raises Unfit, with all as it was."""
    folder = Path(action["folder"])
    found = programs(source)
    put(found, folder, action, Journal(carrier.journal_folder), lambda path: carrier.emit("changed", path=str(path)))
    return 0


__all__ = ["Carrier", "carry_out", "place"]
