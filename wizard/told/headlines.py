"""The line with which a screen begins: what is recommended, or why there is nothing to decide. One sentence for both faces."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from wizard.language import _, shown
from wizard.machine.facts import short
from wizard.mirrors.record import Kind
from wizard.text import cells
from wizard.told.sources import BLOCKS, OFFICIAL

if TYPE_CHECKING:
    from wizard.way import Way


def of_uv(way: Way) -> str:
    """Of the uv screen."""
    if "uv" in way.pending:
        return _("Recommended: . looking for the uv on this machine")
    ways = way.candidates_of_uv()
    if not ways:
        return _("x error    No way to a uv is known here; F5 on screen 1 looks again.")
    source = way.machine.uv_source
    newest = source.newest if source and source.newest else ""
    if ways[0].value == "keep":
        told = ways[0].label.removeprefix("keep ")
        enough = _("is the newest") if newest and told == _("uv {newest}", newest=newest) else _("is new enough")
        return _("Nothing to decide: {told} is here, is your own and {enough}.", told=told, enough=enough)
    version = way.choices.text("uv.version") or newest
    folder = way.choices.text("uv.dir") or way.machine.folders.get("uv_bin", "")
    into = _(" into {short}", short=short(way.machine, folder)) if folder else ""
    return _("Recommended: install uv{version}{into}", version=f" {version}" if version else "", into=into)


def whence(word: str, chosen: Mapping[Kind, str], most: int | None = None) -> str:
    """Where each kind comes from; what comes from its official source, as most does, is not named one by one.

    `most`: the cells that there are; shorter where the sentence needs more.
    """
    named = {kind: name for kind, name in chosen.items() if name != OFFICIAL}
    if not named:
        return _("{word}: all from the official sources", word=word)
    rest = _(", the rest official") if len(named) < len(chosen) else ""
    told = [_("{what} from {named}", what=shown(BLOCKS[kind]), named=name) for kind, name in named.items()]
    line = f"{word}{_(': ')}{_(', ').join(told)}{rest}"
    if most is None or cells(line) <= most:
        return line
    told = [_("{name} ({what})", name=name, what=shown(BLOCKS[kind])) for kind, name in named.items()]
    return f"{word}{_(': ')}{_(', ').join(told)}{rest}"


__all__ = ["of_uv", "whence"]
