"""A screen that is drawn cell by cell becomes the stream that wizard.run.uv_output reads. Pure, linear in what is drawn.

A Windows pseudo-terminal (ConPTY) of Windows 10 and 11 does not pass on what a program prints: it keeps a screen of its
own and says by cursor movements which cells of it have changed. The one that newer pywinpty brings along (of Windows
Terminal 1.22 on) passes sequences on, but says in words of its own what a program did by calls. So there may be no line
ends to cut at, and half of a row may be all that comes. Here the screen is kept, and told from:

- a line of text once, with LF, when the cursor has left it for a lower one, when it scrolls away, or at the end;
- the drawing, which is the rows at the bottom of the screen that `drawn` knows, as a whole when one of them changed:
  what is not drawn any more is gone. It is complete when a cell is written again that lies before one written since.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from wizard.run.grid import COLUMNS, FILLER, ROWS, Grid, Row

END_OF_DRAWN = " \r\x1b[K"
"""After each row of a drawing: what follows is drawn over it. The blank is part of a spinner that is alone so far."""


class _Line(NamedTuple):
    """A line of text and the rows that it fills."""

    text: str
    first: int
    last: int


class Cells(Grid):
    """Takes what a terminal is sent; `told` gives the stream. `drawn` says of a row's text whether it is part of a drawing."""

    def __init__(self, drawn: Callable[[str], bool], columns: int = COLUMNS, rows: int = ROWS) -> None:
        super().__init__(columns, rows)
        self._drawn = drawn
        self._drawing: list[str] = []
        self._redrawn = False
        self._out: list[str] = []

    def told(self, *, quiet: bool = False, ended: bool = False) -> str:
        """What there is to tell since the last time. `quiet`: nothing more comes for now; `ended`: nothing ever."""
        self._tell_lines(len(self.rows) if ended else max(self.row if quiet else 0, self.furthest[0]))
        if quiet or ended:
            self._tell_drawing()
            self.furthest = (-1, 0)
        told, self._out = "".join(self._out), []
        return told

    def settled(self, limit: int) -> None:
        self._tell_lines(limit)
        self._tell_drawing()

    def leaves(self, row: Row) -> None:
        text = row.text.replace(FILLER, "").rstrip()
        if row.dirty and text and not self._drawn(text):
            self._out.append(text if row.wrapped else f"{text}\n")  # a line that fills more than the screen
        elif not text and not row.passed:
            self._out.append("\n")

    def _tell_lines(self, limit: int) -> None:
        """What changed above row `limit`."""
        waiting: list[_Line] = []
        gone: dict[str, list[Row]] = {}
        for line in self._changed():
            head = self.rows[line.first]
            is_drawn = bool(line.text) and self._drawn(line.text)
            self._redrawn = self._redrawn or is_drawn or not line.text
            if line.text != head.told:
                for row in self.rows[line.first : line.last + 1]:
                    gone.setdefault(row.told, []).append(row)
                if line.text and not is_drawn:
                    waiting.append(line)
                    continue
            self._done(line)
        for line in waiting:
            if line.last < limit:
                self._tell(line, gone.get(line.text))
        for row in self.rows:  # what was told and is blank now may be drawn again further down
            row.dirty = row.dirty or (not row.text and bool(row.told))

    def _changed(self) -> list[_Line]:
        """Lines with a row that changed; a row that is full goes on in the next one."""
        found, first = [], 0
        while first < len(self.rows):
            last = first
            while self._goes_on(self.rows[last]) and last + 1 < len(self.rows):
                last += 1
            rows = self.rows[first : last + 1]
            if any(row.dirty for row in rows):
                found.append(_Line("".join(row.text for row in rows).replace(FILLER, "").rstrip(), first, last))
            first = last + 1
        return found

    def _goes_on(self, row: Row) -> bool:
        return row.wrapped and len(row.text) == self.columns and row.text[-1] != " " and not self._drawn(row.text)

    def _tell(self, line: _Line, gone: list[Row] | None) -> None:
        if gone:  # it stands elsewhere now: a line above a drawing is drawn again with it
            gone.pop().told = ""
        else:
            above = line.first
            while above and not self.rows[above - 1].text and not self.rows[above - 1].passed:
                above -= 1
                self.rows[above].passed = True
            self._out.append("\n" * (line.first - above) + line.text + "\n")
        self._done(line)
        self.rows[line.first].told = line.text

    def _done(self, line: _Line) -> None:
        for row in self.rows[line.first : line.last + 1]:
            row.dirty = False
            row.passed = row.passed or bool(line.text)

    def _tell_drawing(self) -> None:
        if not self._redrawn:
            return
        self._redrawn = False
        drawing: list[str] = []
        for row in reversed(self.rows):
            text = row.text.replace(FILLER, "").rstrip()
            if text and not self._drawn(text):
                break
            if text:
                drawing.insert(0, text)
        if drawing and drawing != self._drawing:
            self._out += [text + END_OF_DRAWN for text in drawing]
        self._drawing = drawing
