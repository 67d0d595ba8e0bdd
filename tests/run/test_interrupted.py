"""kill -9 at every step of a run: the next start says so; it can be finished, and it can be taken back."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.run.support import to_the_end
from wizard.choices import Choices
from wizard.plan.step import FileChange, Plan, Step
from wizard.run import client, interrupted, job, state

pytestmark = pytest.mark.wine_cannot("send SIGKILL")

REPOSITORY = Path(__file__).resolve().parents[2]
KILLED = """
import os, signal, sys
from wizard import events
from wizard.run import supervisor

left, real = int(sys.argv[2]), events.EventWriter.write


def write(self, type, **fields):
    global left
    left -= 1
    if left < 0:
        os.kill(os.getpid(), signal.SIGKILL)
    real(self, type, **fields)


events.EventWriter.write = write
sys.exit(supervisor.main([sys.argv[1]]))
"""


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def plan_of(folder: Path) -> Plan:
    """What is left to do of three files in two steps: the plan of somebody who looks at the folder now."""

    def change(name: str, after: bytes) -> FileChange:
        path = folder / name
        return FileChange(str(path), path.read_bytes() if path.exists() else None, after)

    settings = [change("bashrc", b"ours\n"), change("new/env.sh", b"ours\n")]
    torch = [change("pyproject.toml", b"ours\n")]
    steps = (Step("settings", "settings", files=tuple(settings)), Step("torch", "torch", files=tuple(torch)))
    todo = (Step(s.id, s.title, files=tuple(f for f in s.files if f.before != f.after)) for s in steps)
    return Plan(tuple(step for step in todo if step.files))


def killed_at(number: int, plan: Plan, project: Path) -> Path | None:
    """The folder of a run whose supervisor was killed before its event of that number; None: it ended before."""
    base = state.state_folder()
    run = state.new_run(base)
    assert state.take(base, str(project), run) is None
    around = job.Around(context={"choices": {"settings": {"link-mode": "copy"}, "sync": {"extras": ["cpu"]}}})
    made = job.from_plan(
        plan, run.name, project=str(project), started=time.strftime("%Y-%m-%dT%H:%M:%S%z"), around=around
    )
    state.write_json(run / state.JOB, made)
    done = subprocess.run([sys.executable, "-c", KILLED, str(run), str(number)], cwd=REPOSITORY, check=False)
    assert done.returncode in (0, -signal.SIGKILL)
    return run if done.returncode else None


def home_of(tmp_path: Path, number: int) -> Path:
    folder = tmp_path / f"p{number}"
    folder.mkdir()
    (folder / "bashrc").write_bytes(b"mine\n")
    (folder / "pyproject.toml").write_bytes(b"mine\n")
    return folder


@pytest.mark.long
@pytest.mark.parametrize("then", ["take back", "finish"])
def test_killed_before_every_event(tmp_path: Path, then: str) -> None:
    number, steps = 0, set()
    while True:
        folder = home_of(tmp_path, number)
        before = files_of(folder)
        run = killed_at(number, plan_of(folder), folder)
        found = interrupted.look(str(folder))
        if run is None:
            assert found is None
            break
        assert found is not None
        assert found.run.id == run.name
        steps.add(found.step)
        assert found.told()[0].endswith(": ended from outside.")
        if then == "take back":
            assert not [one for one in client.take_back(found.run) if one.state == "refused"]
            assert files_of(folder) == before
            assert not (folder / "new").exists()
        else:
            to_the_end(client.start(plan_of(folder), project=str(folder)))
            assert set(files_of(folder).values()) == {b"ours\n"}
            assert len(files_of(folder)) == 3  # and nothing half written
        assert interrupted.look(str(folder)) is None
        number += 1
    assert steps == {"before its first step", "step 1 of 2 (settings)", "step 2 of 2 (torch)"}


def test_the_choices_of_that_run_are_taken_up(tmp_path: Path) -> None:
    folder = home_of(tmp_path, 0)
    killed_at(2, plan_of(folder), folder)
    found = interrupted.look(str(folder))
    assert found is not None
    taken = found.taken_up(Choices())
    assert (taken.get("settings.link-mode"), taken.get("sync.extras")) == ("copy", ("cpu",))
    assert taken.origin("settings.where") == "default"


def test_a_machine_that_restarted(tmp_path: Path) -> None:
    folder = home_of(tmp_path, 0)
    run = killed_at(2, plan_of(folder), folder)
    assert run is not None
    record = state.read_json(run / state.SUPERVISOR)
    assert record is not None
    if ":" not in record["born"]:
        pytest.skip("only Linux names the boot")
    state.write_json(run / state.SUPERVISOR, {**record, "born": "another boot:" + record["born"].partition(":")[2]})
    found = interrupted.look(str(folder))
    assert found is not None
    assert "the machine restarted" in found.told()[0]


def wizard(*argv: str, given: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "wizard", *argv], input=given, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
    )  # fmt: skip


@pytest.fixture
def stopped(tmp_path: Path) -> tuple[Path, dict[str, bytes], str]:
    """A project whose last run was killed after its first file."""
    folder = home_of(tmp_path, 0)
    (folder / "pyproject.toml").write_text('[project]\nname = "p"\nversion = "1"\n')
    before = files_of(folder)
    run = killed_at(4, plan_of(folder), folder)
    assert run is not None
    assert files_of(folder) != before
    return folder, before, run.name


def test_the_command_line_says_so_and_takes_it_back(stopped: tuple[Path, dict[str, bytes], str]) -> None:
    folder, before, run = stopped
    findings: list[dict[str, Any]] = json.loads(wizard("doctor", str(folder), "--json").stdout)["findings"]
    (found,) = (one for one in findings if one["cause"] == "interrupted")
    commands = [fix["commands"][0] for fix in found["fixes"]]
    assert commands == [["uv-wizard", "apply", str(folder), "--yes"], ["uv-wizard", "undo", run, "--yes"]]
    assert wizard(*commands[1][1:]).returncode == 0
    assert files_of(folder) == before
    assert "interrupted" not in wizard("doctor", str(folder)).stdout


def test_the_plain_mode_asks(stopped: tuple[Path, dict[str, bytes], str]) -> None:
    folder, before, _ = stopped
    done = wizard(str(folder), "--plain", given="l\nx\nt\nq\n")
    assert interrupted.TITLE in done.stdout
    assert "x error: x is not a choice" in done.stdout
    assert "+ put back" in done.stdout
    assert files_of(folder) == before
    assert done.stderr == ""
