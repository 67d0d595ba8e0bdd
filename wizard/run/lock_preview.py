"""`uv lock` tried in a scratch copy: what would become of uv.lock, while the project stays as it is to the byte."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from wizard.diagnosis import Context, Diagnosis, diagnose
from wizard.errors import WizardError
from wizard.files import read_bytes
from wizard.language import said
from wizard.machine.storage import existing
from wizard.patience import patiently
from wizard.plan.step import Command, Plan
from wizard.project.facts import Project
from wizard.project.read import read_project
from wizard.run import terminal
from wizard.run.environment import child_environment
from wizard.run.lock_copy import Copy, copy_for_lock
from wizard.run.state import state_folder
from wizard.text import clean, masked

FOLDER = "previews"
_POLL_S = 0.1
_MOST_PIECES = 500
_BUILT_HERE = re.compile(r"Failed to build[ `:]+[^`\n]*@ file:")
"""A folder of the project's own: its build may read files beside it that the copy has not."""
_KEPT_S = 86_400.0
"""A copy that is older was left by a wizard that was killed."""


class LockFailed(WizardError):
    """uv did not lock the copy; `diagnosis` says why."""

    def __init__(self, diagnosis: Diagnosis) -> None:
        super().__init__(said("uv lock, tried in a copy: {title}", title=diagnosis.title))
        self.diagnosis = diagnosis
        self.only_there = False
        """Whether it says nothing about the project itself: a build reads what was not copied, or it was another uv."""


class LockStopped(WizardError):
    """It was stopped before it ended."""

    def __init__(self) -> None:
        super().__init__(said("uv lock in a copy was stopped; nothing was changed"))


@dataclass(frozen=True)
class Locked:
    """What uv made: the bytes of uv.lock before and after, and the project as it would be then."""

    before: bytes | None
    after: bytes
    project: Project


def lock_in_copy(
    plan: Plan, project: Project, uv: str, environment: Mapping[str, str], stopped: Callable[[], bool]
) -> Locked:
    """Carries out the plan's lock step in a copy with that uv. Waits.

    `environment`: the user's; `stopped` is asked ten times a second. Raises LockStopped, LockFailed, and WizardError
    where no copy can be made or the plan has no lock step.
    """
    step = plan.step("lock")
    if step is None:
        raise WizardError(said("this plan leaves uv.lock as it is: there is nothing to try"))
    edited = {Path(one.path): one.after for each in plan.steps for one in each.files if one.after is not None}
    command = step.commands[0]
    with _scratch() as folder:
        try:
            copy = copy_for_lock(Path(project.path), folder, edited)
        except (OSError, ValueError) as error:
            raise WizardError(
                said("no copy of the project can be made to try uv lock in: {error}", error=error)
            ) from None
        _lock([uv, *command.argv[1:]], copy, _environment(uv, project, command, environment), project, stopped)
        after = read_bytes(copy.root / "uv.lock")
        there = read_project(copy.root, environment)
    if after is None or there is None:
        raise WizardError(said("uv lock ended well in the copy and wrote no uv.lock"))
    return Locked(project.file("uv.lock")[1], copy.as_there(after), there)


@contextlib.contextmanager
def _scratch() -> Iterator[Path]:
    """A folder of our own, gone afterwards, with those that were left."""
    above = state_folder() / FOLDER
    try:
        above.mkdir(mode=0o700, exist_ok=True)
        folder = Path(tempfile.mkdtemp(dir=above))
    except OSError as error:
        raise WizardError(
            said("no copy of the project can be made to try uv lock in: {error}", error=error.strerror or error)
        ) from None
    for left in above.iterdir():
        with contextlib.suppress(OSError):
            if left.stat().st_mtime < time.time() - _KEPT_S:
                shutil.rmtree(left, ignore_errors=True)
    try:
        yield folder
    finally:
        with contextlib.suppress(OSError):
            patiently(lambda: shutil.rmtree(folder))


def _environment(uv: str, project: Project, command: Command, base: Mapping[str, str]) -> dict[str, str]:
    """The step's own, with the folders that uv has now: those that a choice names may not be there before Start."""
    laid: dict[str, str | None] = {
        name: value
        for name, value in command.environment.items()
        if name not in {"UV_CACHE_DIR", "UV_PYTHON_INSTALL_DIR"}
    }
    found = child_environment(base, {**laid, "UV_PROJECT": None, "UV_WORKING_DIRECTORY": None, "NO_COLOR": "1"})
    found["UV_CACHE_DIR"] = _cache_dir(uv, project, found)
    found["UV_PYTHON_DOWNLOADS"] = "never"  # a look fetches no Python
    found["GIT_OPTIONAL_LOCKS"] = "0"
    if os.path.isdir(project.environment_path):
        found["UV_PROJECT_ENVIRONMENT"] = project.environment_path
    config = found.get("UV_CONFIG_FILE")
    if config:
        found["UV_CONFIG_FILE"] = os.path.join(project.path, config)
    return found


def _cache_dir(uv: str, project: Project, environment: Mapping[str, str]) -> str:
    """uv's cache as the project has it: it may be named relative to the project, and a copy must not get another."""
    try:
        told = subprocess.run(
            [uv, "cache", "dir"], cwd=existing(project.path), env=dict(environment), stdin=subprocess.DEVNULL,
            capture_output=True, encoding="utf-8", errors="replace", check=False,
        )  # fmt: skip
    except OSError as error:
        raise WizardError(said("{uv} can't be started: {error}", uv=uv, error=error.strerror or error)) from None
    if told.returncode:
        raise LockFailed(diagnose(told.stderr, Context(environment=dict(environment), phase="sync", project=project)))
    return os.path.join(project.path, told.stdout.strip())


def _lock(
    argv: list[str], copy: Copy, environment: Mapping[str, str], project: Project, stopped: Callable[[], bool]
) -> None:
    try:
        child = terminal.start(argv, environment, str(copy.root), terminal=False)
    except OSError as error:
        raise WizardError(
            said("{argv} can't be started: {error}", argv=argv[0], error=error.strerror or error)
        ) from None
    printed: deque[bytes] = deque(maxlen=_MOST_PIECES)
    ended = False
    try:
        while (piece := child.read(_POLL_S)) != b"":
            printed.extend([piece] if piece else [])
            if stopped() and not ended:
                ended = True
                child.end()
        code = child.wait()
    except BaseException:
        child.end()
        raise
    if ended:
        raise LockStopped
    if code:
        told = copy.as_there(b"".join(printed)).decode("utf-8", "replace")
        failed = LockFailed(_cause(masked(clean(told)), code, environment, project))
        failed.only_there = bool(_BUILT_HERE.search(told))
        raise failed


def _cause(printed: str, code: int, environment: Mapping[str, str], project: Project) -> Diagnosis:
    known = Context(
        registries=project.lock.registries if project.lock else (),
        default_index=environment.get("UV_DEFAULT_INDEX"),
        environment=environment,
        exit_code=code,
        phase="sync",
        project=project,
    )
    return diagnose(printed, known)
