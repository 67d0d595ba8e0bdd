"""The fleet as lines for people: a table as wide as what is in it, ASCII, legible without colour."""

from __future__ import annotations

from collections.abc import Iterator

from wizard.fleet.read import Fleet
from wizard.fleet.record import Row, State

MARKS: dict[State, str] = {
    "verified": "+",
    "same": "+",
    "planned": ".",
    "short": "x",
    "failed": "x",
    "away": "x",
    "unknown": "?",
}
HEADS = ("Host", "GPUs", "Driver", "Variant", "Result")
_WIDEST = (32, 48, 16, 14)


def lines(fleet: Fleet) -> Iterator[str]:
    """The table, then the sum."""
    rows = [HEADS, *(cells(one) for one in fleet.rows)]
    widths = [min(most, max(len(row[at]) for row in rows)) for at, most in enumerate(_WIDEST)]
    for number, row in enumerate(rows):
        mark = " " if number == 0 else MARKS[fleet.rows[number - 1].state]
        shown = [f"{_cut(cell, width):{width}}" for cell, width in zip(row, widths, strict=False)]
        yield "  ".join([mark, *shown, row[-1]])
    yield ""
    yield told(fleet)


def cells(row: Row) -> tuple[str, str, str, str, str]:
    """Host, GPUs, driver, variant, result."""
    gpus = "?" if row.gpus is None else "; ".join(row.gpus) or "none"
    return row.host, gpus, row.driver or "-", row.variant or "-", result(row)


def result(row: Row) -> str:
    """Verified and what changed, or the cause."""
    if row.state == "verified":
        count = len(row.changes or ())
        what = "" if row.changes is None else f", {count or 'nothing'} changed"
        return f"{row.told}{what}"
    cause = f"  ({row.cause})" if row.cause else ""
    return f"{row.told}{cause}"


def told(fleet: Fleet) -> str:
    """`28 of 30 hosts verified; 1 away, 1 short`."""
    counted: dict[str, int] = {}
    for row in fleet.rows:
        counted[row.state] = counted.get(row.state, 0) + 1
    others = ", ".join(f"{count} {state}" for state, count in counted.items() if state != "verified")
    hosts = f"host{'s' * (len(fleet.rows) != 1)}"
    return f"{fleet.verified} of {len(fleet.rows)} {hosts} verified" + (f"; {others}" if others else "")


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 4] + " ..."
