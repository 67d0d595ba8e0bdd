"""When a run was started: as a number, and as it is told."""

from __future__ import annotations

import time
from datetime import datetime

from wizard.language import said

MONTHS = (
    said("Jan"), said("Feb"), said("Mar"), said("Apr"), said("May"), said("Jun"),
    said("Jul"), said("Aug"), said("Sep"), said("Oct"), said("Nov"), said("Dec"),
)  # fmt: skip


def started_at(started: str) -> float | None:
    """Epoch seconds of a run's `started`, None where it does not tell."""
    try:
        return datetime.strptime(started, "%Y-%m-%dT%H:%M:%S%z").timestamp()
    except ValueError:
        return None


def started_told(started: str, now: float) -> str:
    """`14:02, 3 min ago` on the same day, else `19 Nov 18:40`."""
    then = started_at(started)
    if then is None:
        return "-"
    local, today = time.localtime(then), time.localtime(now)
    clock = time.strftime("%H:%M", local)
    if local[:3] != today[:3]:
        return said("{day} {month} {clock}", day=local.tm_mday, month=MONTHS[local.tm_mon - 1], clock=clock)
    minutes = int(max(0.0, now - then) // 60)
    if minutes < 1:
        return said("{clock}, just now", clock=clock)
    return (
        said("{clock}, {minutes} min ago", clock=clock, minutes=minutes)
        if minutes < 60
        else said("{clock}, {minutes} h ago", clock=clock, minutes=minutes // 60)
    )
