"""The cells of a terminal's screen, changed by what the terminal is sent. Pure, linear in what is sent.

As much of a terminal as programs use that draw rows: text, cursor movements, clearing, rows and cells that are put in
or taken out, scrolling. Colours, titles and modes are read over.
"""

from __future__ import annotations

import re
import unicodedata

COLUMNS, ROWS = 200, 100
"""Size of the screen, in cells, where none is given."""

FILLER = "\0"
"""The second cell of a wide letter."""
_TOKENS = re.compile(
    r"(?P<text>[^\x00-\x1f\x7f]+)|\x1b\[(?P<private>[<=>?]?)(?P<numbers>[0-9:;]*)[ -/]*(?P<final>[@-~])"
    r"|\x1b[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[ -/]*(?P<escape>[0-~])|(?P<control>[\x00-\x1f\x7f])"
)
_OPEN = re.compile(r"\x1b(?:\[[0-?]*[ -/]*|[\]PX^_][^\x07\x1b]*\x1b?|[ -/]*)$")
_OPEN_LIMIT = 4096
"""Characters of a sequence that is waited for; a longer one is no sequence."""


class Row:
    """A row: its cells without blanks at the end, and whether its text goes on in the next one.

    `dirty`, `told` and `passed` belong to who tells of the screen: changed since it was looked at, what was told of it,
    and that it need not be told any more that it is blank.
    """

    __slots__ = ("dirty", "passed", "text", "told", "wrapped")

    def __init__(self) -> None:
        self.text = ""
        self.told = ""
        self.dirty = self.wrapped = self.passed = False


