"""A plan as the JSON that the supervisor carries out. Pure, and without secrets: the supervisor has the environment."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from wizard.language import words_of
from wizard.plan.step import Command, FileChange, Plan, RegistryChange, Step, document

SCHEMA = 1


@dataclass(frozen=True)
class Around:
    """What a run is told beside its plan.

    `sizes`: expected bytes by `name==version`; `notes`: said when it begins; `context`: what diagnosis may know, such as
    `{"choices": {"settings": {…}}, "registries": ["…"]}`.
    """

    label: str = "apply"
    sizes: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    context: Mapping[str, Any] = field(default_factory=dict)


def from_plan(
    plan: Plan, run_id: str, *, project: str | None, started: str, around: Around | None = None
) -> dict[str, Any]:
    """The job. A step's files and registry values are written before its commands run. `started`: ISO 8601."""
    around = around or Around()
    return {
        "schema": SCHEMA,
        "run": run_id,
        "started": started,
        "label": around.label,
        "project": project,
        "plan": {**document(plan), "words": words_of([step.summary for step in plan.steps])},
        "sizes": dict(around.sizes),
        "notes": list(around.notes),
        "context": dict(around.context),
        "steps": [
            {
                "id": step.id,
                "title": step.title,
                "summary": step.summary,
                "actions": list(actions(step)),
                **({"origin": step.origin} if step.origin else {}),
            }
            for step in plan.steps
        ],
    }


def actions(step: Step) -> Iterator[dict[str, Any]]:
    """What is done for a step, in its order: `{"do": "write" | "registry" | "command" | …, …}`."""
    yield from map(_write, step.files)
    yield from map(_registry, step.registry)
    yield from map(_command, step.commands)


def _write(change: FileChange) -> dict[str, Any]:
    return {"do": "write", "path": change.path, "before": _text(change.before), "after": _text(change.after)}


def _registry(change: RegistryChange) -> dict[str, Any]:
    return {"do": "registry", "name": change.name, "before": change.before, "after": change.after, "kind": change.kind}


def _command(command: Command) -> dict[str, Any]:
    common = {"argv": list(command.argv), "env": dict(command.environment), "cwd": command.cwd}
    if command.kind in ("plain", "uv"):
        return {**command.options, "do": "command", **common, "uv": command.kind == "uv"}
    return {**common, **command.options, "do": command.kind}


def _text(data: bytes | None) -> str | None:
    return None if data is None else base64.b64encode(data).decode("ascii")
