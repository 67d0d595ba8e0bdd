"""A team's greeting in `[tool.uv-wizard]`, beside its choices. Pure, and light: every start reads it."""

from __future__ import annotations

from collections.abc import Mapping

from wizard.errors import BadInput
from wizard.language import said
from wizard.text import one_line

WHERE = "[tool.uv-wizard] in pyproject.toml"
GREETING = "greeting"
LONGEST = 200
"""Letters of a greeting; a screen shows its first 76."""


def split(tables: object) -> tuple[str, object]:
    """The greeting ("": none) and the rest, which is choices. Raises BadInput where the greeting is no text."""
    if not isinstance(tables, Mapping) or GREETING not in tables:
        return "", tables
    return checked(tables[GREETING]), {name: one for name, one in tables.items() if name != GREETING}


def checked(greeting: object) -> str:
    """The greeting as screens may show it: one line, nothing in it that a terminal would obey. Raises BadInput."""
    if not isinstance(greeting, str) or len(greeting) > LONGEST:
        msg = said(
            "{where}: {key} = {value} is not possible; allowed: text of up to {longest} letters",
            where=WHERE,
            key=GREETING,
            value=f"{one_line(str(greeting), 80)!r}",
            longest=LONGEST,
        )
        raise BadInput(msg)
    return one_line(" ".join(greeting.split()), LONGEST)
