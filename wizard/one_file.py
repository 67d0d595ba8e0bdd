"""The one file, uv-wizard.pyz: whether this program runs from it, and which one is given to other hosts."""

from __future__ import annotations

import os
import sys
import zipfile
from pathlib import Path
from zipimport import zipimporter

from wizard.errors import BadInput
from wizard.language import said
from wizard.text import one_line

NAME = "uv-wizard.pyz"


def running_from() -> Path | None:
    """The file this program was started from, absolute; None where it was installed otherwise, or runs from a checkout."""
    loader = getattr(sys.modules.get("__main__"), "__loader__", None)
    return Path(loader.archive).absolute() if isinstance(loader, zipimporter) else None


def find(given: Path | None) -> Path:
    """The one file to give away: the one named, else the one that runs. Raises BadInput where there is none."""
    found = given if given is not None else running_from()
    if found is None:
        raise BadInput(
            said(
                "this uv-wizard was not started from {name}, so there is none to give away; name one with "
                "--one-file PATH (in a clone, python tools/one_file.py makes it)",
                name=NAME,
            )
        )
    shown = one_line(os.fspath(found), 120)
    if not found.is_file():
        raise BadInput(
            said("{shown} is no file that can be read; name {name} with --one-file PATH", shown=shown, name=NAME)
        )
    if not _is_ours(found):
        raise BadInput(
            said("{shown} is not {name}; in a clone, python tools/one_file.py makes it", shown=shown, name=NAME)
        )
    return found.absolute()


def _is_ours(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return any(name.endswith("wizard/__main__.py") for name in archive.namelist())
    except (OSError, zipfile.BadZipFile):
        return False
