"""The findings of probes, in the words of assets/machine.toml."""

from __future__ import annotations

from collections.abc import Iterable

from wizard import catalog
from wizard.language import Message, said
from wizard.machine.facts import MachineFinding
from wizard.text import masked, one_line

TITLE_CELLS = 60


def finding(cause: str, evidence: Iterable[str] = (), **words: str) -> MachineFinding:
    """The finding of that name; `words` fill its places and may come from outside. Raises KeyError for a name it lacks."""
    told = catalog.table("machine.toml")["finding"][cause]
    safe = {name: word if isinstance(word, Message) else masked(one_line(word, 200)) for name, word in words.items()}
    title, explanation = told["title"], told["explanation"]
    return MachineFinding(
        cause=cause,
        severity=told["severity"],
        title=Message(one_line(said(title, **safe), TITLE_CELLS), title, safe),
        explanation=said(explanation, **safe),
        evidence=tuple(masked(one_line(line, 400)) for line in evidence),
    )
