"""The side of a run that people see: start it, follow it, stop it, find it again. It goes on without them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import wizard
from wizard import events, files, files_undo
from wizard.errors import BadInput, WizardError
from wizard.events import Event
from wizard.language import said
from wizard.plan.step import Plan
from wizard.run import logout, process, state, tree
from wizard.run.hiding import hidden
from wizard.run.job import Around, from_plan
from wizard.text import one_line

RunWord = Literal["running", "done", "failed", "interrupted", "cancelled", "short"]
_BY_CODE: Mapping[int, RunWord] = {0: "done", 3: "short", 130: "cancelled"}

START_S = 30.0
"""A supervisor says that it is there within so many seconds (20 ms as a rule; a cold disk or a virus scanner takes longer)."""
CANCEL_S = 6.0
"""A run that was asked to stop and is there after so many seconds is ended with its supervisor (it needs 3)."""
_POLL_S = 0.02
_ALIVE_S = 0.5

_children: list[subprocess.Popen[bytes]] = []


class ProjectBusy(BadInput):
    """A run of that project is going on; `run_id` names it."""

    def __init__(self, run_id: str) -> None:
        super().__init__(
            said("a run of this project is going on already; join it:  uv-wizard attach {run_id}", run_id=run_id)
        )
        self.run_id = run_id


@dataclass(frozen=True)
class RunInfo:
    """A run as its folder tells it. `started`: ISO 8601; `exit_code` None: no end yet, or none at all (interrupted)."""

    id: str
    folder: Path
    project: str | None
    started: str
    state: RunWord
    exit_code: int | None
    changed: tuple[str, ...]
    undone: bool
    label: str = "apply"


def start(
    plan: Plan,
    *,
    project: str | None,
    sizes: Mapping[str, int] | None = None,
    label: str = "apply",
    context: Mapping[str, Any] | None = None,
) -> RunInfo:
    """Hands the plan to a supervisor and returns when it is at work.

    `sizes`: expected bytes by `name==version`; `context`: see wizard.run.job.Around. Raises ProjectBusy, and WizardError
    where no state can be kept or no supervisor starts.
    """
    base = state.state_folder()
    state.prune(base)
    run = state.new_run(base)
    try:
        if project is not None:
            _end_orphan(base, project)
            holder = state.take(base, project, run)
            if holder is not None:
                raise ProjectBusy(holder)
        prefix, warning = logout.shelter()
        around = Around(label, sizes or {}, (warning,) if warning else (), context or {})
        started = time.strftime("%Y-%m-%dT%H:%M:%S%z")
        job, secrets = hidden(from_plan(plan, run.name, project=project, started=started, around=around))
        state.write_json(run / state.JOB, job)
        _wait_for(_spawn(run, prefix, secrets), run)
    except BaseException:
        if project is not None:
            state.release(base, project, run)
        shutil.rmtree(run, ignore_errors=True)
        raise
    state.point_latest(base, run)
    return info(run)


def _spawn(run: Path, prefix: tuple[str, ...], secrets: Mapping[str, str]) -> subprocess.Popen[bytes]:
    root = str(Path(wizard.__file__).resolve().parent.parent)
    environment = {**os.environ, **secrets}
    # a checkout is importable from anywhere then; what the supervisor starts never sees it
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))
    argv = [*prefix, sys.executable, "-m", "wizard.run.supervisor", str(run)]
    options: dict[str, Any] = {
        "env": environment,
        "cwd": run,
        "stdin": subprocess.DEVNULL,
        "stdout": subprocess.DEVNULL,
    }
    with (run / state.ERRORS).open("wb") as complaints:
        options["stderr"] = complaints
        _children[:] = [child for child in _children if child.poll() is None]
        try:
            _children.append(_detached(argv, options))
        except OSError as error:
            msg = said("the run could not be started: {argv}: {error}", argv=argv[0], error=error.strerror or error)
            raise WizardError(msg) from None
    return _children[-1]


def _detached(argv: list[str], options: dict[str, Any]) -> subprocess.Popen[bytes]:
    if sys.platform != "win32":
        return subprocess.Popen(argv, start_new_session=True, **options)
    # A console of its own that nobody sees, not none: uv shares it, and only so can be told to stop by CTRL_BREAK.
    flags = subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP
    try:
        return subprocess.Popen(argv, creationflags=flags | subprocess.CREATE_BREAKAWAY_FROM_JOB, **options)
    except PermissionError:  # the job that we are in lets nobody out
        return subprocess.Popen(argv, creationflags=flags, **options)


def _wait_for(child: subprocess.Popen[bytes], run: Path) -> None:
    deadline = time.monotonic() + START_S
    while not (run / state.SUPERVISOR).exists():
        if child.poll() is not None or time.monotonic() > deadline:
            if child.poll() is None:
                tree.end(child.pid)
            lines = (run / state.ERRORS).read_bytes().decode("utf-8", "replace").strip().splitlines()
            why = one_line(lines[-1]) if lines else said("its supervisor said nothing")
            msg = said("the run could not be started: {why}", why=why)
            raise WizardError(msg)
        time.sleep(_POLL_S / 2)


def _end_orphan(base: Path, project: str) -> None:
    """Ends the uv whose supervisor was killed: it would hold the environment's lock, and nobody hears it.

    And takes away what it had half written.
    """
    left = state.read_json(state.lock_path(base, project))
    if left and not process.lives(left):
        files_undo.tidy(base / "runs" / str(left.get("run")) / state.JOURNAL)
        child = state.read_json(base / "runs" / str(left.get("run")) / state.CHILD)
        if child and process.lives(child):
            tree.end(int(child["pid"]))


def info(run: Path) -> RunInfo:
    """What a run's folder tells."""
    job = state.read_json(run / state.JOB) or {}
    lives = state.supervised(run)  # asked before reading: what it wrote last is then read
    end = events.last(run / state.EVENTS)
    code = int(end["exit_code"]) if end is not None and end["type"] == "end" else None
    word: RunWord = _BY_CODE.get(code, "failed") if code is not None else "running" if lives else "interrupted"
    return RunInfo(
        id=run.name,
        folder=run,
        project=job.get("project"),
        started=str(job.get("started", "")),
        state=word,
        exit_code=code,
        changed=files.changed(run / state.JOURNAL),
        undone=(run / state.UNDONE).exists(),
        label=str(job.get("label", "apply")),
    )


