"""Rows too long for a narrow window, broken so that what follows hangs below the column where the row's text begins."""

from __future__ import annotations

import re

from rich.cells import cell_len
from textual.content import Content

from wizard.text import CLOSING, WIDE

ROOM = 57
"""Cells of the body in the narrowest window, its scroll bar beside it."""
_COLUMN = re.compile(r"^ *(?:[(\[][ *][)\]] |[+x!>.?-] |\S+(?: \S+)? {2,}|\d+ )")
_PIECE = re.compile(rf" *(?:[{WIDE}]|[^ {WIDE}]+)[{CLOSING}]*")
_MOST_INDENT = 16


def hung(content: Content, width: int) -> Content:
    """Each line within `width` cells, broken at blanks; a longer word stays whole."""
    if all(cell_len(line) <= width for line in content.plain.split("\n")):
        return content
    return Content("\n").join([part for line in content.split("\n") for part in _parts(line, width)])


def _parts(line: Content, width: int) -> list[Content]:
    line = line[: len(line.plain.rstrip())]
    text = line.plain
    if cell_len(text) <= width:
        return [line]
    head = _COLUMN.match(text)
    indent = min(_MOST_INDENT, cell_len(head[0])) if head else len(text) - len(text.lstrip())
    found: list[Content] = []
    while cell_len(text) > width:
        end = _end(text, width)
        if end >= len(text):
            break
        found.append(line[:end])
        rest = text[end:]
        start = end + len(rest) - len(rest.lstrip())
        line = Content(" " * indent) + line[start:]
        text = line.plain
    return [*found, line]


def _end(text: str, width: int) -> int:
    """Where the first row ends: before the last place to break at that leaves it within `width` cells."""
    used = end = 0
    for piece in _PIECE.findall(text):
        used += cell_len(piece)
        if used > width and text[:end].strip():
            return len(text[:end].rstrip())
        end += len(piece)
    return len(text)