class Grid:
    """The screen. A subclass is told when a state of it is complete (`settled`), and when a row leaves it (`leaves`)."""

    def __init__(self, columns: int = COLUMNS, rows: int = ROWS) -> None:
        self.columns = columns
        self.rows = [Row() for _ in range(rows)]
        self.row = self.column = 0
        self.furthest = (-1, 0)
        """Row and column behind the last letter written since the screen was complete."""
        self._saved = (0, 0)
        self._answers: list[str] = []
        self._rest = ""

    def settled(self, limit: int) -> None:
        """What is drawn is complete, and the rows above `limit` will not be added to."""

    def leaves(self, row: Row) -> None:
        """The topmost row is about to scroll away."""

    def feed(self, text: str) -> None:
        """The next characters, cut anywhere."""
        text = self._rest + text
        opened = _OPEN.search(text, max(0, len(text) - _OPEN_LIMIT))
        self._rest = opened[0] if opened else ""
        for token in _TOKENS.finditer(text, 0, len(text) - len(self._rest)):
            kind = token.lastgroup
            if kind == "text":
                self._write(token["text"])
            elif kind == "final":
                self._sequence(token["private"], token["numbers"], token["final"])
            elif kind == "control":
                self._control(token["control"])
            elif kind == "escape":
                self._escape(token["escape"])

    def answers(self) -> str:
        """What is to be sent back: the other end asked what kind of terminal this is, or where the cursor is."""
        answers, self._answers = "".join(self._answers), []
        return answers

    def _write(self, text: str) -> None:
        cells = text if text.isascii() else _in_cells(text)
        while cells:
            if self.column >= self.columns:
                self.rows[self.row].wrapped = True
                self._line_feed(wraps=True)
                self.column = 0
            piece, cells = cells[: self.columns - self.column], cells[self.columns - self.column :]
            if cells.startswith(FILLER):  # a wide letter does not fit any more
                piece, cells = piece[:-1] + " ", piece[-1] + cells
            self._put(piece)

    def _put(self, piece: str) -> None:
        start = self.column
        self._starts(self.row, start)
        row = self.rows[self.row]
        row.text = row.text[:start].ljust(start) + piece + row.text[start + len(piece) :]
        row.dirty = True
        if start == 0:
            row.wrapped = False
        self.column += len(piece)
        drawn = piece.rstrip(" ")
        if drawn:
            self.furthest = max(self.furthest, (self.row, start + len(drawn)))

    def _erase(self, place: int, start: int, end: int) -> None:
        row = self.rows[place]
        if row.text[start:end].strip(" "):
            self._starts(place, start)
            row.text = (row.text[:start] + " " * (end - start) + row.text[end:]).rstrip(" ")
            row.dirty = True
        if end >= self.columns:
            row.wrapped = False

    def _starts(self, row: int, column: int) -> None:
        """Before a cell changes: where a later one was written already, another drawing begins."""
        if (row, column) < self.furthest:
            self.settled(self.furthest[0])
            self.furthest = (-1, 0)

    def _control(self, letter: str) -> None:
        if letter == "\r":
            self.column = 0
        elif letter in "\n\v\f":
            self._line_feed()
        elif letter == "\b":
            self.column = max(0, min(self.column, self.columns - 1) - 1)
        elif letter == "\t":
            self.column = min(self.columns - 1, self.column // 8 * 8 + 8)

    def _escape(self, letter: str) -> None:
        if letter == "7":
            self._saved = (self.row, self.column)
        elif letter == "8":
            self.row, self.column = self._saved
        elif letter == "M":
            if self.row:
                self.row -= 1
            else:
                self._shift(0, len(self.rows) - 1, 1)
        elif letter in "DE":
            self.column = 0 if letter == "E" else self.column
            self._line_feed()

    def _sequence(self, private: str, given: str, final: str) -> None:
        if private or final in "mhlt":  # modes, colours, sizes of the window
            if (private, given, final) == ("?", "25", "h"):
                # A console host hides the cursor while it draws: where it is shown again, it has left the rows above.
                self.furthest = max(self.furthest, (self.row, 0))
            return
        numbers = [int(number or 0) for number in given.replace(":", ";").split(";")[:4]]
        count, bottom = min(max(1, numbers[0]), 9999), len(self.rows) - 1
        if final in "ABCDEFGHad`fe":
            self._move(final, count, min(max(1, numbers[1]), 9999) if len(numbers) > 1 else 1)
        elif final in "JK":
            self._clear(final, numbers[0])
        elif final == "X":
            self._erase(self.row, self.column, min(self.columns, self.column + count))
        elif final in "P@":
            self._insert(count if final == "@" else -count)
        elif final in "LMST":
            top = self.row if final in "LM" else 0
            self._shift(top, bottom, min(count, bottom + 1) * (1 if final in "LT" else -1))
        elif final in "su":
            self._escape("7" if final == "s" else "8")
        else:
            self._answer(final, numbers[0])

    def _answer(self, final: str, what: int) -> None:
        if (final, what) == ("c", 0):
            self._answers.append("\x1b[?1;0c")  # a VT100 without options, so that nothing special is sent
        elif (final, what) == ("n", 6):
            self._answers.append(f"\x1b[{self.row + 1};{min(self.column, self.columns - 1) + 1}R")

    def _move(self, final: str, first: int, second: int) -> None:
        row, column = self.row, min(self.column, self.columns - 1)
        if final in "AF":
            row -= first
        elif final in "BEe":
            row += first
        elif final in "Ca":
            column += first
        elif final == "D":
            column -= first
        elif final in "G`":
            column = first - 1
        elif final == "d":
            row = first - 1
        else:
            row, column = first - 1, second - 1
        if final in "EF":
            column = 0
        self.row = min(max(0, row), len(self.rows) - 1)
        self.column = min(max(0, column), self.columns - 1)

    def _clear(self, final: str, what: int) -> None:
        place, column = self.row, min(self.column, self.columns - 1)
        if final == "J" and what in (1, 2):
            for above in range(place if what == 1 else len(self.rows)):
                self._erase(above, 0, self.columns)
        if what in (0, 1) or final == "K":
            self._erase(place, column if what == 0 else 0, column + 1 if what == 1 else self.columns)
        if final == "J" and what == 0:
            for below in range(place + 1, len(self.rows)):
                self._erase(below, 0, self.columns)

    def _insert(self, count: int) -> None:
        """Cells before the cursor's; a negative count takes them away."""
        self._starts(self.row, self.column)
        row, start = self.rows[self.row], self.column
        left, right = row.text[:start].ljust(start), row.text[start:]
        row.text = (left + (" " * count + right if count > 0 else right[-count:]))[: self.columns].rstrip(" ")
        row.dirty = True

    def _line_feed(self, *, wraps: bool = False) -> None:
        if self.row < len(self.rows) - 1:
            self.row += 1
        else:
            self._scroll(self.row if wraps else self.row + 1)
        self.furthest = max(self.furthest, (self.row, 0))

    def _shift(self, top: int, bottom: int, count: int) -> None:
        """Rows of a part of the screen go down, or up where the count is negative."""
        if not top and count < 0:
            for _ in range(-count):
                self._scroll(bottom + 1)
            return
        self._starts(top, 0)
        for _ in range(abs(count)):
            self.rows.insert(top if count > 0 else bottom, self.rows.pop(bottom if count > 0 else top))
            self.rows[top if count > 0 else bottom].__init__()  # type: ignore[misc]

    def _scroll(self, limit: int) -> None:
        top = self.rows[0]
        if top.dirty and top.text:
            self.settled(limit)
        self.leaves(top)
        del self.rows[0]
        self.rows.append(Row())
        self.furthest = (self.furthest[0] - 1, self.furthest[1])


def _in_cells(text: str) -> str:
    """A character for each cell: a wide letter takes two, a mark that stands over another one none."""
    return "".join(
        letter + FILLER if unicodedata.east_asian_width(letter) in "WF" else letter
        for letter in text
        if unicodedata.category(letter) not in ("Mn", "Me", "Cf")
    )
