"""The projects one level below a folder: what to offer where the folder itself is none."""

from __future__ import annotations

from pathlib import Path

MOST = 8
OURS = "assets/wizard.tcss"
"""What a clone of this program has: nobody comes to set that up."""


def projects_below(path: str) -> tuple[str, ...]:
    """Folders directly in `path` that have a pyproject.toml, by name, `MOST` at most; hidden ones are left out."""
    try:
        folders = sorted(entry for entry in Path(path).iterdir() if not entry.name.startswith("."))
        return tuple(str(entry) for entry in folders if _is_project(entry))[:MOST]
    except OSError:
        return ()


def _is_project(folder: Path) -> bool:
    try:
        return (folder / "pyproject.toml").is_file() and not (folder / OURS).is_file()
    except OSError:  # a folder that this user may not look into
        return False
