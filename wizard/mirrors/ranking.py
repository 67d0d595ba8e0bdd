"""Which mirror serves this project best. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable

from wizard.mirrors.record import MirrorResult, Need

_AT_ONCE = 20
_TIE = 1.05
"""Expected times within this factor are the same; then one without a record of blocking or redirecting goes first."""


_STOOD_STILL_H = 7 * 24
"""Behind by more hours than this, a mirror lacks much of what a lock of today names; it goes after those that keep up."""


def _stands_still(result: MirrorResult) -> bool:
    return (result.stale_hours or 0) > _STOOD_STILL_H


def expected_seconds(result: MirrorResult, need: Need) -> float | None:
    """How long this project's files would take from it: bytes over throughput, and latency for the pages, 20 at a time.

    None where no throughput is known.
    """
    if not result.ok or not result.bytes_per_s:
        return None
    pages = math.ceil(max(1, need.packages) / _AT_ONCE)
    return need.bytes / result.bytes_per_s + pages * (result.latency_ms or 0) / 1000


def ranked(
    results: Iterable[MirrorResult], need: Need, doubtful: frozenset[str] = frozenset()
) -> tuple[MirrorResult, ...]:
    """Best first: timed ones by expected time, sound ones by latency, unsound ones as they stood.

    `doubtful`: ids with a record of blocking or of redirecting; they lose a tie.
    """
    results = list(results)
    timed = sorted(
        (result for result in results if expected_seconds(result, need) is not None),
        key=lambda result: (_stands_still(result), expected_seconds(result, need) or 0.0),
    )
    if timed:
        tied = [result for result in timed if _as_good(result, timed[0], need)]
        tied.sort(key=lambda result: result.id in doubtful)
        timed = tied + [result for result in timed if result not in tied]
    untimed = sorted(
        (result for result in results if result.ok and expected_seconds(result, need) is None),
        key=lambda result: result.latency_ms if result.latency_ms is not None else math.inf,
    )
    return (*timed, *untimed, *(result for result in results if not result.ok))


def _as_good(one: MirrorResult, best: MirrorResult, need: Need) -> bool:
    soon, late = expected_seconds(best, need) or 0.0, expected_seconds(one, need) or 0.0
    return _stands_still(one) == _stands_still(best) and late <= soon * _TIE


def best_of(ranking: Iterable[MirrorResult]) -> str | None:
    """The id of the first sound one, None where none is."""
    return next((result.id for result in ranking if result.ok), None)
