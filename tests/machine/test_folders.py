from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import platformdirs
import pytest

from wizard.machine.folders import folders
from wizard.machine.request import ProbeRequest
from wizard.machine.system import own_folders


def none(_: str) -> bool:
    return False


@pytest.mark.parametrize(
    "os_, environment, key, expected",
    [
        ("linux", {}, "cache", "/h/.cache/uv"),
        ("linux", {"XDG_CACHE_HOME": "/x"}, "cache", "/x/uv"),
        ("linux", {"XDG_CACHE_HOME": "x"}, "cache", "/h/.cache/uv"),  # a relative one does not count
        ("linux", {"UV_CACHE_DIR": "/c", "XDG_CACHE_HOME": "/x"}, "cache", "/c"),
        ("linux", {"UV_CACHE_DIR": ""}, "cache", "/h/.cache/uv"),
        ("linux", {}, "pythons", "/h/.local/share/uv/python"),
        ("linux", {"XDG_DATA_HOME": "/d"}, "pythons", "/d/uv/python"),
        ("linux", {"UV_PYTHON_INSTALL_DIR": "/p"}, "pythons", "/p"),
        ("linux", {}, "uv_bin", "/h/.local/bin"),
        ("linux", {"XDG_DATA_HOME": "/d/share"}, "uv_bin", "/d/bin"),
        ("linux", {"XDG_BIN_HOME": "/b", "XDG_DATA_HOME": "/d/share"}, "uv_bin", "/b"),
        ("linux", {"XDG_BIN_HOME": "/b", "UV_INSTALL_DIR": "/i"}, "uv_bin", "/i"),
        ("linux", {}, "user_uv_toml", "/h/.config/uv/uv.toml"),
        ("linux", {}, "config", "/h/.config/uv-wizard"),
        ("linux", {}, "state", "/h/.local/state/uv-wizard"),
        ("linux", {"UV_WIZARD_STATE_DIR": "/s"}, "state", "/s"),
        ("macos", {}, "cache", "/h/.cache/uv"),
        ("macos", {}, "user_uv_toml", "/h/.config/uv/uv.toml"),
        ("macos", {}, "state", "/h/Library/Application Support/uv-wizard"),
        ("macos", {"XDG_STATE_HOME": "/x"}, "state", "/x/uv-wizard"),
        ("windows", {"LOCALAPPDATA": r"C:\L"}, "cache", r"C:\L\uv\cache"),
        ("windows", {"APPDATA": r"C:\R"}, "pythons", r"C:\R\uv\python"),
        ("windows", {"APPDATA": r"C:\R"}, "user_uv_toml", r"C:\R\uv\uv.toml"),
        ("windows", {"XDG_CACHE_HOME": r"C:\x"}, "cache", r"C:\h\AppData\Local\uv\cache"),
        ("windows", {}, "uv_bin", r"C:\h\.local\bin"),
        ("windows", {}, "state", r"C:\h\AppData\Local\uv-wizard"),
    ],
)
def test_rules(os_: str, environment: dict[str, str], key: str, expected: str) -> None:
    home = r"C:\h" if os_ == "windows" else "/h"
    assert folders(os_, home, environment, none)[key] == expected


@pytest.mark.parametrize(
    "os_, old, key, expected",
    [
        ("macos", "/h/Library/Caches/uv", "cache", "/h/Library/Caches/uv"),
        ("macos", "/h/Library/Application Support/uv", "pythons", "/h/Library/Application Support/uv/python"),
        ("windows", r"C:\h\AppData\Roaming\uv\data", "pythons", r"C:\h\AppData\Roaming\uv\data\python"),
        ("linux", "/h/Library/Caches/uv", "cache", "/h/.cache/uv"),
    ],
)
def test_folders_of_older_uv_stay_in_use(os_: str, old: str, key: str, expected: str) -> None:
    home = r"C:\h" if os_ == "windows" else "/h"
    assert folders(os_, home, {}, lambda path: path == old)[key] == expected


@pytest.mark.parametrize(
    "changes", [{}, {"XDG_CACHE_HOME": None, "XDG_DATA_HOME": None}, {"UV_CACHE_DIR": None}, {"UV_CACHE_DIR": "rel"}]
)
def test_uv_agrees(uv: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changes: dict[str, str | None]) -> None:
    for name, value in changes.items():
        if value is None:
            monkeypatch.delenv(name)
        else:
            monkeypatch.setenv(name, value)
    ours = own_folders(ProbeRequest(project=os.fspath(tmp_path)))
    for words, key in ((("cache", "dir"), "cache"), (("python", "dir"), "pythons")):
        said = subprocess.run([uv, *words], cwd=tmp_path, capture_output=True, text=True, check=True).stdout.strip()
        assert os.path.normcase(tmp_path / said) == os.path.normcase(ours[key])


@pytest.mark.skipif(sys.platform == "darwin", reason="XDG holds there for us, and not for platformdirs")
def test_platformdirs_agrees(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("UV_WIZARD_STATE_DIR")
    ours = own_folders(ProbeRequest())
    if sys.platform == "win32":  # it asks Windows itself, which does not look at the test's variables
        assert platformdirs.user_state_dir("uv-wizard", appauthor=False).endswith(r"\uv-wizard")
        assert ours["state"].endswith(r"\uv-wizard")
    else:
        assert ours["state"] == platformdirs.user_state_dir("uv-wizard", appauthor=False)
        assert ours["config"] == platformdirs.user_config_dir("uv-wizard", appauthor=False)
