"""Which mirror serves this project best. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable

from wizard.mirrors.record import MirrorResult, Need

_AT_ONCE = 20
_TIE = 1.05
"""Expected times within this factor are the same; then one without a record of blocking or redirecting goes first."""


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
        key=lambda result: expected_seconds(result, need) or 0.0,
    )
    if timed:
        best = expected_seconds(timed[0], need) or 0.0
        tied = [result for result in timed if (expected_seconds(result, need) or 0.0) <= best * _TIE]
        tied.sort(key=lambda result: result.id in doubtful)
        timed = tied + timed[len(tied) :]
    untimed = sorted(
        (result for result in results if result.ok and expected_seconds(result, need) is None),
        key=lambda result: result.latency_ms if result.latency_ms is not None else math.inf,
    )
    return (*timed, *untimed, *(result for result in results if not result.ok))


def best_of(ranking: Iterable[MirrorResult]) -> str | None:
    """The id of the first sound one, None where none is."""
    return next((result.id for result in ranking if result.ok), None)
