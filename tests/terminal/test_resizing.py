"""A real window that changes its size while a sync runs, and a terminal that does not know its size."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.index import Gate, Index
from tests.support.projects import Project
from tests.terminal.test_tmux import ROOT, Terminal, wait_for
from wizard.run import client

pytestmark = [
    pytest.mark.wine_cannot("run tmux"),
    pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed; .ci/run installs it"),
    pytest.mark.long,
]


@pytest.fixture
def terminals() -> Iterator[list[Terminal]]:
    opened: list[Terminal] = []
    yield opened
    for terminal in opened:
        terminal.lose()


def rows(terminal: Terminal) -> list[str]:
    return terminal.screen.split("\n")


def test_a_window_is_made_larger_and_smaller_while_a_sync_runs(
    project: Project, index: Index, terminals: list[Terminal]
) -> None:
    gate = Gate(after=10_000)
    index.fault("alpha-1.0", gate)
    terminals.append(Terminal([sys.executable, "-m", "wizard", "sync", os.fspath(project.path)]))
    gate.wait()
    terminals.append(other := Terminal([sys.executable, "-m", "wizard", "attach"]))
    other.until("7/8 sync", "alpha", "Next when done")
    other.press("Tab")
    for width, height in ((160, 50), (60, 18), (50, 10), (80, 24)):
        other._tmux("resize-window", "-x", str(width), "-y", str(height))
        if width < 60:
            seen = other.until(f"This window is {width} x {height}.")
            assert "alpha" not in seen
            assert "Next when done" not in seen
            continue
        wait_for(
            lambda: other.screen,
            lambda screen, height=height: screen.split("\n")[height - 2].startswith("  [ Next when done ]"),  # type: ignore[misc]
            f"the buttons in row {height - 1}",
        )
        seen = other.until("7/8 sync", "alpha")
        assert seen.count("7/8 sync") == seen.count("[ Back ]") == 1, "nothing is left over of another size"
        assert "This window" not in seen
    assert client.find().state == "running"
    gate.release()
    wait_for(lambda: client.find().state, lambda state: state != "running", "the end")
    assert client.find().exit_code == 0


def test_a_terminal_that_says_nothing_of_its_size_is_80x24(tmp_path: Path) -> None:
    from tests.support.terminal import OnTerminal

    env = {name: value for name, value in os.environ.items() if name not in {"COLUMNS", "LINES"}}
    env |= {"TERM": "xterm-256color", "PYTHONPATH": os.fspath(ROOT)}
    terminal = OnTerminal([sys.executable, "-m", "wizard", os.fspath(tmp_path)], env, tmp_path, size=(0, 0))
    try:
        terminal.until("Ctrl+Q Quit")
        written = b"".join(piece for _, piece in terminal.pieces)
        assert b"\x1b[24;1H" in written
        assert b"\x1b[25;1H" not in written
        terminal.send(b"\x11")
        assert terminal.wait() == 0
    finally:
        terminal.close()
