"""Whether a marker of a requirement or of a lock's edge holds on a machine. Pure."""

from __future__ import annotations

import re
from functools import lru_cache

from packaging.markers import InvalidMarker, Marker, UndefinedComparison

_EXTRA = re.compile(r"extra\s*(==|!=)\s*'([^']*)'")
_TRUE, _FALSE = "python_version > '0'", "python_version < '0'"
_SYSTEMS = {
    "linux": ("linux", "Linux", "posix"),
    "windows": ("win32", "Windows", "nt"),
    "macos": ("darwin", "Darwin", "posix"),
}
_MACHINES = {
    ("windows", "x86_64"): "AMD64",
    ("windows", "aarch64"): "ARM64",
    ("macos", "aarch64"): "arm64",
}


@lru_cache(maxsize=8192)
def holds(marker: str, environment: tuple[tuple[str, str], ...], chosen: frozenset[str] = frozenset()) -> bool:
    """Whether a marker of a lock holds; uv writes chosen extras and groups into it as `extra == 'extra-4-demo-cpu'`."""

    def known(found: re.Match[str]) -> str:
        return _TRUE if (found.group(2) in chosen) == (found.group(1) == "==") else _FALSE

    try:
        return Marker(_EXTRA.sub(known, marker)).evaluate(dict(environment))
    except (InvalidMarker, UndefinedComparison):
        return True  # a marker that can't be read leaves nothing out


@lru_cache(maxsize=256)
def environment(system: str | None, arch: str | None, python: str) -> tuple[tuple[str, str], ...]:
    """The values that markers ask for, on that system (linux, windows, macos), processor and Python (`3.12`)."""
    sys_platform, platform_system, os_name = _SYSTEMS.get(system or "", ("", "", ""))
    found = {
        "sys_platform": sys_platform,
        "platform_system": platform_system,
        "os_name": os_name,
        "platform_machine": _MACHINES.get((system or "", arch or ""), arch or ""),
        "python_version": python,
        "python_full_version": f"{python}.0",
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
        "implementation_version": f"{python}.0",
        "platform_release": "",
        "platform_version": "",
    }
    return tuple(found.items())
