"""A plan: steps with the commands that will run and the files that will change.

Values only; `wizard.run` carries them out and `wizard.plan.*` makes them.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

StepId = Literal[
    "uv", "settings", "import", "init", "fix", "mirrors", "torch", "lock", "sync", "verify", "export", "team"
]


@dataclass(frozen=True)
class Command:
    """One child process. `environment` is laid over the cleaned environment; None removes a variable."""

    argv: tuple[str, ...]
    environment: Mapping[str, str | None] = field(default_factory=dict)
    cwd: str | None = None
    kind: Literal[
        "plain",
        "uv",
        "verify",
        "place-uv",
        "mirror-sync",
        "bundle-sync",
        "check-uv-toml",
        "ask-shells",
        "move-cache",
        "copy-file",
    ] = "plain"
    """How the supervisor runs it: `uv` on a pseudo-terminal with its output read as progress; those after it are
    carried out by the supervisor's own functions, and `argv` is what a person would type for the same."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """What such a function needs, JSON values only."""


@dataclass(frozen=True)
class FileChange:
    """A file's bytes before and after; None: it does not exist then."""

    path: str
    before: bytes | None
    after: bytes | None
    known: bool = True
    """False where the file lies on another host (`--machine`): `before` is then not known, and there is no diff."""

    @property
    def diff(self) -> str | None:
        """Unified diff of the two texts, None where the bytes before are not known."""
        if not self.known:
            return None
        old = (self.before or b"").decode("utf-8", "replace").splitlines(keepends=True)
        new = (self.after or b"").decode("utf-8", "replace").splitlines(keepends=True)
        lines = difflib.unified_diff(old, new, self.path, self.path)
        return "".join(line if line.endswith("\n") else line + "\n" for line in lines)

    @property
    def after_text(self) -> str | None:
        """The whole new text."""
        return None if self.after is None else self.after.decode("utf-8", "replace")


@dataclass(frozen=True)
class RegistryChange:
    r"""A value of HKCU\Environment on Windows; None removes it. `kind` is REG_SZ or REG_EXPAND_SZ."""

    name: str
    before: str | None
    after: str | None
    kind: str = "REG_SZ"
    known: bool = True
    """False for another host's registry: `before` is then not known."""

    @property
    def told(self) -> str:
        """What becomes of it, in one line."""
        return rf"HKCU\Environment\{self.name} " + ("removed" if self.after is None else f"= {self.after}")


@dataclass(frozen=True)
class Step:
    """One part of the plan: files and registry values are written first, then its commands run."""

    id: StepId
    title: str
    summary: str = ""
    """What the review's row says: `install uv 0.13.8 into ~/.local/bin`."""
    commands: tuple[Command, ...] = ()
    files: tuple[FileChange, ...] = ()
    registry: tuple[RegistryChange, ...] = ()
    notes: tuple[str, ...] = ()
    """Warnings the review shows with `!`."""
    origin: str = ""
    """`conda`, where what it writes was asked for in conda's words."""


@dataclass(frozen=True)
class Plan:
    """The steps to carry out, those with nothing to do left out."""

    steps: tuple[Step, ...]
    project: str | None = None
    uv: str | None = None
    """The uv that the commands name: the one there will be."""

    def step(self, step_id: str) -> Step | None:
        """The step of that id, None where there is none."""
        return next((step for step in self.steps if step.id == step_id), None)


def document(plan: Plan) -> dict[str, Any]:
    """The plan as INTERFACE.md's JSON shape."""
    return {
        "schema": 1,
        "steps": [
            {
                "id": step.id,
                "title": step.title,
                "summary": step.summary,
                "notes": list(step.notes),
                "commands": [list(command.argv) for command in step.commands],
                "files": [{"path": f.path, "diff": f.diff, "after": f.after_text} for f in step.files],
                "registry": [{"name": r.name, "before": r.before, "after": r.after} for r in step.registry],
            }
            for step in plan.steps
        ],
    }
