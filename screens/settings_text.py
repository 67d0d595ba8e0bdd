"""What the settings screen says: pure, from facts and choices to rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import cell_len

from screens.rows import wrapped
from wizard.advice.setting_sources import Source
from wizard.advice.setting_states import SettingState
from wizard.choices import Choices
from wizard.language import _, said, shown
from wizard.machine.facts import Machine, short
from wizard.machine.folder_size import FolderSize
from wizard.machine.try_folder import FolderTried
from wizard.plan import old_cache

if TYPE_CHECKING:
    from screens.asking import Marked

LINK_MODES = (
    ("auto", said("the first way that works: clone, hard link, copy")),
    ("clone", said("takes no room; only on some disks")),
    ("hardlink", said("takes no room; cache and project on one disk")),
    ("copy", said("takes the room again; works everywhere")),
    ("symlink", said("clearing the cache then breaks every environment")),
)
NAMES = {
    "settings.cache-dir": said("Cache folder"),
    "settings.python-install-dir": said("Python folder"),
    "settings.link-mode": said("Link mode"),
}
OLD_CACHES = (
    ("keep", said("it stays where it is")),
    ("move", said("its files go to the new folder, without undo")),
    ("drop", said("uv clears it, without undo")),
)
BECOMES = {
    "keep": said("stays where it is."),
    "move": said("is moved to the new folder."),
    "drop": said("is cleared. Undo can't bring it back."),
}


@dataclass
class Tried:
    """What is known of the folder in a field."""

    value: str
    problem: str | None = None
    found: FolderTried | None = None
    waits: bool = False
    given: bool = False
    """It was not typed here: advice, a file or the team said so."""

    @property
    def told(self) -> str | None:
        """The line under the field: trouble first; "" while it is tried; None where what holds now says more."""
        if self.problem:
            return _("x error        {problem}", problem=self.problem)
        if self.found is not None and self.value:
            if self.found.warning:
                return _("! warning      {warning}", warning=self.found.warning)
            return None if self.given else f"{' ' * 15}{shown(self.found.fact)}"
        return "" if self.waits and not self.given else None


def now_told(machine: Machine, state: SettingState, room: int) -> str:
    """What holds now and what sets it, in `room` cells: the file and its line matter more than a path's beginning."""
    now = short(machine, state.now or _("not known"))
    if state.source is None:
        return _("empty: {now}, {fact}", now=now, fact=state.fact)
    rest = f", {shown(state.source.at)}"
    if state.key == "settings.cache-dir" and state.fact:
        rest += f", {shown(state.fact)}"
    left = max(8, room - cell_len(_("now ")) - cell_len(rest))
    return _("now {shortened}{rest}", shortened=shortened(now, left), rest=rest)


def shortened(path: str, room: int) -> str:
    """Its end, in `room` cells."""
    while cell_len(path) > room:
        path = f"...{path[4:]}"
    return path


def old_told(
    machine: Machine, choices: Choices, state: SettingState, size: FolderSize | None, *, waits: bool, room: int
) -> str:
    """What becomes of the cache that is there, in `room` cells. `state`: of settings.cache-dir; `waits`: the disks are
    not known yet.
    """
    folder = old_cache.old(machine, choices)
    if folder is not None:
        wish = choices.text("settings.old-cache")
        why = old_cache.why_kept(machine, choices) if wish != "keep" else None
        counted = f" ({shown(size.told)})" if size else ""
        return _fitted(
            short(machine, folder), f"{counted} {_('stays: {why}.', why=why) if why else shown(BECOMES[wish])}", room
        )
    if state.new and state.now:
        none_yet = machine.cache is not None and not machine.cache.exists
        return "" if none_yet else _fitted(short(machine, state.now), f" {shown(BECOMES['keep'])}", room)
    if state.problem:
        return _("! warning      {problem}", problem=state.problem)
    if waits or choices.text("settings.cache-dir") or choices.text("settings.python-install-dir"):
        return ""
    return _("Nothing to decide: the cache may stay where it is ({fact}).", fact=state.fact)


def _fitted(path: str, rest: str, room: int) -> str:
    """What becomes of it matters more than the beginning of a long path."""
    head = _("The old cache in ")
    left = max(8, room - cell_len(head) - cell_len(rest))
    return f"{head}{shortened(path, left)}{rest}"


def side_told(machine: Machine, states: Iterable[SettingState], whys: Iterable[str]) -> str:
    """Where each is set today, the place that wins first named so; and the reasons of what is recommended."""
    lines = [_("Where each is set today")]
    for state in states:
        lines += ["", shown(NAMES[state.key])]
        for one in state.sources:
            lines += wrapped(f"{_mark(one)} {short(machine, one.value)}, {shown(one.place)}", 38, 3)
        if not any(one.wins for one in state.sources):
            lines += wrapped(_("+ wins: {short}, uv's own", short=short(machine, state.now or "not known")), 38, 3)
    for why in whys:
        lines += ["", *wrapped(f"+ {shown(why)}", 38, 8)]
    return "\n".join(lines)


def _mark(one: Source) -> str:
    if one.wins:
        return _("+ wins:")
    return _("  behind it:") if ".toml line" in one.place else _("  not in this terminal:")


def options_told(machine: Machine, choices: Choices) -> tuple[str, list[Marked]]:
    """Title and rows of the options: the link mode and, where an old cache lies about, what becomes of it."""
    from screens.asking import Marked

    mode, wish = choices.text("settings.link-mode"), choices.text("settings.old-cache")
    title = _("Link mode: how files get from the cache into .venv")
    rows = [
        Marked(value, f"{value:9} {shown(about)}", value == mode, "mode", "link-mode") for value, about in LINK_MODES
    ]
    if old_cache.old(machine, choices) is not None:
        title += _("; and the old cache")
        rows += [
            Marked(
                value, _("old cache: {value}   {about}", value=value, about=about), value == wish, "old", "old-cache"
            )
            for value, about in OLD_CACHES
        ]
    return title, rows
