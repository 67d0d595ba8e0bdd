"""Draws what a program prints as the console host of Windows 10 and 11 tells a terminal of it: only cells that changed.

Shapes as seen in recordings of ConPTY: the cursor is hidden while a state of the screen is drawn, a run of changed cells
follows a CUP to it (a row that lies right below is reached by CR LF), blanks are skipped by CUF, written as ECH where
something stood there, or as EL to the end of the row, and what scrolls is told by LF in the lowest row.
"""

from __future__ import annotations

import re

OPENING = "\x1b[?9001h\x1b[?1004h\x1b[?25l\x1b[2J\x1b[m\x1b[H\x1b]0;C:\\Users\\me\\uv.exe\x07\x1b[?25h"
"""What comes before anything that the program prints."""
DRAWN_AGAIN = re.compile(r"(?=\x1b\[\d+A\r\x1b\[2K|(?<![A-Z])\r\x1b\[2K)")
"""Before each drawing of uv that takes the place of another one."""
EACH_WRITE = re.compile(r"(?<=\r\n)|(?=\x1b\[\d+[AB])|(?=\r\x1b\[2K)|(?<= )(?=\x1b\[2m\w)")
"""Between rows, and between the movements and clearings before them."""

_TOKEN = re.compile(r"\x1b\[([\d;]*)([A-Za-z])|\x1b\][^\x07]*\x07|(\r)|(\n)|([^\x1b\r\n])")


class Conhost:
    """A screen that a program prints to; `frame` tells a terminal what changed since the last one."""

    def __init__(self, columns: int = 200, rows: int = 100) -> None:
        self.columns, self.height = columns, rows
        self.cells = self._blank()
        self.shown = self._blank()
        self.row = self.column = 0
        self.scrolled = 0

    def _blank(self) -> list[list[str]]:
        return [[" "] * self.columns for _ in range(self.height)]

    def print(self, text: str) -> None:
        for number, final, back, down, letter in _TOKEN.findall(text):
            count = int(number or 0)
            if back:
                self.column = 0
            elif down:
                self.column = 0
                self._down()
            elif letter:
                if self.column == self.columns:
                    self.column = 0
                    self._down()
                self.cells[self.row][self.column] = letter
                self.column += 1
            elif final in "AB":
                self.row += max(1, count) * (1 if final == "B" else -1)
            elif final == "K":
                start = 0 if count == 2 else self.column
                self.cells[self.row][start:] = [" "] * (self.columns - start)
            else:
                assert final in ("m", ""), final

    def _down(self) -> None:
        if self.row < self.height - 1:
            self.row += 1
            return
        self.scrolled += 1
        del self.cells[0]
        self.cells.append([" "] * self.columns)
        # the console host draws before what it has not drawn scrolls away
        del self.shown[0]
        self.shown.append([" "] * self.columns)

    def frame(self) -> str:
        out = ["\x1b[?25l"]
        if self.scrolled:
            out.append(f"\x1b[{self.height};1H" + "\n" * self.scrolled)
            self.scrolled = 0
        last = -2
        for place, (now, before) in enumerate(zip(self.cells, self.shown, strict=True)):
            if now != before:
                out.append(self._row(place, now, before, below=place == last + 1 and place > 0))
                last = place
        self.shown = [list(row) for row in self.cells]
        out.append(f"\x1b[{self.row + 1};{min(self.column, self.columns - 1) + 1}H\x1b[?25h")
        return "".join(out)

    def _row(self, place: int, now: list[str], before: list[str], *, below: bool) -> str:
        changed = [column for column in range(self.columns) if now[column] != before[column]]
        start, end = changed[0], changed[-1] + 1
        ends = "".join(now[start:]).rstrip()
        text = "".join(now[start:end])
        tail = ""
        if not "".join(now[end:]).strip() and len(ends) < len(text):
            text, tail = ends, "\x1b[K"
        move = "\r\n" if below and start == 0 else f"\x1b[{place + 1};{start + 1}H"
        colour = "\x1b[36m" if place % 2 else "\x1b[m"
        # a long stretch of blanks is cleared and gone over
        text = re.sub(r" {12,}(?=\S)", lambda blanks: f"\x1b[{len(blanks[0])}X\x1b[{len(blanks[0])}C", text)
        return f"{move}{colour}{text}{tail}"
