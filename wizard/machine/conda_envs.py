"""conda's environments and what they take on the disk.

Where they lie: conda's documentation, "Managing environments", and the list that it keeps, ~/.conda/environments.txt.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

from wizard.language import nsaid, said
from wizard.machine.conda import condarc, roots
from wizard.machine.facts import CondaEnvironment
from wizard.machine.request import Answer, ProbeRequest
from wizard.machine.telling import finding
from wizard.text import standing_size

SECONDS = 4.0
"""For all sizes together; what is not counted by then is unknown."""
MOST = 200


def environments(request: ProbeRequest, seconds: float = SECONDS) -> Answer:
    """conda_environments: base first, then by name; an empty tuple where there is no conda."""
    end = time.monotonic() + seconds
    counted: set[tuple[int, int]] = set()
    found = []
    for path, name in list(_places(request).items())[:MOST]:
        found.append(CondaEnvironment(name, path, size_of(path, end, counted)))
    if not found:
        return Answer({"conda_environments": ()})
    sizes = [one.size_bytes for one in found if one.size_bytes is not None]
    size: str = standing_size(sum(sizes)) if sizes else said("of a size that is not known")
    if sizes and len(sizes) < len(found):
        size = said("at least {size}", size=size)
    count = nsaid("{count} environment", "{count} environments", len(found))
    lines = [f"{one.name}: {_told(one.size_bytes)}, {one.path}" for one in found]
    return Answer({"conda_environments": tuple(found)}, (finding("conda-environments", lines, count=count, size=size),))


def _told(size: int | None) -> str:
    return "? unknown" if size is None else standing_size(size)


def _places(request: ProbeRequest) -> dict[str, str]:
    """Folder to name of each environment."""
    prefixes = roots(request)
    found = dict.fromkeys(prefixes, "base")
    for folder in _folders(request, prefixes):
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError:
            continue
        for entry in entries:
            found.setdefault(entry.path, entry.name)
    for path in _listed(request):
        found.setdefault(path, request.paths.basename(path.rstrip("/\\")))
    return {path: name for path, name in found.items() if Path(path, "conda-meta").is_dir()}


def _folders(request: ProbeRequest, prefixes: list[str]) -> Iterator[str]:
    join = request.paths.join
    told = condarc(request, prefixes).get("envs_dirs")
    yield from (os.path.expanduser(str(one)) for one in (told if isinstance(told, list) else ()))
    yield from (join(prefix, "envs") for prefix in prefixes)
    yield join(request.home_folder, ".conda", "envs")


def _listed(request: ProbeRequest) -> list[str]:
    try:
        text = Path(request.home_folder, ".conda", "environments.txt").read_text("utf-8", "replace")
    except OSError:
        return []
    return [line.strip() for line in text.splitlines() if request.paths.isabs(line.strip())]


def size_of(
    path: str, end: float, counted: set[tuple[int, int]], skip: tuple[str, ...] = ("envs", "pkgs")
) -> int | None:
    """Bytes of the files below it, each inode once (`counted`), None past `end` (time.monotonic). `skip`: at the top."""
    total, folders = 0, [path]
    while folders:
        if time.monotonic() > end:
            return None
        here = folders.pop()
        try:
            with os.scandir(here) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        if not (here == path and entry.name in skip):
                            folders.append(entry.path)
                        continue
                    status = entry.stat(follow_symlinks=False)
                    inode = (status.st_dev, status.st_ino)
                    if status.st_nlink > 1 and status.st_ino:
                        if inode in counted:
                            continue
                        counted.add(inode)
                    total += status.st_size
        except OSError:  # closed to this user, or gone meanwhile
            continue
    return total
