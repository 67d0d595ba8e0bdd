"""The fleet in words: a row for each host, and the sum."""

from __future__ import annotations

from wizard.fleet.read import Fleet
from wizard.fleet.record import Row, State
from wizard.language import nsaid, said
from wizard.lists import clauses, named

MARKS: dict[State, str] = {
    "verified": "+",
    "same": "+",
    "planned": ".",
    "short": "x",
    "failed": "x",
    "away": "x",
    "unknown": "?",
}
STATES: dict[State, str] = {
    "same": said("same"),
    "planned": said("planned"),
    "short": said("short"),
    "failed": said("failed"),
    "away": said("away"),
    "unknown": said("unknown"),
}
"""All but verified, in words."""
HEADS = (said("Host"), said("GPUs"), said("Driver"), said("Variant"), said("Result"))


def cells(row: Row) -> tuple[str, str, str, str, str]:
    """Host, GPUs, driver, variant, result."""
    gpus = "?" if row.gpus is None else "; ".join(row.gpus) or said("none")
    return row.host, gpus, row.driver or "-", row.variant or "-", result(row)


def result(row: Row) -> str:
    """Verified and what changed, or the cause."""
    if row.state == "verified":
        if row.changes is None:
            return row.told
        changed = said("{count} changed", count=len(row.changes)) if row.changes else said("nothing changed")
        return named((row.told, changed))
    return said("{what}  ({cause})", what=row.told, cause=row.cause) if row.cause else row.told


def told(fleet: Fleet) -> str:
    """`28 of 30 hosts verified; 1 away, 1 short`."""
    counted: dict[State, int] = {}
    for row in fleet.rows:
        counted[row.state] = counted.get(row.state, 0) + 1
    others = [
        said("{count} {state}", count=count, state=STATES[state]) for state, count in counted.items() if state in STATES
    ]
    verified = nsaid(
        "{verified} of {count} host verified", "{verified} of {count} hosts verified", len(fleet.rows),
        verified=fleet.verified,
    )  # fmt: skip
    return clauses((verified, named(others))) if others else verified
