"""Which uv each shell runs, told by real shells."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.programs import of_the_system
from wizard.language import shown, spoken
from wizard.machine import uv_shells
from wizard.machine.facts import Machine, UvInShell, document
from wizard.machine.request import ProbeRequest
from wizard.machine.uv_shells import uv_in_shells

Program = Callable[[Path, str], Path]


@pytest.mark.skipif(sys.platform == "win32", reason="start-up files of POSIX")
def test_two_shells_that_run_two_uvs(home: Path, program: Program) -> None:
    for name in ("bash", "zsh"):
        of_the_system(name)
    program(home / "one" / "uv", "true")
    program(home / "two" / "uv", "true")
    (home / ".bashrc").write_text('export PATH="$HOME/one:$PATH"\n')
    (home / ".bash_profile").write_text("exec true\n")
    (home / ".zshenv").write_text('export PATH="$HOME/two:$PATH"\n')
    before = sorted(home.rglob("*"))
    answer = uv_in_shells(ProbeRequest(environment={"HOME": os.fspath(home), "PATH": "/usr/bin:/bin"}))
    told = {(one.shell, one.start): one.path for one in answer.facts["uv_in_shells"]}
    assert told == {
        ("bash", "interactive"): os.fspath(home / "one" / "uv"),
        ("bash", "login"): None,
        ("zsh", "interactive"): os.fspath(home / "two" / "uv"),
        ("zsh", "login"): os.fspath(home / "two" / "uv"),
    }
    assert [one.cause for one in answer.findings] == ["shell-silent", "uv-differs"]
    assert "bash at log-in" in answer.findings[0].title
    assert sorted(home.rglob("*")) == before


@pytest.mark.parametrize(
    "python, english, chinese",
    [
        ("/c/bin/python", "In new shells, python and uv are conda's", "在新 shell 里，python 和 uv 是 conda 的"),
        ("/usr/bin/python", "In new shells, uv is conda's", "在新 shell 里，uv 是 conda 的"),
    ],
)
def test_what_conda_has_of_a_shell_is_told_in_the_reader_s_language(python: str, english: str, chinese: str) -> None:
    told = UvInShell("bash", "interactive", "/c/bin/uv", None, python)
    (found,) = uv_shells._of_conda((told,), ["/c"], ProbeRequest(os="linux"))
    assert found.title == english
    with spoken("zh-CN"):
        assert shown(found.title) == chinese


def test_the_document_has_it_and_null_is_unknown() -> None:
    assert document(Machine())["uv_in_shells"] is None
    told = document(Machine(uv_in_shells=(UvInShell("bash", "login", "/b/uv"),)))["uv_in_shells"]
    assert told[0]["path"] == "/b/uv"


@pytest.mark.skipif(sys.platform != "win32", reason="cmd is the shell of Windows")
def test_cmd_as_it_starts_anew() -> None:
    (told,) = uv_in_shells(ProbeRequest()).facts["uv_in_shells"]
    assert (told.shell, told.why_not) == ("cmd", None)
