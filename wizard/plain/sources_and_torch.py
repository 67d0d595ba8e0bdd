"""The mirrors and the torch screen as lines."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from wizard.errors import BadInput, WizardError
from wizard.language import _, error_told, said, shown
from wizard.mirrors import catalogue
from wizard.mirrors.record import KINDS, Kind
from wizard.plain.help import help_of
from wizard.plain.options import of_mirrors
from wizard.plain.page import Page, Question, Row
from wizard.plain.start_and_review import GO_ON_OR_BACK, nothing
from wizard.told import torch_rows
from wizard.told.headlines import whence
from wizard.told.sources import BLOCKS, OFFICIAL, short_name

if TYPE_CHECKING:
    from wizard.way import Way

MEASURED = said("the fastest: measured before the review, at most 15 s")


def mirrors(way: Way) -> Page:
    """Where packages, torch and Pythons come from. Nothing is measured unless the fastest is chosen."""
    kinds: list[Kind] = [
        kind for kind in KINDS if kind in BLOCKS and (kind != "pytorch" or (way.project and way.project.torch))
    ]
    questions = []
    for kind in kinds:
        key = f"mirrors.{kind}"
        in_force = way.choices.text(key)
        values = [
            "official",
            "fastest",
            *(one.id for one in catalogue.built_in().of(kind) if one.offer and not one.official),
        ]
        if in_force not in values:
            values.insert(0, in_force)
        names = {
            "fastest": MEASURED,
            "official": _("official, the packages' own place") if kind == "pypi" else short_name(OFFICIAL),
        }
        rows = tuple(
            Row(
                names.get(value, short_name(value, kind)),
                nothing if value == in_force else partial(way.choose, key, value),
            )
            for value in values
        )
        at = values.index(in_force)
        questions.append(Question(_("Source of {what}", what=BLOCKS[kind]), str(at + 1), rows, chosen=at, key=key))
    return Page(
        4,
        "mirrors",
        _("mirrors: where the packages come from"),
        _(
            "A mirror is a nearer copy of the package index. It leaves uv.lock alone: every "
            "file is checked against uv.lock, wherever it came from."
        ),
        (_in_force(way, kinds), *(f"  + {shown(why)}" for kind in kinds for why in way.why(f"mirrors.{kind}"))),
        "uv-wizard mirrors",
        tuple(questions),
        tuple(
            f"{shown(short_name(one.id, kind))}{_(': ')}{shown(one.operator)}"
            for kind in kinds
            for one in catalogue.built_in().of(kind)
            if one.offer
        ),
        help_of("mirrors"),
        more={
            "o": (_("asks for addresses of your own, and how far a mirror reaches"), partial(of_mirrors, way, kinds))
        },
    )


def _in_force(way: Way, kinds: list[Kind]) -> str:
    chosen = {kind: way.choices.text(f"mirrors.{kind}") for kind in kinds}
    names = {kind: value if value == OFFICIAL else short_name(value, kind) for kind, value in chosen.items()}
    return whence(
        _("In force"), {kind: _("the fastest") if name == "fastest" else name for kind, name in names.items()}
    )


def torch(way: Way) -> Page:
    """The variant for this machine."""
    torch_rows.settle(way)
    told = torch_rows.page(way, keys=False)
    glyph = " " if told.headline.startswith(("x", "?")) else "+"
    lines = [
        told.headline,
        *(f"  {glyph} {shown(why)}" for why in told.reasons),
        *(f"  ! {shown(note)}" for note in told.notes),
    ]
    lines += [f"{shown(label)}{_(': ')}{shown(fact)}" for label, fact in told.facts]
    lines += [_("uv.lock gives {what}", what=one) for one in told.locked]
    rows = tuple(
        Row(
            row.line,
            nothing if place == told.chosen else partial(way.choose, torch_rows.KEY, row.value),
        )
        for place, row in enumerate(told.rows)
    )
    further = _further(way)
    elsewhere = told.chosen < 0
    chosen = _(", chosen: {what}", what=way.choices.text(torch_rows.KEY)) if elsewhere else ""
    rows += (Row(_("another version or variant{chosen}", chosen=chosen), nothing, further),)
    at = len(rows) - 1 if elsewhere else told.chosen
    question = Question(_("Choice"), str(at + 1), rows, chosen=at, key=torch_rows.KEY)
    return Page(
        5,
        "torch",
        _("torch: the variant for this machine"),
        _("torch is published in several variants, each built for some GPUs and drivers."),
        tuple(lines),
        way.by_hand("torch"),
        (question if told.rows else GO_ON_OR_BACK,),
        tuple(f"x {name}: {shown(why)}" for name, why in told.ruled_out),
        help_of("torch"),
    )


def _further(way: Way) -> tuple[Question, ...]:
    """What the page of another version or variant asks; Enter leaves each as it is."""
    newest = way.torch().torch_version
    such = _(", such as {newest}", newest=newest) if newest else ""
    asked = (
        (
            torch_rows.KEY,
            _("Variant (keep, auto, pypi, or a name such as cpu or cu126)"),
            way.choices.text(torch_rows.KEY),
        ),
        ("torch.version", _("Version of torch{such}", such=such), way.choices.text("torch.version") or _("the newest")),
        ("torch.layout", _("How pyproject.toml says it (auto, index, extras)"), way.choices.text("torch.layout")),
        ("torch.platforms", _("On which systems"), ",".join(way.choices.names("torch.platforms"))),
    )
    return tuple(Question(prompt, default, take=partial(_take, way, key), key=key) for key, prompt, default in asked)


def _take(way: Way, key: str, text: str) -> None:
    """Takes it where it can be carried out. Raises BadInput."""
    value: object = tuple(one.strip() for one in text.split(",")) if key == "torch.platforms" else text
    # a version that was chosen for another variant must not stand in the way of this one
    pairs = [(key, value), *([("torch.version", "")] if key == torch_rows.KEY else [])]
    try:
        with torch_rows.as_if(way, *pairs):
            way.plan()
    except WizardError as error:
        raise BadInput(error_told(error)) from None
    for one, what in pairs:
        if what != way.choices.get(one):
            way.choose(one, what)
