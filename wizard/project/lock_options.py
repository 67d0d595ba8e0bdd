"""How uv.lock was resolved, which `--locked` holds against the settings in force. Pure.

Measured with uv 0.8.24 and 0.13.8: a lock says these in `[options]`, its default not at all; another value that comes
from a variable, from a uv.toml of the user or of the system, or that was there when the lock was made and is gone, makes
a sound lock fail. A variable wins over every file, so the lock's own value in the child's environment makes it hold.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from wizard.project.facts import Project
from wizard.project.pyproject import table
from wizard.toml import TOMLError, parse


@dataclass(frozen=True)
class LockOption:
    """`setting`: its name in uv.toml; `default`: None where it is off by default; `variable`: None where uv sync reads none."""

    setting: str
    in_lock: str
    default: str | None
    variable: str | None


OPTIONS = (
    LockOption("resolution", "resolution-mode", "highest", "UV_RESOLUTION"),
    LockOption("prerelease", "prerelease-mode", "if-necessary-or-explicit", "UV_PRERELEASE"),
    LockOption("fork-strategy", "fork-strategy", "requires-python", "UV_FORK_STRATEGY"),
    LockOption("exclude-newer", "exclude-newer", None, "UV_EXCLUDE_NEWER"),
    LockOption("exclude-newer-package", "exclude-newer-package", None, None),
    LockOption("dependency-metadata", "dependency-metadata", None, None),
)


def locked(project: Project, option: LockOption) -> str | None:
    """The value that the lock was made with; None for off."""
    said = _said(project, option)
    return option.default if said is None else said


def _said(project: Project, option: LockOption) -> str | None:
    """What the lock says itself; None where it was made with the default."""
    _, data = project.file("uv.lock")
    try:
        head = parse((data or b"").split(b"[[package]]", 1)[0])  # the packages are many
    except (TOMLError, UnicodeDecodeError):
        return None
    if option.setting == "dependency-metadata":
        said = table(head, "manifest").get("dependency-metadata")
    else:
        options = table(head, "options")
        said = options.get(option.in_lock + "-span") or options.get(option.in_lock)
    return None if said is None else str(said)


def own_settings(project: Project) -> tuple[str, str, Mapping[str, Any]]:
    """(path, text, settings) of the project's own for uv: of its uv.toml, else of `[tool.uv]`, as uv reads them."""
    for name in ("uv.toml", "pyproject.toml"):
        path, data = project.file(name)
        try:
            tables = parse(data) if data is not None else None
        except (TOMLError, UnicodeDecodeError):
            continue
        if data is not None and tables is not None:
            settings = tables if name == "uv.toml" else table(tables, "tool", "uv")
            if settings or name == "uv.toml":
                return path, data.decode("utf-8-sig"), settings
    return "", "", {}


def held(project: Project) -> dict[str, str | None]:
    """Variables of a child that make what the lock says hold. What this machine says against a default is for those who
    know the machine: to say a default is not for nothing, newer uv warns of some.

    What the project says itself stays in force: where that is another than the lock's, the lock is outdated indeed.
    """
    if project.lock is None:
        return {}
    own = own_settings(project)[2]
    told = ((option.variable, _said(project, option)) for option in OPTIONS if option.setting not in own)
    return {variable: value for variable, value in told if variable is not None and value is not None}
