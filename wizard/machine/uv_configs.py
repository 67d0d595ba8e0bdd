"""The uv.toml files that uv reads here beside a project's own: which, in its order, and what they hold.

Rules: uv's documentation of configuration files, and crates/uv-settings of uv 0.13.8.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from wizard.machine.request import ProbeRequest
from wizard.machine.uv_flags import is_on

_LARGEST = 4 * 1024 * 1024


def uv_configs(request: ProbeRequest, user: str) -> tuple[tuple[str, bytes], ...]:
    """(path, bytes), what wins first. `user`: the user's. One that can't be read is left out: uv passes it over too."""
    if is_on(request.get("UV_NO_CONFIG")):
        return ()
    found = ((path, _bytes(path)) for path in _paths(request, user))
    return tuple((path, data) for path, data in found if data is not None)


def _paths(request: ProbeRequest, user: str) -> Iterator[str]:
    named = request.get("UV_CONFIG_FILE")
    if named:  # then uv looks for no other
        yield named if request.paths.isabs(named) else request.paths.join(request.project or str(Path.cwd()), named)
        return
    yield user
    if not is_on(request.get("UV_NO_SYSTEM_CONFIG")):
        system = next((path for path in _of_system(request) if Path(path).is_file()), None)
        if system is not None:
            yield system


def _of_system(request: ProbeRequest) -> Iterator[str]:
    if request.os == "windows":
        yield request.paths.join(request.get("SYSTEMDRIVE") or "C:", "\\", "ProgramData", "uv", "uv.toml")
        return
    for folder in (request.get("XDG_CONFIG_DIRS") or "/etc/xdg").split(":"):
        if folder:
            yield str(request.at(folder.lstrip("/") if request.root != "/" else folder) / "uv" / "uv.toml")
    yield str(request.at("etc/uv/uv.toml"))


def _bytes(path: str) -> bytes | None:
    try:
        file = Path(path)
        return file.read_bytes() if file.is_file() and file.stat().st_size <= _LARGEST else None
    except OSError:
        return None
