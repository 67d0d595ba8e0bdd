"""Where runs are kept: the state folder, a folder for each run, and one lock for each project. Nobody else may read them."""

from __future__ import annotations

import contextlib
import getpass
import hashlib
import json
import os
import shutil
import stat
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from wizard import files
from wizard.errors import WizardError
from wizard.language import said
from wizard.patience import patiently
from wizard.run import process

JOB, EVENTS, LOG, SUPERVISOR, JOURNAL = "job.json", "events.jsonl", "log", "supervisor.json", "journal"
CANCEL, UNDONE, ERRORS, CHILD = "cancel", "undone", "supervisor.err", "child.json"
KEPT_DAYS = 30
GUARD_S = 10.0
"""Taking a lock is a matter of milliseconds; after so many seconds whoever was at it is gone."""


def state_folder() -> Path:
    """The folder for runs, made if need be: where the user says or the platform's, else a private one in temp.

    Raises WizardError where neither can be written.
    """
    for folder in _folders():
        if _usable(folder):
            return folder
    told = ", ".join(str(folder) for folder in _folders())
    msg = said(
        "there is nowhere to keep the run's state; tried {told}. Name a folder with UV_WIZARD_STATE_DIR", told=told
    )
    raise WizardError(msg)


def _folders() -> tuple[Path, ...]:
    return (_wanted_folder(), _temp_folder())


def _wanted_folder() -> Path:
    named = os.environ.get("UV_WIZARD_STATE_DIR")
    if named:
        return Path(named).absolute()
    xdg = os.environ.get("XDG_STATE_HOME", "")
    if sys.platform != "win32" and xdg and Path(xdg).is_absolute():  # on macOS too, as uv does
        return Path(xdg) / "uv-wizard"
    import platformdirs

    return Path(platformdirs.user_state_dir("uv-wizard", appauthor=False))


def _temp_folder() -> Path:
    if sys.platform == "win32":
        who = getpass.getuser()
    else:
        who = str(os.getuid())
    # of one who names his folders: the runs that were meant for another are none of this one's
    meant = hashlib.sha256(os.fsencode(_wanted_folder())).hexdigest()[:8]
    return Path(tempfile.gettempdir()) / f"uv-wizard-{who}-{meant}"


def _usable(folder: Path) -> bool:
    try:
        make_private(folder)
        (folder / "runs").mkdir(mode=0o700, exist_ok=True)
        (folder / "locks").mkdir(mode=0o700, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=folder / "runs")
        os.close(handle)
        os.unlink(name)
    except OSError:
        return False
    return True


