"""Programs and the folders they are usually in."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from wizard import catalog
from wizard.machine.request import ProbeRequest


def filled(kind: str, request: ProbeRequest) -> list[str]:
    """The usual folders of assets/machine.toml for `kind` (uv, conda, nvidia_smi), with this user's home put in."""
    family = "windows" if request.os == "windows" else "posix"
    home, local = request.home_folder, request.get("LOCALAPPDATA") or ""
    patterns: list[str] = catalog.table("machine.toml")["places"][kind][family]
    places = [one.format(home=home, local=local) for one in patterns if local or "{local}" not in one]
    if request.root == os.sep:
        return places
    return [os.fspath(request.at(one.lstrip("/"))) if not one.startswith(home) else one for one in places]


def executable(request: ProbeRequest, folder: str, name: str) -> str | None:
    """The path of that program where it lies in `folder` and this user may run it, else None."""
    path = request.paths.join(folder, name)
    return str(path) if may_run(path) else None


def may_run(path: str) -> bool:
    """Whether it is a file that this user may execute."""
    try:
        is_file = stat.S_ISREG(Path(path).stat().st_mode)
    except (OSError, ValueError):
        return False
    return is_file and os.access(path, os.X_OK)
