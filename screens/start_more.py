"""What the first screen tells besides: in a wide window what comes next, in a tall one more of the machine."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size

from screens.rows import cut, fit, wrapped
from screens.track import ORDER, name_of
from wizard.language import _, ngettext, said, shown
from wizard.text import end_of, masked, one_line, standing_size
from wizard.told.phrases import counted

if TYPE_CHECKING:
    from wizard.advice.findings import Finding
    from wizard.machine.facts import Filesystem, Machine

PURPOSES = {"project": said("project"), "cache": said("cache"), "pythons": said("Pythons"), "home": said("home")}


def more_rows(machine: Machine, width: int, most: int) -> list[str]:
    """At most `most` rows of `width` cells, an empty one before them; none where there is room for nothing."""
    told = [(_("Shell"), machine.shell)]
    if machine.libc is not None:
        told.append((_("C library"), f"{machine.libc.name} {machine.libc.version or ''}".rstrip()))
    if machine.conda is not None:
        base = _("starts by itself") if machine.conda.auto_activate else _("does not start by itself")
        told.append(("conda", _(", ").join(filter(None, (machine.conda.active, base)))))
    rows = [(label, one_line(str(fact))) for label, fact in told if fact]
    disks = {one.mount: one for one in machine.filesystems or ()}
    columns = [_disk(one) for one in sorted(disks.values(), key=lambda one: one.mount)]
    wide = [max(map(cell_len, told)) + 2 for told in zip(*columns, strict=True)]
    rows += [(_("Disks") if not place else "", "".join(map(fit, told, wide))) for place, told in enumerate(columns)]
    return ["", *(fit(label, 11) + cut(fact.rstrip(), width - 11) for label, fact in rows)][:most] if most > 1 else []


def summary(found: Sequence[Finding], waiting: int, most: int) -> str:
    """The line above the findings, of which `most` are shown. `waiting`: facts that are not known yet."""
    looked = ngettext("{count} fact is still being looked up.", "{count} facts are still being looked up.", waiting)
    if not waiting and found and all(one.diagnosis.severity == "note" for one in found):
        return _("+ ok       Nothing stands in the way. To know:")
    if not found:
        return (
            _("So far nothing stands in the way. {looked}", looked=looked)
            if waiting
            else _("+ ok       Nothing stands in the way.")
        )
    told = counted(one.diagnosis.severity for one in found)
    if waiting:  # the notes are left out where the line has no room for them
        return _("Found so far: {count}. {looked}", count=_(", ").join(told[:2]), looked=looked)
    count = _(", ").join(told)
    if len(found) > most:
        return _("Found: {count}; {found} more, A shows them.", count=count, found=len(found) - most)
    if all(one.screen != "start" for one in found if one.diagnosis.severity != "note"):
        return _("Found: {count}. Each is settled on the screen named beside it.", count=count)
    return _("Found: {count}. A says what to do.", count=count)


def side(found: Sequence[Finding]) -> str:
    """The side panel: what the next screens ask, and the worst of what was found, at length."""
    lines = [_("What the next screens ask"), ""]
    asks = (
        ("uv", _("which uv there will be")),
        ("settings", _("where its files lie")),
        ("mirrors", _("where packages come from")),
        ("torch", _("which variant fits the GPU")),
        ("review", _("whether to start")),
    )
    lines += [f"{ORDER.index(name) + 1} {set_cell_size(name_of(name), 9)} {about}" for name, about in asks]
    if found:
        worst = found[0].diagnosis
        lines += ["", *wrapped(worst.title, 38, 3), "", *wrapped(worst.explanation, 38, 12)]
        for proof in worst.evidence[:2]:
            lines += ["", *wrapped(f"> {shown(masked(proof))}", 38, 5)]
    return "\n".join(lines)


def _disk(one: Filesystem) -> tuple[str, str, str, str]:
    free, total = one.room, one.total_bytes
    size = (
        _("? unknown")
        if free is None
        else _("{free} of {total} free", free=standing_size(free), total=standing_size(total))
        if total
        else _("{free} free", free=standing_size(free))
    )
    network = _("network")
    kind = _(", ").join([one.type or "-", *([network] if one.network else [])])
    uses = _(", ").join(shown(PURPOSES[name]) for name in one.purposes if name in PURPOSES)
    return end_of(one_line(one.mount), 18), kind, size, uses


__all__ = ["more_rows", "side", "summary"]
