"""Which of a package's files uv will take on this machine; asked only where a mirror has some of them and not all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from wizard.run.mirror_lock import LockedFile

if TYPE_CHECKING:
    from packaging.tags import Tag

Python = tuple[int, int]


def python_of(environment: Path) -> Python | None:
    """The CPython of an environment, as its pyvenv.cfg says; None for none and for other makes."""
    try:
        text = (environment / "pyvenv.cfg").read_text("utf-8", errors="replace")
    except OSError:
        return None
    said = _pairs(text)
    if said.get("implementation", "CPython").lower() != "cpython":
        return None
    first, _, rest = said.get("version_info", said.get("version", "")).partition(".")
    second = rest.partition(".")[0]
    return (int(first), int(second)) if first.isdecimal() and second.isdecimal() else None


def _pairs(text: str) -> dict[str, str]:
    split = (line.partition("=") for line in text.splitlines())
    return {name.strip(): value.strip() for name, _, value in split}


def wanted(files: Iterable[LockedFile], python: Python | None) -> LockedFile | None:
    """Of one package's files: the best wheel for this system and this CPython, else the source distribution.

    None where that can't be told.
    """
    if python is None:
        return None
    from packaging.utils import InvalidWheelFilename, parse_wheel_filename

    ranks = _ranks(python)
    found: list[tuple[int, LockedFile]] = []
    for file in files:
        try:
            tags = parse_wheel_filename(file.name)[3] if file.name.endswith(".whl") else ()
        except InvalidWheelFilename:
            return None
        best = min((ranks[tag] for tag in tags if tag in ranks), default=None)
        if best is not None:
            found.append((best, file))
        elif not file.name.endswith(".whl"):
            found.append((len(ranks), file))
    return min(found, key=lambda one: one[0])[1] if found else None


@lru_cache(maxsize=1)
def _ranks(python: Python) -> Mapping[Tag, int]:
    from packaging.tags import compatible_tags, cpython_tags

    in_order = [*cpython_tags(python), *compatible_tags(python, interpreter=f"cp{python[0]}{python[1]}")]
    return {tag: rank for rank, tag in reversed(list(enumerate(in_order)))}
