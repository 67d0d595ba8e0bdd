"""Over a real SSH connection, from the first screen to the end with Enter alone, in a terminal of 80x24."""

from __future__ import annotations

import getpass
import os
import shlex
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import sshd
from tests.support.projects import Project
from tests.terminal.test_tmux import ROOT, Terminal

LACKING = sshd.lacking("tmux")
pytestmark = [
    pytest.mark.long,
    pytest.mark.wine_cannot("run sshd and tmux"),
    pytest.mark.skipif(bool(LACKING), reason=f"not installed: {', '.join(LACKING)}; .ci/long installs them"),
]
SCREENS = ("uv: the program", "Settings: where", "Mirrors: where", "torch: the variant", "Review: what")


@pytest.fixture
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, Path]]:
    """A port of this machine alone with an sshd of its own behind it, and the folder of its throwaway keys."""
    keys = sshd.make_keys(tmp_path_factory.mktemp("keys"))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        number = free.getsockname()[1]
    (keys / "config").write_text(sshd.configuration(keys, number, "127.0.0.1", "PrintMotd no", "PrintLastLog no"))
    with (keys / "log").open("w") as log:
        server = subprocess.Popen(
            [sshd.SSHD, "-D", "-e", "-f", os.fspath(keys / "config")], stdin=subprocess.DEVNULL, stderr=log
        )
        try:
            deadline = time.monotonic() + 20
            while not _answers(number):
                assert time.monotonic() < deadline, (keys / "log").read_text()
                assert server.poll() is None, (keys / "log").read_text()
                time.sleep(0.05)
            yield number, keys
        finally:
            server.terminate()
            server.wait(10)


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


def connection(port: int, keys: Path, command: str) -> list[str]:
    """The ssh command line that a person would type, without a word of this user's own settings."""
    who = f"{getpass.getuser()}@127.0.0.1"
    return ["ssh", "-t", *sshd.OPTIONS, "-i", os.fspath(keys / "user"), "-p", str(port), who, command]


def started(folder: Path, project: Path, *words: str) -> str:
    """A script that starts the wizard with the test's own home and index, and the connection's own terminal."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("SSH_", "TMUX", "TERM", "COLORTERM"))
    }
    kept |= {"PYTHONPATH": os.fspath(ROOT), "SHELL": "/bin/bash"}
    lines = [f"export {name}={shlex.quote(value)}" for name, value in kept.items() if name.isidentifier()]
    command = shlex.join([sys.executable, "-m", "wizard", os.fspath(project), *words])
    script = folder / "start.sh"
    script.write_text("\n".join(["#!/bin/sh", *lines, f"exec {command}", ""]))
    return f"sh {shlex.quote(os.fspath(script))}"


@pytest.mark.parametrize("words", [(), ("--low-bandwidth",)])
def test_enter_alone_leads_from_the_first_screen_to_the_end_over_ssh(
    words: tuple[str, ...], port: tuple[int, Path], project: Project
) -> None:
    number, keys = port
    terminal = Terminal(connection(number, keys, started(keys, project.path, *words)))
    try:
        first = terminal.until("[ Next: uv ]", "reached over SSH")
        assert len(first.splitlines()) == 24
        for title in SCREENS:
            terminal.press("Enter")
            shown = terminal.until(title, "By hand: ", "[ Back ]", "Ctrl+Q Quit").splitlines()
            assert shown[22][2] == "[", "the primary button's bracket is in cell 3 of row 23"
            assert shown[23].startswith(" Ctrl+N Next  Esc Back  F1 Help  Ctrl+Q Quit")
        terminal.until("uv sync --locked", "[ Start: ")
        terminal.press("Enter")
        terminal.until("[ Finish ]")
        terminal.press("Enter")
        assert "From now on:" in terminal.until("ended with 0")
    finally:
        terminal.lose()
    assert project.venv.exists()
