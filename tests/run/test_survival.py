"""Faults brought about for real: processes killed at any moment, disks that are full, a uv that is replaced, a huge log.

After each: the truth is told, lock and project are whole, a second try succeeds. A sample of each runs always, the rest
is marked `long`.
"""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.run.support import python_plan, state_of, sync_plan, to_the_end, until
from tests.support.index import Gate, Index
from tests.support.projects import Project, make_project
from tests.support.wheels import wheel
from wizard import events
from wizard.run import client, state

MOMENTS = 20
LONG = pytest.mark.long
can_mount = pytest.mark.skipif(
    not sys.platform.startswith("linux") or (hasattr(os, "geteuid") and os.geteuid() != 0),
    reason="a small disk has to be mounted",
)


def processes(run: client.RunInfo) -> list[psutil.Process]:
    """The supervisor, and all that it started."""
    found = state.read_json(run.folder / state.SUPERVISOR)
    if found is None:
        return []
    try:
        supervisor = psutil.Process(found["pid"])
        return [supervisor, *supervisor.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def whole(project: Project, before: tuple[bytes, bytes]) -> bool:
    return (project.pyproject.read_bytes(), project.lock.read_bytes()) == before


@pytest.fixture
def slow(tmp_path: Path, index: Index, uv: Path) -> Project:
    """A sync of about a second, in several files."""
    names = [f"part-{number}" for number in range(6)]
    index.add(*(wheel(name, size=300_000) for name in names))
    project = make_project(tmp_path, index, uv, dependencies=names)
    index.rate("/files/", 400_000)
    return project


@pytest.mark.parametrize("moment", [0, *(pytest.param(n, marks=LONG) for n in range(1, MOMENTS))])
@pytest.mark.parametrize("who", ["supervisor", "uv"])
def test_a_process_that_is_killed_at_any_moment(slow: Project, index: Index, who: str, moment: int) -> None:
    before = (slow.pyproject.read_bytes(), slow.lock.read_bytes())
    chance = random.Random(f"{who}-{moment}")
    run = client.start(sync_plan(slow), project=str(slow.path))
    lines = chance.randrange(1, 14)  # so many events have been told when it is killed, or all there are
    path = run.folder / state.EVENTS
    until(lambda: len(list(events.read(path))) >= lines or not processes(run))
    for process in processes(run)[:1] if who == "supervisor" else processes(run)[1:]:
        with contextlib.suppress(psutil.NoSuchProcess):  # what it started may have ended with it
            process.kill()
    told = to_the_end(run)
    end = state_of(told)
    until(lambda: not state.supervised(run.folder))
    if end.lost:
        assert client.find(run.id).state == "interrupted"
        assert who == "supervisor" or sys.platform == "win32"  # whose console ends with the first of its programs
    elif end.exit_code:  # uv was killed: said, and not by guessing
        assert who == "uv"
        assert end.diagnosis is not None
        assert end.diagnosis["cause"] in {"killed-out-of-memory", "interrupted", "unknown"}
    assert whole(slow, before)
    index.rate("/files/", 50_000_000)
    assert to_the_end(client.start(sync_plan(slow), project=str(slow.path)))[-1]["exit_code"] == 0
    slow.run_uv("sync", "--locked", "--check")
    assert whole(slow, before)


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Callable[[int], None]]:
    """A tmpfs of that size at `folder`; gives what resizes it."""
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", folder], check=True)

    def resize(size: int) -> None:
        subprocess.run(["mount", "-o", f"remount,size={size}m", folder], check=True)

    try:
        yield resize
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


@can_mount
@pytest.mark.wine_cannot("mount a small disk")
@pytest.mark.parametrize("where", ["cache", pytest.param("environment", marks=LONG), pytest.param("state", marks=LONG)])
def test_a_disk_that_is_full(
    tmp_path: Path, index: Index, uv: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    index.add(wheel("big", size=6_000_000))
    project = make_project(tmp_path, index, uv, dependencies=["big"])
    before = (project.pyproject.read_bytes(), project.lock.read_bytes())
    disk = {"cache": tmp_path / "cache", "environment": project.venv, "state": tmp_path / "state"}[where]
    with small_disk(disk, 2) as resize:
        if where == "cache":
            monkeypatch.setenv("UV_CACHE_DIR", str(disk))
        if where == "state":
            monkeypatch.setenv("UV_WIZARD_STATE_DIR", str(disk))
            (disk / "filler").write_bytes(b"x" * 1_800_000)
        if where == "environment":
            monkeypatch.setenv("UV_LINK_MODE", "copy")
            monkeypatch.setenv("UV_VENV_CLEAR", "1")
        run = client.start(sync_plan(project), project=str(project.path))
        end = state_of(to_the_end(run))
        if where == "state":
            assert end.exit_code == 0  # our own log has no room: uv does not mind
        else:
            assert end.diagnosis is not None
            assert end.diagnosis["cause"] == "disk-full"
        assert whole(project, before)
        resize(64)
        assert to_the_end(client.start(sync_plan(project), project=str(project.path)))[-1]["exit_code"] == 0
    assert whole(project, before)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps a program that runs from being replaced")
def test_a_uv_that_is_replaced_while_it_runs(project: Project, index: Index, tmp_path: Path) -> None:
    mine = tmp_path / "bin" / "uv"
    mine.parent.mkdir()
    shutil.copy2(project.uv, mine)
    gate = Gate(after=1000)
    index.fault("alpha-1.0", gate)
    own = Project(project.path, mine, project.registry, project.env)
    run = client.start(sync_plan(own), project=str(project.path))
    gate.wait()
    newer = mine.with_name("uv.new")
    newer.write_text("#!/bin/sh\necho not a uv; exit 9\n")
    newer.chmod(0o755)
    newer.replace(mine)
    gate.release()
    assert to_the_end(run)[-1]["exit_code"] == 0


@LONG
def test_a_log_of_fifty_megabytes() -> None:
    """Told whole, kept bounded, and its last words still name the cause."""
    code = (
        "import sys\nline = 'x' * 990\n"
        "for number in range(50_000): print(number, line)\n"
        "print('error: Failed to write'); print('  cause: No space left on device (os error 28)'); sys.exit(2)"
    )
    run = client.start(python_plan(code, kind="uv"), project=None)
    end = state_of(to_the_end(run))
    assert (run.folder / state.LOG).stat().st_size > 49_000_000
    assert end.log_count >= 50_000
    assert len(end.log) < 50_000
    assert end.diagnosis is not None
    assert end.diagnosis["cause"] == "disk-full"


@pytest.mark.same_everywhere
def test_a_clock_that_jumps_moves_nothing_back() -> None:
    """Times of events come from a clock that only goes forward, and a beginning in the future is no negative age."""
    from wizard.run.when import started_told

    run = client.start(python_plan("print('here')"), project=None)
    told: list[dict[str, Any]] = to_the_end(run)
    assert [event["at"] for event in told] == sorted(event["at"] for event in told)
    assert "-" not in started_told("2026-11-21T12:00:00+0000", 0.0).partition(",")[2]
