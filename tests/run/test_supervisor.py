"""The supervisor with the actions that are not commands, and what is imported where a run starts."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tests.run.support import state_of, sync_plan, to_the_end, until
from tests.support.projects import Project
from wizard.errors import WizardError
from wizard.plan.step import Command, Plan, Step
from wizard.run import client, logout, state, tree
from wizard.verify.record import VerifyRequest

REPO = Path(__file__).resolve().parents[2]


def verification(request: VerifyRequest) -> Step:
    command = Command(("uv-wizard", "verify"), {}, request.project, "verify", {"request": request.to_json()})
    return Step("verify", "Verify", commands=(command,))


def request_for(project: Project, python: Path, require: str) -> VerifyRequest:
    return VerifyRequest(
        python=str(python),
        project=str(project.path),
        uv=str(project.uv),
        require=require,
        registry=project.registry,
        torch_expected=False,
    )


@pytest.mark.parametrize("require, code, word", [("cpu", 0, "done"), ("cuda", 3, "short")])
def test_sync_and_verification(project: Project, require: str, code: int, word: str) -> None:
    step = verification(request_for(project, project.python, require))
    plan = Plan((*sync_plan(project).steps, step), str(project.path))
    run = client.start(plan, project=str(project.path))
    found = state_of(to_the_end(run))
    assert found.exit_code == code
    assert found.checks
    assert found.verify is not None
    assert found.verify["ok"] is (code == 0)
    assert [one.state for one in found.steps] == ["done", "failed" if code else "done"]
    until(lambda: not state.supervised(run.folder))
    assert client.find(run.id).state == word


@pytest.mark.skipif(sys.platform == "win32", reason="the Python that hangs is a shell script")
def test_a_check_that_hangs_is_cancelled_with_its_children(project: Project, tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.write_text(f"#!/bin/sh\ntouch {tmp_path}/here\nexec sleep 600\n")
    python.chmod(0o755)
    project.run_uv("sync", "--locked")
    run = client.start(Plan((verification(request_for(project, python, "cpu")),)), project=str(project.path))
    until((tmp_path / "here").exists)
    record = state.read_json(run.folder / state.SUPERVISOR)
    assert record is not None
    children = psutil.Process(record["pid"]).children(recursive=True)
    assert children
    client.cancel(run)
    assert to_the_end(run)[-1]["exit_code"] == 130
    assert not any(child.is_running() and child.status() != psutil.STATUS_ZOMBIE for child in children)
    assert state.running(str(project.path)) is None


def test_a_job_that_nobody_understands_ends_with_a_word(tmp_path: Path) -> None:
    plan = Plan((Step("sync", "Sync", commands=(Command(("x",), kind="verify", options={"request": 5}),)),))
    run = client.start(plan, project=None)
    events = to_the_end(run)
    assert events[-1]["exit_code"] == 1
    assert "lost" not in events[-1]
    assert any("something went wrong inside uv-wizard" in e["text"] for e in events if e["type"] == "note")
    assert b"Traceback" in (run.folder / state.ERRORS).read_bytes()


def test_a_run_starts_with_the_standard_library_alone() -> None:
    code = "import sys, wizard.run.supervisor; print(sorted({n.partition('.')[0] for n in sys.modules}))"
    done = subprocess.run([sys.executable, "-S", "-c", code], cwd=REPO, capture_output=True, text=True, check=True)
    roots = set(eval(done.stdout))  # noqa: S307 - a list of names that this very test prints
    assert roots - set(sys.stdlib_module_names) <= {"wizard", "__main__"}


def test_a_supervisor_that_cannot_start_says_why(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(sys, "executable", str(REPO / "pyproject.toml"))
        with pytest.raises(WizardError, match="the run could not be started"):
            client.start(Plan(()), project=str(tmp_path))
    assert state.running(str(tmp_path)) is None
    assert client.runs() == []


def test_the_end_of_a_tree_reaches_grandchildren() -> None:
    code = "import subprocess, sys; print(subprocess.Popen([sys.executable, '-c', 'input()'], stdin=-1).pid, flush=True); input()"
    apart = {} if os.name == "nt" else {"start_new_session": True}
    child = subprocess.Popen([sys.executable, "-c", code], stdin=-1, stdout=-1, **apart)  # type: ignore[call-overload]
    grandchild = psutil.Process(int(child.stdout.readline()))
    assert tree.end(child.pid, child)
    assert child.poll() is not None
    assert not grandchild.is_running() or grandchild.status() == psutil.STATUS_ZOMBIE
    assert tree.end(child.pid)  # nothing there any more: nothing to do
    child.communicate()


def test_a_slurm_job_ends_with_its_step_and_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLURM_JOB_ID", "7")
    prefix, warning = logout.shelter()
    assert prefix == ()
    assert warning is not None
    assert "Slurm" in warning
    run = client.start(Plan(()), project=None)
    events = to_the_end(run)
    assert [event["text"] for event in events if event["type"] == "note"] == [warning]
