"""Start-up files that are a tool's or read-only are left to their owner, with the line to add; links are written through."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.settings.support import carried_out, chosen, machine_of, planned, seen, write
from tests.support.programs import of_the_system
from wizard.files_undo import undo

pytestmark = pytest.mark.wine_cannot("tell what POSIX permissions and links say")


def left_alone(home: Path, name: str, why: str) -> None:
    """The plan does not touch the file, says why, and gives a line that works once it is there."""
    step = planned(machine_of(home), chosen(cache_dir="/data/c"))
    assert step is not None
    assert str(home / name) not in [change.path for change in step.files]
    (note,) = (note for note in step.notes if note.startswith(f"~/{name} is "))
    assert why in note
    line = note.partition("near its top: ")[2]
    with_line = line.encode() + b"\n"
    carried_out(step, home.parent / f"{home.name}-journal")
    (home / name).chmod(0o644)
    (home / name).write_bytes(with_line + (home / name).read_bytes())
    again = planned(machine_of(home), chosen(cache_dir="/data/c"))
    assert again is None
    asked = subprocess.run(
        ["bash", "-i", "-c", "printenv UV_CACHE_DIR"], env={"HOME": str(home), "PATH": os.environ["PATH"]},
        capture_output=True, text=True, stdin=subprocess.DEVNULL, start_new_session=True, check=True,
    )  # fmt: skip
    assert asked.stdout.strip() == "/data/c"


@pytest.mark.parametrize("entry", ["dot_bashrc", "private_dot_bashrc.tmpl", "executable_readonly_dot_bashrc"])
def test_chezmoi(home: Path, entry: str) -> None:
    write(home, {".bashrc": b"# chezmoi's\n", f".local/share/chezmoi/{entry}": b"# chezmoi's\n"})
    left_alone(home, ".bashrc", "managed by chezmoi")


def test_chezmoi_with_a_root_and_a_folder(home: Path) -> None:
    write(home, {".bashrc": b"", ".config/fish/config.fish": b"", ".config/uv/uv.toml": b"",
                 ".local/share/chezmoi/.chezmoiroot": b"home\n", ".local/share/chezmoi/dot_bashrc": b"",
                 ".local/share/chezmoi/home/private_dot_config/uv/uv.toml": b""})  # fmt: skip
    assert machine_of(home).kept_files == {str(home / ".config/uv/uv.toml"): "managed by chezmoi"}


def test_yadm(home: Path) -> None:
    of_the_system("git")
    write(home, {".bashrc": b"# yadm's\n", ".profile": b""})
    repository = home / ".local" / "share" / "yadm" / "repo.git"
    subprocess.run(["git", "init", "-q", "--bare", str(repository)], check=True)
    subprocess.run(["git", f"--git-dir={repository}", f"--work-tree={home}", "add", ".bashrc"], check=True, cwd=home)
    assert machine_of(home).kept_files == {str(home / ".bashrc"): "tracked by yadm"}
    left_alone(home, ".bashrc", "tracked by yadm")


def test_read_only(home: Path) -> None:
    write(home, {".bashrc": b"# mine\n"})
    (home / ".bashrc").chmod(0o444)
    left_alone(home, ".bashrc", "read-only")


def test_nix(monkeypatch: pytest.MonkeyPatch, home: Path, tmp_path: Path) -> None:
    """Home-manager's files are links into its store."""
    from wizard.machine import dotfiles

    monkeypatch.setattr(dotfiles, "_STORES", {f"{tmp_path}/": "Nix (home-manager)"})
    (tmp_path / "hm-bashrc").write_bytes(b"# nix\n")
    (home / ".bashrc").symlink_to(tmp_path / "hm-bashrc")
    left_alone(home, ".bashrc", "made by Nix (home-manager)")


def test_a_link_is_told_and_written_through(home: Path) -> None:
    write(home, {"dotfiles/bashrc": b"# mine\n"})
    (home / ".bashrc").symlink_to("dotfiles/bashrc")
    before, journal = seen(home), home.parent / f"{home.name}-journal"
    step = planned(machine_of(home), chosen(cache_dir="/data/c"))
    assert step is not None
    assert f"~/.bashrc is a link and stays one; the file it leads to is changed: {home}/dotfiles/bashrc" in step.notes
    carried_out(step, journal)
    assert (home / ".bashrc").is_symlink()
    assert b"uv-wizard" in (home / "dotfiles" / "bashrc").read_bytes()
    undo(journal)
    assert seen(home) == before


@pytest.mark.parametrize("what", ["folder", "pipe", "dangling", "loop"])
def test_what_is_no_file_is_left_alone(home: Path, what: str) -> None:
    path = home / ".bashrc"
    if what == "folder":
        path.mkdir()
    elif what == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to(home / "gone" / "x" if what == "dangling" else path)
    step = planned(machine_of(home), chosen(cache_dir="/data/c"))
    assert step is not None
    assert str(path) not in [change.path for change in step.files]
    assert any(note.startswith("~/.bashrc is ") for note in step.notes)
