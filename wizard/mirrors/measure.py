"""Mirrors measured in two stages, with limits on time and bytes: first all at once for soundness, then the best few for speed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from wizard.credentials import SignIn
from wizard.language import said
from wizard.mirrors.client import make_client
from wizard.mirrors.fetch import Meter
from wizard.mirrors.ranking import best_of, ranked
from wizard.mirrors.record import Kind, Measurement, Mirror, MirrorResult, Need
from wizard.mirrors.soundness import Look, against, look_at_files, look_at_index
from wizard.mirrors.throughput import Race, time_files
from wizard.mirrors.together import together

if TYPE_CHECKING:
    from pathlib import Path

    import httpx

SECONDS = 12.0
BYTES = 26_000_000
"""Below the 30 MB that are promised: what a connection holds when it is cut off was sent too."""
_FIRST_STAGE_S = 4.5
_AT_ONCE = 24


def measure(  # noqa: PLR0913 - what to measure, and within what
    kind: Kind,
    candidates: Sequence[Mirror],
    *,
    probe_project: str,
    official: str | None = None,
    need: Need | None = None,
    uv_version: str | None = None,
    uv: str | None = None,
    sign_ins: Iterable[SignIn] = (),
    project: Path | None = None,
    seconds: float = SECONDS,
    limit_bytes: int = BYTES,
    on_result: Callable[[MirrorResult], None] = lambda _: None,
) -> Measurement:
    """All candidates, best first. Takes at most about `seconds` and `limit_bytes`, whatever the mirrors do.

    `probe_project`: the project to look for; for `pytorch` `variant/project`; for `python` and `uv` the path of a file.
    `sign_ins`: for candidates that ask; `uv` is asked for others; `project`: whose settings of uv hold.
    `official`: the address to compare hashes and freshness with, where it is not among the candidates.
    `on_result` is called in this thread as results come in, more than once a mirror; the last one holds.
    Raises WizardError where the proxy or certificate settings can't be used.
    """
    started = time.monotonic()
    meter = Meter(limit_bytes)
    on_result = _once(on_result)
    with make_client(
        uv_version=uv_version, connect_s=3, read_s=4, connections=_AT_ONCE, sign_ins=sign_ins, uv=uv, project=project
    ) as client:
        first = min(_FIRST_STAGE_S, seconds / 3)
        looks = _first_stage(client, kind, [*candidates], probe_project, official, meter, on_result, first)
        for look in looks:
            on_result(look.result)
        race = Race(client, meter, started + seconds, lambda look: on_result(look.result))
        looks = time_files(race, looks)
    results = [replace(look.result, state="done") for look in looks]
    doubtful = frozenset(mirror.id for mirror in candidates if mirror.blocks or mirror.redirects)
    ranking = ranked(results, need or Need(), doubtful)
    return Measurement(kind, ranking, best_of(ranking), time.time(), meter.received, probe_project)


def looked_up(
    mirror: Mirror, probe: str, uv_version: str | None, *, uv: str | None = None, sign_ins: Iterable[SignIn] = ()
) -> MirrorResult:
    """Whether that mirror has the project, or the file, `probe`: the first stage alone, a few hundred bytes of a file."""
    with make_client(uv_version=uv_version, connect_s=3, read_s=4, connections=2, sign_ins=sign_ins, uv=uv) as client:
        (look,) = _first_stage(client, mirror.kind, [mirror], probe, None, Meter(BYTES), lambda _: None, _FIRST_STAGE_S)
    return replace(look.result, state="done")


def _once(on_result: Callable[[MirrorResult], None]) -> Callable[[MirrorResult], None]:
    """Tells a mirror's result only where it is news."""
    told: dict[str, MirrorResult] = {}

    def tell(result: MirrorResult) -> None:
        if told.get(result.id) != result:
            told[result.id] = result
            on_result(result)

    return tell


def _first_stage(  # noqa: PLR0913, PLR0917
    client: httpx.Client, kind: Kind, candidates: Sequence[Mirror], probe: str, official: str | None, meter: Meter,
    on_result: Callable[[MirrorResult], None],
    seconds: float,
) -> list[Look]:  # fmt: skip
    """Every candidate looked at, all at once; one that does not answer in time is ruled out."""
    looking = look_at_index if kind in ("pypi", "pytorch") else look_at_files
    asked = [*candidates, *_outside(kind, candidates, official)]
    deadline = time.monotonic() + seconds
    page_limit = meter.limit // 2 // max(1, len(asked))
    jobs = [partial(looking, client, mirror, probe, meter, deadline, page_limit) for mirror in asked]
    late = [_late(mirror) for mirror in asked]
    for position, look in together(jobs, _AT_ONCE, seconds + 0.5):
        late[position] = look
        if position < len(candidates):
            on_result(look.result)
    reference = next((look for look in reversed(late) if look.mirror.official and look.files), None)
    return against(late[: len(candidates)], reference, time.time())


def _outside(kind: Kind, candidates: Iterable[Mirror], official: str | None) -> list[Mirror]:
    if official is None or any(mirror.official for mirror in candidates):
        return []
    return [Mirror("official", kind, official.rstrip("/"), official=True)]


def _late(mirror: Mirror) -> Look:
    result = MirrorResult(
        mirror.id, mirror.url or "", ok=False, why_not=said("no answer in time"), silent=True, official=mirror.official
    )
    return Look(mirror, result)
