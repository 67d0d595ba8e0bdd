"""Where uv keeps its files and where we keep ours: the rules, pure.

uv's: its storage and configuration documentation, and crates/uv-dirs, uv-cache and uv-state of uv 0.13.8. Ours: as
platformdirs has them for `uv-wizard`, except that on macOS XDG variables hold, and shells read from ~/.config.
"""

from __future__ import annotations

import ntpath
import posixpath
from collections.abc import Callable, Mapping
from typing import Any

NAME = "uv-wizard"
Exists = Callable[[str], bool]


def folders(os: str, home: str, environment: Mapping[str, str], exists: Exists) -> dict[str, str]:
    """Absolute paths: cache, pythons, uv_bin, user_uv_toml, config and state (ours). `exists` is asked on macOS and
    Windows about folders that older versions of uv made, which uv keeps using.
    """
    rules = _windows if os == "windows" else _posix
    found = rules(os, home, environment, exists)
    state = environment.get("UV_WIZARD_STATE_DIR")
    if state:
        found["state"] = state
    return found


def _posix(os: str, home: str, environment: Mapping[str, str], exists: Exists) -> dict[str, str]:
    def base(variable: str, default: str) -> str:
        value = environment.get(variable, "")
        return value if posixpath.isabs(value) else posixpath.join(home, default)

    config, state = base("XDG_CONFIG_HOME", ".config"), base("XDG_STATE_HOME", ".local/state")
    cache = posixpath.join(base("XDG_CACHE_HOME", ".cache"), "uv")
    data = posixpath.join(base("XDG_DATA_HOME", ".local/share"), "uv")
    if os == "macos":
        cache = _old(cache, posixpath.join(home, "Library", "Caches", "uv"), exists)
        data = _old(data, posixpath.join(home, "Library", "Application Support", "uv"), exists)
        state = base("XDG_STATE_HOME", "Library/Application Support")
    return {
        "cache": environment.get("UV_CACHE_DIR") or cache,
        "pythons": environment.get("UV_PYTHON_INSTALL_DIR") or posixpath.join(data, "python"),
        "uv_bin": executables(posixpath, home, environment),
        "user_uv_toml": posixpath.join(config, "uv", "uv.toml"),
        "config": posixpath.join(config, NAME),
        "state": posixpath.join(state, NAME),
    }


def _windows(_os: str, home: str, environment: Mapping[str, str], exists: Exists) -> dict[str, str]:
    roaming = environment.get("APPDATA") or ntpath.join(home, "AppData", "Roaming")
    local = environment.get("LOCALAPPDATA") or ntpath.join(home, "AppData", "Local")
    data = _old(ntpath.join(roaming, "uv"), ntpath.join(roaming, "uv", "data"), exists)
    return {
        "cache": environment.get("UV_CACHE_DIR") or ntpath.join(local, "uv", "cache"),
        "pythons": environment.get("UV_PYTHON_INSTALL_DIR") or ntpath.join(data, "python"),
        "uv_bin": executables(ntpath, home, environment),
        "user_uv_toml": ntpath.join(roaming, "uv", "uv.toml"),
        "config": ntpath.join(local, NAME),
        "state": ntpath.join(local, NAME),
    }


def executables(path: Any, home: str, environment: Mapping[str, str]) -> str:
    """Where uv's installer puts uv: UV_INSTALL_DIR, XDG_BIN_HOME, XDG_DATA_HOME/../bin, ~/.local/bin.

    `path`: ntpath or posixpath.
    """
    data = environment.get("XDG_DATA_HOME", "")
    for named in (
        environment.get("UV_INSTALL_DIR", ""),
        environment.get("XDG_BIN_HOME", ""),
        path.join(data, "..", "bin") if data else "",
    ):
        if path.isabs(named):
            return str(path.normpath(named))
    return str(path.join(home, ".local", "bin"))


def _old(new: str, old: str, exists: Exists) -> str:
    return old if exists(old) else new
