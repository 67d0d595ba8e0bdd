"""A language of capitals: whatever is translated is loud, so what a reader gets untranslated stands out by its small letters."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from wizard import language

_PARTS = re.compile(r"(\{\w+\})")
_TYPED = re.compile(
    r"(?:^uv-wizard: )|(?:(?:^|(?<=[\s=(]))(?:uv|uv-wizard|uvx|conda|python3?|py|pip|git|docker|cd|unset) .*|^ *\$ .*)$"
    r"|compute capability|\S+\|\S+|No such file or directory|line \d+ column \d+"
)
"""What is typed, to the end of its line; what NVIDIA calls it; one of several words; what the system or JSON's reader says."""
_PROSE = re.compile(r"\b[a-z]{2,} [a-z]{2,}\b")


class _Loud:
    def gettext(self, message: str) -> str:
        return "".join(part if part.startswith("{") else part.upper() for part in _PARTS.split(message))

    def ngettext(self, one: str, many: str, count: int) -> str:
        return self.gettext(one if count == 1 else many)


@contextmanager
def loud() -> Iterator[None]:
    """Everything that goes through the catalogue is in capitals, whatever language is asked for; what was put into a
    sentence is not.
    """
    before = language._catalogue
    language._catalogue = _Loud
    _forget()
    try:
        yield
    finally:
        language._catalogue = before
        _forget()


def _forget() -> None:
    """The words of state that the screens know their colours by."""
    if "screens.widgets" in sys.modules:
        sys.modules["screens.widgets"]._heads.cache_clear()


def untranslated(rows: Iterable[str]) -> list[str]:
    """The rows with two small words beside each other that are nothing to type."""
    return [row for row in rows if _PROSE.search(_TYPED.sub("", row))]
