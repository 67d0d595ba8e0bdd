from __future__ import annotations

import os
import platform
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from wizard.machine.pythons import is_store_stub, pythons
from wizard.machine.request import ProbeRequest

Asked = Callable[..., ProbeRequest]
Program = Callable[[Path, str], Path]


def says(version: str) -> str:
    return f"echo '{version}'"


REAL = os.path.realpath(sys.executable)


def test_the_python_of_these_tests() -> None:
    folder = os.fspath(Path(sys.executable).parent)
    listed = pythons(ProbeRequest(environment={**os.environ, "PATH": folder})).facts["pythons"]
    assert platform.python_version() in [one.version for one in listed]


def test_names_versions_and_each_file_once(asked: Asked, program: Program, tmp_path: Path) -> None:
    bin_ = tmp_path / "bin"
    program(bin_ / "python3.11", says("3.11.7"))
    (bin_ / "python3").symlink_to("python3.11")
    (bin_ / "python").symlink_to("python3")
    program(bin_ / "python3.13", says("3.13.0rc2"))
    program(bin_ / "python3-config", "exit 1")
    program(bin_ / "python2", says("2.7.18"))
    listed = pythons(asked({"PATH": f"{bin_}"})).facts["pythons"]
    assert [(Path(one.path).name, one.version) for one in listed] == [("python", "3.11.7"), ("python3.13", "3.13.0rc2")]


def test_one_that_does_not_start(asked: Asked, program: Program, tmp_path: Path) -> None:
    program(tmp_path / "bin" / "python3", "echo it is gone; exit 1")
    answer = pythons(asked({"PATH": f"{tmp_path / 'bin'}"}))
    assert [one.version for one in answer.facts["pythons"]] == [None]
    assert [(one.cause, one.severity) for one in answer.findings] == [("python-broken", "note")]


@pytest.mark.parametrize(
    "environment, files, version",
    [
        ({}, {".pyenv/version": "3.12.1\n"}, "3.12.1"),
        ({}, {".pyenv/version": "3.12\n"}, "3.12.1"),  # the beginning of a version
        ({}, {".pyenv/version": "3.1\n"}, None),
        ({"PYENV_VERSION": "3.10.13"}, {".pyenv/version": "3.12.1\n"}, "3.10.13"),
        ({}, {".pyenv/version": "3.12.1\n", "project/.python-version": "# ours\n3.10.13\n"}, "3.10.13"),
        ({}, {".pyenv/version": "system\n"}, None),
        ({}, {}, None),
    ],
)
def test_shims_of_pyenv(
    asked: Asked,
    program: Program,
    tmp_path: Path,
    environment: dict[str, str],
    files: dict[str, str],
    version: str | None,
) -> None:
    root = tmp_path / "home" / ".pyenv"
    for one in ("3.10.13", "3.12.1"):
        program(root / "versions" / one / "bin" / "python3", says(one))
    program(root / "shims" / "python3", f"touch {tmp_path / 'ran'}")
    (tmp_path / "project").mkdir()
    for name, text in files.items():
        (tmp_path / ("home" if name.startswith(".pyenv") else "") / name).write_text(text)
    request = asked({"PATH": f"{root / 'shims'}", **environment}, project=os.fspath(tmp_path / "project"))
    listed = pythons(request).facts["pythons"]
    assert listed[0].version == version
    assert listed[0].path == os.fspath(root / (f"versions/{version}/bin/python3" if version else "shims/python3"))
    assert sorted(one.version for one in listed if one.version) == ["3.10.13", "3.12.1"]
    assert not (tmp_path / "ran").exists()


def test_shims_of_a_pyenv_that_is_not_named(asked: Asked, program: Program, tmp_path: Path) -> None:
    """It is known by its folders: each of its shims would take a tenth of a second, and there are many."""
    root = tmp_path / "opt" / "pyenv"
    program(root / "versions" / "3.12.1" / "bin" / "python3", says("3.12.1"))
    program(root / "shims" / "python3", f"touch {tmp_path / 'ran'}")
    (root / "version").write_text("3.12.1\n")
    listed = pythons(asked({"PATH": f"{root / 'shims'}"})).facts["pythons"]
    assert [(one.path, one.version) for one in listed] == [(str(root / "versions/3.12.1/bin/python3"), "3.12.1")]
    assert not (tmp_path / "ran").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="a shim there is no script with its interpreter in its first line")
def test_shims_of_who_is_not_known_here_stand_for_what_they_start(
    asked: Asked, program: Program, tmp_path: Path
) -> None:
    """Else uv, told of the script, would make the environment anew at each sync."""
    for name in ("python", "python3"):
        program(tmp_path / "shims" / name, f'exec "{REAL}" "$@"')
    listed = pythons(asked({"PATH": f"{tmp_path / 'shims'}"})).facts["pythons"]
    assert [(one.path, one.version) for one in listed] == [(REAL, platform.python_version())]


def test_uvs_pythons_and_condas(asked: Asked, program: Program) -> None:
    request = asked()
    home = Path(request.home_folder)
    program(home / ".local/share/uv/python/cpython-3.12.4-linux-x86_64-gnu/bin/python3", says("3.12.4"))
    (home / ".local/share/uv/python/.lock").write_text("")
    program(home / "miniconda3/bin/python3", says("3.11.9"))
    (home / "miniconda3/conda-meta").mkdir()
    assert [one.version for one in pythons(request).facts["pythons"]] == ["3.11.9", "3.12.4"]


@pytest.mark.parametrize("key", ["version", "version_info"])
def test_an_environment_tells_its_version(asked: Asked, program: Program, tmp_path: Path, key: str) -> None:
    program(tmp_path / "venv/bin/python", f"touch {tmp_path / 'ran'}")
    (tmp_path / "venv/pyvenv.cfg").write_text(f"home = {tmp_path}\n{key} = 3.12.4\n")
    listed = pythons(asked({"PATH": f"{tmp_path / 'venv/bin'}"})).facts["pythons"]
    assert [one.version for one in listed] == ["3.12.4"]
    assert not (tmp_path / "ran").exists()


def test_an_environment_whose_python_was_removed(asked: Asked, program: Program, tmp_path: Path) -> None:
    program(tmp_path / "venv/bin/python", "exit 127")
    (tmp_path / "venv/pyvenv.cfg").write_text(f"home = {tmp_path / 'gone'}\nversion = 3.12.4\n")
    answer = pythons(asked({"PATH": f"{tmp_path / 'venv/bin'}"}))
    assert [one.version for one in answer.facts["pythons"]] == [None]


def test_the_stand_in_that_opens_the_store(tmp_path: Path) -> None:
    stub = tmp_path / "python.exe"
    stub.write_bytes(b"")
    assert not is_store_stub(os.fspath(stub))
    assert is_store_stub(r"C:\Users\min\AppData\Local\Microsoft\WindowsApps\python.exe")


if sys.platform == "win32":  # a type checker reads no further elsewhere

    def test_pythons_of_the_registry() -> None:
        import winreg

        key = r"Software\Python\UvWizardTest\3.99"
        with winreg.CreateKey(winreg.HKEY_CURRENT_USER, rf"{key}\InstallPath") as opened:
            winreg.SetValueEx(opened, "ExecutablePath", 0, winreg.REG_SZ, sys.executable)
        try:
            listed = pythons(ProbeRequest(environment={**os.environ, "PATH": ""})).facts["pythons"]
            assert platform.python_version() in [one.version for one in listed]
        finally:
            for one in (rf"{key}\InstallPath", key, r"Software\Python\UvWizardTest"):
                winreg.DeleteKey(winreg.HKEY_CURRENT_USER, one)
