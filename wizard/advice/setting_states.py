"""The settings as they are and as they will be: the rows of the settings screen. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from wizard.advice.settings import filesystem_for, judge_cache
from wizard.choices import Choices
from wizard.machine.facts import Machine
from wizard.plan.settings import UV_TOML_KEYS, VARIABLES
from wizard.text import masked, one_line
from wizard.toml import TOMLError, parse


@dataclass(frozen=True)
class SettingState:
    """`now`: the value in force; `where`: what set it; `new`: what it becomes, None where it stays; `origin`: who said so."""

    key: str
    now: str | None
    where: str
    new: str | None
    fact: str
    problem: str | None
    origin: str


def states(machine: Machine, choices: Choices, needed: int | None) -> tuple[SettingState, ...]:
    """Cache folder, Python folder, link mode, in this order."""
    cache = judge_cache(filesystem_for(machine, "cache"), filesystem_for(machine, "project"), needed)
    return (
        _state(machine, choices, "settings.cache-dir", machine.folders.get("cache"), cache.fact, cache.problem),
        _state(machine, choices, "settings.python-install-dir", machine.folders.get("pythons"),
               "about 0.1 GiB a Python", None),
        _state(machine, choices, "settings.link-mode", "auto", link_fact(machine, choices), None),
    )  # fmt: skip


def link_fact(machine: Machine, choices: Choices) -> str:
    """What uv will do here with `auto`, from links that were tried."""
    cache, project = filesystem_for(machine, "cache"), filesystem_for(machine, "project")
    if choices.text("settings.cache-dir") or cache is None or project is None:
        return "uv takes the first way that works: clone, hard link, copy"
    if cache.mount != project.mount:
        return "uv will copy: cache and project lie on different disks"
    if project.reflinks:
        return "uv will clone files (tried here: it works)"
    if project.hardlinks:
        return "uv will make hard links (tried here: they work)"
    if project.hardlinks is False:
        return "uv will copy: links do not work on this disk"
    return "not tried yet"


def _state(
    machine: Machine, choices: Choices, key: str, default: str | None, fact: str, problem: str | None
) -> SettingState:
    now, where = _in_force(machine, key, default)
    value, origin = choices.said(key)
    text = value if isinstance(value, str) else ""
    new = text if text not in ("", "auto") and text != now else None
    return SettingState(key, now, where, new, fact, None if new else problem, origin)


def _in_force(machine: Machine, key: str, default: str | None) -> tuple[str | None, str]:
    variable = VARIABLES[key]
    if machine.environment.get(variable):
        return masked(machine.environment[variable]), f"{variable} in the environment"
    path = machine.folders.get("user_uv_toml", "")
    try:
        value = parse(machine.files.get(path) or b"").get(UV_TOML_KEYS.get(key, ""))
    except (TOMLError, UnicodeDecodeError):
        value = None
    if isinstance(value, str):
        return one_line(value), path
    return default, "uv's own"
