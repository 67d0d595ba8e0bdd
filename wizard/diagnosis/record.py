"""The records of diagnosis: what is known around a failure, and what it is called and how it is put right.

A fix is nothing but another set of choices, or commands that a person would type.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from wizard.language import remembered

if TYPE_CHECKING:
    from wizard.machine.facts import Filesystem, Machine
    from wizard.project.facts import Project

Severity = Literal["error", "warning", "note"]
Phase = Literal["sync", "verify", "machine"]


@dataclass(frozen=True)
class Fix:
    """One way out. `choices`: dotted keys, such as `{"settings.cache-dir": "/data/uv"}`; `commands`: whole argvs.

    `message`: sentences to send to whoever has to act, where that is somebody else.
    """

    title: str
    choices: Mapping[str, Any] | None = None
    commands: tuple[tuple[str, ...], ...] | None = None
    message: str | None = None

    def document(self) -> dict[str, Any]:
        """INTERFACE.md's fix: choices nested by table; and the message where there is one."""
        commands = None if self.commands is None else [list(argv) for argv in self.commands]
        told = {"title": self.title, "choices": _nested(self.choices), "commands": commands}
        return {**told, "message": self.message} if self.message else told


@dataclass(frozen=True)
class Diagnosis:
    """A named cause. `evidence`: the lines that say so, safe to show; `fixes`: the best first."""

    cause: str
    title: str
    explanation: str
    evidence: tuple[str, ...]
    fixes: tuple[Fix, ...]
    severity: Severity = "error"

    def document(self) -> dict[str, Any]:
        """INTERFACE.md's `diagnose`, and `severity` beside."""
        return {
            "cause": self.cause,
            "title": self.title,
            "explanation": self.explanation,
            "evidence": list(self.evidence),
            "fixes": [fix.document() for fix in self.fixes],
            "severity": self.severity,
        }


@dataclass(frozen=True)
class Context:
    """What is known around a failure; everything may be missing, and less is then told.

    `default_index`: the default index in force, letter for letter; `registries`: the lock's; `choices`: nested by table;
    `exit_code`: negative for a signal, as subprocess tells it; `has_lock`: whether the project has a uv.lock now;
    `exists`: whether a path is there, None where the text may come from another machine; `python_here`, `python_in_file` and
    `uv_here`: see wizard.plan.stand_ins.
    """

    registries: tuple[str, ...] = ()
    default_index: str | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    proxy: str | None = None
    filesystems: tuple[Filesystem, ...] = ()
    os: str | None = None
    exit_code: int | None = None
    cancelled: bool = False
    phase: Phase | None = None
    machine: Machine | None = None
    project: Project | None = None
    choices: Mapping[str, Any] = field(default_factory=dict)
    has_lock: bool | None = None
    exists: Callable[[str], bool] | None = None
    python_here: str | None = None
    python_in_file: bool = False
    uv_here: bool = False


def from_document(document: Mapping[str, Any], words: Any = None) -> Diagnosis:
    """The diagnosis that `Diagnosis.document` wrote (an event read back, say). Raises KeyError where a key is missing.

    `words`: what the event kept of its sentences (wizard.language), where `document` is only a part of it.
    """
    words = document.get("words") if words is None else words
    return Diagnosis(
        cause=str(document["cause"]),
        title=remembered(document["title"], words),
        explanation=remembered(document["explanation"], words),
        evidence=tuple(map(str, document["evidence"])),
        fixes=tuple(_fix(each, words) for each in document["fixes"]),
        severity=document.get("severity") or "error",
    )


def _fix(document: Mapping[str, Any], words: Any) -> Fix:
    choices = document.get("choices")
    commands: Sequence[Sequence[str]] | None = document.get("commands")
    flat = None if choices is None else {f"{t}.{k}": v for t, keys in choices.items() for k, v in keys.items()}
    return Fix(
        title=remembered(document["title"], words),
        choices=flat,
        commands=None if commands is None else tuple(tuple(map(str, argv)) for argv in commands),
        message=remembered(document["message"], words) if document.get("message") else None,
    )


def _nested(choices: Mapping[str, Any] | None) -> dict[str, dict[str, Any]] | None:
    if choices is None:
        return None
    nested: dict[str, dict[str, Any]] = {}
    for dotted, value in choices.items():
        table, key = dotted.split(".", 1)
        nested.setdefault(table, {})[key] = list(value) if isinstance(value, tuple) else value
    return nested
