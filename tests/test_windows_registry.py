r"""The user's variables on Windows, for real: HKCU\Environment as it is afterwards, kinds included, and taken back."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

if sys.platform != "win32":
    pytest.skip("there is no registry here", allow_module_level=True)

import ctypes
import winreg
from ctypes import wintypes

from tests.support.projects import Project
from wizard import files, files_undo, registry
from wizard.choices import Choices
from wizard.machine import windows
from wizard.machine.facts import Machine
from wizard.plan import settings

SZ, EXPAND, DWORD = winreg.REG_SZ, winreg.REG_EXPAND_SZ, winreg.REG_DWORD
Values = dict[str, tuple[Any, int]]
NAME = "UV_WIZARD_TEST_项目"


class Key:
    r"""HKCU\Environment, as nobody of ours reads it."""

    def all(self) -> Values:
        with winreg.OpenKey(winreg.HKEY_CURRENT_USER, "Environment") as key:
            found = [winreg.EnumValue(key, number) for number in range(winreg.QueryInfoKey(key)[1])]
        return {name: (value, kind) for name, value, kind in found}

    def set(self, **values: tuple[Any, int] | None) -> None:
        with winreg.OpenKey(winreg.HKEY_CURRENT_USER, "Environment", 0, winreg.KEY_ALL_ACCESS) as key:
            for name, value in values.items():
                if value is not None:
                    winreg.SetValueEx(key, name, 0, value[1], value[0])
                elif name in self.all():
                    winreg.DeleteValue(key, name)

    def become(self, values: Values) -> None:
        self.set(**{**dict.fromkeys(self.all()), **values})


@pytest.fixture
def key() -> Iterator[Key]:
    """One test at a time, also of other processes, and what the user had is there again afterwards."""
    kernel = ctypes.WinDLL("kernel32", use_last_error=True)
    kernel.CreateMutexW.restype = wintypes.HANDLE
    for function in (kernel.WaitForSingleObject, kernel.ReleaseMutex, kernel.CloseHandle):
        function.argtypes = [wintypes.HANDLE, *([wintypes.DWORD] if function is kernel.WaitForSingleObject else [])]
    mutex = kernel.CreateMutexW(None, False, "uv-wizard-tests-environment")
    assert kernel.WaitForSingleObject(mutex, 100_000) in (0, 0x80)  # 0x80: whoever had it was killed
    found = Key()
    before = found.all()
    # uv's own names: what the user has set would be in the way of what is tested
    found.set(**dict.fromkeys(name for name in before if name.upper().startswith("UV_")))
    try:
        yield found
    finally:
        found.become(before)
        assert found.all() == before
        kernel.ReleaseMutex(mutex)
        kernel.CloseHandle(mutex)


def in_new_cmd(name: str) -> str:
    done = subprocess.run(
        ["cmd", "/u", "/c", f"echo %{name}%"],
        env=windows.new_environment(),
        capture_output=True,
        check=True,
        timeout=60,
    )
    return done.stdout.decode("utf-16-le").strip()


@pytest.mark.parametrize(
    "value, raw",
    [
        ((r"C:\Träume und 项目", "REG_SZ"), (r"C:\Träume und 项目", SZ)),
        ((r"%USERPROFILE%\uv", "REG_EXPAND_SZ"), (r"%USERPROFILE%\uv", EXPAND)),
        ((r"%USERPROFILE%\uv", "REG_SZ"), (r"%USERPROFILE%\uv", SZ)),
        (("", "REG_SZ"), ("", SZ)),
    ],
)
def test_a_value_and_its_kind(key: Key, value: registry.Value, raw: tuple[str, int]) -> None:
    assert registry.get(NAME) is None
    registry.put(NAME, value)
    assert key.all()[NAME] == raw
    assert registry.get(NAME) == value
    registry.put(NAME, None)
    registry.put(NAME, None)
    assert NAME not in key.all()


def test_what_is_no_text_is_left_alone(key: Key, tmp_path: Path) -> None:
    key.set(UV_CACHE_DIR=(7, DWORD))
    with pytest.raises(OSError, match="no text"):
        files.Journal(tmp_path / "journal").set_registry("UV_CACHE_DIR", "x", "REG_SZ")
    assert key.all()["UV_CACHE_DIR"] == (7, DWORD)


def test_a_new_cmd_has_the_variable(key: Key) -> None:
    registry.put("UV_CACHE_DIR", (r"D:\Träume und 项目", "REG_SZ"))
    assert in_new_cmd("UV_CACHE_DIR") == r"D:\Träume und 项目"
    registry.put("UV_CACHE_DIR", (r"%SystemRoot%\uv", "REG_EXPAND_SZ"))
    assert in_new_cmd("UV_CACHE_DIR").lower() == os.path.expandvars(r"%SystemRoot%\uv").lower()
    registry.put("UV_CACHE_DIR", None)
    assert in_new_cmd("UV_CACHE_DIR") == "%UV_CACHE_DIR%"


def test_running_programs_are_told(key: Key) -> None:
    """A window of this process hears WM_SETTINGCHANGE with the word Environment, as Explorer's does."""
    heard: list[str] = []
    ready, over = threading.Event(), threading.Event()
    listener = threading.Thread(target=_listen, args=(heard, ready, over), daemon=True)
    listener.start()
    assert ready.wait(30)
    try:
        registry.put(NAME, ("1", "REG_SZ"))
        assert heard == ["Environment"]
        registry.put(NAME, None)
        assert heard == ["Environment"] * 2
    finally:
        over.set()
        listener.join(30)