def make_private(folder: Path) -> None:
    """A folder for this user alone. Raises OSError where it can't be, or is somebody else's (anybody can write in temp)."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if sys.platform != "win32":
        status = folder.lstat()
        if not stat.S_ISDIR(status.st_mode) and folder == _temp_folder():
            raise NotADirectoryError(folder)
        if status.st_uid != os.getuid() and folder == _temp_folder():
            raise PermissionError(folder)


def write_json(path: Path, value: Any) -> None:
    """JSON at `path`, whole or not at all, for this user alone."""
    files.write_atomically(path, json.dumps(value).encode("ascii"), 0o600)


def read_json(path: Path) -> dict[str, Any] | None:
    """The object that `write_json` wrote, None where there is none that can be read."""
    try:
        found = json.loads(patiently(path.read_bytes))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


# runs


def new_run(base: Path) -> Path:
    """A new run's folder in the state folder `base`; its name is the run's id, the time it was made, made unique."""
    stamp = time.strftime("%Y%m%d-%H%M%S")
    taken = {folder.name for folder in run_folders()}
    number = 1
    while True:
        name = stamp if number == 1 else f"{stamp}-{number}"
        number += 1
        if name in taken:
            continue
        try:
            (base / "runs" / name).mkdir(mode=0o700)
        except FileExistsError:
            continue
        return base / "runs" / name


def run_folders() -> list[Path]:
    """The folders of all runs, in both places where they may be, newest first."""
    found: dict[str, Path] = {}
    for base in _folders():
        with contextlib.suppress(OSError):
            for folder in (base / "runs").iterdir():
                if (folder / JOB).exists():
                    found.setdefault(folder.name, folder)
    return sorted(found.values(), key=age, reverse=True)


def age(run: Path) -> tuple[str, int]:
    """What orders runs by when they were made."""
    stamp, number = run.name[:15], run.name[16:]
    return stamp, int(number) if number.isdigit() else 1


def point_latest(base: Path, run: Path) -> None:
    """`latest` in the state folder leads to that run: a link; on Windows, where links are a privilege, its id."""
    spare = base / f"latest.{os.getpid()}"
    with contextlib.suppress(OSError):
        spare.unlink(missing_ok=True)
        if sys.platform == "win32":
            spare.write_text(run.name, "ascii")
        else:
            spare.symlink_to(Path("runs") / run.name)
        os.replace(spare, base / "latest")


def mark_undone(run: Path) -> None:
    """Notes that undo put back what this run changed."""
    (run / UNDONE).touch(0o600)


def prune(base: Path) -> None:
    """Takes away what is older than 30 days; a run that can still be undone keeps its journal."""
    limit = time.time() - KEPT_DAYS * 86400
    for run in run_folders():
        with contextlib.suppress(OSError):
            if run.parent.parent != base or (run / JOB).stat().st_mtime > limit or supervised(run):
                continue
            if (run / JOURNAL).exists() and not (run / UNDONE).exists():
                (run / LOG).unlink(missing_ok=True)
            else:
                shutil.rmtree(run)


def supervised(run: Path) -> bool:
    """Whether this run's supervisor lives."""
    found = read_json(run / SUPERVISOR)
    return found is not None and process.lives(found, run / SUPERVISOR)


# one run a project


def lock_path(base: Path, project: str) -> Path:
    """The lock of a project in a state folder."""
    real = os.path.normcase(os.path.realpath(project))
    return base / "locks" / f"{hashlib.sha256(real.encode('utf-8', 'surrogatepass')).hexdigest()[:32]}.json"


def running(project: str) -> str | None:
    """The id of the run that is going on in that project; None: none is."""
    for base in _folders():
        found = read_json(lock_path(base, project))
        if found and process.lives(found, base / "runs" / str(found.get("run")) / SUPERVISOR):
            return str(found["run"])
    return None


def take(base: Path, project: str, run: Path) -> str | None:
    """Takes a project for a run: None, or the id of the run that has it. The supervisor goes on with `holding`."""
    path = lock_path(base, project)
    with _alone(path.with_suffix(".taking")):
        holder = running(project)
        if holder is None:
            write_json(path, {**process.record(), "run": run.name})
        return holder


@contextlib.contextmanager
def _alone(guard: Path) -> Iterator[None]:
    """One at a time between the look at a lock and its writing: whoever makes the folder. It works on NFS too."""
    while True:
        try:
            guard.mkdir(mode=0o700)
            break
        except FileExistsError:
            with contextlib.suppress(OSError):
                if time.time() - guard.stat().st_mtime > GUARD_S:  # its maker was killed in between
                    guard.rmdir()
        time.sleep(0.01)
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            guard.rmdir()


@contextlib.contextmanager
def holding(run: Path, project: str | None) -> Iterator[None]:
    """The supervisor's side: the project's lock is this process's until the end."""
    if project is None:
        yield
        return
    path = lock_path(run.parent.parent, project)
    write_json(path, {**process.record(), "run": run.name})
    try:
        yield
    finally:
        release(run.parent.parent, project, run)


def release(base: Path, project: str, run: Path) -> None:
    """Gives the project's lock back where it is that run's."""
    path = lock_path(base, project)
    found = read_json(path)
    if found and found.get("run") == run.name:
        with contextlib.suppress(OSError):
            patiently(path.unlink)
