"""While a sync goes on: progress is told, a second wizard is told, and Ctrl+C ends uv and all that it started."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
import pytest

from tests.run.support import until
from tests.support.command import wizard
from tests.support.index import Gate, Index
from tests.support.projects import Project
from wizard.run import state

if TYPE_CHECKING:
    from typing_extensions import Self

# On Windows Ctrl+C goes to all of a console. This process has one of its own, passes it on, and does not heed it.
_WITH_A_CONSOLE = """
import ctypes, os, signal, subprocess, sys, threading
def pass_on():
    if os.read(0, 1):
        ctypes.windll.kernel32.GenerateConsoleCtrlEvent(0, 0)  # CTRL_C_EVENT, to all of this console
signal.signal(signal.SIGINT, lambda *_: None)
child = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL)
threading.Thread(target=pass_on, daemon=True).start()
code = child.wait()
os._exit(code)
"""


class Running:
    """`uv-wizard … --json` under way, and what it has told."""

    def __init__(self, *argv: str, hiding: Path | None = None) -> None:
        """`hiding`: a folder whose modules come before the installed ones."""
        words = [sys.executable, "-m", "wizard", *argv, "--json"]
        options: dict[str, Any] = {"stdin": subprocess.DEVNULL}
        if sys.platform == "win32":
            words = [sys.executable, "-c", _WITH_A_CONSOLE, *words]
            options = {"stdin": subprocess.PIPE, "creationflags": subprocess.CREATE_NO_WINDOW}
        elif signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
            # a job in the background of a shell ignores it, and so would all that it starts
            signal.signal(signal.SIGINT, signal.default_int_handler)
        path = [*([str(hiding)] if hiding else []), str(Path(__file__).parents[2])]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path)}
        self.process = subprocess.Popen(words, env=environment, stdout=subprocess.PIPE, encoding="utf-8", **options)
        self.told: list[dict[str, Any]] = []

    def read(self) -> Iterator[dict[str, Any]]:
        """The events that were not read yet, as they come, to the end."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.told.append(json.loads(line))
            yield self.told[-1]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                stream.close()
        self.process.wait(60)

    def interrupt(self) -> None:
        """Ctrl+C."""
        if sys.platform == "win32":
            assert self.process.stdin is not None
            self.process.stdin.write("now\n")
            self.process.stdin.flush()
        else:
            self.process.send_signal(signal.SIGINT)


@pytest.fixture
def gate(index: Index) -> Iterator[Gate]:
    """alpha's download stops in the middle until it is released."""
    found = Gate(after=700_000)
    index.fault("alpha-1.0", found)
    yield found
    found.release()


def until_downloading(run: Running, gate: Gate) -> None:
    """uv stands at the gate, and that was told."""
    gate.wait(60)
    assert any(event["type"] == "package" and event["state"] == "downloading" for event in run.read())


@pytest.mark.long
def test_a_second_wizard_is_told_and_may_join(project: Project, gate: Gate) -> None:
    with Running("apply", str(project.path), "--yes") as run:
        until_downloading(run, gate)
        refused = wizard("apply", str(project.path), "--yes", check=2)
        name = state.running(str(project.path))
        assert f"uv-wizard attach {name}" in refused.stderr
        with Running("attach", str(name)) as joined:
            assert next(joined.read())["id"] == name
            gate.release()
            for one in (run, joined):
                (*_, end) = one.read()
                assert end == {**end, "type": "end", "exit_code": 0}
                assert one.process.wait(60) == 0
    assert joined.told == run.told
    progress = [event for event in run.told if event["type"] == "progress"]
    assert progress[-1]["done_bytes"] == progress[-1]["total_bytes"] > 1_400_000


@pytest.mark.parametrize(
    "hidden", [False, pytest.param(True, marks=pytest.mark.long)], ids=["with psutil", "without psutil"]
)
def test_ctrl_c_ends_uv_and_all_it_started(project: Project, gate: Gate, tmp_path: Path, hidden: bool) -> None:
    if hidden:
        (tmp_path / "hidden").mkdir()
        (tmp_path / "hidden" / "psutil.py").write_text("raise ImportError('compiled for another system')")
    with Running("apply", str(project.path), "--yes", hiding=tmp_path / "hidden" if hidden else None) as run:
        until_downloading(run, gate)
        found = state.read_json(state.run_folders()[0] / state.SUPERVISOR)
        assert found is not None
        supervisor = psutil.Process(found["pid"])
        family = [supervisor, *supervisor.children(recursive=True)]
        assert len(family) > 1
        run.interrupt()
        (*_, end) = run.read()
        assert end == {**end, "type": "end", "exit_code": 130}
        assert run.process.wait(60) == 130
    until(lambda: not any(one.is_running() and one.status() != psutil.STATUS_ZOMBIE for one in family))
    gate.release()
    wizard("sync", str(project.path))
    assert state.running(str(project.path)) is None
