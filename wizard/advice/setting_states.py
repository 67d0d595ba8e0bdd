"""The settings as they are and as they will be: the rows of the settings screen. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from wizard.advice.setting_sources import Source, sources
from wizard.advice.settings import filesystem_for, judge_cache
from wizard.choices import Choices
from wizard.language import said
from wizard.machine.facts import Machine
from wizard.machine.try_folder import links_told
from wizard.project.facts import Project


@dataclass(frozen=True)
class SettingState:
    """`now`: the value in force; `source`: what set it, None: uv's own default; `new`: what it becomes, None where it
    stays; `origin`: who said so; `sources`: every place that sets it, the strongest first.
    """

    key: str
    now: str | None
    source: Source | None
    new: str | None
    fact: str
    problem: str | None
    origin: str
    sources: tuple[Source, ...] = ()


def states(
    machine: Machine, choices: Choices, needed: int | None, project: Project | None = None
) -> tuple[SettingState, ...]:
    """Cache folder, Python folder, link mode, in this order."""
    cache = judge_cache(machine, needed)
    facts = (
        ("settings.cache-dir", machine.folders.get("cache"), cache.fact, cache.problem),
        ("settings.python-install-dir", machine.folders.get("pythons"), said("about 0.1 GiB a Python"), None),
        ("settings.link-mode", "auto", link_fact(machine, choices), None),
    )
    return tuple(_state(choices, sources(machine, fact[0], project), *fact) for fact in facts)


def link_fact(machine: Machine, choices: Choices) -> str:
    """What uv will do here with `auto`, from links that were tried."""
    cache, project, tried = filesystem_for(machine, "cache"), filesystem_for(machine, "project"), machine.cache
    if choices.text("settings.cache-dir") or cache is None or project is None:
        return said("uv takes the first way that works: clone, hard link, copy")
    same = cache.mount == project.mount
    if tried is not None and (tried.hardlinks is not None or tried.reflinks is not None):
        return links_told(tried.hardlinks, tried.reflinks, same_disk=same) or said("not tried yet")
    if not same:
        return said("uv will copy: the cache lies on another disk than the project")
    return links_told(project.hardlinks, project.reflinks, same_disk=True) or said("not tried yet")


def _state(
    choices: Choices, found: tuple[Source, ...], key: str, default: str | None, fact: str, problem: str | None
) -> SettingState:
    winner = next((one for one in found if one.wins), None)
    now = winner.value if winner else default
    value, origin = choices.said(key)
    text = value if isinstance(value, str) else ""
    new = text if text not in ("", "auto") and text != now else None
    return SettingState(key, now, winner, new, fact, None if new else problem, origin, found)
