"""uv's cache is moved whole: what uv finds in the new folder needs no download, and a move that was cut off goes on."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.support.projects import Project
from wizard.machine.storage import MOVING, TAG
from wizard.run.move_cache import carry_out


class Told:
    """Stands where the supervisor stands; asked to stop after `left` files."""

    def __init__(self, left: int = 1000) -> None:
        self.left, self.said = left, ""

    def emit(self, type: str, **fields: Any) -> None:  # noqa: A002 - the events' own key
        self.said += fields["text"] + "\n"

    def cancelled(self) -> bool:
        self.left -= 1
        return self.left < 0


def cache(folder: Path) -> Path:
    (folder / "archive-v0" / "id").mkdir(parents=True)
    (folder / "archive-v0" / "id" / "a.py").write_bytes(b"a")
    (folder / "archive-v0" / "id" / "run").write_bytes(b"b")
    (folder / "archive-v0" / "id" / "run").chmod(0o755)
    (folder / "wheels-v7").mkdir()
    (folder / TAG).write_bytes(b"Signature: 8a477f597d28d172789f06886806bc55")
    return folder


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def other_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every rename between the two folders is refused, as between two disks."""

    def rename(source: Any, target: Any) -> None:
        raise OSError(errno.EXDEV, "Invalid cross-device link")

    monkeypatch.setattr(os, "rename", rename)


def test_on_one_disk_it_is_one_rename(tmp_path: Path) -> None:
    old = cache(tmp_path / "old")
    before, number = files(old), old.stat().st_ino
    assert carry_out({"from": str(old), "to": str(tmp_path / "deep" / "new")}, Told()) == 0
    assert {name: data for name, data in files(tmp_path / "deep" / "new").items() if name != ".lock"} == before
    assert (tmp_path / "deep" / "new").stat().st_ino == number
    assert not old.exists()


@pytest.mark.usefixtures("other_disk")
@pytest.mark.parametrize("left", range(4))
def test_a_move_to_another_disk_that_was_cut_off_goes_on(tmp_path: Path, left: int) -> None:
    old, new = cache(tmp_path / "old"), tmp_path / "new"
    before = files(old)
    assert carry_out({"from": str(old), "to": str(new)}, Told(left)) == (130 if left < 3 else 0)
    if left < 3:
        assert {**files(old), **files(new)}.items() >= before.items()
        assert (old / TAG).exists()
        assert (new / MOVING).read_text("utf-8") == str(old)
        assert carry_out({"from": str(old), "to": str(new)}, Told()) == 0
    assert files(new) == before
    assert os.access(new / "archive-v0" / "id" / "run", os.X_OK)
    assert not old.exists()


@pytest.mark.usefixtures("other_disk")
def test_no_room_leaves_the_old_one_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old, told = cache(tmp_path / "old"), Told()
    before = files(old)
    real = os.stat

    def elsewhere(path: Any, **more: Any) -> Any:
        found = real(path, **more)
        return os.stat_result((*found[:2], 99, *found[3:])) if str(path).endswith("new") else found

    monkeypatch.setattr(os, "stat", elsewhere)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10, 9, 1))
    assert carry_out({"from": str(old), "to": str(tmp_path / "new")}, told) == 1
    assert f"(os error {errno.ENOSPC})" in told.said
    assert {name: data for name, data in files(old).items() if name != ".lock"} == before


def test_what_is_no_cache_stays(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "diary").write_bytes(b"mine")
    assert carry_out({"from": str(home), "to": str(tmp_path / "new")}, Told()) == 1
    old = cache(tmp_path / "old")
    assert carry_out({"from": str(old), "to": str(old / "new")}, Told()) == 1
    assert (home / "diary").read_bytes() == b"mine"
    assert (old / TAG).exists()


@pytest.mark.wine_cannot("make symbolic links as this user")
def test_links_are_moved_and_never_followed(tmp_path: Path) -> None:
    old, outside = cache(tmp_path / "old"), tmp_path / "outside"
    outside.mkdir()
    (outside / "mine").write_bytes(b"mine")
    (old / "wheels-v7" / "relative").symlink_to(Path("..") / "archive-v0" / "id")
    (old / "wheels-v7" / "absolute").symlink_to(old / "archive-v0" / "id")
    (old / "wheels-v7" / "outside").symlink_to(outside)
    new = tmp_path / "new"
    assert carry_out({"from": str(old), "to": str(new)}, Told()) == 0
    assert (new / "wheels-v7" / "relative" / "a.py").read_bytes() == b"a"
    assert (new / "wheels-v7" / "absolute" / "a.py").read_bytes() == b"a"
    assert (outside / "mine").read_bytes() == b"mine"
    (tmp_path / "link").symlink_to(new)
    assert carry_out({"from": str(tmp_path / "link"), "to": str(tmp_path / "third")}, Told()) == 1
    assert (new / TAG).exists()


@pytest.mark.parametrize("disk", ["same", "other"])
def test_uv_finds_all_of_it_in_the_new_folder(
    project: Project, tmp_path: Path, disk: str, request: pytest.FixtureRequest
) -> None:
    old, new = tmp_path / "c1", tmp_path / "c2"

    def sync(folder: Path, *options: str) -> None:
        shutil.rmtree(project.path / ".venv", ignore_errors=True)
        argv = [str(project.uv), "sync", "--locked", "--cache-dir", str(folder), *options]
        subprocess.run(argv, cwd=project.path, check=True, capture_output=True)

    sync(old)
    if disk == "other":
        request.getfixturevalue("other_disk")
    assert carry_out({"from": str(old), "to": str(new)}, Told()) == 0
    sync(new, "--offline")
