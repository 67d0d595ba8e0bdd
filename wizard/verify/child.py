"""One child process with a time limit, its input closed, ended with all that it started."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wizard.machine.child import end_tree

POLL_S = 0.02
MOST_OUTPUT = 200_000
MISLEADING = (
    "VIRTUAL_ENV", "PYTHONHOME", "PYTHONPATH", "PYTHONSTARTUP", "PYTHONSAFEPATH", "COLUMNS", "UV_FROZEN", "UV_LOCKED",
    "UV_NO_SYNC",
    "UV_INDEX", "UV_DEFAULT_INDEX", "UV_INDEX_URL", "UV_EXTRA_INDEX_URL", "UV_FIND_LINKS",
)  # fmt: skip
"""What would mislead uv or the project's Python (DESIGN: the child's environment); CONDA_* beside."""


@dataclass(frozen=True)
class Finished:
    """How a child ended. `returncode` None: it could not be started; `hung`: it was ended, because nothing came in time."""

    returncode: int | None
    output: str
    hung: bool = False
    stopped: bool = False


def clean_environment(base: Mapping[str, str] | None = None) -> dict[str, str]:
    """This process's environment, or `base`, minus what would mislead."""
    source = os.environ if base is None else base
    kept = {name: value for name, value in source.items() if name not in MISLEADING and not name.startswith("CONDA_")}
    return {**kept, "UV_NO_WRAP": "1", "NO_COLOR": "1"}


def run(  # noqa: PLR0913 - what a child needs
    argv: Sequence[str],
    environment: Mapping[str, str],
    folder: Path,
    limit: float,
    *,
    cwd: str | None = None,
    results: Path | None = None,
    on_result: Callable[[dict[str, Any]], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> Finished:
    """Run to the end. `folder`: for the output; `limit`: seconds from the start, or from the last new line in `results`."""
    output = folder / "output"
    try:
        with output.open("wb") as sink:
            child = subprocess.Popen(
                list(argv),
                cwd=cwd or folder,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=subprocess.STDOUT,
                **_apart(),
            )
    except OSError as error:
        return Finished(None, str(error))
    reader = _Results(results, on_result)
    hung = stopped = False
    try:
        deadline = time.monotonic() + limit
        while child.poll() is None:
            if reader.read():
                deadline = time.monotonic() + limit
            hung, stopped = time.monotonic() > deadline, bool(stop and stop())
            if hung or stopped:
                break
            time.sleep(POLL_S)
    finally:
        _end(child)
    reader.read()
    return Finished(child.returncode, _tail(output), hung, stopped)


class _Results:
    """Reads the lines of JSON that a probe appends, each once."""

    def __init__(self, path: Path | None, tell: Callable[[dict[str, Any]], None] | None) -> None:
        self._path, self._tell = path, tell
        self._at = 0

    def read(self) -> bool:
        """Tells the new whole lines; whether there was one."""
        if self._path is None or self._tell is None:
            return False
        try:
            with self._path.open("rb") as file:
                file.seek(self._at)
                data = file.read()
        except FileNotFoundError:
            return False
        whole = data[: data.rfind(b"\n") + 1]
        self._at += len(whole)
        for line in whole.splitlines():
            with contextlib.suppress(ValueError):
                self._tell(json.loads(line))
        return bool(whole)


def _apart() -> dict[str, Any]:
    """In a group of its own, so that all it starts ends with it."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW}
    return {"start_new_session": True}


def _end(child: subprocess.Popen[bytes]) -> None:
    """The whole tree: the group on POSIX; on Windows, which has none, parent by parent."""
    if sys.platform == "win32":
        if child.poll() is None:
            end_tree(child.pid)
    else:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, signal.SIGKILL)
    with contextlib.suppress(subprocess.TimeoutExpired):  # one that hangs in the kernel can't be waited for
        child.wait(3)


def _tail(path: Path) -> str:
    with path.open("rb") as file:
        file.seek(0, os.SEEK_END)
        file.seek(max(0, file.tell() - MOST_OUTPUT))
        return file.read().decode("utf-8", "replace")
