"""A step that makes uv.lock again: its outcome is an event and a line, and undo gives back the bytes before it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from screens.run_rows import lock_told
from tests.run.support import state_of, to_the_end
from tests.support.lock_text import lock_text
from wizard.files_undo import undo
from wizard.language import spoken
from wizard.plan.step import Command, Plan, Step
from wizard.run import client
from wizard.told.run import TextReport

PYPI = "https://index.example/simple"
OLD = lock_text(("torch", "2.15.0", PYPI), ("nvidia-a", "1", PYPI)).replace(b"\n", b"\r\n")
NEW = lock_text(("torch", "2.14.1+cu126", "https://torch.example/cu126"), ("triton", "3", PYPI))

pytestmark = pytest.mark.same_everywhere


def run(folder: Path, after: bytes, code: int = 0) -> client.RunInfo:
    """A run whose lock step writes those bytes."""
    path = folder / "uv.lock"
    program = f"import sys; open({str(path)!r}, 'wb').write({after!r}); sys.exit({code})"
    command = Command((sys.executable, "-c", program), cwd=str(folder), options={"journal": [str(path)]})
    return client.start(Plan((Step("lock", "lock", "uv makes uv.lock again", commands=(command,)),)), project=None)


@pytest.mark.parametrize("before", [OLD, None])
def test_the_outcome_is_told_and_undo_gives_the_lock_back(tmp_path: Path, before: bytes | None) -> None:
    if before is not None:
        (tmp_path / "uv.lock").write_bytes(before)
    started = run(tmp_path, NEW)
    said = to_the_end(started)
    told = next(event for event in said if event["type"] == "locked")
    summary = "lock: 1 package added, 1 removed, 1 changed" if before else "lock: 2 packages added"
    assert told["text"] == summary
    assert [one["name"] for one in told["added"]] == (["triton"] if before else ["torch", "triton"])
    assert [(one["before"], one["after"]) for one in told["changed"]] == [(["2.15.0"], ["2.14.1+cu126"])] * bool(before)
    report = TextReport(0.0)
    assert sum(line.endswith(f"  {summary}") for event in said for line in report.apply(event)) == 1
    assert summary in [line.text for line in state_of(said).log]
    with spoken("zh-CN"):
        assert not lock_told(state_of(said)).isascii()
        chinese = [line for event in said for line in TextReport(0.0).apply(event) if event["type"] == "locked"]
        assert chinese[0].endswith(f"{lock_told(state_of(said))}")
    assert summary in (started.folder / "log").read_text()
    undo(started.folder / "journal")
    assert ((tmp_path / "uv.lock").read_bytes() if before else (tmp_path / "uv.lock").exists()) == (before or False)


def test_a_lock_that_failed_has_no_outcome(tmp_path: Path) -> None:
    (tmp_path / "uv.lock").write_bytes(OLD)
    said = to_the_end(run(tmp_path, NEW, 2))
    assert "locked" not in {event["type"] for event in said}
    assert said[-1]["exit_code"] == 1


def test_what_nobody_can_read_is_left_untold(tmp_path: Path) -> None:
    said = to_the_end(run(tmp_path, b"version = "))
    assert "locked" not in {event["type"] for event in said}
    assert said[-1]["exit_code"] == 0
