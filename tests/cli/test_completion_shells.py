"""The Tab key in the real shells: the line as it stands after it, given to a program that prints its words."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.programs import of_the_system, required
from wizard.catalog import asset
from wizard.cli.commands import SHELLS

if TYPE_CHECKING:
    import pexpect
else:
    pexpect = pytest.importorskip("pexpect", reason="pexpect needs a pseudo-terminal")

pytestmark = pytest.mark.wine_cannot("there is no such shell in it")
REPO = Path(__file__).resolve().parent.parent.parent
ALL = {"bash": "\x1b*", "zsh": "\x18*"}
"""The keys that put every word that fits into the line."""
PROGRAM = """#!/bin/sh
case $1 in __complete|completion) exec "{python}" -m wizard "$@";; esac
printf '<%s>' "$@"; echo END
"""
START = {
    "bash": ["bind 'set enable-bracketed-paste off'", "bind 'set bell-style none'"],
    "zsh": [
        "unset zle_bracketed_paste; unsetopt beep; autoload -Uz compinit; compinit -u -D",
        "zle -C all-matches complete-word _generic; bindkey '^X*' all-matches",
        "zstyle ':completion:all-matches:*' insert yes; zstyle ':completion:all-matches::::' completer _all_matches _complete",
    ],
}
FLAGS = {"bash": ["--norc", "--noprofile", "-i"], "zsh": ["-f", "-i"]}


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """A folder with things to complete, and the program on the PATH."""
    for folder in (".bin", "my dir", "plain", "plenty"):
        (tmp_path / folder).mkdir()
    (tmp_path / "b c.toml").touch()
    program = tmp_path / ".bin" / "uv-wizard"
    program.write_text(PROGRAM.format(python=sys.executable))
    program.chmod(0o755)
    return tmp_path


def environment(here: Path) -> dict[str, str]:
    found = {
        "HOME": os.fspath(here),
        "TERM": "dumb",
        "PS1": "$ ",
        "PROMPT": "$ ",
        "LC_ALL": "C.UTF-8",
        "PYTHONPATH": str(REPO),
    }
    return {**found, "PATH": f"{here / '.bin'}:/usr/bin:/bin", "UV_WIZARD_STATE_DIR": os.fspath(here / "state")}


class Shell:
    """An interactive one that has the completion."""

    def __init__(self, name: str, here: Path) -> None:
        self.name = name
        self._child: Any = pexpect.spawn(name, FLAGS[name], env=environment(here), cwd=os.fspath(here), encoding="utf-8",
                                         timeout=60, dimensions=(50, 500))  # fmt: skip
        for line in (*START[name], f". <(uv-wizard completion {name})", "echo RE''ADY"):
            self._child.sendline(line)
        self._child.expect("READY\r\n")

    def words(self, line: str, key: str = "\t") -> list[str]:
        """What the program gets where the line is finished by that key."""
        for part in (f"uv-wizard {line}", key, "\r"):
            self._child.send(part)
        self._child.expect("(<[^\r]*>)END\r\n")
        return str(self._child.match.group(1))[1:-1].split("><")

    def close(self) -> None:
        self._child.close(force=True)


@pytest.fixture(params=["bash", "zsh"])
def shell(request: pytest.FixtureRequest, here: Path) -> Iterator[Shell]:
    of_the_system(request.param)
    found = Shell(request.param, here)
    yield found
    found.close()


def test_tab_completes_commands_choices_and_folders(shell: Shell) -> None:
    assert shell.words("ap") == ["apply"]
    assert shell.words("apply --set uv.di") == ["apply", "--set", "uv.dir="]
    assert [word.rstrip("/") for word in shell.words("plan my")] == ["plan", "my dir"]


def test_tab_completes_all_else(shell: Shell, here: Path) -> None:
    every = ALL[shell.name]
    assert {"plan", "plain", "plenty"} == {word.rstrip("/") for word in shell.words("pl", every)}
    assert set(shell.words("apply --s", every)) == {"apply", "--set", "--save"}
    assert shell.words("--choices b") == ["--choices", "b c.toml"]
    assert shell.words("plan --set torch.platforms=linux,w")[-1] == "torch.platforms=linux,windows"
    assert shell.words("--set=sync.no-cache=t") == ["--set=sync.no-cache=true"]
    assert shell.words(f"apply --set uv.dir={here}/plai")[-1].rstrip("/") == f"uv.dir={here}/plain"
    assert shell.words("mirrors --kind p", every)[2] == "pypi"
    (here / "state" / "runs" / "20260102-030405").mkdir(parents=True)
    (here / "state" / "runs" / "20260102-030405" / "job.json").touch()
    assert shell.words("attach ") == ["attach", "20260102-030405"]
    assert shell.words("attach none") == ["attach", "none"]


def test_fish_completes_with_descriptions(here: Path) -> None:
    of_the_system("fish")
    lines = [
        "ap",
        "pl",
        "apply --set uv.di",
        "--choices b",
        f"plan --set uv.dir={here}/plai",
        "plan --set torch.platforms=linux,",
    ]
    script = "\n".join(
        ("uv-wizard completion fish | source", *(f"echo '# '; complete -C 'uv-wizard {line}'" for line in lines))
    )
    done = subprocess.run(["fish", "--no-config", "-c", script], cwd=here, env=environment(here), check=True,
                          capture_output=True, text=True, timeout=60)  # fmt: skip
    found = [[row.split("\t") for row in part.split("\n") if row] for part in done.stdout.split("# \n")[1:]]
    assert found[0] == [["apply", "carry the plan out, without a screen"]]
    assert [row[0] for row in found[1]] == ["plan", "plain/", "plenty/"]
    assert found[2] == [["uv.dir=", "the folder that uv is installed into"]]
    assert found[3][0][0] == "b c.toml"
    assert found[4][0][0] == f"uv.dir={here}/plain/"
    assert [row[0] for row in found[5]] == ["torch.platforms=linux,windows", "torch.platforms=linux,macos"]


def test_the_bash_script_has_no_fault_that_shellcheck_knows() -> None:
    path = str(asset("completion").joinpath(SHELLS["bash"]))
    done = subprocess.run([required("shellcheck"), "-s", "bash", path], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
