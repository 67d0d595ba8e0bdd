"""A real uv, brought by real pip from an index on 127.0.0.1, or out of a file; what was there keeps working until then."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.support.index import Index
from tests.support.wheels import wheel
from wizard.files_undo import undo
from wizard.run import place_uv

NAME = "uv.exe" if os.name == "nt" else "uv"


class Supervisor:
    """Runs children as the supervisor does, and remembers what it was told."""

    def __init__(self, folder: Path) -> None:
        self.run_folder = folder
        self.journal_folder = folder / "journal"
        self.told: list[str] = []
        folder.mkdir()

    def emit(self, type: str, **fields: Any) -> None:  # noqa: A002 - the events' own key
        self.told.append(f"{type} {fields}")

    def run_command(
        self, argv: list[str], env: Mapping[str, str | None] | None = None, cwd: str | None = None, *, uv: bool = False
    ) -> int:
        environment = {**os.environ, **{key: value for key, value in (env or {}).items() if value is not None}}
        try:
            done = subprocess.run(argv, env=environment, cwd=cwd, capture_output=True, text=True, check=False)
        except OSError as error:
            self.told.append(str(error))
            return 127
        self.told += [done.stdout, done.stderr]
        return done.returncode

    def cancelled(self) -> bool:
        return False


@pytest.fixture
def supervisor(tmp_path: Path) -> Supervisor:
    return Supervisor(tmp_path / "run")


def by_index(folder: Path, wanted: str = "uv") -> dict[str, Any]:
    argv = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary", ":all:", wanted]
    return {"ways": [{"how": "index", "argv": argv}], "folder": str(folder), "version": "", "windows": os.name == "nt"}


def by_file(file: Path, folder: Path) -> dict[str, Any]:
    return {"ways": [{"how": "file", "file": str(file), "argv": []}], "folder": str(folder)}


def runs(uv: Path) -> bool:
    return subprocess.run([uv, "--version"], capture_output=True, check=False).returncode == 0


@pytest.fixture
def pip_index(uv: Path, index: Index, monkeypatch: pytest.MonkeyPatch) -> Index:
    pytest.importorskip("pip", reason="this Python has no pip, so that way is not offered here")
    index.add(wheel("uv", "9.9.9", files={f"uv-9.9.9.data/scripts/{NAME}": uv.read_bytes()}))
    monkeypatch.setenv("PIP_INDEX_URL", index.url())
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_CACHE_DIR", "1")
    return index


def test_by_a_package_index(tmp_path: Path, supervisor: Supervisor, pip_index: Index) -> None:
    folder = tmp_path / "home 项目" / "bin"
    assert place_uv.carry_out(by_index(folder), supervisor) == 0, supervisor.told
    assert runs(folder / NAME)
    assert pip_index.files() == ["uv-9.9.9-py3-none-any.whl"]
    assert not list((supervisor.run_folder / "uv-wheel").iterdir())
    undo(supervisor.journal_folder)
    assert not folder.exists()


def test_a_way_that_fails_leaves_the_old_uv_and_the_next_is_tried(
    tmp_path: Path, supervisor: Supervisor, pip_index: Index, uv: Path
) -> None:
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / NAME).write_bytes(uv.read_bytes())
    (folder / NAME).chmod(0o755)
    assert place_uv.carry_out(by_index(folder, "uv==1.2.3"), supervisor) != 0
    assert runs(folder / NAME)
    file = tmp_path / "brought"
    file.write_bytes(uv.read_bytes())
    action = by_index(folder, "uv==1.2.3")
    action["ways"] += by_file(file, folder)["ways"]
    assert place_uv.carry_out(action, supervisor) == 0
    assert any("next one is tried" in line for line in supervisor.told)


@pytest.mark.parametrize("kind", ["binary", "wheel", "zip", "tar"])
def test_out_of_a_file(tmp_path: Path, supervisor: Supervisor, uv: Path, kind: str) -> None:
    file, data = tmp_path / f"brought.{kind}", uv.read_bytes()
    if kind == "binary":
        file.write_bytes(data)
    elif kind == "tar":
        with tarfile.open(file, "w:gz", compresslevel=1) as tar:
            info = tarfile.TarInfo(f"uv-x86_64/{NAME}")
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    else:
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr(f"{'uv-1.data/scripts/' if kind == 'wheel' else ''}{NAME}", data)
    folder = tmp_path / "bin"
    assert place_uv.carry_out(by_file(file, folder), supervisor) == 0, supervisor.told
    assert runs(folder / NAME)


def test_a_file_without_uv_is_told(tmp_path: Path, supervisor: Supervisor) -> None:
    file = tmp_path / "other.zip"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("readme", "x")
    assert place_uv.carry_out(by_file(file, tmp_path / "bin"), supervisor) == 1
    assert any("holds no uv" in line for line in supervisor.told)
    assert not (tmp_path / "bin").exists()


def test_a_file_that_is_no_uv_leaves_the_old_one(tmp_path: Path, supervisor: Supervisor, uv: Path) -> None:
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / NAME).write_bytes(uv.read_bytes())
    (folder / NAME).chmod(0o755)
    for data in (b"not a program", b"\x7fELF for another machine", b"MZ", b""):
        (tmp_path / "brought").write_bytes(data)
        assert place_uv.carry_out(by_file(tmp_path / "brought", folder), supervisor) == 1
        assert runs(folder / NAME)
    assert {path.name for path in folder.iterdir()} == {NAME}, "nothing is left of the trials"
    assert not supervisor.journal_folder.exists()


def test_another_version_than_the_one_wanted_is_refused(tmp_path: Path, supervisor: Supervisor, uv: Path) -> None:
    action = {**by_file(uv, tmp_path / "bin"), "version": "0.1.2"}
    assert place_uv.carry_out(action, supervisor) == 1
    assert place_uv.carry_out({**action, "version": "", "required": ">=99"}, supervisor) == 1
    assert any("0.1.2 is asked for" in line for line in supervisor.told)
    assert not (tmp_path / "bin").exists()
    assert place_uv.carry_out({**action, "version": "", "required": ">=0.8"}, supervisor) == 0


def test_a_uv_that_does_not_start_is_no_success(tmp_path: Path, supervisor: Supervisor) -> None:
    file = tmp_path / "broken"
    file.write_bytes(b"not a program")
    assert place_uv.carry_out(by_file(file, tmp_path / "bin"), supervisor) != 0
