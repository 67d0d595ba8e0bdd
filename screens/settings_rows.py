"""Rows of the settings screen, and what is answered to a path that is not whole: pure, as screens.settings_text."""

from __future__ import annotations

from screens.settings_text import LINK_MODES, Tried, now_told
from wizard.advice.setting_states import SettingState
from wizard.language import _, shown
from wizard.machine.facts import Machine
from wizard.plan.settings import shells_of


def mode_told(machine: Machine, mode: str, state: SettingState, cache: Tried | None, *, waits: bool, room: int) -> str:
    """The link mode that will hold and what it does; one that is set somewhere holds while nothing is chosen.

    `cache`: what is known of the folder typed for it; `waits`: the disks are not known yet.
    """
    if mode == "auto" and state.source is not None:
        return now_told(machine, state, room)
    does = dict(LINK_MODES)[mode] if mode in {"copy", "symlink"} else _links(state, cache, waits=waits)
    return f"{mode}{_(': ')}{shown(does)}"


def _links(state: SettingState, cache: Tried | None, *, waits: bool) -> str:
    if cache is not None and cache.value:
        if cache.problem:
            return _("tried as soon as the cache folder is usable")
        if cache.waits:
            return _(". trying")
        if cache.found and cache.found.links:
            return cache.found.links
    return _(". trying in both folders") if waits else state.fact


def places(machine: Machine) -> tuple[tuple[str, str, str], ...]:
    """Where settings can be kept: value, label, and what that means."""
    windows = machine.os == "windows"
    shells = _("your Windows user") if windows else ", ".join(shells_of(machine)) or _("your shells")
    return (
        ("environment", _("environment variables"), _("{shells}; can be undone", shells=shells)),
        ("uv.toml", "uv.toml", _("uv's file; not the Python folder")),
        ("none", _("this run only"), _("nothing is kept")),
    )


def not_whole(value: str, home: str | None) -> str:
    """What is wrong with a path that uv would not understand, and the whole one where it is this user's own `~`."""
    if home and value[:1] == "~" and value[1:2] in ("", "/", "\\"):  # behind another letter stands another user's name
        return _("Write the whole path, uv knows no ~: {home}{value}", home=home, value=value[1:])
    return _("Write the whole path: uv knows no ~ and no $HOME here.")


__all__ = ["mode_told", "not_whole", "places"]
