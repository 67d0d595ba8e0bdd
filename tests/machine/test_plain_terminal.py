"""When lines are chosen: what the environment says, what terminfo says, and what the kernel says of a screen reader."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.programs import of_the_system
from wizard.machine import plain_terminal
from wizard.machine.plain_terminal import cursor_address, has_screen_reader, why

REPO = Path(__file__).resolve().parent.parent.parent
posix = pytest.mark.skipif(sys.platform == "win32", reason="terminals are described by terminfo")
TERMINALS = """
able|places its cursor the usual way, cup=\\E[%i%p1%d;%p2%dH, cols#80,
other|places it in a way of its own, cup=\\E=%p1%' '%+%c%p2%' '%+%c, cols#80,
unable|has no cup, am, cols#132, cr=^M, bel=^G,
wide|numbers of four bytes, colors#0x1000000, cup=\\E[%i%p1%d;%p2%dH,
"""


@pytest.fixture(scope="module")
def terminfo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    of_the_system("tic")
    folder = tmp_path_factory.mktemp("terminfo")
    source = folder / "source"
    source.write_text(TERMINALS)
    subprocess.run(["tic", "-x", "-o", folder, source], check=True, capture_output=True)
    return folder


@pytest.mark.same_everywhere
@pytest.mark.parametrize(
    "environment, told",
    [
        ({"TERM": "dumb"}, "TERM is dumb"),
        ({"TERM": "xterm-256color", "ACCESSIBLE": "1"}, "ACCESSIBLE is set"),
        ({"TERM": "xterm-256color", "ACCESSIBLE": "0"}, None),
        ({"TERM": "xterm-256color", "GH_ACCESSIBLE_PROMPTER": "enabled"}, "GH_ACCESSIBLE_PROMPTER is set"),
        ({"TERM": "xterm-256color", "UV_WIZARD_PLAIN": "1"}, "UV_WIZARD_PLAIN is set"),
        ({"TERM": "dumb", "UV_WIZARD_PLAIN": "0", "ACCESSIBLE": "1"}, None),
        ({"TERM": "xterm-256color", "UV_WIZARD_PLAIN": ""}, None),
    ],
)
def test_what_the_environment_says(environment: dict[str, str], told: str | None) -> None:
    assert why({"SSH_TTY": "/dev/pts/0", **environment}) == told


@posix
@pytest.mark.parametrize(
    "name, told",
    [
        ("able", None),
        ("wide", None),
        ("other", "the terminal other cannot place its cursor"),
        ("unable", "the terminal unable cannot place its cursor"),
        ("", "TERM is not set"),
        ("nobody-knows", "the terminal nobody-knows is not known here"),
        ("xterm-brand-new", None),  # its description is not here, its family is known
        ("../able", "the terminal ../able is not known here"),
    ],
)
def test_what_terminfo_says(terminfo: Path, name: str, told: str | None) -> None:
    assert why({"TERM": name, "TERMINFO": os.fspath(terminfo)}) == told
    assert why({"TERM": name, "TERMINFO_DIRS": f":{terminfo}"}) == told


@posix
def test_a_description_is_read_as_curses_reads_it(terminfo: Path) -> None:
    for name in ("able", "other", "unable", "wide"):
        read = "import curses, sys; curses.setupterm(sys.argv[1], 1); sys.stdout.buffer.write(curses.tigetstr('cup') or b'')"
        env = {**os.environ, "TERMINFO": os.fspath(terminfo)}
        theirs = subprocess.run([sys.executable, "-c", read, name], env=env, capture_output=True, check=True).stdout
        assert cursor_address(name, {"TERMINFO": os.fspath(terminfo)}) == theirs


@posix
def test_what_is_no_description_is_not_believed(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    for data in (b"", b"\x1a\x01", os.urandom(4), b"\x1a\x01" + b"\xff" * 40):
        (tmp_path / "b" / "broken").write_bytes(data)
        assert cursor_address("broken", {"TERMINFO": os.fspath(tmp_path)}) in (None, b"")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Speakup is Linux's")
def test_speakup_reads_the_console_and_no_other_terminal(tmp_path: Path) -> None:
    here = os.fspath(tmp_path)
    assert has_screen_reader({"TERM": "linux"}, here)
    assert not has_screen_reader({"TERM": "xterm"}, here)
    assert not has_screen_reader({"TERM": "linux", "SSH_CONNECTION": "a"}, here)
    assert not has_screen_reader({"TERM": "linux"}, here + "/none")


@pytest.mark.skipif(sys.platform != "win32", reason="what Windows says")
def test_windows_says_whether_one_runs() -> None:
    if sys.platform == "win32":  # for whoever checks the types elsewhere
        import ctypes

        narrator = ctypes.windll.kernel32.CreateMutexW(None, False, "NarratorRunning")
        assert has_screen_reader({})
        ctypes.windll.kernel32.CloseHandle(narrator)
        assert not has_screen_reader({})


@posix
def test_the_wizard_says_why_it_shows_lines(tmp_path: Path) -> None:
    pexpect = pytest.importorskip("pexpect")
    env = {**os.environ, "TERM": "nobody-knows", "PYTHONPATH": os.fspath(REPO)}
    child = pexpect.spawn(
        sys.executable, ["-m", "wizard"], env=env, cwd=os.fspath(tmp_path), encoding="utf-8", timeout=60
    )
    child.expect(
        "Lines instead of screens: the terminal nobody-knows is not known here. UV_WIZARD_PLAIN=0 gives the screens."
    )
    child.expect("uv-wizard, plain mode")
    child.expect("1/8 start")
    child.sendline("q")
    child.expect("Nothing was changed.")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0


def test_nothing_else_is_asked_where_the_answer_is_given() -> None:
    assert plain_terminal.why({"UV_WIZARD_PLAIN": "no"}) is None
