"""What the torch screen tells, on both faces: the recommendation, its reasons, the builds to choose from. Pure but for the plan.

The row that is marked is the choice in force; `settle` puts the recommended one in force where nobody has decided.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from wizard.advice.torch_locked import NO_WHEEL
from wizard.language import Message, _, said, shown, with_fields
from wizard.lists import named, parted
from wizard.text import one_line
from wizard.told import torch as torch_told
from wizard.told.phrases import choice_word
from wizard.told.torch_means import KEY, as_if, facts

if TYPE_CHECKING:
    from wizard.advice.torch import TorchAdvice
    from wizard.advice.torch_list import Candidate
    from wizard.way import Way

KEYS = (KEY, "torch.version", "torch.layout", "torch.platforms")
SAID_BY = {"project": "your team", "file": "your file"}
NO_TORCH = said("Nothing to decide: this project does not use torch.")
UNREADABLE = said("? Not known whether torch is used: pyproject.toml cannot be read.")


@dataclass(frozen=True)
class TorchRow:
    """One build. `value`: what `torch.variant` becomes; `ok` False: it does not run here."""

    value: str
    label: str
    word: str
    note: str
    ok: bool

    @property
    def line(self) -> str:
        """`torch 2.14.1 cu126, recommended: runs on the RTX 3090`."""
        word = choice_word(self.word)
        if not self.note:
            return _(", ").join(filter(None, (shown(self.label), word)))
        return _("{label}, {word}: {note}", label=self.label, word=word, note=self.note)


@dataclass(frozen=True)
class TorchPage:
    """`headline` and `reasons`: the recommendation; `chosen`: the place of the row in force, -1 where none is.

    `facts`: what the row in force means: what changes, what is downloaded, what is ruled out.
    """

    headline: str
    reasons: tuple[str, ...]
    rows: tuple[TorchRow, ...]
    chosen: int
    facts: tuple[tuple[str, str], ...]
    ruled_out: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    waits: bool = False
    locked: tuple[str, ...] = ()
    """Which torch uv.lock gives each system, and from where."""
    set_beside: str = ""
    """What was chosen on the page behind the last row: `torch 2.10.0, layout extras`."""


def settle(way: Way) -> None:
    """Where nobody has decided and uv.lock does not serve this machine: the recommended variant, until it is changed.

    Not where the project does not name torch itself: that has to be done first, by whoever writes it.
    """
    advice = way.torch()
    named = way.project is not None and way.project.torch is not None and way.project.torch.declared
    if way.choices.origin(KEY) == "default" and advice.certain and advice.choice != "keep" and named:
        way.choose(KEY, advice.choice)


def page(way: Way, *, keys: bool = True) -> TorchPage:
    """The screen's content for what is known now. `keys`: whether the face has the screen's keys, and they may be named."""
    if way.project is None or way.project.torch is None:
        return TorchPage(
            NO_TORCH if way.project is None or way.project.readable else UNREADABLE, (), (), -1, (), (), ()
        )
    advice = way.torch()
    waits = "gpus" in way.pending
    rows = _rows(way, advice)
    at = chosen(way, rows)
    return TorchPage(
        torch_told.headline(advice, waits=waits),
        torch_told.reasons(advice, waits=waits),
        rows,
        at,
        facts(way, rows[at].value if at >= 0 else way.choices.text(KEY), advice, keys=keys),
        advice.ruled_out,
        () if waits else torch_told.notes(advice),
        waits,
        _locked(way),
        _set_beside(way),
    )


def _rows(way: Way, advice: TorchAdvice) -> tuple[TorchRow, ...]:
    """The builds, and a row that keeps what is: it is always there."""
    rows = [_row(candidate, advice, way) for candidate in advice.candidates]
    if all(row.value != "keep" for row in rows):
        rows.insert(1 if rows else 0, _keep(advice, way))
    return tuple(rows)


def _row(candidate: Candidate, advice: TorchAdvice, way: Way) -> TorchRow:
    locked = advice.locked
    fits = locked is not None and (not locked.missing_wheel or candidate.word == "in uv.lock")
    is_locked = fits and locked is not None and (locked.variant, locked.torch) == (
        candidate.variant, candidate.torch_version)  # fmt: skip
    value = "keep" if is_locked else candidate.variant
    note: str
    note, ok = _with_short_names(one_line(candidate.note, 200)), candidate.ok
    if not ok and "not known" in note:
        note, ok = said("? {what}", what=_brief(note)), True
    elif not ok:
        note = said("x {what}", what=_reason(note))
    elif value == advice.choice and value != "keep":
        note = _what_changes(advice, way)
    name = "" if candidate.variant == "pypi" else f" {candidate.variant}"
    word = candidate.word if advice.certain or candidate.word == "in uv.lock" else said("possible")
    return TorchRow(value, f"torch {candidate.torch_version}{name}", _word(way, value, word), note, ok)


def _what_changes(advice: TorchAdvice, way: Way) -> str:
    if advice.extra:
        return said("{kind} {name}, no file changes", kind=advice.extra[0], name=advice.extra[1])
    named = way.project is not None and way.project.torch is not None and way.project.torch.declared
    return said("pyproject.toml, uv.lock change") if named else said("uv add torch has to come first")


def _reason(note: str) -> str:
    """Short enough for the row: `fails here: needs driver 580`."""
    brief = _brief(note)
    told = said("fails here: {why}", why=brief)
    return told if len(told) <= _NOTE else brief


def _brief(note: str) -> str:
    """What the note says, without what would do and what is here: `needs driver 580`."""
    why = note.fields.get("why", note) if isinstance(note, Message) else note
    first = parted(why)[0]
    if isinstance(first, Message) and first.msgid in _BRIEF:
        return _BRIEF[first.msgid](first.fields)
    return first


_BRIEF: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "needs driver {needed} or newer": lambda given: said("needs driver {version}", version=given["needed"]),
    "needs driver {needed} or newer; the driver is not known": lambda given: said(
        "needs driver {version}", version=given["needed"]
    ),
    "needs glibc {glibc} or newer; this system has {here}": lambda given: said(
        "needs glibc {version}", version=given["glibc"]
    ),
    "needs macOS {macos} or newer; this one is {here}": lambda given: said(
        "needs macOS {version}", version=given["macos"]
    ),
    "has no code for the {name} ({generation}); its list {edge}": lambda given: said(
        "has no code for the {name}", name=given["name"]
    ),
    "has no code for the {name} ({gfx})": lambda given: said("has no code for the {name}", name=given["name"]),
}
"""By the sentence of the obstacle."""


def _with_short_names(note: str) -> str:
    return with_fields(note, lambda text: _MAKER.sub("", text)) if isinstance(note, Message) else note


_MAKER = re.compile(r"^(?:NVIDIA GeForce |NVIDIA |AMD )")


_NOTE = 32
"""Cells that a note has in a row of 76, beside its glyph."""


def _keep(advice: TorchAdvice, way: Way) -> TorchRow:
    if advice.locked is None:
        has_lock = bool(way.project and way.project.has_lock)
        note = said("no file changes") if has_lock else said("pyproject.toml stays as it is")
        return TorchRow("keep", said("keep what is there"), _word(way, "keep", "possible"), note, ok=True)
    locked = advice.locked
    if locked.missing_wheel:
        note, ok = said("x {what}", what=NO_WHEEL[locked.missing_wheel]), False
    else:
        note, ok = said("no file changes"), True
    version = locked.package.version or locked.torch
    label = locked.label if locked.variant else f"torch {version}"
    return TorchRow("keep", label, _word(way, "keep", "in uv.lock"), note, ok)


def _word(way: Way, value: str, word: str) -> str:
    origin = way.choices.origin(KEY)
    return SAID_BY[origin] if way.choices.get(KEY) == value and origin in SAID_BY else word


def chosen(way: Way, rows: tuple[TorchRow, ...]) -> int:
    """The place of the row that is in force, -1 where it is none of them."""
    value = way.choices.text(KEY)
    if value == "auto":
        value = way.torch().choice
    return next((place for place, row in enumerate(rows) if row.value == value), -1)


def _locked(way: Way) -> tuple[str, ...]:
    """Which torch uv.lock gives each system, and from where; this machine's system first."""
    from wizard.advice.lock_files import torch_everywhere
    from wizard.advice.torch_reach import Selected

    chosen = Selected(way.choices.names("sync.extras"), way.choices.names("sync.groups"))
    return tuple(one.told for one in torch_everywhere(way.machine, way.project, chosen))


def _set_beside(way: Way) -> str:
    told: list[str] = []
    if way.choices.text("torch.version"):
        told.append(f"torch {way.choices.text('torch.version')}")
    if way.choices.text("torch.layout") != "auto":
        told.append(said("layout {name}", name=way.choices.text("torch.layout")))
    if len(way.choices.names("torch.platforms")) != len(("linux", "windows", "macos")):
        told.append(said("for {systems}", systems=", ".join(way.choices.names("torch.platforms"))))
    return named(told)


def price(row: TorchRow) -> str | None:
    """What the promise says after a row that does not run here was taken; None where all is well."""
    return None if row.ok else said("x The GPU will not be used with this choice.")


__all__ = ["KEY", "KEYS", "TorchPage", "TorchRow", "as_if", "chosen", "facts", "page", "price", "settle"]