def again(run: RunInfo) -> RunInfo:
    """The same run as it is now."""
    return replace(info(run.folder), id=run.id)


def steps_of(run: RunInfo) -> tuple[str, ...]:
    """The ids of its steps, none where its job can't be read."""
    return tuple(str(step["id"]) for step in (state.read_json(run.folder / state.JOB) or {}).get("steps") or ())


def of_conda(run: RunInfo) -> bool:
    """Whether it made a project of what was asked for in conda's words."""
    steps = (state.read_json(run.folder / state.JOB) or {}).get("steps") or ()
    return any(step.get("origin") == "conda" for step in steps)


def follow(run: RunInfo, stop: Callable[[], bool] | None = None) -> Iterator[list[Event]]:
    """The run's events in batches, from its first to its end; see wizard.events.follow."""
    checked, lives = 0.0, True

    def alive() -> bool:
        nonlocal checked, lives
        if time.monotonic() - checked >= _ALIVE_S:
            lives, checked = state.supervised(run.folder), time.monotonic()
        return lives

    return events.follow(run.folder / state.EVENTS, alive=alive, stop=stop)


def cancel(run: RunInfo, wait: float = CANCEL_S) -> None:
    """Asks the run to stop, which ends uv and all its children, and waits for that; nothing where it is over already."""
    if not state.supervised(run.folder):
        return
    (run.folder / state.CANCEL).touch(0o600)
    deadline = time.monotonic() + wait
    while state.supervised(run.folder):
        if time.monotonic() > deadline:
            found = state.read_json(run.folder / state.SUPERVISOR)
            if found and process.lives(found):
                tree.end(int(found["pid"]))
            return
        time.sleep(_POLL_S)


def take_back(run: RunInfo) -> tuple[files_undo.Undone, ...]:
    """Puts back what the run changed; one that is put back whole is marked so."""
    done = files_undo.undo(run.folder / state.JOURNAL)
    if not any(one.state == "refused" for one in done):
        state.mark_undone(run.folder)
    return done


def runs() -> list[RunInfo]:
    """All runs that are kept, newest first."""
    return [info(folder) for folder in state.run_folders()]


def find(run_id: str | None = None) -> RunInfo:
    """The run of that id; without one the run that is going on, else the last. Raises BadInput where there is none."""
    folders = state.run_folders()
    if run_id is not None:
        for folder in folders:
            if folder.name == run_id:
                return info(folder)
        msg = said("no run {run_id}; uv-wizard undo --list shows them", run_id=one_line(run_id, 40))
        raise BadInput(msg)
    if not folders:
        msg = said("no run on this machine yet. Start one: uv-wizard")
        raise BadInput(msg)
    # a supervisor that has told its end may live a moment longer: its run is over all the same
    return info(next((folder for folder in folders if info(folder).state == "running"), folders[0]))
