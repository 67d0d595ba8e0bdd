"""`uv-wizard report DIR`: what the machines of a fleet came to, as one table and one page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from wizard.cli import common
from wizard.cli.options import Options
from wizard.errors import BadInput, ExitCode
from wizard.language import _, shown
from wizard.text import cells, padded

if TYPE_CHECKING:
    from wizard.fleet.read import Fleet

_WIDEST = (32, 48, 16, 14)


def report(options: Options) -> int:
    """0 where nothing stands against any host, 3 where something does."""
    from wizard.fleet.read import read

    target = options.text("save")
    if target is not None and not target.endswith(".html"):
        msg = _("--save writes one HTML page; give it a name that ends in .html")
        raise BadInput(msg)
    fleet = read(str(options.word()))
    if options.json:
        common.print_json(fleet.document())
    else:
        common.print_lines(lines(fleet))
    if target is not None:
        from wizard.fleet.page import page
        from wizard.html_page import save

        save(page(fleet), target)
    return ExitCode.DONE if fleet.good else ExitCode.FELL_SHORT


def lines(fleet: Fleet) -> Iterator[str]:
    """The table, as wide as what is in it, then the sum. ASCII but for the language's letters, legible without colour."""
    from wizard.fleet import told

    rows = [[shown(cell) for cell in row] for row in (told.HEADS, *(told.cells(one) for one in fleet.rows))]
    widths = [min(most, max(cells(row[at]) for row in rows)) for at, most in enumerate(_WIDEST)]
    for number, row in enumerate(rows):
        mark = " " if number == 0 else told.MARKS[fleet.rows[number - 1].state]
        columns = [padded(_cut(cell, width), width) for cell, width in zip(row, widths, strict=False)]
        yield "  ".join([mark, *columns, row[-1]])
    yield ""
    yield shown(told.told(fleet))


def _cut(text: str, width: int) -> str:
    if cells(text) <= width:
        return text
    while cells(text) > width - 4:
        text = text[:-1]
    return text + " ..."