def _listen(heard: list[str], ready: threading.Event, over: threading.Event) -> None:
    user = ctypes.WinDLL("user32", use_last_error=True)
    result, word, wide = ctypes.c_ssize_t, wintypes.WPARAM, wintypes.LPARAM
    procedure = ctypes.WINFUNCTYPE(result, wintypes.HWND, wintypes.UINT, word, wide)
    user.CallWindowProcW.argtypes = [ctypes.c_void_p, wintypes.HWND, wintypes.UINT, word, wide]
    user.CallWindowProcW.restype = result
    user.SetWindowLongPtrW.argtypes = [wintypes.HWND, ctypes.c_int, procedure]
    user.SetWindowLongPtrW.restype = ctypes.c_void_p
    user.DestroyWindow.argtypes = [wintypes.HWND]
    user.CreateWindowExW.restype = wintypes.HWND

    def hear(window: int, message: int, one: int, other: int) -> int:
        if message == 0x001A and other:  # WM_SETTINGCHANGE
            heard.append(ctypes.wstring_at(other))
        answer: int = user.CallWindowProcW(own, window, message, one, other)
        return answer

    called = procedure(hear)
    window = user.CreateWindowExW(0, "STATIC", "uv-wizard tests", 0, 0, 0, 1, 1, None, None, None, None)
    assert window, ctypes.get_last_error()
    own = user.SetWindowLongPtrW(window, -4, called)  # GWLP_WNDPROC
    ready.set()
    message = wintypes.MSG()
    while not over.is_set():
        user.MsgWaitForMultipleObjects(0, None, False, 50, 0x04FF)  # QS_ALLINPUT
        while user.PeekMessageW(ctypes.byref(message), None, 0, 0, 1):
            user.DispatchMessageW(ctypes.byref(message))
    user.DestroyWindow(window)


def planned(path_entry: str | None, **values: str) -> tuple[Any, ...]:
    chosen = {f"settings.{name.replace('_', '-')}": value for name, value in values.items()}
    machine = Machine(os="windows", registry=windows.user_environment())
    step = settings.step(machine, Choices().with_values("set", chosen), path_entry)
    return step.registry if step else ()


