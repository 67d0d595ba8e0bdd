from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import psutil
import pytest

from wizard.run import conpty, terminal

LIMIT_S = 60.0


def python(code: str) -> list[str]:
    return [sys.executable, "-u", "-c", code]


def output(child: terminal.Child) -> str:
    deadline = time.monotonic() + LIMIT_S
    pieces = []
    while (piece := child.read(0.1)) != b"":
        pieces.append(piece or b"")
        assert time.monotonic() < deadline, pieces
    return b"".join(pieces).decode().replace("\r\n", "\n")


@pytest.mark.parametrize("on_terminal", [True, False])
def test_output_and_exit_code(tmp_path: Path, on_terminal: bool) -> None:
    code = (
        "import os, sys; print('out', os.environ['OF_OURS'], os.getcwd()); print('err', file=sys.stderr); sys.exit(3)"
    )
    env = {**os.environ, "OF_OURS": "a b"}
    child = terminal.start(python(code), env, str(tmp_path), terminal=on_terminal)
    assert child.pid > 0
    said = output(child).split("\n")
    assert said[0].startswith("out a b ")
    assert Path(said[0].removeprefix("out a b ")).samefile(tmp_path)
    assert said[1] == "err"
    assert child.wait() == 3


def test_nothing_can_be_read_from_a_pipes_input() -> None:
    child = terminal.start(python("import sys; print(repr(sys.stdin.read()))"), os.environ, None, terminal=False)
    assert output(child) == "''\n"
    assert child.wait() == 0


@pytest.mark.parametrize("on_terminal", [True, False])
def test_what_does_not_exist_is_an_error(tmp_path: Path, on_terminal: bool) -> None:
    with pytest.raises(OSError):  # noqa: PT011 - its number is another one on each system
        terminal.start([str(tmp_path / "none")], os.environ, None, terminal=on_terminal)


@pytest.mark.parametrize("on_terminal", [True, False])
def test_the_end_of_a_child_with_all_that_it_started(on_terminal: bool) -> None:
    code = (
        "import subprocess, sys, time\n"
        "other = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        "print('started', other.pid, 'so', flush=True); time.sleep(600)"
    )
    child = terminal.start(python(code), os.environ, None, terminal=on_terminal)
    deadline = time.monotonic() + LIMIT_S
    said = b""
    while b" so" not in said:
        said += child.read(0.1) or b""
        assert time.monotonic() < deadline, said
    grandchild = int(said.split(b"started ")[1].split()[0])
    child.end()
    output(child)
    assert child.wait() != 0
    while psutil.pid_exists(grandchild) and psutil.Process(grandchild).status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < deadline


@pytest.mark.skipif(sys.platform != "win32", reason="elsewhere a terminal is the system's own")
def test_where_windows_gives_no_terminal_a_pipe_is_taken_and_the_reason_kept() -> None:
    child = terminal.start(python("import sys; print(sys.stdout.isatty())"), os.environ, None)
    said = output(child)
    assert child.wait() == 0
    if terminal.why_piped() is None:  # a Windows that has one
        assert isinstance(child, conpty.Screened)
        assert said == "True\n"
    else:
        assert said == "False\n"
        assert "pseudo-terminal" in (terminal.why_piped() or "")


@pytest.mark.skipif(sys.platform == "win32", reason="there pywinpty is installed")
def test_without_pywinpty_there_is_no_conpty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conpty._Missing, "reason", None)
    with pytest.raises(conpty.NoConPty, match="pywinpty can't be loaded"):
        conpty.start(python(""), os.environ, None, 200, 100)
    assert "pywinpty" in (conpty.missing() or "")
    with pytest.raises(conpty.NoConPty, match="pywinpty can't be loaded"):  # and it is not looked for again
        conpty.start(python(""), os.environ, None, 200, 100)
    assert terminal.why_piped() == conpty.missing()
