"""The child of wizard.run.conpty on a POSIX pseudo-terminal, which stands where pywinpty's stands on Windows."""

from __future__ import annotations

import codecs
import os
import select
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import psutil
import pytest

from tests.run.conhost import OPENING
from wizard.run import conpty
from wizard.run.conpty import Screened
from wizard.run.uv_output import UvOutput

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the stand-in is a POSIX pseudo-terminal")
LIMIT_S = 60.0
RECORDINGS = Path(__file__).parent / "recordings"


class Posix:
    """A conpty.Pty of this system. It reads at most `size` bytes, and says nothing of the end, as a ConPTY may."""

    def __init__(self, argv: Sequence[str], opening: str = "", size: int = 4096) -> None:
        import fcntl
        import struct
        import termios

        self._master, slave = os.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 100, 200, 0, 0))
        options = {"stdin": slave, "stdout": slave, "stderr": slave, "start_new_session": True}
        take = (
            "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execv(sys.argv[1], sys.argv[1:])"
        )
        self._process = subprocess.Popen([sys.executable, "-c", take, *argv], **options)  # type: ignore[call-overload]
        os.close(slave)
        self._opening, self._size = opening, size
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self.written: list[str] = []

    @property
    def pid(self) -> int:
        return int(self._process.pid)

    def read(self) -> str:
        if self._opening:
            opening, self._opening = self._opening, ""
            return opening
        if not select.select([self._master], [], [], 0)[0]:
            return ""
        return self._decoder.decode(os.read(self._master, self._size))

    def write(self, text: str) -> None:
        self.written.append(text)
        os.write(self._master, text.encode())

    def exit_code(self) -> int | None:
        code: int | None = self._process.poll()
        return code


def python(code: str) -> list[str]:
    return [sys.executable, "-u", "-c", code]


def output(child: Screened) -> str:
    deadline = time.monotonic() + LIMIT_S
    pieces = []
    while (piece := child.read(0.1)) != b"":
        pieces.append(piece or b"")
        assert time.monotonic() < deadline, pieces
    return b"".join(pieces).decode()


def test_output_to_its_end_and_the_exit_code() -> None:
    child = Screened(Posix(python("import sys; print('one'); print('two', end=''); sys.exit(3)"), OPENING), 200, 100)
    assert output(child) == "one\ntwo\n"
    assert child.read(0) == b""
    assert child.wait() == 3


def test_much_output_is_not_lost() -> None:
    child = Screened(Posix(python("for number in range(20000): print('line', number)"), size=1000), 200, 100)
    assert output(child) == "".join(f"line {number}\n" for number in range(20000))
    assert child.wait() == 0


def test_what_is_asked_of_the_terminal_is_answered() -> None:
    pty = Posix(python("print('here')"), "\x1b[c\x1b[?1004h\x1b[?9001h")
    child = Screened(pty, 200, 100)
    output(child)
    assert child.wait() == 0
    assert pty.written == ["\x1b[?1;0c"]


def test_a_line_comes_while_the_child_runs_and_silence_is_none() -> None:
    child = Screened(Posix(python("import time; print('begun'); time.sleep(600)")), 200, 100)
    deadline = time.monotonic() + LIMIT_S
    said = b""
    while said != b"begun\n":
        said += child.read(0.1) or b""
        assert time.monotonic() < deadline, said
    assert child.read(0.05) is None
    child.end()
    output(child)
    assert child.wait() != 0


def test_an_interrupt_is_typed_and_what_does_not_heed_it_is_ended() -> None:
    code = (
        "import signal, subprocess, sys, time\n"
        "signal.signal(signal.SIGINT, lambda *_: print('asked'))\n"
        "other = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'], start_new_session=True)\n"
        "print('started', other.pid)\n"
        "while True: time.sleep(0.1)"
    )
    pty = Posix(python(code))
    child = Screened(pty, 200, 100)
    deadline = time.monotonic() + LIMIT_S
    said = b""
    while b"\n" not in said:
        said += child.read(0.1) or b""
        assert time.monotonic() < deadline, said
    child.end()
    assert pty.written == ["\x03"]
    assert "asked" in output(child)
    assert child.wait() != 0
    other = int(said.split()[1])
    assert not psutil.pid_exists(other) or psutil.Process(other).status() == psutil.STATUS_ZOMBIE


def test_what_uv_draws_is_understood() -> None:
    path = RECORDINGS / "0.13.8-terminal.bin"
    show = f"import sys; sys.stdout.buffer.write(open({str(path)!r}, 'rb').read().replace(b'\\r\\n', b'\\n'))"
    child = Screened(Posix(python(show), OPENING, size=700), 200, 100)
    heard = UvOutput()
    said = heard.feed(output(child).encode()) + heard.close()
    direct = UvOutput()
    expected = direct.feed(path.read_bytes()) + direct.close()
    assert [event for event in said if event["type"] == "output"] == [e for e in expected if e["type"] == "output"]
    installed = {event["name"] for event in said if event["type"] == "package" and event["state"] == "installed"}
    assert len(installed) == 5


def test_the_environment_block() -> None:
    block = conpty.environment_block({"PATH": "C:\\Windows", "Term": "dumb", "A": "b=c"})
    assert block == "PATH=C:\\Windows\0A=b=c\0"
