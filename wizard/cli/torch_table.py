"""`uv-wizard torch` for people: what decides, what is recommended and why, and every variant in one table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from wizard.catalog_torch import Variant, the
from wizard.language import _, shown
from wizard.text import broken, clean, padded
from wizard.text import cells as cells_of
from wizard.told.phrases import choice_word, fact_label

if TYPE_CHECKING:
    from wizard.advice.lock_files import TorchThere
    from wizard.advice.torch import TorchAdvice
    from wizard.advice.torch_list import RuledOut
    from wizard.machine.facts import Gpu, Machine
    from wizard.way import Way

_WIDEST = 110
"""Longer lines are hard to read, however wide the terminal is."""
_NARROWEST = 40
_NOTE = 24
"""Cells that a note needs beside its row; with fewer it stands below."""


def torch_table(way: Way, advice: TorchAdvice, there: Sequence[TorchThere], width: int | None = None) -> Iterator[str]:
    """The lines. `width`: cells of the terminal; None: a pipe, so nothing is wrapped."""
    cells = None if width is None else max(_NARROWEST, min(width - 1, _WIDEST))
    yield from _facts(way, advice, there, cells)
    yield ""
    if advice.variant is None:
        yield from _wrapped("", _nothing(way, advice), cells)
    else:
        what = (
            _("torch {version}, variant {variant}", version=advice.torch_version, variant=advice.variant)
            if advice.torch_version
            else _("variant {variant}", variant=advice.variant)
        )
        yield _("Recommended: {what}", what=what)
    source = (_source(advice),) if advice.variant is not None else ()
    for glyph, sentences in (("+", (*advice.why, *source)), ("!", advice.notes)):
        for sentence in sentences:
            yield from _wrapped(f"  {glyph} ", sentence, cells)
    rows = _rows(advice)
    if rows:
        yield ""
        yield from _table(rows, cells)
    yield ""
    yield from _wrapped("", _next(way, advice), cells)


def _nothing(way: Way, advice: TorchAdvice) -> str:
    if not advice.certain:
        return _("No variant can be recommended")
    on_gpu = any(one.ok for one in advice.candidates)
    if way.project is None or advice.musl:
        return _("No torch runs on the GPU here") if on_gpu else _("No torch runs here")
    return (
        _("No torch that this project allows runs on the GPU here")
        if on_gpu
        else _("No torch that this project allows runs here")
    )


def _facts(way: Way, advice: TorchAdvice, there: Sequence[TorchThere], cells: int | None) -> Iterator[str]:
    machine, project = way.machine, way.project
    facts = [("GPU", one) for one in _gpus(machine)]
    if any(gpu.vendor == "nvidia" for gpu in machine.gpus or ()):
        wsl = _(", of Windows") if machine.wsl else ""
        facts.append(("Driver", f"{machine.nvidia_driver}{wsl}" if machine.nvidia_driver else _("? did not answer")))
    libc = f", {machine.libc.name} {machine.libc.version or '?'}" if machine.libc else ""
    system = _(", ").join(one for one in (machine.distribution, f"{machine.os or '?'} {machine.arch or '?'}") if one)
    facts.append(("System", system + libc))
    if project is not None:
        asks = (advice.basis.wish.asks if advice.basis else "") or _("any torch")
        asks = asks if project.torch else _("does not use torch")
        python = f", Python {project.requires_python}" if project.requires_python else ""
        facts.append(("Project", f"{project.name or project.path}: {asks}{python}"))
    facts += [("uv.lock", one.told) for one in there]
    last = ""
    for label, fact in facts:
        yield from _wrapped(padded(fact_label(label) if label != last else "", 9), fact, cells)
        last = label


def _gpus(machine: Machine) -> list[str]:
    if machine.gpus is None:
        return [_("? not known")]
    counted: dict[str, int] = {}
    for gpu in machine.gpus:
        counted[_gpu(gpu)] = counted.get(_gpu(gpu), 0) + 1
    return [f"{count} x {name}" if count > 1 else name for name, count in counted.items()] or [_("none found")]


def _gpu(gpu: Gpu) -> str:
    if gpu.vendor == "nvidia":
        known = gpu.compute_capability or _("not known")
        return _("{name}, GPU generation {known} (compute capability)", name=gpu.name, known=known)
    return f"{gpu.name}, {gpu.gfx or _('target not known')}" if gpu.vendor == "amd" else gpu.name


def _source(advice: TorchAdvice) -> str:
    names = {"linux": "Linux", "windows": "Windows", "macos": "macOS"}
    needed = [names[system] for system, needs in advice.needs_index.items() if needs]
    if not needed:
        return _("It comes from the package index: no other index is needed")
    return _(
        "It comes from the PyTorch index on {systems}; elsewhere torch stays the package index's",
        systems=_(" and ").join(needed),
    )


Row = tuple[str, str, str, str]
"""Variant, torch, word, note."""


def _rows(advice: TorchAdvice) -> list[Row]:
    rows: list[Row] = []
    for one in advice.candidates:
        word = f"+ {choice_word(one.word)}"
        rows.append((one.variant, one.torch_version, word if one.ok else f"x {choice_word('in uv.lock')}", one.note))
    return rows + [(_names(group), _torch(group), _("x ruled out"), group[0].short) for group in _groups(advice)]


def _groups(advice: TorchAdvice) -> list[list[RuledOut]]:
    """Neighbours in the catalogue's order that share a reason, one maker's at a time."""
    order = [one.name for one in sorted(the().variants.values(), key=Variant.order, reverse=True) if one.arch or one.gfx
             or one.rocm or not one.cuda]  # fmt: skip
    groups: list[list[RuledOut]] = []
    for out in advice.ruled_out_rows:
        last = groups[-1][-1] if groups else None
        beside = last is not None and out.variant in order and order.index(out.variant) == order.index(last.variant) + 1
        alike = last is not None and (last.short, _kind(last)) == (out.short, _kind(out))
        if beside and alike:
            groups[-1].append(out)
        else:
            groups.append([out])
    return groups


def _kind(out: RuledOut) -> str:
    return the().variants[out.variant].accelerator


def _names(group: list[RuledOut]) -> str:
    names = [one.variant for one in group]
    return ", ".join(names) if len(names) < 3 else f"{names[0]} - {names[-1]}"


def _torch(group: list[RuledOut]) -> str:
    versions = {one.torch for one in group}
    return versions.pop() or "-" if len(versions) == 1 else "-"


def _table(rows: list[Row], cells: int | None) -> Iterator[str]:
    heads: Row = (_("variant"), "torch", _("here"), "")
    first, second, third = (max(cells_of(row[column]) for row in (heads, *rows)) for column in range(3))
    for row in (heads, ("-" * first, "-" * second, "-" * third, ""), *rows):
        start = f"  {padded(row[0], first)}  {padded(row[1], second)}  {padded(row[2], third)}  "
        if cells is not None and cells - cells_of(start) < _NOTE:
            yield start.rstrip()
            yield from _wrapped(" " * 6, row[3], cells) if row[3] else ()
        else:
            yield from _wrapped(start, row[3], cells)


def _wrapped(start: str, text: str, cells: int | None) -> Iterator[str]:
    """`text` behind `start`, its further lines under it."""
    plain = clean(shown(text))
    if cells is None or cells_of(start) + cells_of(plain) <= cells:
        yield f"{start}{plain}".rstrip()
        return
    pad = " " * cells_of(start)
    lines = broken(plain, max(10, cells - cells_of(start)))
    yield from (f"{start if not number else pad}{line}" for number, line in enumerate(lines))


def _next(way: Way, advice: TorchAdvice) -> str:
    if way.project is None or way.project.torch is None or advice.variant is None:
        return _("Nothing has been changed.")
    if advice.choice == "keep":
        return _("Nothing has to be changed for it.") if advice.certain else _("Nothing has been changed.")
    if not way.project.torch.declared:
        return _("Nothing has been changed. To bind it, name torch in the project first: uv add torch")
    return _("Nothing has been changed. Look first: uv-wizard plan --set torch.variant=auto")
