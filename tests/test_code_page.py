"""What Windows' own programs print in China and Korea becomes the text that was meant."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from wizard.code_page import LONGEST, LineDecoder, decoded, own_page
from wizard.machine.child import ask

CHINESE = "系统找不到指定的路径。C:\\Users\\张三\\bin"
KOREAN = "지정된 경로를 찾을 수 없습니다. C:\\Users\\홍길동"


@pytest.mark.same_everywhere
@pytest.mark.parametrize("page, text", [("cp936", CHINESE), ("cp949", KOREAN), ("cp850", "Das Gerät ist voll: Größe")])
@pytest.mark.parametrize("size", [1, 2, 3, 1000])
def test_lines_of_both_kinds_in_pieces_of_any_size(page: str, text: str, size: int) -> None:
    data = f"uv: {text}\r\n".encode(page) + f"uv: {text}\n".encode() + text.encode(page)
    decoder = LineDecoder(page)
    out = "".join(decoder.decode(data[at : at + size]) for at in range(0, len(data), size)) + decoder.decode(b"", True)
    assert out == f"uv: {text}\r\nuv: {text}\n{text}"
    assert decoded(data, page) == out


@pytest.mark.same_everywhere
def test_what_is_neither_is_shown_as_unknown_and_nothing_is_lost() -> None:
    assert decoded(b"a\xffb\n\xe5\xbc", None) == "a�b\n"
    assert decoded(b"\x81", "cp936") == "�"
    assert len(LineDecoder("cp936").decode(b"x" * (LONGEST + 1))) == LONGEST + 1


def test_only_windows_has_one() -> None:
    assert (own_page() is None) is (sys.platform != "win32")


@pytest.mark.skipif(sys.platform != "win32", reason="cmd is the shell of Windows")
def test_a_program_that_prints_as_the_console_does(tmp_path: Path) -> None:
    page = own_page()
    assert page is not None
    text = {"cp936": CHINESE, "cp949": KOREAN}.get(page, "Das Gerät")
    code = f"import sys; sys.stdout.buffer.write({text.encode(page, 'replace')!r})"
    assert ask([sys.executable, "-c", code], 60).out == text.encode(page, "replace").decode(page)
    folder = tmp_path / "张三 홍길동"
    folder.mkdir()
    said = ask([os.environ["COMSPEC"], "/u", "/c", "cd"], 60, cwd=os.fspath(folder))
    assert said.code == 0
    assert subprocess.run([sys.executable, "-c", ""], cwd=folder, check=False).returncode == 0
