"""What an export comes to: files to write, what to know of them, what to type next."""

from __future__ import annotations

import filecmp
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wizard.advice.findings import Finding
from wizard.files import read_bytes
from wizard.plan.step import Command, FileChange, Plan, Step, StepId


@dataclass(frozen=True)
class Copy:
    """A file that is too large for a plan's text: copied as it is."""

    source: str
    path: str

    @property
    def needed(self) -> bool:
        """Whether the file is not there yet, or another."""
        return not (os.path.isfile(self.path) and filecmp.cmp(self.source, self.path, shallow=False))

    @property
    def command(self) -> Command:
        """For the supervisor."""
        return Command(("cp", self.source, self.path), kind="copy-file", options={"from": self.source, "to": self.path})


@dataclass(frozen=True)
class Exported:
    """`commands`: (argv, what it does); `findings`: what stands against it; with an error among them nothing is written."""

    files: tuple[FileChange, ...]
    summary: str
    notes: tuple[str, ...] = ()
    commands: tuple[tuple[tuple[str, ...], str], ...] = ()
    findings: tuple[Finding, ...] = ()
    step: StepId = "export"
    copies: tuple[Copy, ...] = ()

    @property
    def stopped(self) -> Finding | None:
        """The first error, None where there is none."""
        return next((one for one in self.findings if one.diagnosis.severity == "error"), None)

    def plan(self, project: str) -> Plan:
        """One step with the files that change; no step where none does."""
        changed = tuple(one for one in self.files if one.before != one.after)
        copied = tuple(one.command for one in self.copies if one.needed)
        step = Step(self.step, self.step, self.summary, copied, changed, notes=self.notes)
        return Plan((step,) if changed or copied else (), project)

    def document(self) -> dict[str, Any]:
        """JSON-ready."""
        return {
            "schema": 1,
            "files": [{"path": one.path, "diff": one.diff, "after": one.after_text} for one in self.files],
            "copies": [{"from": one.source, "path": one.path} for one in self.copies],
            "notes": list(self.notes),
            "commands": [list(argv) for argv, _ in self.commands],
            "findings": [one.diagnosis.document() for one in self.findings],
        }


def change(folder: str, name: str, after: str | bytes) -> FileChange:
    """That file of the folder, as it is and as it will be."""
    path = Path(folder, *name.split("/"))
    return FileChange(str(path), read_bytes(path), after.encode() if isinstance(after, str) else after)
