"""What an export comes to: files to write, what to know of them, what to type next."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wizard.advice.findings import Finding
from wizard.files import read_bytes
from wizard.plan.step import FileChange, Plan, Step, StepId


@dataclass(frozen=True)
class Exported:
    """`commands`: (argv, what it does); `findings`: what stands against it; with an error among them nothing is written."""

    files: tuple[FileChange, ...]
    summary: str
    notes: tuple[str, ...] = ()
    commands: tuple[tuple[tuple[str, ...], str], ...] = ()
    findings: tuple[Finding, ...] = ()
    step: StepId = "export"

    @property
    def stopped(self) -> Finding | None:
        """The first error, None where there is none."""
        return next((one for one in self.findings if one.diagnosis.severity == "error"), None)

    def plan(self, project: str) -> Plan:
        """One step with the files that change; no step where none does."""
        changed = tuple(one for one in self.files if one.before != one.after)
        step = Step(self.step, self.step, self.summary, files=changed, notes=self.notes)
        return Plan((step,) if changed else (), project)

    def document(self) -> dict[str, Any]:
        """JSON-ready."""
        return {
            "schema": 1,
            "files": [{"path": one.path, "diff": one.diff, "after": one.after_text} for one in self.files],
            "notes": list(self.notes),
            "commands": [list(argv) for argv, _ in self.commands],
            "findings": [one.diagnosis.document() for one in self.findings],
        }


def change(folder: str, name: str, after: str | bytes) -> FileChange:
    """That file of the folder, as it is and as it will be."""
    path = Path(folder, *name.split("/"))
    return FileChange(str(path), read_bytes(path), after.encode() if isinstance(after, str) else after)
