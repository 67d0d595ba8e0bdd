"""What few people choose, behind a letter of its page: an address of one's own and its reach; extras, groups, the checks."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING

from wizard.choice_keys import KEYS
from wizard.errors import BadInput, WizardError
from wizard.language import _
from wizard.mirrors.record import Kind
from wizard.plain.page import Question, Row
from wizard.plain.start_and_review import nothing
from wizard.text import one_line
from wizard.told.sources import BLOCKS

if TYPE_CHECKING:
    from wizard.way import Way

NONE = "none"


def of_mirrors(way: Way, kinds: Iterable[Kind]) -> tuple[Question, ...]:
    """Addresses of one's own, and how far a mirror reaches."""
    asked = [_address(way, kind) for kind in kinds]
    project, every = way.choices.text("mirrors.scope") == "project", way.choices.flag("mirrors.persist")
    return (
        *asked,
        _yes_or_no(way, "mirrors.scope", _("In pyproject.toml too? Your team gets it"), project, ("machine", "project")),
        _yes_or_no(way, "mirrors.persist", _("Keep it for every project? It breaks --locked elsewhere"), every, (False, True)),
    )  # fmt: skip


def _address(way: Way, kind: Kind) -> Question:
    key = f"mirrors.{kind}"
    value = way.choices.text(key)
    shown = value if "://" in value else NONE
    return Question(_("Address for {what}", what=BLOCKS[kind]), shown, take=partial(_take_address, way, kind), key=key)


def _take_address(way: Way, kind: Kind, text: str) -> None:
    """Looked at first: one that answers something else is not taken; one that is silent may answer tomorrow."""
    from wizard.mirrors.looking import look

    key = f"mirrors.{kind}"
    if text == NONE:
        way.choose(key, "official")
        return
    if "@" in text.partition("://")[2].partition("/")[0]:
        raise BadInput(_("Leave name and password out of the address; uv keeps them: uv auth login"))
    way.choices.with_values("screen", {key: text})
    try:
        found = look(kind, text, way.project, way.uv_path())
    except WizardError:
        found = None  # the proxy or certificate settings: the first page tells of them
    if found is not None and not found.ok and not found.silent:
        raise BadInput(_("That address: {why}", why=one_line(found.why_not or "", 200)))
    way.choose(key, text)


def of_review(way: Way) -> tuple[Question, ...]:
    """Extras, groups, the cache, what the checks require."""
    project, found = way.project, list[Question]()
    if project is not None:
        for key, prompt, names in (
            ("sync.extras", _("Extras"), project.extras),
            ("sync.groups", _("Groups"), project.groups),
        ):
            if names:
                now = ",".join(way.choices.names(key)) or NONE
                told = f"{prompt} ({', '.join(one_line(name, 40) for name in names)})"
                found.append(Question(told, now, take=partial(_take_names, way, key, tuple(names)), key=key))
    empty = way.choices.flag("sync.no-cache")
    found.append(_yes_or_no(way, "sync.no-cache", _("No cache: download everything again?"), empty, (False, True)))
    key = "verify.require"
    words = KEYS[key].words
    at = words.index(way.choices.text(key))
    rows = [Row(word, nothing if place == at else partial(way.choose, key, word)) for place, word in enumerate(words)]
    return (*found, Question(_("The checks require"), str(at + 1), tuple(rows), chosen=at, key=key))


def _take_names(way: Way, key: str, names: tuple[str, ...], text: str) -> None:
    wanted = () if text == NONE else tuple(one.strip() for one in text.split(",") if one.strip())
    unknown = [one for one in wanted if one not in names]
    if unknown:
        raise BadInput(_("{name} is none of {names}; give names with commas between them, or none",
                         name=one_line(unknown[0], 60), names=", ".join(names)))  # fmt: skip
    way.choose(key, wanted)


def _yes_or_no(way: Way, key: str, prompt: str, on: bool, values: tuple[object, object]) -> Question:  # noqa: FBT001 - as it is
    rows = tuple(
        Row(text, nothing if on == place else partial(way.choose, key, values[place]))
        for place, text in enumerate((_("no"), _("yes")))
    )
    return Question(prompt, str(int(on) + 1), rows, chosen=int(on), key=key)


__all__ = ["of_mirrors", "of_review"]
