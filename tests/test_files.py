"""Every write can be undone, byte by byte; what somebody changed since is left alone."""

from __future__ import annotations

import base64
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wizard import files, files_actions
from wizard.files import Journal
from wizard.files_undo import undo


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


SETTLED_ALONE = b'{"what": "settled", "path": "/no", "after": null, "same": true}'


@pytest.mark.parametrize(
    "spoilt",
    [
        b"\x00" * 512,
        b"\xff\xfe\x80",
        b"[1]",
        b"{}",
        b'{"what": "file"}',
        b'{"what": ["x"]}',
        SETTLED_ALONE,
        b"[" * 5000,
    ],
    ids=range(8),
)
def test_lines_that_a_disk_has_spoilt_leave_the_rest(tmp_path: Path, spoilt: bytes) -> None:
    path, journal = tmp_path / "f", Journal(tmp_path / "journal")
    journal.write(path, b"x")
    listed = journal.folder / files.LIST
    listed.write_bytes(spoilt + b"\n" + listed.read_bytes() + spoilt)
    assert files.changed(journal.folder) == (str(path),)
    undo(journal.folder)
    assert not path.exists()


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
    journal._record_file(path, b"1", b"2", spare=files.spare_for(path))
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
    assert files_actions.write_action(action, told) == 1
    assert path.read_bytes() == b"edited meanwhile"
    assert "look at the plan again" in told.events[0][1]["text"]
    path.write_bytes(b"as planned")
    assert files_actions.write_action(action, told) == 0
    assert path.read_bytes() == b"ours"


def test_a_folder_in_the_way_is_an_error_line_with_its_number(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    told = Told(tmp_path / "journal")
    action = {"path": str(tmp_path / "file" / "below"), "before": None, "after": encoded(b"x")}
    assert files_actions.write_action(action, told) == 1
    assert "os error" in told.events[0][1]["text"]


# undo


def test_a_refused_file_comes_with_its_three_versions(tmp_path: Path) -> None:
    path, journal = tmp_path / "f", Journal(tmp_path / "journal")
    path.write_bytes(b"before")
    journal.write(path, b"ours 1")
    journal.write(path, b"ours 2")
    path.write_bytes(b"theirs")
    (refused,) = undo(journal.folder)
    assert refused.versions is not None
    assert (refused.versions.before, refused.versions.ours, refused.versions.now) == (b"ours 1", b"ours 2", b"theirs")
    assert [Path(kept).read_bytes() for kept in refused.versions.kept] == [b"ours 1", b"ours 2"]


def test_what_was_written_twice_is_foreseen_as_it_is_done_and_can_be_undone_again(tmp_path: Path) -> None:
    path, other, journal = tmp_path / "f", tmp_path / "other", Journal(tmp_path / "journal")
    path.write_bytes(b"before")
    for text in (b"ours 1", b"ours 2"):
        journal.write(path, text)
    journal.write(other, b"ours")
    other.write_bytes(b"theirs")
    states = ["refused", "restored", "restored"]
    assert [one.state for one in undo(journal.folder, dry_run=True)] == states
    assert [one.state for one in undo(journal.folder)] == states
    assert [one.state for one in undo(journal.folder)] == ["refused", "already"]


def test_what_we_wrote_is_kept_but_not_whole_programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "KEPT", 4)
    path, journal = tmp_path / "f", Journal(tmp_path / "journal")
    journal.write(path, b"12345")
    path.write_bytes(b"theirs")
    (refused,) = undo(journal.folder)
    assert refused.versions is not None
    assert refused.versions.ours is None


@pytest.mark.wine_cannot("keep POSIX modes")
def test_undo_gives_back_the_mode_that_was_changed_after_us(tmp_path: Path) -> None:
    path, journal = tmp_path / "f", Journal(tmp_path / "journal")
    path.write_bytes(b"1")
    path.chmod(0o644)
    journal.write(path, b"2")
    path.chmod(0o755)
    undo(journal.folder)
    assert (path.read_bytes(), stat.S_IMODE(path.stat().st_mode)) == (b"1", 0o644)


@pytest.mark.wine_cannot("make symbolic links as this user")
def test_a_link_to_nothing_stays_when_its_file_goes_again(tmp_path: Path) -> None:
    link, journal = tmp_path / ".bashrc", Journal(tmp_path / "journal")
    link.symlink_to(tmp_path / "dotfiles" / "bashrc")
    journal.write(link, b"2")
    assert (tmp_path / "dotfiles" / "bashrc").read_bytes() == b"2"
    undo(journal.folder)
    assert link.is_symlink()
    assert not (tmp_path / "dotfiles").exists()


KILLED = """
import os, signal, stat, sys
from pathlib import Path

from wizard import files, files_undo

base, what = Path(sys.argv[1]), sys.argv[2]
FILES = {"edited": 0o640, "taken away": 0o444, "by a command": 0o644}


def seen(folder):
    return {
        str(path): (stat.S_IMODE(path.stat().st_mode), path.read_bytes() if path.is_file() else None)
        for path in folder.rglob("*")
    }


def write(home, journal):
    writer = files.Journal(journal)
    writer.write(home / "edited", b"ours")
    writer.write(home / "new folder" / "inner" / "made", b"ours", mode=0o600)
    writer.write(home / "taken away", None)
    with writer.guarding([home / "by a command"]):
        (home / "by a command").write_bytes(b"ours")


def deadly(name, left):
    real = getattr(os, name)

    def call(*words, **more):
        left[0] -= 1
        if left[0] < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*words, **more)

    setattr(os, name, call)


def killed(step, work):
    child = os.fork()
    if child == 0:
        left = [step]
        for name in ("open", "fsync", "replace", "unlink", "chmod", "mkdir", "rmdir"):
            deadly(name, left)
        work()
        os._exit(0)
    status = os.waitpid(child, 0)[1]
    assert os.WIFSIGNALED(status) or status == 0, status
    return os.WIFSIGNALED(status)


step = 0
while True:
    home, journal = base / f"home-{step}", base / f"journal-{step}"
    home.mkdir()
    for name, mode in FILES.items():
        (home / name).write_bytes(name.encode())
        (home / name).chmod(mode)
    before = seen(home)
    if what == "undo":
        write(home, journal)
        assert seen(home) != before
    again = killed(step, lambda: write(home, journal) if what == "write" else files_undo.undo(journal))
    refused = [one for one in files_undo.undo(journal) if one.state == "refused"]
    assert not refused, (step, refused)
    assert seen(home) == before, (step, sorted(seen(home)), before)
    if not again:
        break
    step += 1
print(step)
"""


@pytest.mark.wine_cannot("send SIGKILL")
@pytest.mark.parametrize("what", ["write", "undo"])
def test_killed_at_every_step_undo_gives_back_all(tmp_path: Path, what: str) -> None:
    """kill -9 before each call that changes a file, of the writing and of undo itself; then undo, and all is as before."""
    repository = Path(__file__).resolve().parent.parent
    argv = [sys.executable, "-c", KILLED, str(tmp_path), what]
    done = subprocess.run(argv, capture_output=True, text=True, cwd=repository, check=False)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 15
