"""Every write can be undone, byte by byte; what somebody changed since is left alone."""

from __future__ import annotations

import base64
import os
import stat
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wizard import files
from wizard.files import Journal, undo


class Told:
    """Stands where the supervisor stands, and remembers what it was told."""

    def __init__(self, folder: Path) -> None:
        self.journal_folder = folder
        self.events: list[tuple[str, dict[str, Any]]] = []

    def emit(self, type: str, **fields: Any) -> None:  # noqa: A002 - the events' own key
        self.events.append((type, fields))


def encoded(data: bytes | None) -> str | None:
    return None if data is None else base64.b64encode(data).decode()


@given(before=st.none() | st.binary(max_size=200), after=st.none() | st.binary(max_size=200))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_undo_gives_back_the_same_bytes(
    tmp_path_factory: pytest.TempPathFactory, before: bytes | None, after: bytes | None
) -> None:
    folder = tmp_path_factory.mktemp("undo")
    path = folder / "a file 项目"
    if before is not None:
        path.write_bytes(before)
    journal = folder / "journal"
    assert Journal(journal).write(path, after) is (before != after)
    assert files.read_bytes(path) == after
    undo(journal)
    assert files.read_bytes(path) == before


def test_twice_is_the_same_as_once(tmp_path: Path) -> None:
    path, journal = tmp_path / "f", Journal(tmp_path / "journal")
    assert journal.write(path, b"x")
    assert not journal.write(path, b"x")
    assert len(files.records(journal.folder)) == 1


def test_a_file_changed_since_is_refused_and_the_rest_goes_on(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal")
    one, two = tmp_path / "one", tmp_path / "two"
    one.write_bytes(b"1")
    journal.write(one, b"ours")
    journal.write(two, b"ours")
    one.write_bytes(b"somebody's")
    done = {Path(each.name).name: each.state for each in undo(journal.folder)}
    assert done == {"one": "refused", "two": "restored"}
    assert one.read_bytes() == b"somebody's"
    assert not two.exists()


def test_new_folders_go_again_unless_somebody_uses_them(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal")
    journal.write(tmp_path / "a" / "b" / "f", b"x")
    (tmp_path / "a" / "other").write_bytes(b"y")
    undo(journal.folder)
    assert not (tmp_path / "a" / "b").exists()
    assert (tmp_path / "a" / "other").exists()


@pytest.mark.wine_cannot("keep POSIX modes")
def test_the_mode_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_bytes(b"1")
    path.chmod(0o640)
    journal = Journal(tmp_path / "journal")
    journal.write(path, b"2")
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    undo(journal.folder)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


@pytest.mark.wine_cannot("make symbolic links as this user")
def test_a_symbolic_link_stays_one(tmp_path: Path) -> None:
    target, link = tmp_path / "dotfiles", tmp_path / ".bashrc"
    target.write_bytes(b"1")
    os.symlink(target, link)
    journal = Journal(tmp_path / "journal")
    journal.write(link, b"2")
    assert link.is_symlink()
    assert target.read_bytes() == b"2"
    undo(journal.folder)
    assert link.is_symlink()
    assert target.read_bytes() == b"1"


def test_a_record_without_its_write_is_undone_to_what_was(tmp_path: Path) -> None:
    """Killed between the record and the write: the file is as before, and undo says so."""
    path, journal = tmp_path / "f", Journal(tmp_path / "journal")
    path.write_bytes(b"1")
    journal._record_file(path, b"1", files.digest(b"2"), [])
    assert [each.state for each in undo(journal.folder)] == ["already"]
    assert path.read_bytes() == b"1"


def test_a_torn_record_is_passed_over(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal")
    journal.write(tmp_path / "f", b"1")
    with (journal.folder / files.LIST).open("a") as file:
        file.write('{"what": "fi')
    assert len(files.records(journal.folder)) == 1


def test_a_command_that_writes_is_guarded(tmp_path: Path) -> None:
    lock, journal = tmp_path / "uv.lock", Journal(tmp_path / "journal")
    lock.write_bytes(b"old")
    with journal.guarding([lock, tmp_path / "untouched"]):
        lock.write_bytes(b"new")
    assert files.changed(journal.folder) == (str(lock),)
    undo(journal.folder)
    assert lock.read_bytes() == b"old"


def test_the_action_writes_only_what_the_plan_saw(tmp_path: Path) -> None:
    path, told = tmp_path / "f", Told(tmp_path / "journal")
    path.write_bytes(b"edited meanwhile")
    action = {"path": str(path), "before": encoded(b"as planned"), "after": encoded(b"ours")}
    assert files.write_action(action, told) == 1
    assert path.read_bytes() == b"edited meanwhile"
    assert "look at the plan again" in told.events[0][1]["text"]
    path.write_bytes(b"as planned")
    assert files.write_action(action, told) == 0
    assert path.read_bytes() == b"ours"


def test_a_folder_in_the_way_is_an_error_line_with_its_number(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    told = Told(tmp_path / "journal")
    action = {"path": str(tmp_path / "file" / "below"), "before": None, "after": encoded(b"x")}
    assert files.write_action(action, told) == 1
    assert "os error" in told.events[0][1]["text"]
