"""Changes carried out on pyproject.toml's bytes, each proven; a file that fails the proof is refused, never half edited.

Every change is tried on the text in several ways; what counts is the proof after each: the file must parse to exactly
the tables that were meant, and every comment must still stand.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable
from typing import Any

from wizard.errors import BadInput
from wizard.language import said
from wizard.project.torch_target import Change, apply, without_empty
from wizard.project.torch_text import written
from wizard.text import one_line
from wizard.toml import TOMLError, parse

_BOM = b"\xef\xbb\xbf"


class Refused(BadInput):
    """The file can't be edited safely. `lines`: what to add by hand, as text of pyproject.toml."""

    def __init__(self, why: str, lines: str) -> None:
        told = " / ".join(line.strip() for line in lines.splitlines() if line.strip())
        short = one_line(why, 300)
        super().__init__(
            said("pyproject.toml was left as it is: {why}. By hand, add: {lines}", why=short, lines=told)
            if told
            else said("pyproject.toml was left as it is: {why}", why=short)
        )
        self.why = why
        self.lines = lines


def parsed(pyproject: bytes) -> dict[str, Any]:
    """The file's tables. Raises Refused."""
    try:
        return parse(pyproject)
    except (TOMLError, UnicodeDecodeError) as error:
        raise Refused(said("it is not valid TOML ({error})", error=error), "") from None


def carried_out(pyproject: bytes, wanted: Iterable[Change], by_hand: Callable[[], str]) -> bytes:
    """The file with those changes; the same bytes where none changes anything. Raises Refused with the lines by hand."""
    tables = parsed(pyproject)
    text, restore = _unpacked(pyproject)
    before = text
    for change in wanted:
        meant = copy.deepcopy(tables)
        apply(meant, change)
        if meant == tables:
            continue
        for one in (meant, *([without_empty(meant, change.path[:-1])] if change.value is None else ())):
            after = written(text, change, one)
            if after is not None:
                text, tables = after, one
                break
        else:
            if not change.optional:
                raise Refused(
                    said("{path} stands where it can't be changed safely", path=".".join(change.path)), by_hand()
                )
    return pyproject if text == before else restore(text)


def _unpacked(data: bytes) -> tuple[str, Callable[[str], bytes]]:
    """The text with plain newlines, and what makes bytes of it again: mark, newlines and missing last newline kept."""
    mark = data.startswith(_BOM)
    text = data.decode("utf-8-sig")
    windows = "\r\n" in text and "\n" not in text.replace("\r\n", "")
    if windows:
        text = text.replace("\r\n", "\n")
    unended = bool(text) and not text.endswith("\n")

    def restore(after: str) -> bytes:
        whole = after.rstrip("\n") if unended else after
        whole = whole.replace("\n", "\r\n") if windows else whole
        return (_BOM if mark else b"") + whole.encode()

    return text, restore
