"""Outside text made safe to show, and numbers with their units."""

from __future__ import annotations

import re
from unicodedata import east_asian_width

from wizard.language import said

_ESCAPES = re.compile(
    r"\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b[PX^_][^\x1b]*(?:\x1b\\)?|\x1b\[[0-?]*[ -/]*[@-~]?|\x1b[@-Z\\-_]?"
)
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
# without the scheme before it: that would make long words cost their square
_CREDENTIALS = re.compile(r"://[^/\s'\"<>]*@")
WIDE, CLOSING = r"\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef", r"\u3001\u3002\uff01\uff09\uff0c\uff1a\uff1b\uff1f"
_PIECE = re.compile(rf" ?\uff08*(?:[{WIDE}]|[^ {WIDE}]+)[{CLOSING}]*")
"""What a row is never broken in: a word, or one Chinese character, with the blank or bracket before and the stop behind."""
_UNITS = ("B", "KiB", "MiB", "GiB", "TiB")


def clean(text: str) -> str:
    """Without control sequences, control characters and direction marks; tabs become blanks, newlines stay."""
    if text.isascii() and text.isprintable():  # nearly every line of a log
        return text
    return _same(_CONTROLS.sub("", _ESCAPES.sub("", text).replace("\t", "    ")), text)


def one_line(text: str, limit: int = 2000) -> str:
    """`clean` on one line, cut at `limit` characters with ` ...`."""
    joined = " ".join(clean(text).split("\n"))
    return _same(joined, text) if len(joined) <= limit else joined[: limit - 4] + " ..."


def end_of(path: str, width: int) -> str:
    """The end of a path, which tells more than its beginning, in `width` cells: `...vision/.venv`."""
    if cells(path) <= width:
        return path
    while cells(path) > width - 3:
        path = path[1:]
    return f"...{path}"


def masked(text: str) -> str:
    """The same text with the credentials of every URL in it replaced by `***`."""
    return _same(_CREDENTIALS.sub("://***@", text), text)


def standing_size(count: int) -> str:
    """A size that stands still, two significant digits, rounded down: `2.8 GiB`, `24 GiB`, `412 GiB`."""
    value, unit = _scaled(count)
    if unit == "B":
        return f"{count} B"
    if value >= 10:
        return f"{int(value)} {unit}"
    return f"{int(value * 10) / 10:.1f} {unit}"


def needed_size(count: int) -> str:
    """A size that must fit somewhere: as `standing_size`, rounded up, so that "fits" never becomes wrong."""
    value, unit = _scaled(count)
    if unit == "B":
        return f"{count} B"
    if value >= 10:
        return f"{-int(-value // 1)} {unit}"
    return f"{-int(-value * 10 // 1) / 10:.1f} {unit}"


def moving_size(count: float, unit: str | None = None) -> str:
    """A size that moves, three significant digits: `9.87 MiB`. With `unit`, in that unit."""
    value, own = _scaled(count)
    if unit is not None:
        own = unit
        value = count / 1024 ** _UNITS.index(unit)
    if own == "B":
        return f"{int(value)} B"
    return f"{three(value)} {own}"


def three(value: float) -> str:
    """Three significant digits: 9.87, 98.7, 987."""
    if value >= 99.95:
        return f"{value:.0f}"
    return f"{value:.1f}" if value >= 9.995 else f"{value:.2f}"


def part_of(some: int, whole: int) -> tuple[str, str]:
    """Two sizes for `22 of 24 GiB`: the first without its unit where it is the other's, else both as they are."""
    told, of = standing_size(some), standing_size(whole)
    return told.removesuffix(f" {of.split()[1]}"), of


def unit_of(count: float) -> str:
    """The binary unit that `count` bytes are told in."""
    return _scaled(count)[1]


def span(seconds: float) -> str:
    """A length of time, coarser the longer: `8 s`, `70 s`, `2 min 20 s`, `32 min`, `1 h 40 min`."""
    if seconds < 20:
        return said("{seconds} s", seconds=max(0, round(seconds)))
    if seconds < 90:
        return said("{seconds} s", seconds=round(seconds / 5) * 5)
    if seconds < 600:
        minutes, rest = divmod(round(seconds / 10) * 10, 60)
        both = said("{minutes} min {seconds} s", minutes=minutes, seconds=rest)
        return both if rest else said("{minutes} min", minutes=minutes)
    if seconds < 3600:
        return said("{minutes} min", minutes=round(seconds / 60))
    hours, rest = divmod(round(seconds / 600) * 10, 60)
    return said("{hours} h {minutes} min", hours=hours, minutes=rest) if rest else said("{hours} h", hours=hours)


def cells(text: str) -> int:
    """How many terminal cells it takes: two for a Chinese or Korean letter."""
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def padded(text: str, width: int) -> str:
    """With blanks behind it, to `width` cells; a longer text stays whole."""
    return text + " " * (width - cells(text))


def broken(text: str, width: int) -> list[str]:
    """Rows of at most `width` cells; a longer word stays whole.

    Broken at blanks, and between Chinese characters, where no blank stands, but neither before what closes a sentence
    nor behind an opening bracket.
    """
    rows, row = [], ""
    for piece in _PIECE.findall(" ".join(text.split())):
        if row and cells(row + piece) > width:
            rows.append(row)
            row = ""
        row += piece if row else piece.lstrip()
    return [*rows, row] if row else rows


def _same(made: str, text: str) -> str:
    """`text` itself where nothing was changed: a sentence of wizard.language stays one."""
    return text if made == text else made


def _scaled(count: float) -> tuple[float, str]:
    value = float(count)
    for unit in _UNITS[:-1]:
        if value < 1024:
            return value, unit
        value /= 1024
    return value, _UNITS[-1]
