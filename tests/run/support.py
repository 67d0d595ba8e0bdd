"""Plans and events for tests of runs."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from tests.support.projects import Project
from wizard.plan.step import Command, FileChange, Plan, Step
from wizard.run import client
from wizard.run.progress import RunState

LIMIT_S = 60.0


def sync_plan(project: Project) -> Plan:
    """What `uv-wizard sync` would do in that project."""
    argv = (str(project.uv), "sync", "--locked")
    command = Command(argv, {"UV_DEFAULT_INDEX": project.registry}, str(project.path), "uv")
    return Plan((Step("sync", "Sync", commands=(command,)),), str(project.path), str(project.uv))


def python_plan(*codes: str, kind: Any = "plain", files: tuple[FileChange, ...] = ()) -> Plan:
    """A step for each piece of Python code."""
    names: tuple[Any, ...] = ("uv", "settings", "torch", "lock", "sync", "verify")
    steps = [
        Step(name, name.title(), commands=(Command((sys.executable, "-u", "-c", code), kind=kind),), files=files)
        for name, code in zip(names, codes, strict=False)
    ]
    return Plan(tuple(steps))


def to_the_end(run: client.RunInfo) -> list[dict[str, Any]]:
    """All events of a run that ends by itself."""
    deadline = time.monotonic() + LIMIT_S
    found = [event for batch in client.follow(run, stop=lambda: time.monotonic() > deadline) for event in batch]
    assert found[-1]["type"] == "end", found[-3:]
    return found


def state_of(events: Iterable[dict[str, Any]]) -> RunState:
    state = RunState()
    for event in events:
        state.apply(event)
    return state


def until(condition: Callable[[], object], what: str = "") -> None:
    """Waits until something holds."""
    deadline = time.monotonic() + LIMIT_S
    while not condition():
        assert time.monotonic() < deadline, what or condition
        time.sleep(0.02)


def texts(events: Iterable[dict[str, Any]]) -> list[str]:
    return [event["text"] for event in events if event["type"] == "output"]


def seen(run: client.RunInfo, text: str) -> bool:
    """Whether a command of the run has printed that line by now."""
    from wizard import events

    return any(event.get("text") == text for event in events.read(Path(run.folder) / "events.jsonl"))
