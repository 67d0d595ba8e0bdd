"""A screen's picture without what is the same in all of them: Textual's SVG made anew, small, and the same everywhere.

No font is fetched, no id is made of the content, blanks are merged into what stands beside them, and grounds of one colour
are one rectangle. It is an SVG all the same: a browser shows it.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from xml.etree import ElementTree as ET  # what is read here was written by this program a moment ago
from xml.sax.saxutils import escape

from rich.cells import cell_len

CELL, ROW = 12.2, 24.4
"""Width and height of a cell, in the units of Textual's SVG."""
OVER = 0.25
"""What a ground reaches into the row below: no gap is seen between two."""
FONTS = "Fira Code,Cascadia Mono,Consolas,Menlo,DejaVu Sans Mono,monospace"
NS = "{http://www.w3.org/2000/svg}"
_STYLE = re.compile(r"-(r\d+) \{ ([^}]*)\}")


@dataclass(frozen=True)
class _Ground:
    fill: str
    left: float
    top: float
    width: float
    rows: int = 1

    def told(self) -> str:
        return (
            f'<rect fill="{self.fill}" x="{_told(self.left)}" y="{_told(self.top)}" width="{_told(self.width)}"'
            f' height="{_told(self.rows * ROW + OVER)}"/>'
        )


def slim(svg: str) -> str:
    """The same picture. Raises ValueError where `svg` is not as Textual 8 writes it."""
    root = ET.fromstring(svg)  # noqa: S314 - see the import
    style = root.findtext(f"{NS}style")
    groups = root.findall(f"{NS}g")
    frame, title = root.find(f"{NS}rect"), root.find(f"{NS}text")
    if style is None or frame is None or not groups:
        raise ValueError("not an SVG of Textual 8")
    looks = dict(_STYLE.findall(style))
    lines = [line for one in groups[-1].iter(f"{NS}text") if (line := _text(one, looks))]
    common = Counter(look for _, look, _ in lines).most_common(1)[0][0] if lines else ""
    width, height = (_told(float(number)) for number in root.attrib["viewBox"].split()[2:])
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="{FONTS}" font-size="20">',
            _frame(frame.attrib, title.text if title is not None else None),
            '<g transform="translate(9,41)" shape-rendering="crispEdges">',
            *(one.told() for one in _grounds(groups[-1])),
            f'</g>\n<g transform="translate(9,41)" {common}>',
            *(f"<text {place}{'' if look == common else f' {look}'}>{text}</text>" for place, look, text in lines),
            "</g>\n</svg>\n",
        ]
    )


def _told(number: float) -> str:
    return f"{round(number, 2):g}"


def _frame(box: dict[str, str], title: str | None) -> str:
    told = (
        f'<rect fill="{box["fill"]}" stroke="#888" x="1" y="1" width="{_told(float(box["width"]))}"'
        f' height="{_told(float(box["height"]))}" rx="8"/>\n'
        '<circle cx="26" cy="22" r="7" fill="#ff5f57"/><circle cx="48" cy="22" r="7" fill="#febc2e"/>'
        '<circle cx="70" cy="22" r="7" fill="#28c840"/>'
    )
    middle = _told(float(box["width"]) / 2 + 1)
    return told + (
        f'\n<text x="{middle}" y="28" text-anchor="middle" fill="#c5c8c6">{escape(title)}</text>' if title else ""
    )


def _grounds(group: ET.Element) -> list[_Ground]:
    """Grounds of one colour beside each other, then those below each other, made one."""
    rows: dict[float, list[_Ground]] = {}
    for one in group.findall(f"{NS}rect"):
        left, top, width = (float(one.attrib[name]) for name in ("x", "y", "width"))
        new = _Ground(one.attrib["fill"], left, top, width)
        row = rows.setdefault(new.top, [])
        last = row[-1] if row else None
        if last and last.fill == new.fill and abs(last.left + last.width - new.left) < 1:
            row[-1] = _Ground(last.fill, last.left, last.top, last.width + new.width)
        else:
            row.append(new)
    done: list[_Ground] = []
    for _, row in sorted(rows.items()):
        for new in row:
            above = next((one for one in done if _lies_below(new, one)), None)
            if above is None:
                done.append(new)
            else:
                done[done.index(above)] = _Ground(above.fill, above.left, above.top, above.width, above.rows + 1)
    return done


def _lies_below(new: _Ground, old: _Ground) -> bool:
    same = new.fill == old.fill and abs(new.left - old.left) < 1 and abs(new.width - old.width) < 1
    return same and abs(old.top + old.rows * ROW - new.top) < 1


def _text(element: ET.Element, looks: dict[str, str]) -> tuple[str, str, str] | None:
    """Place, look and words; None where nothing is to be read."""
    whole = (element.text or "").replace("\xa0", " ").rstrip()
    words = whole.lstrip()
    if not words:
        return None
    left = float(element.attrib["x"]) + CELL * (len(whole) - len(words))
    top = float(element.attrib["y"])
    shown = re.sub(" {2,}", lambda found: "\xa0" * len(found[0]), words)
    place = f'x="{_told(left)}" y="{_told(top)}" textLength="{_told(CELL * cell_len(words))}"'
    return place, _look(looks[element.attrib["class"].rpartition("-")[2]]), escape(shown)


def _look(style: str) -> str:
    told = dict(part.split(": ", 1) for part in style.strip().split(";") if ": " in part)
    names = {
        "fill": "fill",
        "font-weight": "font-weight",
        "font-style": "font-style",
        "text-decoration": "text-decoration",
    }
    return " ".join(f'{names[name]}="{value}"' for name, value in told.items() if name in names)
