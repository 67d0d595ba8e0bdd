"""Real shells, asked as a new window starts them."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.programs import of_the_system
from wizard.machine.ask_shell import ShellSaid, ShellStart, ask_shells, fresh_environment, shells_here, starts_of
from wizard.machine.request import ProbeRequest

posix = pytest.mark.skipif(sys.platform == "win32", reason="shells of POSIX")
Home = Callable[[dict[str, str]], Path]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    def make(files: dict[str, str]) -> Path:
        folder = tmp_path / "a home"
        folder.mkdir(exist_ok=True)
        for name, text in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return folder

    return make


def environment(home: Path) -> dict[str, str]:
    return {"HOME": os.fspath(home), "PATH": os.environ["PATH"], "LANG": "C.UTF-8"}


def said(home: Path, start: ShellStart, *names: str, limit: float = 30.0) -> ShellSaid:
    (answer,) = ask_shells([start], environment(home), names, limit=limit, home=os.fspath(home))
    return answer


def everything(folder: Path) -> set[str]:
    return {os.fspath(path.relative_to(folder)) for path in folder.rglob("*")}


@posix
@pytest.mark.parametrize(
    "shell, file, line",
    [
        ("bash", ".bashrc", "export X='a \"b\" $c'\\''\\\\ 张三'"),
        ("bash", ".bash_profile", "export X='a \"b\" $c'\\''\\\\ 张三'"),
        ("zsh", ".zshrc", "export X='a \"b\" $c'\\''\\\\ 张三'"),
        ("zsh", ".zprofile", "export X='a \"b\" $c'\\''\\\\ 张三'"),
        ("fish", ".config/fish/config.fish", "set -gx X 'a \"b\" $c\\'\\\\ 张三'"),
    ],
)
def test_value_arrives_letter_for_letter(home: Home, shell: str, file: str, line: str) -> None:
    folder = home({file: f"echo noise; echo more noise >&2\n{line}\n"})
    login = file in {".bash_profile", ".zprofile"}
    (start,) = [one for one in starts_of(shell, of_the_system(shell)) if one.login == login]
    before = everything(folder)
    told = said(folder, start, "X", "UNSET")
    assert told.why_not is None
    expected = 'a "b" $c\'\\\\ 张三' if shell != "fish" else 'a "b" $c\'\\ 张三'
    assert told.values == {"X": expected, "UNSET": None}
    assert everything(folder) == before, "what a shell makes on its first start is gone again"


@posix
@pytest.mark.parametrize("shell, file", [("bash", ".bashrc"), ("zsh", ".zshrc"), ("fish", ".config/fish/config.fish")])
def test_which_uv_a_shell_runs(home: Home, shell: str, file: str) -> None:
    setting = "set -gx PATH $HOME/bin $PATH" if shell == "fish" else 'export PATH="$HOME/bin:$PATH"'
    folder = home({file: f"{setting}\n", "bin/uv": "#!/bin/sh\n"})
    (folder / "bin/uv").chmod(0o755)
    assert said(folder, starts_of(shell, of_the_system(shell))[0]).found == {"uv": os.fspath(folder / "bin/uv")}


@posix
def test_an_alias_is_told_as_the_shell_tells_it(home: Home) -> None:
    folder = home({".bashrc": "alias uv='uv --offline'\n"})
    assert "--offline" in said(folder, ShellStart("bash", of_the_system("bash"), interactive=True)).found["uv"]


@posix
def test_a_shell_that_waits_is_told_and_ended(home: Home) -> None:
    folder = home({".bashrc": 'echo $$ > "$HOME/pid"; read -r line < /dev/tty; sleep 600\n'})
    told = said(folder, ShellStart("bash", of_the_system("bash"), interactive=True), limit=2.0)
    assert "did not answer in 2 s" in (told.why_not or "")
    with pytest.raises(ProcessLookupError):
        os.kill(int((folder / "pid").read_text()), 0)


@posix
def test_a_start_up_file_that_starts_another_program(home: Home) -> None:
    folder = home({".bashrc": "exec sh -c 'echo not a terminal >&2; exit 3'\n"})
    told = said(folder, ShellStart("bash", of_the_system("bash"), interactive=True))
    assert "(3)" in (told.why_not or "")
    assert "not a terminal" in (told.why_not or "")


@posix
def test_what_it_leaves_running_is_not_waited_for(home: Home) -> None:
    folder = home({".bashrc": "sleep 600 &\nexport X=1\n"})
    assert said(folder, ShellStart("bash", of_the_system("bash"), interactive=True), "X", limit=60.0).values == {
        "X": "1"
    }


@posix
def test_shells_of_a_user_are_those_with_a_file_or_named(home: Home) -> None:
    folder = home({".zshrc": "", ".config/fish/config.fish": ""})
    for name in ("bash", "zsh", "fish"):
        of_the_system(name)
    request = ProbeRequest(environment=environment(folder), home=os.fspath(folder))
    assert [one.words for one in shells_here(request)] == [
        "zsh, interactive", "zsh, login", "fish, interactive", "fish, login",
    ]  # fmt: skip
    named = ProbeRequest(environment={**environment(folder), "SHELL": of_the_system("bash")}, home=os.fspath(folder))
    assert shells_here(named)[0].family == "bash"


@posix
def test_a_new_window_knows_no_active_environment() -> None:
    given = {"PATH": "/v/bin:/c/bin:/usr/bin/:/own", "VIRTUAL_ENV": "/v", "CONDA_PREFIX": "/c", "UV_CACHE_DIR": "/x"}
    fresh = fresh_environment(given, ["UV_CACHE_DIR"], ["/own/"])
    assert fresh["PATH"] == "/usr/bin/"
    assert not {"VIRTUAL_ENV", "CONDA_PREFIX", "UV_CACHE_DIR"} & set(fresh)


@pytest.mark.skipif(sys.platform != "win32", reason="cmd is the shell of Windows")
def test_cmd_is_asked_too(home: Home) -> None:
    folder = home({"has uv/uv.exe": "MZ"})
    given = {**os.environ, "X": "张 %PATH%", "PATH": os.fspath(folder / "has uv") + ";" + os.environ["PATH"]}
    (start,) = shells_here(ProbeRequest(environment=given, home=os.fspath(folder)))
    (told,) = ask_shells([start], given, ["X"], limit=60.0, home=os.fspath(folder))
    assert (told.why_not, told.values) == (None, {"X": "张 %PATH%"})
    assert told.found["uv"].lower() == os.fspath(folder / "has uv" / "uv.exe").lower()
