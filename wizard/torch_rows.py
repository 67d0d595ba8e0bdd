"""What the torch screen tells, on both faces: the recommendation, its reasons, the builds to choose from. Pure but for the plan.

The row that is marked is the choice in force; `settle` puts the recommended one in force where nobody has decided.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from wizard.errors import WizardError
from wizard.text import needed_size, one_line, standing_size

if TYPE_CHECKING:
    from wizard.advice.torch import TorchAdvice
    from wizard.advice.torch_list import Candidate
    from wizard.way import Way

KEY = "torch.variant"
SAID_BY = {"project": "your team", "file": "your file"}


@dataclass(frozen=True)
class TorchRow:
    """One build. `value`: what `torch.variant` becomes; `ok` False: it does not run here."""

    value: str
    label: str
    word: str
    note: str
    ok: bool


@dataclass(frozen=True)
class TorchPage:
    """`headline` and `reasons`: the recommendation; `chosen`: the place of the row in force, -1 where none is."""

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


def settle(way: Way) -> None:
    """Where nobody has decided and uv.lock does not serve this machine: the recommended variant, until it is changed."""
    advice = way.torch()
    if way.choices.origin(KEY) == "default" and advice.certain and advice.choice != "keep":
        way.choose(KEY, advice.choice)


def page(way: Way) -> TorchPage:
    """The screen's content for what is known now."""
    advice = way.torch()
    waits = "gpus" in way.pending
    if way.project is None or way.project.torch is None:
        return TorchPage("Nothing to decide: this project does not use torch.", (), (), -1, (), (), ())
    rows = tuple(_row(candidate, advice, way) for candidate in advice.candidates)
    return TorchPage(
        _headline(advice, waits=waits),
        advice.why,
        rows,
        chosen(way, rows),
        _facts(way, advice),
        advice.ruled_out,
        advice.notes,
        waits,
        _locked(way),
    )


def _headline(advice: TorchAdvice, *, waits: bool) -> str:
    if waits:
        return "Recommended: . the driver is being asked (at most 20 s)"
    if advice.variant is None:
        return (
            "? No variant can be recommended."
            if not advice.certain
            else "x error    No torch that this project allows runs here."
        )
    if advice.choice == "keep" and advice.locked is not None:
        return f"Nothing to decide: uv.lock has {advice.locked.label}, and it runs here."
    if advice.extra is not None:
        return f"Recommended: {advice.extra[0]} {advice.extra[1]}, which this project offers"
    version = f"torch {advice.torch_version}, " if advice.torch_version else ""
    return f"Recommended: {version}variant {advice.variant}"


def _row(candidate: Candidate, advice: TorchAdvice, way: Way) -> TorchRow:
    locked = advice.locked
    is_locked = locked is not None and (locked.variant, locked.torch) == (candidate.variant, candidate.torch_version)
    value = "keep" if is_locked else candidate.variant
    word = candidate.word
    if way.choices.get(KEY) == value and way.choices.origin(KEY) in SAID_BY:
        word = SAID_BY[way.choices.origin(KEY)]  # type: ignore[assignment]
    note = one_line(candidate.note, 200)
    if not candidate.ok:
        note = f"x {note.partition(';')[0].removesuffix(' or newer')}"
    elif value == advice.choice and value != "keep":
        note = (
            f"{advice.extra[0]} {advice.extra[1]}, no file changes"
            if advice.extra
            else "pyproject.toml, uv.lock change"
        )
    name = "" if candidate.variant == "pypi" else f" {candidate.variant}"
    return TorchRow(value, f"torch {candidate.torch_version}{name}", word, note, candidate.ok)


def chosen(way: Way, rows: tuple[TorchRow, ...]) -> int:
    """The place of the row that is in force, -1 where it is none of them."""
    value = way.choices.text(KEY)
    if value == "auto":
        value = way.torch().choice
    if value == "keep" and not any(row.value == "keep" for row in rows):
        return -1
    return next((place for place, row in enumerate(rows) if row.value == value), -1)


def _facts(way: Way, advice: TorchAdvice) -> tuple[tuple[str, str], ...]:
    facts = [("Changes", _changes(way))]
    size = sum(way.sizes().values())
    kept = way.choices.text(KEY) == "keep"
    if kept and size:
        facts.append(("Download", f"{standing_size(size)} at most; about {needed_size(int(size * 2.2))} on the disk"))
    elif not kept:
        facts.append(("Download", "size not known before uv has made uv.lock again"))
    count = len(advice.ruled_out)
    if count:
        facts.append(
            ("Ruled out", f"{count} variant{'s' * (count != 1)}: not for this GPU, driver or project (A shows why)")
        )
    return tuple(facts)


def _locked(way: Way) -> tuple[str, ...]:
    """Which torch uv.lock gives each system, and from where; this machine's system first."""
    from wizard.advice.lock_files import torch_everywhere
    from wizard.advice.torch_reach import Selected

    chosen = Selected(way.choices.names("sync.extras"), way.choices.names("sync.groups"))
    return tuple(one.told for one in torch_everywhere(way.machine, way.project, chosen))


def _changes(way: Way) -> str:
    try:
        plan = way.plan()
    except WizardError as error:
        return f"x {one_line(str(error))}"
    extra = way.torch().extra
    step = plan.step("torch")
    if step is None:
        value = way.choices.text(KEY)
        if extra is not None and value in {extra[1], way.torch().choice}:
            return f"none; the sync takes --{extra[0]} {extra[1]}"
        return "none; uv.lock stays as it is"
    added = sum(_added(change.diff) for change in step.files)
    lock = "; uv makes uv.lock again" if plan.step("lock") else ""
    return f"pyproject.toml +{added} line{'s' * (added != 1)}{lock}"


def _added(diff: str | None) -> int:
    return sum(line.startswith("+") and not line.startswith("+++") for line in (diff or "").splitlines())


def price(row: TorchRow) -> str | None:
    """What the promise says after a row that does not run here was taken; None where all is well."""
    return None if row.ok else "x The GPU will not be used with this choice."
