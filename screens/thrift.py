"""Between the screens and the terminal: only cells that are not there already are written.

Textual paints a screen that opens three or four times over, from its bare ground to its last text, and a widget that has
changed in one cell as a whole. What the terminal shows is remembered here, cell by cell, and compared. Colours are carried
on from cell to cell instead of being told anew for each word.

Whatever else writes to a terminal is not known here (a message to all users, say): `forget` has everything written again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.cells import get_character_cell_size
from rich.color import ColorSystem
from rich.console import COLOR_SYSTEMS, Console
from rich.style import Style
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.geometry import Size
from textual.strip import Strip

Cell = tuple[str, str]
"""A character and the codes of its style. The second half of a wide character has no character."""
Piece = tuple[int, int, Strip]
"""Column, row, and what belongs there."""

UNKNOWN: Cell = ("\0", "")
NEAR = 7
"""Cells that stand already but are written again, where going past them would cost as much."""
_MARKED = {"underline", "reverse", "strike", "overline", "underline2", "frame", "encircle", "blink", "blink2"}
"""What shows on a blank as well."""


class Thrift:
    """What one terminal shows."""

    def __init__(self) -> None:
        self._size = Size(0, 0)
        self._rows: list[list[Cell]] = []
        self._grounds: dict[str, tuple[str, bool]] = {"": ("", True)}

    def forget(self) -> None:
        """Nobody knows what the terminal shows."""
        self._size = Size(0, 0)

    def only_new(self, update: CompositorUpdate, size: Size) -> CompositorUpdate:
        """What of an update has to be written to a terminal of that size; it is compared when it is written."""
        if not isinstance(update, (LayoutUpdate, ChopsUpdate)):
            self.forget()
            return update
        return _OnlyNew(self, update, size)

    def written(self, pieces: Iterable[Piece], size: Size, depth: ColorSystem) -> str:
        """What brings the terminal to show these pieces; they are remembered."""
        if size != self._size:
            self._size = size
            self._rows = [[UNKNOWN] * size.width for _ in range(size.height)]
        told: list[str] = []
        codes = ""
        for x, y, strip in pieces:
            if 0 <= y < len(self._rows) and 0 <= x < size.width:
                codes = self._piece(x, y, self._cells(strip, depth)[: size.width - x], told, codes)
        if codes:
            told.append("\x1b[0m")
        return "".join(told)

    def _piece(self, x: int, y: int, cells: list[Cell], told: list[str], codes: str) -> str:
        row = self._rows[y]
        there = row[x : x + len(cells)]
        if there == cells:
            return codes
        for begin, end in _changed(there, cells):
            told.append(f"\x1b[{y + 1};{x + begin + 1}H")
            for cell in cells[begin:end]:
                codes = self._cell(cell, told, codes)
            if x + begin and there[begin][0] == "":
                row[x + begin - 1] = UNKNOWN  # half of a wide one was written over
            if x + end < len(row) and row[x + end][0] == "":
                row[x + end] = UNKNOWN
            row[x + begin : x + end] = cells[begin:end]
        return codes

    def _cell(self, cell: Cell, told: list[str], codes: str) -> str:
        text, wanted = cell
        if wanted != codes and text and not (text == " " and self._grounds[codes] == (wanted, True)):
            told.append(f"\x1b[0;{wanted}m" if wanted else "\x1b[0m")
            codes = wanted
        told.append(text)
        return codes

    def _cells(self, strip: Strip, depth: ColorSystem) -> list[Cell]:
        cells: list[Cell] = []
        for text, style, control in strip:
            if control:
                continue
            codes = self._codes(style, depth)
            ground, plain = self._grounds[codes]
            blank = (" ", ground if plain else codes)
            for char in text:
                if char == " ":
                    cells.append(blank)
                    continue
                width = 1 if char.isascii() else get_character_cell_size(char)
                if width:
                    cells.append((char, codes))
                    cells += [("", codes)] * (width - 1)
                elif cells:  # an accent stands in the cell before
                    cells[-1] = (cells[-1][0] + char, cells[-1][1])
        return cells

    def _codes(self, style: Style | None, depth: ColorSystem) -> str:
        if not style:
            return ""
        codes = Strip.render_ansi(style, depth)
        if codes not in self._grounds:
            colour = style.bgcolor
            ground = "" if colour is None else ";".join(colour.downgrade(depth).get_ansi_codes(foreground=False))
            self._grounds[codes] = ground, not any(getattr(style, name) for name in _MARKED)
            self._grounds.setdefault(ground, (ground, True))
        return codes


def _changed(there: list[Cell], cells: list[Cell]) -> Iterator[tuple[int, int]]:
    """Where the two differ, begin and end, whole characters only."""
    begin = end = -1
    for place, cell in enumerate(cells):
        if cell == there[place]:
            continue
        if begin >= 0 and place - end > NEAR:
            yield _whole(cells, begin, end)
            begin = -1
        begin, end = (place if begin < 0 else begin), place + 1
    if begin >= 0:
        yield _whole(cells, begin, end)


def _whole(cells: list[Cell], begin: int, end: int) -> tuple[int, int]:
    while begin and not cells[begin][0]:
        begin -= 1
    while end < len(cells) and not cells[end][0]:
        end += 1
    return begin, end


class _OnlyNew(CompositorUpdate):
    def __init__(self, thrift: Thrift, update: LayoutUpdate | ChopsUpdate, size: Size) -> None:
        self._thrift, self._update, self._size = thrift, update, size

    def render_segments(self, console: Console) -> str:
        """The sequences to write. Textual asks once, when it writes."""
        found = _of_layout(self._update) if isinstance(self._update, LayoutUpdate) else _of_chops(self._update)
        return self._thrift.written(found, self._size, COLOR_SYSTEMS[console.color_system or "truecolor"])


def _of_layout(update: LayoutUpdate) -> Iterator[Piece]:
    for y, line in enumerate(update.strips, update.region.y):
        x = update.region.x
        for strip in line:
            yield x, y, strip
            x += strip.cell_length


def _of_chops(update: ChopsUpdate) -> Iterator[Piece]:
    for y, begin, end in update.spans:
        for stop, (x, strip) in zip(update.chop_ends[y], update.chops[y].items(), strict=False):
            if strip is None or x > end or stop <= begin:
                continue
            yield x, y, strip if end > x >= begin and stop <= end else strip.crop(0, min(stop, end) - x)


__all__ = ["Thrift"]
