"""What the plan's sync would fetch, and whether it fits. Both faces ask here, before anything runs."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from wizard.diagnosis import Diagnosis, from_document
from wizard.plan.forecast import Forecast, Part, forecast
from wizard.plan.step import Plan
from wizard.run import known, room
from wizard.run.environment import child_environment

if TYPE_CHECKING:
    from wizard.advice.lock_files import FileHere
    from wizard.way import Way


def look(way: Way, plan: Plan, stopped: Callable[[], bool] = lambda: False, *, ask: bool = False) -> Forecast | None:
    """None where there is no sync, where uv.lock is made anew before it, and for another machine. Waits for uv, and with
    `ask` for servers whose files have no size in uv.lock.
    """
    question = _question(way, plan)
    if question is None:
        return None
    found = room.look(question, stopped, ask=ask) if way.uv_path() else None
    return found or _by_the_lock(way, question)


def first_sync(way: Way, plan: Plan, files: Iterable[FileHere]) -> Forecast | None:
    """Of a lock that was tried in a copy: what a first sync fetches, at most, for uv's cache may hold some of it. None where
    there is an environment already, or no sync.
    """
    question = _question(way, plan, locked=True)
    if question is None or Path(question.environment_path).is_dir():
        return None
    return _of_parts([Part(one.package, one.size) for one in files], question)


def same(one: Plan | None, other: Plan | None) -> bool:
    """Whether what was found for one holds for the other."""

    def key(plan: Plan) -> object:
        step = plan.step("sync")
        return (plan.step("lock") is None, step.commands if step else None)

    return one is not None and other is not None and key(one) == key(other)


def obstacle(way: Way, found: Forecast | None) -> Diagnosis | None:
    """Why the sync is not worth beginning; None where it may fit."""
    if found is None or found.short is None:
        return None
    choices = {"choices": way.choices.nested(), "machine": known.handed(way.machine)}
    return from_document(
        room.diagnosis_of(found, found.short, known.context(choices, child_environment(way.environment)))
    )


def changes(plan: Plan, found: Forecast | None) -> bool | None:
    """Whether carrying the plan out would change anything; None where only the sync could tell, and nobody asked it."""
    ids = {step.id for step in plan.steps} - {"verify"}
    if ids - {"sync"} or not ids:
        return bool(ids)
    return None if found is None else found.packages > 0


def _question(way: Way, plan: Plan, *, locked: bool = False) -> room.Question | None:
    """`locked`: whether it is asked also where uv.lock is made anew."""
    sync = plan.step("sync")
    project = way.project
    if sync is None or (plan.step("lock") and not locked) or way.machine.foreign or project is None:
        return None
    command = sync.commands[0]
    told = command.options.get("room") or {}
    environment = child_environment(way.environment, command.environment, windows=sys.platform == "win32")
    return room.Question(
        way.uv_path() or command.argv[0],
        Path(project.path),
        project.member,
        project.environment_path,
        room.options_of(command.argv),
        environment,
        told.get("spread"),
        environment.get("UV_CACHE_DIR") or way.machine.folders.get("cache"),
        "--no-cache" in command.argv,
        told.get("quotas"),
    )


def _by_the_lock(way: Way, question: room.Question) -> Forecast:
    """Where no uv can tell: everything, as if nothing were here yet."""
    from wizard.lock_sizes import download

    return _of_parts([Part(one.package, one.size) for one in download(way).files], question)


def _of_parts(parts: list[Part], question: room.Question) -> Forecast:
    cache = room.place("cache", room.cache_folder(question), question)
    environment = room.place("environment", question.environment_path, question)
    spread = room.spread(question.spread, one_disk=cache.disk == environment.disk)
    return forecast(parts, None, cache, environment, spread)


__all__ = ["changes", "first_sync", "look", "obstacle", "same"]