@pytest.mark.parametrize("kind", [SZ, EXPAND])
def test_the_path_gets_one_entry_and_keeps_the_others(key: Key, tmp_path: Path, kind: int) -> None:
    old = r"%USERPROFILE%\bin;C:\Träume und 项目;C:\x"
    key.set(Path=(old, kind))
    before = key.all()
    journal = files.Journal(tmp_path / "journal")
    (change,) = planned(r"C:\uv bin")
    assert journal.set_registry(change.name, change.after, change.kind)
    assert key.all() == {**before, "Path": (rf"C:\uv bin;{old}", kind)}
    assert planned(r"c:\UV bin\\") == ()
    assert [one.state for one in files_undo.undo(journal.folder)] == ["restored"]
    assert key.all() == before


def test_a_path_where_there_was_none(key: Key, tmp_path: Path) -> None:
    key.set(**dict.fromkeys(name for name in key.all() if name.upper() == "PATH"))
    before = key.all()
    journal = files.Journal(tmp_path / "journal")
    (change,) = planned(r"C:\uv")
    journal.set_registry(change.name, change.after, change.kind)
    assert key.all() == {**before, "Path": (r"C:\uv", EXPAND)}
    files_undo.undo(journal.folder)
    assert key.all() == before


def test_a_value_changed_since_is_refused(key: Key, tmp_path: Path) -> None:
    journal = files.Journal(tmp_path / "journal")
    journal.set_registry("UV_CACHE_DIR", r"C:\ours", "REG_SZ")
    key.set(UV_CACHE_DIR=(r"C:\ours", EXPAND))  # the kind alone is a change, too
    (one,) = files_undo.undo(journal.folder)
    assert (one.name, one.state) == (r"HKCU\Environment\UV_CACHE_DIR", "refused")
    assert key.all()["UV_CACHE_DIR"] == (r"C:\ours", EXPAND)


def wizard(*argv: str, check: int = 0) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "wizard", *argv],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=110,
    )
    assert done.returncode == check, f"{done.stdout}\n{done.stderr}"
    return done.stdout


def test_apply_writes_them_and_undo_gives_them_back(key: Key, project: Project, home: Path) -> None:
    key.set(UV_LINK_MODE=("%UV_MODE_OF_OLD%", EXPAND), UV_PYTHON_INSTALL_DIR=(r"C:\pythons", SZ))
    before = key.all()
    cache = home / "mein Cache 项目"
    values = (
        f"settings.cache-dir={cache}",
        "settings.link-mode=copy",
        "settings.python-install-dir=",
    )  # uv's own again
    chosen = [word for value in values for word in ("--set", value)]
    plan = json.loads(wizard("plan", str(project.path), "--json", *chosen))
    assert "settings" in [step["id"] for step in plan["steps"]]
    assert key.all() == before

    found = [json.loads(line) for line in wizard("apply", str(project.path), "--yes", "--json", *chosen).splitlines()]
    assert found[-1]["exit_code"] == 0
    after = {**before, "UV_CACHE_DIR": (str(cache), SZ), "UV_LINK_MODE": ("copy", EXPAND)}
    del after["UV_PYTHON_INSTALL_DIR"]
    assert key.all() == after
    assert cache.is_dir()  # and this run used it already
    assert in_new_cmd("UV_CACHE_DIR") == str(cache)
    (shell,) = [event for event in found if event["type"] == "shell"]
    assert shell["arrived"] is True, shell
    assert shell["values"]["UV_CACHE_DIR"] == str(cache)

    listed = json.loads(wizard("undo", "--list", "--json"))["runs"][0]
    assert {r"HKCU\Environment\UV_CACHE_DIR", r"HKCU\Environment\UV_LINK_MODE"} <= set(listed["changed"])
    wizard("undo", check=4)
    wizard("undo", "--yes")
    assert key.all() == before
    assert json.loads(wizard("undo", "--list", "--json"))["runs"][0]["undone"] is True
