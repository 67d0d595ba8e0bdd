"""uv's own installer, an update by whoever brought it, and disks without room or rights: what was there keeps working.

The script that comes over the line is one of these tests; it does what uv's does: it puts the programs into
UV_INSTALL_DIR and writes a receipt.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.run.test_place_uv import NAME, Supervisor, by_file, runs
from wizard.diagnosis import diagnose
from wizard.files_undo import undo
from wizard.run import place_uv

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="scripts and disks of POSIX")

GOOD = """
set -eu
mkdir -p "$UV_INSTALL_DIR" "$HOME/.config/uv"
echo "downloading from ${UV_DOWNLOAD_URL:-the makers}"
cp "$NEW_UV" "$UV_INSTALL_DIR/uv.part" && mv "$UV_INSTALL_DIR/uv.part" "$UV_INSTALL_DIR/uv"
echo "{\\"install_prefix\\": \\"$UV_INSTALL_DIR\\"}" > "$HOME/.config/uv/uv-receipt.json"
"""
HALF = 'head -c 1000 "$NEW_UV" > "$UV_INSTALL_DIR/uv"; exit 1\n'
BROKEN = 'echo broken > "$UV_INSTALL_DIR/uv"\n'


@pytest.fixture
def supervisor(tmp_path: Path) -> Supervisor:
    return Supervisor(tmp_path / "run")


@pytest.fixture
def tools(tmp_path: Path, uv: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A PATH with sh's own tools and nothing that fetches."""
    folder = tmp_path / "tools"
    folder.mkdir()
    for name in ("sh", "mkdir", "cp", "mv", "cat", "head", "echo", "env"):
        (folder / name).symlink_to(str(shutil.which(name)))
    monkeypatch.setenv("PATH", os.fspath(folder))
    monkeypatch.setenv("NEW_UV", os.fspath(uv))
    return folder


def fetches(tools: Path, name: str, script: str | None) -> None:
    """A program that fetches: prints the script whatever address it is given, or fails as without a network."""
    (tools.parent / "script").write_text(script or "")
    body = f'cat "{tools.parent}/script"' if script is not None else 'echo "Could not resolve host" >&2; exit 6'
    (tools / name).write_text(f'#!/bin/sh\necho "$0 $*" >> "{tools.parent}/asked"\n{body}\n')
    (tools / name).chmod(0o755)


def by_installer(folder: Path, home: Path, **environment: str) -> dict[str, Any]:
    way = {
        "how": "standalone", "argv": ["sh", "-c", "curl -LsSf http://example.test/install.sh | sh"],
        "without_curl": ["sh", "-c", "wget -qO- http://example.test/install.sh | sh"],
        "environment": {"UV_INSTALL_DIR": str(folder), "UV_NO_MODIFY_PATH": "1", **environment},
        "receipt": str(home / ".config/uv/uv-receipt.json"),
    }  # fmt: skip
    return {"ways": [way], "folder": str(folder), "version": "", "required": ""}


@pytest.fixture
def old(tmp_path: Path, uv: Path) -> Path:
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / NAME).write_bytes(uv.read_bytes() + b"old")
    (folder / NAME).chmod(0o755)
    return folder


def test_the_installer_and_its_undo(old: Path, home: Path, tools: Path, supervisor: Supervisor, uv: Path) -> None:
    fetches(tools, "curl", GOOD)
    before = (old / NAME).read_bytes()
    action = by_installer(old, home, UV_DOWNLOAD_URL="http://example.test/mirror")
    assert place_uv.carry_out(action, supervisor) == 0, supervisor.told
    assert (old / NAME).read_bytes() == uv.read_bytes()
    assert any("example.test/mirror" in line for line in supervisor.told)
    assert sum("changed" in line for line in supervisor.told) == 2
    undo(supervisor.journal_folder)
    assert (old / NAME).read_bytes() == before
    assert not (home / ".config/uv/uv-receipt.json").exists()


