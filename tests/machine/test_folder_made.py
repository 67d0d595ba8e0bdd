"""What a right does not tell: whether a folder can be made there at all."""

from __future__ import annotations

import errno
import os
import shutil
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from wizard.machine import folder_made, try_folder
from wizard.machine.mounts import Mount

DISK = Mount("/dev/vda", "/", "ext4", "rw,relatime")
NOTHING_MORE = (None, None, "min")


@pytest.mark.skipif(sys.platform != "linux", reason="/proc and /sys are Linux's")
@pytest.mark.parametrize("path", ["/proc/py", "/proc/cache", "/sys/pys/x"])
def test_what_is_no_disk_is_refused_and_left_alone(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder_made, "_make", lambda _: pytest.fail("a folder there may mean something to the kernel"))
    found = try_folder.try_folder(path, *NOTHING_MORE)
    mount = path[:5].rstrip("/")
    assert found.problem in {f"{mount} is no disk ({kind}): it keeps no files." for kind in ("proc", "sysfs")}


def test_what_is_made_to_see_is_gone(tmp_path: Path) -> None:
    assert folder_made.refused(os.fspath(tmp_path), DISK, "min") is None
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "number, told",
    [
        (errno.EPERM, "min may not write there. Choose a folder of your own."),
        (errno.EACCES, "min may not write there. Choose a folder of your own."),
        (errno.EROFS, "The disk there can only be read. Choose another folder."),
        (errno.ENOSPC, "it can't be used: No space left"),
    ],
)
@pytest.mark.parametrize("refuses", ["open", "mkdir"])
def test_a_right_that_the_disk_does_not_keep(
    refuses: str, number: int, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Root may do everything; a disk that is mounted read-only, or takes no folders, says so when it is asked to."""

    def refused(*_: object) -> None:
        raise OSError(number, "No space left")

    monkeypatch.setattr(os, refuses, refused)
    assert folder_made.refused(os.fspath(tmp_path), DISK, "min") == told
    assert not list(tmp_path.iterdir())


def test_a_disk_that_can_only_be_read_is_told_as_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The system says no more of it than that this user has no right."""

    def refused(*_: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(os, "access", lambda *_: False)
    monkeypatch.setattr(os, "open", refused)
    told = folder_made.refused(os.fspath(tmp_path), Mount("/dev/sr0", "/", "iso9660", "ro,relatime"), "min")
    assert told == "The disk there can only be read. Choose another folder."


def test_a_file_in_the_way_is_named(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"")
    assert folder_made.in_the_way(os.fspath(tmp_path / "new" / "folder")) is None
    assert folder_made.in_the_way(os.fspath(file)) == ("a file", "That is a file. Name a folder.")
    for below in (file / "sub", file / "sub" / "folder"):
        found = try_folder.try_folder(os.fspath(below), *NOTHING_MORE)
        assert found.problem == f"The file {file} is in the way. Name another folder."


@pytest.mark.skipif(sys.platform == "win32", reason="not everybody may make links on Windows")
def test_a_link_that_leads_nowhere_is_in_the_way(tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "gone")
    for path in (link, link / "sub"):
        told = ("a file", f"The link {link} leads nowhere. Name another folder.")
        assert folder_made.in_the_way(os.fspath(path)) == told
    (tmp_path / "gone").mkdir()
    assert folder_made.in_the_way(os.fspath(link / "sub")) is None


@pytest.mark.parametrize(
    "free, needed, problem, warning",
    [
        (0, None, None, "0 B free there, a few GiB needed."),
        (2 * 1024**3, None, None, "2.0 GiB free there, a few GiB needed."),
        (2 * 1024**3, 1024**3, None, None),
        (3 * 1024**3, None, None, None),
        (0, 1024**3, "0 B free there, 1.0 GiB needed.", None),
    ],
)
def test_little_room_is_said(
    free: int, needed: int | None, problem: str | None, warning: str | None,
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=free, total=free))
    monkeypatch.setattr(try_folder, "_warning", lambda *_: None)
    least = (3 * 1024**3, "a few GiB")
    found = try_folder.try_folder(os.fspath(tmp_path), None, needed, "min", {}, least)
    assert (found.problem, found.warning) == (problem, warning)


@pytest.mark.parametrize("above", ["", "not-there"])
def test_a_name_that_the_disk_does_not_take_is_refused(above: str, tmp_path: Path) -> None:
    """Between it and the nearest folder there may be one that is still to be made."""
    told = ("too long", "That name is too long for the disk there. Choose a shorter one.")
    assert folder_made.in_the_way(os.fspath(tmp_path / above / ("n" * 256))) == told
    assert folder_made.in_the_way(os.fspath(tmp_path / above / ("n" * 250))) is None
