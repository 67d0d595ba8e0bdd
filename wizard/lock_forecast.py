"""What the plan's `uv lock` would make of uv.lock and of the download, tried in a copy. Both faces ask here."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from wizard import sync_forecast
from wizard.advice.lock_files import files_here
from wizard.advice.torch_reach import Selected
from wizard.errors import WizardError
from wizard.language import nsaid, said, shown
from wizard.lists import named
from wizard.plan.step import Plan
from wizard.project.lock_changes import LockChanges, lock_changes, lock_diff
from wizard.run.lock_preview import LockFailed, lock_in_copy
from wizard.text import standing_size
from wizard.ways_out import leads

if TYPE_CHECKING:
    from wizard.diagnosis import Diagnosis
    from wizard.way import Way

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
    tight: str = ""
    """Why a first sync may not fit on the disks."""

    @property
    def fetches(self) -> str:
        """`31 packages, 2.8 GiB at most`, for the sync's row; or what there is not enough of."""
        if self.tight:
            return f"! {shown(self.tight)}"
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
    machine, chosen = (
        way.machine,
        way.selection(),
    )  # as they are now: uv takes its time, and choices may change meanwhile
    found = lock_in_copy(plan, way.project, uv, way.environment, stopped)
    files = files_here(machine, found.project, Selected(chosen.extras, chosen.groups))
    sizes = [one.size for one in files]
    first = sync_forecast.first_sync(way, plan, files)
    return LockForecast(
        lock_changes(found.before, found.after),
        lock_diff(found.before, found.after),
        None if None in sizes else sum(size for size in sizes if size is not None),
        len(files),
        first.tight.told if first is not None and first.tight is not None else "",
    )


def tries_by_itself(way: Way) -> bool:
    """Whether a face tries it before anybody asks: it goes to the index that the run would go to right afterwards."""
    return not way.machine.foreign and "uv" not in way.pending


def only_there(error: WizardError) -> bool:
    """Whether a trial that fails so says nothing about the run."""
    return not isinstance(error, LockFailed) or error.diagnosis.cause in ONLY_THERE


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


def same_plan(one: Plan | None, other: Plan | None) -> bool:
    """Whether both would lock the same: then what was found for one holds for the other."""

    def key(plan: Plan) -> object:
        files = [(change.path, change.after) for step in plan.steps for change in step.files]
        lock = plan.step("lock")
        return files, lock.commands[0] if lock else None

    return one is not None and other is not None and key(one) == key(other)


__all__ = [
    "PATIENCE_S",
    "LockForecast",
    "forecast",
    "in_the_way",
    "only_there",
    "same_plan",
    "tries_by_itself",
    "uv_now",
]
