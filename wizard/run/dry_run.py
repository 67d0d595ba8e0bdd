"""uv asked for what it would do, its answer on standard error and nothing of it on a screen."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import IO

_POLL_S = 0.1
_LAST_S = 2.0
"""For what is still in the pipe once uv has ended: a program that uv left behind may hold it open."""


def told(
    argv: Sequence[str], folder: str | Path, environment: Mapping[str, str], stopped: Callable[[], bool] = lambda: False
) -> str | None:
    """What it prints, None where it fails, can't be started, or nobody waits for it any more."""
    try:
        child = subprocess.Popen(
            list(argv),
            cwd=folder,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except OSError:
        return None
    # not Popen's own reading: on Windows closing a pipe waits for the thread that reads it, for as long as anybody holds it
    printed: list[bytes] = []
    reader = Thread(target=_read, args=(child.stderr, printed), daemon=True)
    reader.start()
    code = None
    while code is None:
        try:
            code = child.wait(_POLL_S)
        except subprocess.TimeoutExpired:
            if stopped():
                child.kill()
                with suppress(subprocess.TimeoutExpired):
                    child.wait(_LAST_S)
                return None
    reader.join(_LAST_S)
    return b"".join(printed).decode("utf-8", "replace") if code == 0 else None


def _read(stream: IO[bytes] | None, printed: list[bytes]) -> None:
    if stream is None:
        return
    with stream, suppress(OSError, ValueError):
        while piece := stream.read1(65536):  # type: ignore[attr-defined]
            printed.append(piece)


__all__ = ["told"]
