"""Several things in one sentence, joined as the reader's language joins them."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from wizard.language import Message, said


def named(parts: Iterable[str]) -> str:
    """`a, b, c`; "" for none."""
    return _joined(parts, lambda some, more: said("{some}, {more}", some=some, more=more))


def both(parts: Iterable[str]) -> str:
    """`a and b and c`: few of them, and no comma."""
    return _joined(parts, lambda some, more: said("{some} and {more}", some=some, more=more))


def listed(parts: Iterable[str]) -> str:
    """`a, b and c`."""
    every = list(parts)
    return both((named(every[:-1]), every[-1])) if len(every) > 1 else named(every)


def and_the(parts: Iterable[str]) -> str:
    """`RTX 3090 and the RTX 4090`, behind a `the`."""
    return _joined(parts, lambda some, more: said("{some} and the {more}", some=some, more=more))


def either(parts: Iterable[str]) -> str:
    """`a or b`."""
    return _joined(parts, lambda some, more: said("{some} or {more}", some=some, more=more))


def in_turn(parts: Iterable[str]) -> str:
    """`a, then b, then c`."""
    return _joined(parts, lambda some, more: said("{some}, then {more}", some=some, more=more))


def clauses(parts: Iterable[str]) -> str:
    """`this is so; that too`."""
    return _joined(parts, lambda some, more: said("{some}; {more}", some=some, more=more))


def sentences(parts: Iterable[str]) -> str:
    """One after the other; each has its stop already. Chinese has no blank between them."""
    return _joined(parts, lambda some, more: said("{some} {more}", some=some, more=more))


def counted(parts: list[str], most: int) -> str:
    """The first of them, and how many more there are: `a, b and 3 more`."""
    told = named(parts[:most])
    return said("{some} and {count} more", some=told, count=len(parts) - most) if len(parts) > most else told


def as_rows(rows: Iterable[tuple[str, str]]) -> list[str]:
    """Two columns: what to type, which is ASCII, and what it does."""
    every = list(rows)
    width = max(len(what) for what, _ in every)
    return [said("  {what}  {how}", what=f"{what:{width}}", how=how) for what, how in every]


def parted(text: str) -> tuple[str, ...]:
    """What `clauses` was given, again; text of another kind is one part."""
    if isinstance(text, Message) and text.msgid == "{some}; {more}":
        return (*parted(text.fields["some"]), text.fields["more"])
    return (text,)


def _joined(parts: Iterable[str], two: Callable[[str, str], str]) -> str:
    told = ""
    for part in parts:
        told = two(told, part) if told else part
    return told
