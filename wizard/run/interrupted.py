"""A run that ended without a word (killed, power lost): found by the next start, finished or taken back."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from wizard import events
from wizard.choice_keys import KEYS
from wizard.choices import Choices, checked
from wizard.diagnosis.record import Diagnosis, Fix
from wizard.errors import BadInput
from wizard.language import nsaid, said
from wizard.lists import sentences
from wizard.run import client, process, state
from wizard.run.client import RunInfo
from wizard.run.hiding import holds_hidden
from wizard.run.when import started_told
from wizard.this_run import ThisRun, of_document


@dataclass(frozen=True)
class Interrupted:
    """The last run of a project. `step`: `step 5 of 6 (sync)`; `why`: `the machine restarted`, as far as can be told."""

    run: RunInfo
    step: str
    why: str
    choices: Mapping[str, Any]
    """What was chosen for it, by table."""
    this_run: ThisRun = field(default_factory=ThisRun)
    """What a fix had set for it alone, as far as it is still to be done."""

    def told(self) -> tuple[str, ...]:
        """What happened, and what is kept."""
        changed = len(self.run.changed)
        kept: list[str] = [said("Finished packages are kept.")]
        if changed:
            kept.append(
                nsaid("{count} file of yours is changed so far.", "{count} files of yours are changed so far.", changed)
            )
        started = started_told(self.run.started, time.time())
        return (said("{started}, {step}: {why}.", started=started, step=self.step, why=self.why), sentences(kept))

    def diagnosis(self) -> Diagnosis:
        """The same as a finding, with both ways out."""
        here = self.run.project or "."
        fixes = (
            Fix(said("Go on where it stopped"), None, (("uv-wizard", "apply", here, "--yes"),)),
            Fix(said("Take back what it changed"), None, (("uv-wizard", "undo", self.run.id, "--yes"),)),
        )
        explanation = sentences(self.told())
        return Diagnosis("interrupted", TITLE, explanation, tuple(self.run.changed), fixes, "warning")

    def taken_up(self, choices: Choices) -> Choices:
        """The choices as that run had them, as if they were made on the screens. What no longer fits is left out."""
        for table, keys in self.choices.items():
            for name, value in keys.items():
                key = f"{table}.{name}"
                given = tuple(value) if isinstance(value, list) else value
                if key not in KEYS or choices.get(key) == given:
                    continue
                try:
                    checked(key, given)
                except BadInput:
                    continue
                choices = choices.with_values("screen", {key: given})
        return choices


TITLE = said("The last run here was interrupted")


def look(project: str | None) -> Interrupted | None:
    """The newest run of that project (None: of none), where it was interrupted and is not taken back."""
    wanted = None if project is None else os.path.normcase(os.path.realpath(project))
    for folder in state.run_folders():
        job = state.read_json(folder / state.JOB) or {}
        theirs = job.get("project")
        if (None if theirs is None else os.path.normcase(os.path.realpath(theirs))) != wanted:
            continue
        found = client.info(folder)
        if found.state != "interrupted" or found.undone:
            return None
        return of(found)
    return None


def of(run: RunInfo) -> Interrupted:
    """What is known of that interrupted run."""
    job = state.read_json(run.folder / state.JOB) or {}
    choices = (job.get("context") or {}).get("choices") or {}
    return Interrupted(run, _step(run.folder, job), _why(run.folder), choices, asked(run).left(_done(run.folder)))


def asked(run: RunInfo) -> ThisRun:
    """What a fix had set for that run alone; nothing where it held a sign-in, which a job does not keep."""
    kept = ((state.read_json(run.folder / state.JOB) or {}).get("context") or {}).get("this_run")
    return ThisRun() if holds_hidden(kept) else of_document(kept)


def _done(folder: Path) -> set[str]:
    found = events.read(folder / state.EVENTS)
    return {str(one["id"]) for one in found if one["type"] == "step" and one.get("state") == "done"}


def _step(folder: Path, job: Mapping[str, Any]) -> str:
    steps = [step["id"] for step in job.get("steps") or ()]
    at = None
    for event in events.read(folder / state.EVENTS):
        if event["type"] == "step" and event.get("state") == "started":
            at = event["id"]
    if at not in steps:
        return said("before its first step")
    return said("step {number} of {count} ({name})", number=steps.index(at) + 1, count=len(steps), name=said(str(at)))


def _why(folder: Path) -> str:
    was = str((state.read_json(folder / state.SUPERVISOR) or {}).get("born") or "")
    now = str(process.born(os.getpid()) or "")
    # on Linux the first part names the boot
    if ":" in was and ":" in now and was.partition(":")[0] != now.partition(":")[0]:
        return said("the machine restarted")
    return said("ended from outside")
