"""What the plan's `uv lock` would make of uv.lock and of the download, tried in a copy. Both faces ask here."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from wizard import sync_forecast
from wizard.advice.lock_files import files_here
from wizard.advice.torch_reach import Selected
from wizard.errors import WizardError
from wizard.language import nsaid, said
from wizard.lists import named
from wizard.plan.step import Plan
from wizard.project.facts import Project
from wizard.project.lock_changes import LockChanges, lock_changes, lock_diff
from wizard.run.lock_preview import LockFailed, lock_in_copy
from wizard.text import standing_size
from wizard.ways_out import leads

if TYPE_CHECKING:
    from wizard.diagnosis import Diagnosis
    from wizard.way import Way

READ = ("pyproject.toml", "uv.toml", ".python-version", "uv.lock")
"""Files of a project that its lock hangs on."""
NO_UV = said("there is no uv here yet that could lock; it is installed by the plan's first step")

PATIENCE_S = 60.0
"""Seconds for a trial that nobody asked for. What uv has fetched by then is in its cache."""
ONLY_THERE = frozenset({
    "python-missing", "disk-full", "read-only-filesystem", "permission-denied", "cache-locked", "cache-unusable",
    "interrupted", "killed-out-of-memory",
})  # fmt: skip
"""Causes that a copy has and the run need not have: no Python is fetched for a look, and uv's cache is the one of now."""


@dataclass(frozen=True)
class LockForecast:
    """`diff`: of uv.lock, unified. `download`: bytes of all files that a sync here would need, None where the index
    tells no size of some; those in uv's cache are among them.
    """

    changes: LockChanges
    diff: str
    download: int | None
    packages: int
    project: Project
    """As it would be with that lock."""
    tight: str = ""
    """Why a first sync may not fit on the disks."""

    @property
    def fetches(self) -> str:
        """`31 packages, 2.8 GiB at most`, for the sync's row; or what there is not enough of."""
        if self.tight:
            return said("! {told}", told=self.tight)
        size = (
            said("{download} at most", download=standing_size(self.download))
            if self.download is not None
            else said("size not known")
        )
        return named((nsaid("{count} package", "{count} packages", self.packages), size))

    def document(self) -> dict[str, Any]:
        """`lock_preview` of `plan --lock --json`."""
        return {
            "summary": self.changes.summary,
            **self.changes.document(),
            "diff": self.diff,
            "download_bytes": self.download,
            "packages": self.packages,
        }


def forecast(way: Way, plan: Plan, stopped: Callable[[], bool] = lambda: False) -> LockForecast | None:
    """Locks a copy with the uv that is here now; None where the plan leaves uv.lock as it is. Waits.

    Raises LockFailed (with its diagnosis), LockStopped, and WizardError where there is no uv.
    """
    if plan.step("lock") is None or way.project is None:
        return None
    uv = uv_now(way)
    if uv is None:
        raise WizardError(NO_UV)
    ours = way.uv_path()  # as it is now: uv takes its time, and choices may change meanwhile
    try:
        found = lock_in_copy(plan, way.project, uv, way.environment, stopped)
    except LockFailed as error:
        if uv != ours:
            error.only_there = True
        raise
    changes, diff = lock_changes(found.before, found.after), lock_diff(found.before, found.after)
    return counted(way, plan, LockForecast(changes, diff, None, 0, found.project))


def counted(way: Way, plan: Plan, found: LockForecast) -> LockForecast:
    """With what a sync of the chosen extras and groups would fetch."""
    chosen = way.selection()
    files = files_here(way.machine, found.project, Selected(chosen.extras, chosen.groups))
    sizes = [one.size for one in files]
    first = sync_forecast.first_sync(way, plan, files)
    return replace(
        found,
        download=None if None in sizes else sum(size for size in sizes if size is not None),
        packages=len(files),
        tight=first.tight.told if first is not None and first.tight is not None else "",
    )


def tries_by_itself(way: Way) -> bool:
    """Whether a face tries it before anybody asks: with the uv, and at the index, that the run would take right afterwards."""
    return not way.machine.foreign and "uv" not in way.pending and way.uv_path() is not None


def only_there(error: WizardError) -> bool:
    """Whether a trial that fails so says nothing about the run."""
    return not isinstance(error, LockFailed) or error.only_there or error.diagnosis.cause in ONLY_THERE


def in_the_way(error: WizardError) -> Diagnosis | None:
    """Why the run is not worth starting: its lock fails, and a fix changes the plan. None where only the run can tell."""
    if not isinstance(error, LockFailed) or only_there(error):
        return None
    return error.diagnosis if {"run", "ask"} & {leads(fix) for fix in error.diagnosis.fixes} else None


def uv_now(way: Way) -> str | None:
    """The uv to try it with: the one that the run will use, else the newest that is here; None: there is none."""
    if way.machine.foreign:
        return shutil.which("uv", path=way.environment.get("PATH"))
    kept = way.uv_path()
    return kept or next((one.path for one in way.machine.uv or () if one.version), None)


def hangs_on(way: Way, plan: Plan | None) -> object:
    """What uv would lock, and with which command: what was found holds as long as that is the same. None without a lock."""
    lock = plan.step("lock") if plan is not None else None
    if plan is None or lock is None or way.project is None:
        return None
    files = [(change.path, change.after) for step in plan.steps for change in step.files]
    there = [way.project.file(name) for name in READ]
    return files, there, sorted(way.project.member_files.items()), lock.commands[0]


__all__ = [
    "PATIENCE_S",
    "LockForecast",
    "counted",
    "forecast",
    "hangs_on",
    "in_the_way",
    "only_there",
    "tries_by_itself",
    "uv_now",
]
