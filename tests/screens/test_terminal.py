"""In a real terminal: what is written to it, how it is left, and the whole way once."""

from __future__ import annotations

import os
import re
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.projects import Project

if sys.platform == "win32":
    pytest.skip("pexpect needs a pseudo-terminal of POSIX", allow_module_level=True)

import pexpect

REPO = Path(__file__).parent.parent.parent
COLOURS = re.compile(r"\x1b\[(?:[0-9;]*;)?(?:3[0-8]|4[0-8]|9[0-7]|10[0-7])(?:;[0-9;]*)?m")
REVERSED = re.compile(r"\x1b\[(?:[0-9]+;)*7(?:;[0-9]+)*m")
LIMIT = 40.0


class Terminal:
    """The wizard in a pseudo-terminal of 80x24."""

    def __init__(self, folder: Path, *options: str, **environment: str) -> None:
        env = {**os.environ, "TERM": "xterm-256color", "PYTHONPATH": os.fspath(REPO), **environment}
        self.child: pexpect.spawn[str] = pexpect.spawn(
            sys.executable,
            ["-m", "wizard", os.fspath(folder), *options],
            dimensions=(24, 80),
            env=env,
            timeout=LIMIT,
            encoding="utf-8",
            codec_errors="replace",
        )
        self.seen = ""

    def wait_for(self, text: str) -> None:
        self.child.expect_exact(text)
        self.seen += str(self.child.before) + text

    def quiet(self, seconds: float = 1.0) -> str:
        """What comes until nothing has come for so long."""
        got = ""
        while True:
            try:
                got += self.child.read_nonblocking(1 << 16, timeout=seconds)
            except pexpect.TIMEOUT:
                self.seen += got
                return got

    def end(self) -> int:
        """The exit code, after the rest was read."""
        self.child.expect(pexpect.EOF)
        self.seen += str(self.child.before)
        self.child.close()
        return self.child.exitstatus if self.child.exitstatus is not None else -(self.child.signalstatus or 0)


@pytest.fixture
def terminals() -> Iterator[list[Terminal]]:
    opened: list[Terminal] = []
    yield opened
    for one in opened:
        one.child.close(force=True)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "vision"\nversion = "1"\nrequires-python = ">=3.10"\n')
    return tmp_path


@pytest.mark.long
def test_a_still_screen_writes_nothing_and_tab_writes_little(folder: Path, terminals: list[Terminal]) -> None:
    terminals.append(one := Terminal(folder))
    one.wait_for("This machine and this project")
    one.quiet(4.0)
    assert one.quiet(1.5) == "", "a screen with nothing under way is still"
    one.child.send("\r")
    one.quiet()
    for key in ("\t", "\t", "\x1b[Z", "\x1b[A"):
        one.child.send(key)
        assert 0 < len(one.quiet(0.5).encode()) < 1000, repr(key)
    one.child.send("\x11")
    assert one.end() == 0
    assert "Nothing was changed." in one.seen


@pytest.mark.long
def test_without_colour_no_colour_is_written(folder: Path, terminals: list[Terminal]) -> None:
    terminals.append(one := Terminal(folder, NO_COLOR="1", COLORTERM="truecolor"))
    one.wait_for("This machine and this project")
    one.quiet()
    one.child.send("\r")
    one.quiet()
    one.child.send("\x11")
    assert one.end() == 0
    assert not COLOURS.findall(one.seen)
    assert REVERSED.search(one.seen), "the focused button is reversed"


@pytest.mark.parametrize(
    "number, code", [pytest.param(signal.SIGTERM, 143, marks=pytest.mark.long), (signal.SIGHUP, 129)]
)
def test_a_signal_leaves_the_terminal_as_it_was(
    number: int, code: int, folder: Path, terminals: list[Terminal]
) -> None:
    terminals.append(one := Terminal(folder))
    one.wait_for("[ Next: uv ]")
    one.quiet(2.0)
    one.child.kill(number)
    assert one.end() == code
    assert "\x1b[?1049l" in one.seen, "the other screen is left"
    assert "Traceback" not in one.seen


@pytest.mark.long
def test_low_bandwidth_asks_for_no_mouse_and_writes_less(folder: Path, terminals: list[Terminal]) -> None:
    terminals.append(one := Terminal(folder, "--low-bandwidth"))
    one.wait_for("This machine and this project")
    one.quiet()
    assert "\x1b[?1003h" not in one.seen
    one.child.send("\x11")
    assert one.end() == 0


@pytest.mark.long
def test_the_whole_way_with_enter_alone(project: Project, terminals: list[Terminal]) -> None:
    terminals.append(one := Terminal(project.path, SHELL="/bin/bash"))
    one.wait_for("[ Next: uv ]")
    one.quiet(3.0)
    for title in ("uv: the program", "Settings: where", "Mirrors: where", "torch: the variant", "Review: what"):
        one.child.send("\r")
        one.wait_for(title)
        one.quiet(0.5)
    assert "uv sync --locked" in one.seen
    one.child.send("\r")
    one.wait_for("Finish ]")
    one.child.send("\r")
    assert one.end() == 0
    assert "From now on:" in one.seen
    assert project.venv.exists()
