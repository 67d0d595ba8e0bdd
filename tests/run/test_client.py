from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tests.run.support import python_plan, seen, state_of, sync_plan, texts, to_the_end, until
from tests.support.index import Gate, Index, Status
from tests.support.projects import Project
from wizard.errors import BadInput
from wizard.plan.step import Command, FileChange, Plan, Step
from wizard.run import client, state
from wizard.run.progress import RunState

HANGS = "import time; print('here'); time.sleep(600)"


def supervisor(run: client.RunInfo) -> psutil.Process:
    found = state.read_json(run.folder / state.SUPERVISOR)
    assert found is not None
    return psutil.Process(found["pid"])


def gone(*processes: psutil.Process) -> bool:
    return not any(one.is_running() and one.status() != psutil.STATUS_ZOMBIE for one in processes)


def test_a_real_sync(project: Project) -> None:
    sizes = {"alpha==1.0": 1_500_000}
    run = client.start(sync_plan(project), project=str(project.path), sizes=sizes, label="sync")
    assert run.state == "running"
    events = to_the_end(run)
    assert [event["type"] for event in events[:3]] == ["run", "step", "command"]
    assert events[0]["id"] == run.id
    assert events[0]["sizes"] == sizes
    assert events[2]["argv"] == [str(project.uv), "sync", "--locked"]
    assert [event["at"] for event in events] == sorted(event["at"] for event in events)
    found = state_of(events)
    assert (found.exit_code, found.resolved) == (0, 3)
    assert [step.state for step in found.steps] == ["done"]
    assert found.packages["alpha"].state == "installed"
    assert found.packages["alpha"].version == "1.0"
    assert project.run_python("import alpha, beta; print(beta.__version__)").strip() == "1.1"
    until(lambda: not state.supervised(run.folder))
    ended = client.find(run.id)
    assert (ended.state, ended.exit_code, ended.project, ended.label) == ("done", 0, str(project.path), "sync")
    assert "Resolved 3 packages" in (run.folder / state.LOG).read_text("utf-8")
    assert state.running(str(project.path)) is None


@pytest.mark.skipif(sys.platform == "win32", reason="bytes are told on a pseudo-terminal only")
def test_bytes_are_told_while_they_come(project: Project, index: Index) -> None:
    gate = Gate(after=700_000)
    index.fault("alpha-1.0", gate)
    run = client.start(sync_plan(project), project=str(project.path))
    gate.wait()
    seen_bytes = []
    for batch in client.follow(run):
        for event in batch:
            if event["type"] == "package" and event["name"] == "alpha":
                seen_bytes.append((event["state"], event["done_bytes"]))
                if 500_000 < event["done_bytes"] < 800_000:
                    gate.release()
    assert seen_bytes[-1][0] == "installed"
    found = state_of(to_the_end(run))
    assert found.percent == 100
    assert found.done_bytes == found.total_bytes
    assert found.done_bytes > 1_490_000


@pytest.mark.skipif(sys.platform == "win32", reason="bytes are told on a pseudo-terminal only")
def test_a_lock_made_in_the_run_tells_how_much_there_is_to_fetch(project: Project, index: Index) -> None:
    """As where torch is bound to a variant, or a project gets its first lock: what is still to come is known at once."""
    project.lock.unlink()
    index.rate("alpha-1.0", 1_000_000)
    environment = {"UV_DEFAULT_INDEX": project.registry, "UV_CONCURRENT_DOWNLOADS": "1"}
    uv, at = str(project.uv), str(project.path)
    lock = Command((uv, "lock"), environment, at, "uv", {"journal": [str(project.lock)]})
    sync = Command((uv, "sync"), environment, at, "uv")
    steps = (Step("lock", "Lock", commands=(lock,)), Step("sync", "Sync", commands=(sync,)))
    run = client.start(Plan(steps), project=at)
    told = [event for event in to_the_end(run) if event["type"] == "progress" and event["done_bytes"]]
    assert told[0]["packages_done"] < told[-1]["packages_done"]  # what is still to come is known, too
    assert all(event["total_bytes"] is not None for event in told)


