"""The wizard in a real terminal: through the defaults to the end, and what a lost terminal does to a run (nothing)."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from tests.support.index import Gate, Index
from tests.support.projects import Project
from wizard.run import client

pytestmark = [
    pytest.mark.wine_cannot("run tmux"),
    pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed; .ci/run installs it"),
]
ROOT = Path(__file__).parents[2]
PATIENCE_S = 60.0


class Terminal:
    """A tmux of its own, 80x24, with one command in it."""

    def __init__(
        self,
        argv: list[str],
        *,
        size: tuple[int, int] = (80, 24),
        env: dict[str, str] | None = None,
        tmux: str = "tmux",
    ) -> None:
        self._program = tmux
        self.socket = f"uvw-{uuid.uuid4().hex[:12]}"
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm-256color", **(env or {})}
        quoted = " ".join("'" + word.replace("'", "'\\''") + "'" for word in argv)
        self._environment = environment
        self._tmux("new-session", "-d", "-x", str(size[0]), "-y", str(size[1]), f"{quoted}; echo ended with $?; cat")

    def _tmux(self, *words: str) -> str:
        argv = [self._program, "-u", "-f", os.devnull, "-L", self.socket, *words]
        return subprocess.run(argv, env=self._environment, capture_output=True, encoding="utf-8", check=True).stdout

    @property
    def screen(self) -> str:
        return self._tmux("capture-pane", "-p")

    @property
    def where(self) -> str:
        """The screen, and the place of its cursor."""
        return f"{self.screen}\n{self._tmux('display-message', '-p', '#{cursor_x},#{cursor_y}').strip()}"

    def press(self, *keys: str) -> None:
        self._tmux("send-keys", *keys)

    def until(self, *texts: str) -> str:
        """Waits until the screen holds all of them."""
        return wait_for(lambda: self.screen, lambda screen: all(text in screen for text in texts), texts)

    def lose(self) -> None:
        """The terminal is gone, as when a connection drops."""
        subprocess.run([self._program, "-L", self.socket, "kill-server"], capture_output=True, check=False)


def wait_for(look: Callable[[], str], good: Callable[[str], bool], wanted: object) -> str:
    deadline = time.monotonic() + PATIENCE_S
    while True:
        seen = look()
        if good(seen):
            return seen
        if time.monotonic() > deadline:
            raise AssertionError(f"never saw {wanted}, but:\n{seen}")
        time.sleep(0.05)


@pytest.fixture
def terminals() -> Iterator[Callable[..., Terminal]]:
    opened: list[Terminal] = []

    def open_one(*argv: str, **options: object) -> Terminal:
        opened.append(Terminal([sys.executable, "-m", "wizard", *argv], **options))  # type: ignore[arg-type]
        return opened[-1]

    yield open_one
    for terminal in opened:
        terminal.lose()


Open = Callable[..., Terminal]


@pytest.mark.parametrize("size", [(80, 24), pytest.param((120, 40), marks=pytest.mark.long)])
def test_enter_alone_reaches_a_verified_environment(project: Project, terminals: Open, size: tuple[int, int]) -> None:
    was = project.pyproject.read_bytes(), project.lock.read_bytes()
    terminal = terminals(str(project.path), size=size)
    for place in ("1/8 start", "2/8 uv", "3/8 settings", "4/8 mirrors", "5/8 torch", "6/8 review"):
        terminal.until(place)
        assert not project.venv.exists()
        terminal.press("Enter")
    terminal.until("It works", "Finish")
    terminal.press("Enter")
    screen = terminal.until("ended with 0")
    assert "uv sync --locked" in screen
    assert (project.pyproject.read_bytes(), project.lock.read_bytes()) == was
    assert project.run_python("import alpha; print(alpha.__version__)").strip() == "1.0"


def test_quitting_before_anything_ran_changes_nothing(project: Project, terminals: Open) -> None:
    terminal = terminals(str(project.path))
    terminal.until("1/8 start")
    terminal.press("C-q")
    terminal.until("Nothing was changed", "ended with 0")
    assert not project.venv.exists()


def test_no_colour_is_no_colour(project: Project, terminals: Open) -> None:
    terminal = terminals(str(project.path), env={"NO_COLOR": "1"})
    terminal.until("1/8 start", "Next: uv")
    assert "\x1b[3" not in terminal._tmux("capture-pane", "-p", "-e").replace("\x1b[39m", "")


def test_a_lost_terminal_stops_nothing_and_attach_finds_it(project: Project, index: Index, terminals: Open) -> None:
    gate = Gate(after=10_000)
    index.fault("alpha-1.0", gate)
    terminal = terminals(str(project.path))
    for place in ("1/8", "2/8", "3/8", "4/8", "5/8", "6/8"):
        terminal.until(place)
        terminal.press("Enter")
    terminal.until("7/8 sync", "alpha")
    gate.wait()
    terminal.lose()
    run = client.find()
    assert run.state == "running"
    other = terminals("attach")
    other.until("7/8 sync", "alpha")
    gate.release()
    wait_for(lambda: client.find(run.id).state, lambda state: state != "running", "the end")
    assert client.find(run.id).exit_code == 0
    assert project.run_python("import alpha; print(alpha.__version__)").strip() == "1.0"


def test_a_lost_terminal_leaves_no_wizard_behind(project: Project, terminals: Open) -> None:
    """Whatever was being drawn when it was lost: many are lost, each at another moment."""
    left: list[psutil.Process] = []
    for _ in range(6):
        terminal = terminals(str(project.path))
        terminal.until("1/8 start")
        shell = psutil.Process(int(terminal._tmux("display-message", "-p", "#{pane_pid}")))
        left += [child for child in shell.children(recursive=True) if "wizard" in child.cmdline()]
        terminal.press("Enter")
        terminal.lose()
    assert len(left) == 6
    wait_for(lambda: str([one for one in left if one.is_running()]), lambda seen: seen == "[]", "all of them gone")


@pytest.mark.long
def test_a_second_wizard_is_told_and_may_join(project: Project, index: Index, terminals: Open) -> None:
    gate = Gate(after=10_000)
    index.fault("alpha-1.0", gate)
    first = terminals("sync", str(project.path))
    first.until("step 1 of 1")
    gate.wait()
    second = terminals(str(project.path))
    for place in ("1/8", "2/8", "3/8", "4/8", "5/8", "6/8"):
        if "Join" in second.until(place):
            break
        second.press("Enter")
    second.until("Join")
    gate.release()
    first.until("ended with 0")


def test_ctrl_c_in_apply_ends_uv_and_says_so(project: Project, index: Index, terminals: Open) -> None:
    gate = Gate(after=10_000)
    index.fault("alpha-1.0", gate)
    terminal = terminals("apply", str(project.path), "--yes")
    gate.wait()
    terminal.press("C-c")
    terminal.until("ended with 130")
    assert client.find().exit_code == 130
    gate.release()
    assert terminals("apply", str(project.path), "--yes").until("ended with 0")


@pytest.mark.long
def test_plain_goes_the_same_way_by_lines(project: Project, terminals: Open) -> None:
    terminal = terminals(str(project.path), "--plain", size=(80, 200))
    for place in range(1, 7):
        terminal.until(f"{place}/8")
        while f"{place + 1}/8" not in terminal.screen and "step 1 of 2" not in terminal.screen:
            before = terminal.screen
            terminal.press("Enter")
            wait_for(lambda: terminal.screen, lambda screen, was=before: screen != was, "an answer to Enter")  # type: ignore[misc]
    terminal.until("It works", "ended with 0")
