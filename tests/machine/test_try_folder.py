"""A folder that somebody wants uv's files in, tried for real."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from wizard.machine import links, try_folder
from wizard.machine.try_folder import OTHER_DISK, links_told


def test_a_good_folder_says_its_room_and_what_links_do(tmp_path: Path) -> None:
    found = try_folder.try_folder(os.fspath(tmp_path / "new" / "folder"), os.fspath(tmp_path), 1024)
    assert found.problem is None
    assert found.fact.endswith(", 1.0 KiB needed")
    assert found.links == links_told(*links.tried(os.fspath(tmp_path)), same_disk=True)
    assert not list(tmp_path.iterdir())


def test_too_little_room(tmp_path: Path) -> None:
    found = try_folder.try_folder(os.fspath(tmp_path), None, 2**60)
    assert found.problem is not None
    assert found.problem.endswith("needed.")


def test_a_file_and_a_closed_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_bytes(b"")
    found = try_folder.try_folder(os.fspath(tmp_path / "file"), None, None)
    assert found.problem == "That is a file. Name a folder."
    monkeypatch.setattr(os, "access", lambda *_: False)
    found = try_folder.try_folder(os.fspath(tmp_path), None, None, "min")
    assert found.problem == "min may not write there. Choose a folder of your own."


@pytest.mark.skipif(sys.platform != "linux", reason="/dev/shm is Linux's")
def test_memory_and_another_disk(tmp_path: Path) -> None:
    found = try_folder.try_folder("/dev/shm", os.fspath(tmp_path), None)
    assert found.warning == "/dev/shm is memory: empty after a restart."
    if os.stat("/dev/shm").st_dev != os.stat(tmp_path).st_dev:
        assert found.links == OTHER_DISK


@pytest.mark.wine_cannot("lock as POSIX does")
def test_a_disk_without_locks_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import fcntl

    assert links.locks(os.fspath(tmp_path)) is True

    def refused(*_: object) -> None:
        raise OSError(38, "Function not implemented")

    monkeypatch.setattr(fcntl, "flock", refused)
    found = try_folder.try_folder(os.fspath(tmp_path), None, None)
    assert found.problem == f"{tmp_path} is on a disk without locks; uv needs them."


@pytest.mark.same_everywhere
@pytest.mark.parametrize(
    "hard, clone, same, expected",
    [
        (True, True, True, "uv will clone files (tried in both folders)"),
        (True, False, True, "uv will make hard links (tried in both folders)"),
        (False, True, False, "uv will clone files (tried in both folders)"),
        (False, False, True, "uv will copy: links do not work from there"),
        (False, False, False, OTHER_DISK),
        (None, None, True, None),
        (None, None, False, OTHER_DISK),
    ],
)
def test_what_uv_will_do(hard: bool | None, clone: bool | None, same: bool, expected: str | None) -> None:
    assert links_told(hard, clone, same_disk=same) == expected