@pytest.mark.same_everywhere
def test_an_index_that_fails_is_a_failed_run_with_a_diagnosis(project: Project, index: Index) -> None:
    index.fault("alpha-1.0", Status(403))
    events = to_the_end(client.start(sync_plan(project), project=str(project.path)))
    found = state_of(events)
    assert (found.exit_code, [step.state for step in found.steps]) == (1, ["failed"])
    assert found.diagnosis is not None
    assert {"cause", "title", "explanation", "evidence", "fixes"} <= found.diagnosis.keys()
    assert any("403" in line for line in texts(events))
    assert client.find(None).state == "failed"


@pytest.mark.same_everywhere
def test_an_index_that_nobody_serves(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    plan = sync_plan(project)
    (command,) = plan.steps[0].commands
    dead = Command(command.argv, {**command.environment, "ALL_PROXY": "http://127.0.0.1:1"}, command.cwd, "uv")
    events = to_the_end(client.start(Plan((Step("sync", "Sync", commands=(dead,)),)), project=str(project.path)))
    assert events[-1]["exit_code"] == 1
    assert [event["type"] for event in events].count("diagnosis") == 1


def test_cancel_in_the_middle_ends_uv_and_a_second_try_succeeds(project: Project, index: Index) -> None:
    gate = Gate(after=100_000)
    index.fault("alpha-1.0", gate)
    run = client.start(sync_plan(project), project=str(project.path))
    gate.wait()
    children = supervisor(run).children(recursive=True)
    assert children
    client.cancel(run)
    events = to_the_end(run)
    assert events[-1]["exit_code"] == 130
    assert not [event for event in events if event["type"] == "diagnosis"]
    assert gone(*children)
    assert client.find(run.id).state == "cancelled"
    index.heal("alpha-1.0")
    assert to_the_end(client.start(sync_plan(project), project=str(project.path)))[-1]["exit_code"] == 0


STUBBORN = """
import os, signal, subprocess, sys, time
for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK"):
    if hasattr(signal, name):
        signal.signal(getattr(signal, name), signal.SIG_IGN)
if len(sys.argv) == 1:
    apart = {} if os.name == "nt" else {"start_new_session": True}
    subprocess.Popen([sys.executable, "-c", os.environ["CODE"], "child"], **apart)
    print("here", flush=True)
time.sleep(600)
"""


def test_cancel_ends_those_that_do_not_listen_and_those_that_left_the_group(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CODE", STUBBORN)
    run = client.start(python_plan(STUBBORN, "print('never')"), project=None)
    until(lambda: seen(run, "here"))
    children = supervisor(run).children(recursive=True)
    assert len(children) >= 2
    client.cancel(run)
    events = to_the_end(run)
    assert events[-1]["exit_code"] == 130
    assert [step.state for step in state_of(events).steps] == ["failed", "skipped"]
    assert gone(*children)


WAITS = "import os, time\nprint('here')\nwhile not os.path.exists({path!r}): time.sleep(0.02)\nprint('went on')"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
def test_a_hang_up_and_ctrl_c_stop_nothing(tmp_path: Path) -> None:
    run = client.start(python_plan(WAITS.format(path=str(tmp_path / "go"))), project=None)
    until(lambda: seen(run, "here"))
    for number in (signal.SIGHUP, signal.SIGINT):
        supervisor(run).send_signal(number)
    (tmp_path / "go").touch()
    assert texts(to_the_end(run)) == ["here", "went on"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
def test_sigterm_stops_it() -> None:
    run = client.start(python_plan(HANGS), project=None)
    until(lambda: seen(run, "here"))
    supervisor(run).terminate()
    assert to_the_end(run)[-1]["exit_code"] == 130


FOLLOWER = """
import sys
from tests.run.support import python_plan
from wizard.run import client
run = client.start(python_plan(sys.argv[1]), project=None)
print(run.id, flush=True)
for batch in client.follow(run):
    pass
"""


def test_a_run_outlives_whoever_follows_it(tmp_path: Path) -> None:
    repo = Path(__file__).resolve().parents[2]
    code = WAITS.format(path=str(tmp_path / "go"))
    environment = {**os.environ, "PYTHONPATH": str(repo)}
    follower = subprocess.Popen([sys.executable, "-c", FOLLOWER, code], stdout=subprocess.PIPE, env=environment)
    assert follower.stdout is not None
    run = client.find(follower.stdout.readline().decode().strip())
    until(lambda: seen(run, "here"))
    follower.kill()
    follower.communicate()
    assert client.find(None).state == "running"
    (tmp_path / "go").touch()
    events = to_the_end(run)  # joined from another process
    assert texts(events) == ["here", "went on"]
    assert events[-1]["exit_code"] == 0


def test_a_supervisor_that_was_killed_is_told_and_its_uv_ended_by_the_next_run(tmp_path: Path) -> None:
    project = str(tmp_path)
    run = client.start(python_plan(HANGS), project=project)
    until(lambda: seen(run, "here"))
    process = supervisor(run)
    children = process.children(recursive=True)
    process.kill()
    events = to_the_end(run)
    assert (events[-1]["exit_code"], events[-1]["lost"]) == (1, True)
    assert client.find(run.id).state == "interrupted"
    second = client.start(python_plan("print('second')"), project=project)
    assert gone(*children)
    assert to_the_end(second)[-1]["exit_code"] == 0


@pytest.mark.same_everywhere
def test_the_second_wizard_is_told_which_run_has_the_project(tmp_path: Path) -> None:
    run = client.start(python_plan(HANGS), project=str(tmp_path))
    with pytest.raises(client.ProjectBusy, match=run.id) as caught:
        client.start(python_plan("print(1)"), project=str(tmp_path))
    assert caught.value.run_id == run.id
    assert [one.id for one in client.runs()] == [run.id]
    other = client.start(python_plan("print(1)"), project=str(tmp_path / "other"))
    assert to_the_end(other)[-1]["exit_code"] == 0
    assert client.find(None).id == run.id  # the one that is going on, not the last
    client.cancel(run)
    assert to_the_end(client.start(python_plan("print(1)"), project=str(tmp_path)))[-1]["exit_code"] == 0


def test_a_state_folder_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setenv("UV_WIZARD_STATE_DIR", str(tmp_path / "file" / "state"))
    for name in ("TMPDIR", "TEMP", "TMP"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    run = client.start(python_plan("print(1)"), project=None)
    assert run.folder.is_relative_to(tmp_path)
    assert to_the_end(run)[-1]["exit_code"] == 0
    assert client.find(None).id == run.id


@pytest.mark.same_everywhere
def test_what_comes_after_a_step_that_failed_is_left_out() -> None:
    run = client.start(python_plan("print('error: no'); raise SystemExit(7)", "print('never')"), project=None)
    events = to_the_end(run)
    assert [(e["id"], e["state"]) for e in events if e["type"] == "step"] == [
        ("uv", "started"), ("uv", "failed"), ("settings", "skipped"),
    ]  # fmt: skip
    assert events[-1]["exit_code"] == 1
    assert "never" not in texts(events)


@pytest.mark.same_everywhere
def test_files_are_written_before_the_commands_and_told(tmp_path: Path) -> None:
    path = tmp_path / "Träume 项目.txt"
    code = f"print(open({str(path)!r}, encoding='utf-8').read() == 'nach')"
    run = client.start(python_plan(code, files=(FileChange(str(path), None, b"nach"),)), project=None)
    events = to_the_end(run)
    assert texts(events) == ["True"]
    assert [event["path"] for event in events if event["type"] == "changed"] == [str(path)]
    assert client.find(run.id).changed == (str(path),)


@pytest.mark.same_everywhere
def test_a_file_that_changed_since_the_plan_stops_the_run(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"somebody's")
    run = client.start(python_plan("print(1)", files=(FileChange(str(path), b"old", b"new"),)), project=None)
    events = to_the_end(run)
    assert events[-1]["exit_code"] == 1
    assert path.read_bytes() == b"somebody's"
    assert client.find(run.id).changed == ()


def test_a_program_that_is_not_there() -> None:
    plan = Plan(
        (
            Step(
                "sync",
                "Sync",
                commands=(
                    Command(
                        ("/not/here/uv", "sync"),
                    ),
                ),
            ),
        )
    )
    events = to_the_end(client.start(plan, project=None))
    assert events[-1]["exit_code"] == 1
    assert any("can't be started" in line for line in texts(events))


def test_the_child_s_environment_is_clean(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIRTUAL_ENV", "/somewhere")
    monkeypatch.setenv("UV_INDEX_PRIVATE_PASSWORD", "yes")
    names = ["VIRTUAL_ENV", "PYTHONPATH", "UV_WIZARD_STATE_DIR", "UV_NO_WRAP", "UV_INDEX_PRIVATE_PASSWORD"]
    run = client.start(python_plan(f"import os; print([os.environ.get(name) for name in {names!r}])"), project=None)
    assert texts(to_the_end(run)) == ["[None, None, None, '1', 'yes']"]


def test_credentials_reach_the_child_and_no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    address = "https://me:geheim@127.0.0.1/simple"
    code = "import os; print(os.environ['ADDRESS'], len(os.environ['ADDRESS']))"
    command = Command((sys.executable, "-c", code, address), {"ADDRESS": address})
    run = client.start(Plan((Step("sync", "Sync", commands=(command,)),)), project=None)
    events = to_the_end(run)
    assert texts(events) == [f"https://***@127.0.0.1/simple {len(address)}"]
    assert events[2]["argv"][-1] == "https://***@127.0.0.1/simple"
    files = [path for path in run.folder.rglob("*") if path.is_file()]
    assert len(files) >= 4
    for path in files:
        assert b"geheim" not in path.read_bytes()


def test_a_run_nobody_knows() -> None:
    with pytest.raises(BadInput, match="no run on this machine yet"):
        client.find(None)
    with pytest.raises(BadInput, match="no run 20261121-1499; uv-wizard undo --list shows them"):
        client.find("20261121-1499")
    assert client.runs() == []


@pytest.mark.skipif(sys.platform != "linux", reason="reads what Linux says of a process")
def test_the_supervisor_leads_a_session_of_its_own_and_holds_no_terminal() -> None:
    run = client.start(python_plan(HANGS), project=None)
    process = supervisor(run)
    assert os.getsid(process.pid) == process.pid
    assert process.terminal() is None
    client.cancel(run)


def test_a_supervisor_with_nothing_to_do_needs_no_processor() -> None:
    run = client.start(python_plan(HANGS), project=None)
    until(lambda: seen(run, "here"))
    process = supervisor(run)
    before = process.cpu_times()
    process.cpu_percent(interval=2)
    after = process.cpu_times()
    client.cancel(run)
    assert (after.user + after.system) - (before.user + before.system) <= 0.04  # 2 % of one core


def test_a_flood_of_lines_is_told_whole_within_bounded_memory() -> None:
    code = "for number in range(100_000): print(f'line {number} of a program that has a lot to say')"
    run = client.start(
        python_plan(f"import io, sys; sys.stdout = io.TextIOWrapper(sys.stdout.buffer)\n{code}"), project=None
    )
    process = supervisor(run)
    count, memory = 0, 0
    found = RunState()
    for batch in client.follow(run):
        for event in batch:
            found.apply(event)
            if event["type"] == "output":
                assert event["text"].startswith(f"line {count} ")
                count += 1
        with contextlib.suppress(psutil.NoSuchProcess):
            memory = max(memory, process.memory_info().rss)
    assert (count, found.log_count, len(found.log), found.exit_code) == (100_000, 100_000, 5000, 0)
    assert memory < 80 * 2**20


@pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are POSIX's")
@pytest.mark.parametrize(
    "variables", [{"TERM": "dumb"}, {"TERM": ""}, {"NO_COLOR": "1"}, {"CI": "true"}, {"COLUMNS": "20"}]
)
def test_bytes_are_told_whatever_the_terminal_is_called(
    project: Project, variables: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    events = to_the_end(client.start(sync_plan(project), project=str(project.path)))
    found = state_of(events)
    assert found.exit_code == 0
    assert found.done_bytes > 1_490_000
    assert not [line for line in texts(events) if "---" in line]
