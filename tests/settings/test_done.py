"""A home with the dotfiles of three shells gets its settings in all of them, once; undo gives back every byte."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.settings.support import FILES, carried_out, chosen, machine_of, planned, seen, write
from wizard.files_undo import undo
from wizard.plan.shell_block import BEGIN, END

pytestmark = pytest.mark.wine_cannot("run POSIX shells")

CACHE = '/data/it\'s a $cache `x` \\ "项目"'
KINDS = {
    "bash": (["-i"], ["-l"], ["-l", "-i"], ["ssh"]),
    "zsh": ([], ["-l"], ["-i"], ["-l", "-i"]),
    "fish": ([], ["-l"], ["-i"]),
    "dash": (["-l"],),
}


def plain(home: Path) -> None:
    write(home, dict.fromkeys(FILES, b"# mine\n"))


def crlf(home: Path) -> None:
    write(home, dict.fromkeys(FILES, b"# mine\r\n\r\n# more\r\n"))


def no_final_newline(home: Path) -> None:
    write(home, dict.fromkeys(FILES, b"# mine"))


def early_return(home: Path) -> None:
    early = b"case $- in *i*) ;; *) return ;; esac\n# mine\nreturn\n"
    write(home, {**dict.fromkeys(FILES, early), FILES[-1]: b"status is-interactive; or return\n# mine\n"})


def broken_block(home: Path) -> None:
    old = b"if [ -r '/gone/uv-wizard/env.sh' ]; then . '/gone/uv-wizard/env.sh'; fi\n"
    doubled = f"{BEGIN}\n".encode() + old + f"{END}\n# mine\n{BEGIN}\n".encode() + old + f"{END}\n".encode()
    write(home, {".bashrc": f"# mine\n{BEGIN}\n".encode() + old + b"# more\n", ".profile": f"{END}\n# mine\n".encode(),
                 ".zshenv": doubled, FILES[-1]: b"# mine\n"})  # fmt: skip


def linked(home: Path) -> None:
    repository = home / "dotfiles"
    write(repository, dict.fromkeys(FILES, b"# mine\n"))
    for name in FILES:
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).symlink_to(repository / name)


def only_one(home: Path) -> None:
    write(home, {".bash_profile": b"# mine\n", ".bash_login": b"# never read\n", ".zshrc": b"# mine\n",
                 FILES[-1]: b"# mine\n"})  # fmt: skip


def said(shell: str, kind: list[str], home: Path, name: str = "UV_CACHE_DIR", **more: str) -> str:
    """What a program started by that shell finds in the variable."""
    environment = {"HOME": str(home), "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "TERM": "xterm", **more}
    code = f"import os; print(ascii(os.environ.get({name!r})))"
    one, other = socket.socketpair()
    ssh = kind == ["ssh"]  # bash reads .bashrc where its input is a network connection
    if ssh:
        environment |= {"SSH_CLIENT": "192.0.2.1 1 22", "SSH_CONNECTION": "192.0.2.1 1 192.0.2.2 22"}
    with one, other:
        done = subprocess.run(
            [shell, *([] if ssh else kind), "-c", f"'{sys.executable}' -c \"{code}\""],
            env=environment, stdin=one.fileno() if ssh else subprocess.DEVNULL, capture_output=True, text=True,
            start_new_session=True, cwd=home, timeout=60, check=False,
        )  # fmt: skip
    assert done.returncode == 0, (shell, kind, done.stderr)
    return str(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("dotfiles", [plain, crlf, no_final_newline, early_return, broken_block, linked, only_one])
def test_all_shells_have_it_once_and_undo_gives_back_every_byte(home: Path, dotfiles: Callable[[Path], None]) -> None:
    dotfiles(home)
    before, journal, choices = seen(home), home.parent / f"{home.name}-journal", chosen(cache_dir=CACHE)
    step = planned(machine_of(home), choices)
    assert step is not None
    carried_out(step, journal)
    after = seen(home)
    for shell in (name for name in KINDS if shutil.which(name) and (dotfiles is not only_one or name != "dash")):
        for kind in KINDS[shell]:
            assert said(shell, kind, home) == ascii(CACHE), (shell, kind)
    for made in (".local", ".cache", ".config/fish/fish_variables"):  # by the shells themselves
        path = home / made
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    assert planned(machine_of(home), choices) is None
    assert all(state == after[name] for name, state in seen(home).items() if name in after)
    assert not [one for one in undo(journal) if one.state != "restored"]
    for made in (".config/fish/completions", ".config/fish/conf.d", ".config/fish/functions"):
        if made not in before and (home / made).is_dir():
            (home / made).rmdir()
    assert seen(home) == before


def test_folders_that_are_named_otherwise(home: Path) -> None:
    """ZDOTDIR and XDG_CONFIG_HOME; and a ~/.zshenv that is what sets ZDOTDIR."""
    write(home, {"z/.zshrc": b"", "c/fish/config.fish": b"", ".zshenv": f"export ZDOTDIR='{home}/z'\n".encode()})
    named = {"ZDOTDIR": str(home / "z"), "XDG_CONFIG_HOME": str(home / "c")}
    step = planned(machine_of(home, **named), chosen(cache_dir=CACHE))
    assert step is not None
    carried_out(step, home.parent / f"{home.name}-journal")
    assert said("zsh", [], home, **named) == ascii(CACHE)
    assert said("zsh", [], home) == ascii(CACHE)
    assert said("fish", [], home, **named) == ascii(CACHE)
    assert (home / "c" / "fish" / "conf.d" / "uv-wizard.fish").exists()


def test_a_folder_for_uv_comes_first_once_in_every_shell(home: Path) -> None:
    plain(home)
    folder = str(home / "uv's bin 项目")
    step = planned(machine_of(home), chosen(), folder)
    assert step is not None
    carried_out(step, home.parent / f"{home.name}-journal")
    for shell in (name for name in KINDS if shutil.which(name)):
        for kind in KINDS[shell]:
            entries = said(shell, kind, home, "PATH").strip("'\"").split(":")
            assert [entries[0], entries.count(ascii(folder).strip("'\""))] == [ascii(folder).strip("'\""), 1], (
                shell,
                kind,
            )
    assert planned(machine_of(home), chosen(), folder) is None
