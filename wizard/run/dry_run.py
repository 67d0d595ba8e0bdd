"""uv asked for what it would do, its answer on standard error and nothing of it on a screen."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path


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
            encoding="utf-8",
            errors="replace",
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except OSError:
        return None
    with child:
        while True:
            try:
                printed = child.communicate(timeout=0.1)[1]
                return printed if child.returncode == 0 else None
            except subprocess.TimeoutExpired:
                if stopped():
                    child.kill()
                    return None
