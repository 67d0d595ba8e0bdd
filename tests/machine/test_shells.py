from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from wizard.machine.request import ProbeRequest
from wizard.machine.shells import named_shell, read_files, shell, shells, startup_files
from wizard.machine.system import own_folders

Asked = Callable[..., ProbeRequest]


@pytest.mark.parametrize(
    "name, environment, expected",
    [
        ("bash", {}, ["/h/.bashrc", "/h/.bash_profile", "/h/.bash_login", "/h/.profile"]),
        ("zsh", {}, ["/h/.zshenv", "/h/.zshrc", "/h/.zprofile"]),
        ("zsh", {"ZDOTDIR": "/z"}, ["/z/.zshenv", "/z/.zshrc", "/z/.zprofile"]),
        ("fish", {}, ["/h/.config/fish/config.fish", "/h/.config/fish/conf.d/uv-wizard.fish"]),
        ("fish", {"XDG_CONFIG_HOME": "/x"}, ["/x/fish/config.fish", "/x/fish/conf.d/uv-wizard.fish"]),
        ("pwsh", {}, ["/h/.config/powershell/profile.ps1"]),
        ("nu", {}, ["/h/.config/nushell/config.nu"]),
        ("nu", {"XDG_CONFIG_HOME": "/x"}, ["/x/nushell/config.nu"]),
        ("tcsh", {}, []),
    ],
)
def test_start_up_files(name: str, environment: dict[str, str], expected: list[str]) -> None:
    assert startup_files(name, "/h", environment) == expected


@pytest.mark.parametrize(
    "path, expected",
    [
        ("/bin/bash", "bash"),
        ("/usr/local/bin/zsh", "zsh"),
        ("-fish", "fish"),
        ("/usr/bin/pwsh", "pwsh"),
        ("nu", "nu"),
        (r"C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe", "pwsh"),
        ("CMD.EXE", "cmd"),
        ("/bin/sh", None),
        (None, None),
    ],
)
def test_names_of_shells(path: str | None, expected: str | None) -> None:
    assert named_shell(path) == expected


def test_the_shell_of_the_environment_counts_first(asked: Asked) -> None:
    assert shell(asked({"SHELL": "/usr/bin/fish"})) == "fish"
    assert shell(asked({"SHELL": "/bin/tcsh"})) is None


def test_files_that_a_plan_may_touch(asked: Asked) -> None:
    request = asked()
    home = Path(request.home_folder)
    (home / ".zshrc").write_bytes(b"export A=1\r\n\xff")
    (home / ".config" / "uv-wizard").mkdir(parents=True)
    (home / ".config" / "uv-wizard" / "env.sh").write_bytes(b"export UV_CACHE_DIR='/c'\n")
    files = shells(request).facts["files"]
    if sys.platform != "win32":
        assert files[f"{home}/.zshrc"] == b"export A=1\r\n\xff"
        assert files[f"{home}/.config/uv-wizard/env.sh"] == b"export UV_CACHE_DIR='/c'\n"
        assert files[f"{home}/.bashrc"] is None
        assert files[f"{home}/.config/uv/uv.toml"] is None
    assert len(files) == 15


def test_what_cannot_be_read_is_told_and_left_out(tmp_path: Path) -> None:
    folder = tmp_path / ".bashrc"
    folder.mkdir()
    files, findings = read_files([os.fspath(folder), os.fspath(tmp_path / "none")], os.fspath(tmp_path))
    assert files == {os.fspath(tmp_path / "none"): None}
    assert [one.cause for one in findings] == ["file-unreadable"]
    assert findings[0].title == f"~{os.sep}.bashrc can't be read"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no pipes with names in folders")
def test_a_pipe_in_place_of_a_file_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / ".profile")
    files, findings = read_files([os.fspath(tmp_path / ".profile")], os.fspath(tmp_path))
    assert (files, [one.cause for one in findings]) == ({}, ["file-unreadable"])


def test_uvs_own_settings_that_do_not_parse() -> None:
    request = ProbeRequest()
    uv_toml = Path(own_folders(request)["user_uv_toml"])
    uv_toml.parent.mkdir(parents=True)
    uv_toml.write_bytes(b"cache-dir = \n")
    answer = shells(request)
    limits = {"path-too-long", "activate-blocked"}  # what a fresh Windows tells beside
    assert [one.cause for one in answer.findings if one.cause not in limits] == ["config-invalid"]
    assert "line 1" in answer.findings[0].evidence[0]


if sys.platform == "win32":  # a type checker reads no further elsewhere

    def test_registry_of_the_user() -> None:
        import winreg

        name = "UV_WIZARD_TEST_VALUE"
        with winreg.OpenKey(winreg.HKEY_CURRENT_USER, "Environment", access=winreg.KEY_ALL_ACCESS) as key:
            winreg.SetValueEx(key, name, 0, winreg.REG_EXPAND_SZ, r"%USERPROFILE%\x")
            try:
                assert shells(ProbeRequest()).facts["registry"][name] == (r"%USERPROFILE%\x", "REG_EXPAND_SZ")
            finally:
                winreg.DeleteValue(key, name)