@pytest.mark.parametrize("script", [None, "", HALF, BROKEN])
def test_an_installer_that_fails_leaves_the_old_uv(
    old: Path, home: Path, tools: Path, supervisor: Supervisor, script: str | None
) -> None:
    fetches(tools, "curl", script)
    before = (old / NAME).read_bytes()
    assert place_uv.carry_out(by_installer(old, home), supervisor) != 0
    assert (old / NAME).read_bytes() == before
    assert runs(old / NAME)


@pytest.mark.parametrize("script", [None, "", HALF, BROKEN])
def test_an_installer_that_fails_leaves_nothing_where_nothing_was(
    tmp_path: Path, home: Path, tools: Path, supervisor: Supervisor, script: str | None
) -> None:
    fetches(tools, "curl", script)
    assert place_uv.carry_out(by_installer(tmp_path / "a" / "bin", home), supervisor) != 0
    assert not (tmp_path / "a").exists()


def test_where_there_is_no_curl_it_is_wget(tmp_path: Path, home: Path, tools: Path, supervisor: Supervisor) -> None:
    fetches(tools, "wget", GOOD)
    assert place_uv.carry_out(by_installer(tmp_path / "new", home), supervisor) == 0, supervisor.told
    assert "wget -qO- http" in (tmp_path / "asked").read_text()


def test_without_curl_and_wget_the_cause_is_named(
    tmp_path: Path, home: Path, tools: Path, supervisor: Supervisor
) -> None:
    assert place_uv.carry_out(by_installer(tmp_path / "new", home), supervisor) == 1
    assert diagnose("\n".join(supervisor.told)).cause == "download-program-missing"
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("works", [True, False])
def test_an_update_the_way_it_came(old: Path, supervisor: Supervisor, uv: Path, works: bool) -> None:
    source = uv if works else old / "nothing"
    argv = ["sh", "-c", f'cp "{source}" "{old}/part" && mv "{old}/part" "{old / NAME}"']
    way = {"how": "update", "argv": argv, "uv": str(old / NAME), "taken_back": False, "receipt": None}
    action = {"ways": [way], "folder": str(old), "version": "", "required": ""}
    assert (place_uv.carry_out(action, supervisor) == 0) is works
    assert runs(old / NAME)
    assert not supervisor.journal_folder.exists(), "the tool that did it takes it back"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=5m", "tmpfs", folder], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("nobody may mount a small disk here")
    yield folder
    subprocess.run(["umount", "-l", folder], check=False)


def test_no_room(small_disk: Path, supervisor: Supervisor, uv: Path) -> None:
    bin_ = small_disk / "bin"
    bin_.mkdir()
    (bin_ / NAME).write_text("#!/bin/sh\necho uv 0.1.0\n")
    (bin_ / NAME).chmod(0o755)
    assert place_uv.carry_out(by_file(uv, bin_), supervisor) == 1
    assert "(os error 28)" in "\n".join(supervisor.told)
    assert [path.name for path in bin_.iterdir()] == [NAME]
    assert runs(bin_ / NAME)


def test_no_right_to_write(uv: Path) -> None:
    """Asked as nobody where the tests run as root, who may write everywhere."""
    with tempfile.TemporaryDirectory() as name:
        base = Path(name)
        folder, brought = base / "bin", base / "brought"
        folder.mkdir()
        shutil.copy(uv, brought)
        shutil.copy(uv, folder / NAME)
        base.chmod(0o777)
        folder.chmod(0o555)
        with as_nobody():
            supervisor = Supervisor(base / "run")
            assert place_uv.carry_out(by_file(brought, folder), supervisor) == 1
            assert place_uv.carry_out(by_file(brought, folder / "deeper" / "bin"), supervisor) == 1
        assert sum("(os error 13)" in line for line in supervisor.told) == 2
        assert runs(folder / NAME)
        assert [path.name for path in folder.iterdir()] == [NAME]
        folder.chmod(0o755)


@contextlib.contextmanager
def as_nobody() -> Iterator[None]:
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)
