from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from wizard.errors import WizardError
from wizard.run import process, state


@pytest.fixture
def base() -> Path:
    return state.state_folder()


def a_run(base: Path) -> Path:
    run = state.new_run(base)
    state.write_json(run / state.JOB, {"run": run.name})
    return run


def gone() -> dict[str, object]:
    """The record of a process that has ended."""
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    found = process.record(child.pid)
    child.communicate(b"\n")
    return found


def test_the_user_says_where(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("UV_WIZARD_STATE_DIR", os.fspath(tmp_path / "Zustand 项目"))
    assert state.state_folder() == tmp_path / "Zustand 项目"
    assert (tmp_path / "Zustand 项目" / "runs").is_dir()


@pytest.mark.skipif(sys.platform == "win32", reason="there are no XDG folders on Windows")
def test_xdg_is_honoured_everywhere_and_the_default_is_a_folder_of_ours(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("UV_WIZARD_STATE_DIR")
    monkeypatch.setenv("XDG_STATE_HOME", os.fspath(tmp_path))
    assert state.state_folder() == tmp_path / "uv-wizard"
    monkeypatch.setenv("XDG_STATE_HOME", "relative/is/not/allowed")
    assert state.state_folder().name == "uv-wizard"


@pytest.fixture
def unwritable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A state folder that can't be made, also not by root: a file stands in its way."""
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setenv("UV_WIZARD_STATE_DIR", os.fspath(tmp_path / "file" / "state"))
    (tmp_path / "temp").mkdir()
    for name in ("TMPDIR", "TEMP", "TMP"):
        monkeypatch.setenv(name, os.fspath(tmp_path / "temp"))
    monkeypatch.setattr("tempfile.tempdir", None)
    return tmp_path / "temp"


def test_a_state_folder_that_cannot_be_written_gives_way_to_temp(unwritable: Path) -> None:
    base = state.state_folder()
    assert base.parent == unwritable
    run = a_run(base)
    assert state.run_folders() == [run]  # attach looks there too
    if sys.platform != "win32":
        assert base.stat().st_mode & 0o777 == 0o700


def test_in_temp_each_state_folder_has_a_place_of_its_own(
    unwritable: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_run(state.state_folder())
    monkeypatch.setenv("UV_WIZARD_STATE_DIR", os.fspath(tmp_path / "another"))
    assert state.run_folders() == []  # and undo finds nothing to put back that was another's


@pytest.mark.skipif(sys.platform == "win32", reason="modes and links are POSIX's")
def test_a_folder_in_temp_that_somebody_else_laid_out_is_not_used(unwritable: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    folder = state.state_folder()
    folder.rename(tmp_path / "ours")
    folder.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(WizardError, match="UV_WIZARD_STATE_DIR"):
        state.state_folder()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_nobody_else_may_look(base: Path) -> None:
    run = a_run(base)
    for path in (base, run, run / state.JOB):
        assert path.stat().st_mode & 0o077 == 0


def test_runs_are_named_by_their_time_and_never_twice(base: Path) -> None:
    runs = [a_run(base) for _ in range(12)]
    assert len({run.name for run in runs}) == 12
    assert state.run_folders() == runs[::-1]
    stamp = time.strptime(runs[0].name, "%Y%m%d-%H%M%S")
    assert abs(time.mktime(stamp) - time.time()) < 60


def test_latest_leads_to_the_last_run(base: Path) -> None:
    for run in (a_run(base), a_run(base)):
        state.point_latest(base, run)
        target = base / "latest"
        found = target.read_text() if sys.platform == "win32" else target.resolve().name
        assert found == run.name


def test_this_process_is_recognised_and_one_that_ended_is_not() -> None:
    assert process.lives(process.record())
    assert not process.lives(gone())
    assert not process.lives({**process.record(), "born": "another one with the same pid"})


def test_a_process_of_another_host_lives_as_long_as_its_record_is_touched(tmp_path: Path) -> None:
    record = {**process.record(), "host": "elsewhere"}
    path = tmp_path / "supervisor.json"
    assert not process.lives(record, path)
    path.write_bytes(b"{}")
    assert process.lives(record, path)
    os.utime(path, (time.time() - 1000,) * 2)
    assert not process.lives(record, path)


def test_a_project_is_taken_once_and_given_back(base: Path, tmp_path: Path) -> None:
    first, second = a_run(base), a_run(base)
    assert state.take(base, str(tmp_path), first) is None
    assert state.take(base, str(tmp_path), second) == first.name
    assert state.running(str(tmp_path)) == first.name
    assert state.take(base, str(tmp_path / "another"), second) is None
    state.release(base, str(tmp_path), second)  # not its own
    assert state.running(str(tmp_path)) == first.name
    state.release(base, str(tmp_path), first)
    assert state.running(str(tmp_path)) is None
    assert state.take(base, str(tmp_path), second) is None


def test_the_lock_of_a_process_that_is_gone_is_nobody_s(base: Path, tmp_path: Path) -> None:
    run = a_run(base)
    state.write_json(state.lock_path(base, str(tmp_path)), {**gone(), "run": "20200101-000000"})
    assert state.running(str(tmp_path)) is None
    assert state.take(base, str(tmp_path), run) is None
    assert state.running(str(tmp_path)) == run.name


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b'"x"'])
def test_a_lock_that_cannot_be_read_is_nobody_s(base: Path, tmp_path: Path, data: bytes) -> None:
    state.lock_path(base, str(tmp_path)).write_bytes(data)
    assert state.take(base, str(tmp_path), a_run(base)) is None


@pytest.mark.parametrize("stale", [False, True])
def test_of_many_who_want_a_project_at_once_one_gets_it(base: Path, tmp_path: Path, stale: bool) -> None:
    if stale:
        state.write_json(state.lock_path(base, str(tmp_path)), {**gone(), "run": "20200101-000000"})
    runs = [a_run(base) for _ in range(8)]
    gate = threading.Barrier(len(runs))
    answers: list[str | None] = []

    def want(run: Path) -> None:
        gate.wait()
        answers.append(state.take(base, str(tmp_path), run))

    threads = [threading.Thread(target=want, args=(run,)) for run in runs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers.count(None) == 1
    holder = state.running(str(tmp_path))
    assert set(answers) == {None, holder}


def test_old_runs_go_and_what_can_be_undone_stays(base: Path) -> None:
    fresh, old, changed, undone = (a_run(base) for _ in range(4))
    for run in (old, changed, undone):
        os.utime(run / state.JOB, (time.time() - 31 * 86400,) * 2)
        (run / state.LOG).write_bytes(b"")
    for run in (changed, undone):
        (run / state.JOURNAL).mkdir()
    state.mark_undone(undone)
    state.prune(base)
    assert set(state.run_folders()) == {fresh, changed}
    assert not (changed / state.LOG).exists()
