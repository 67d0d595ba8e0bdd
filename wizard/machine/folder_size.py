"""How much lies in a folder, counted for a while: a cache can hold a million files, and lie on a slow disk."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from dataclasses import dataclass

from wizard.language import said
from wizard.text import standing_size

LIMIT_S, MOST = 5.0, 1_000_000


@dataclass(frozen=True)
class FolderSize:
    """`bytes` of the files that were counted; `whole`: all of them were."""

    bytes: int
    whole: bool

    @property
    def told(self) -> str:
        """`1.3 GiB`, or `more than 1.3 GiB`."""
        size = standing_size(self.bytes)
        return size if self.whole else said("more than {size}", size=size)


def folder_size(path: str, limit_s: float = LIMIT_S, most: int = MOST) -> FolderSize | None:
    """Waits for the disk, `limit_s` at most, and for `most` entries. Links are not followed. None: not to be looked at."""
    end, total, count = time.monotonic() + limit_s, 0, 0
    waiting = [path]
    try:
        with os.scandir(path):
            pass
    except OSError:
        return None
    while waiting:
        with suppress(OSError), os.scandir(waiting.pop()) as entries:
            for entry in entries:
                count += 1
                if count > most or time.monotonic() > end:
                    return FolderSize(total, whole=False)
                with suppress(OSError):
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
                    else:
                        total += entry.stat(follow_symlinks=False).st_size
    return FolderSize(total, whole=True)
