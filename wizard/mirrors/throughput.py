"""The second stage: how fast a real file comes, taken from the mirror's own page, its hash checked. One mirror at a time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

from wizard.mirrors.fetch import Download, Meter, download, host_of
from wizard.mirrors.page import File
from wizard.mirrors.soundness import Look
from wizard.mirrors.together import together

if TYPE_CHECKING:
    import httpx

FEW = 10
"""How many of the sound ones are timed, those that answer soonest first."""
_USUAL, _LARGER = 1_500_000, 4_000_000
_SHORT_S = 0.5
"""A file that came sooner than this says little; then a larger one is taken."""
_LEAST_S, _MOST_S = 0.7, 4.0
_CLOSE = 1.35
"""Rates nearer to each other than this are taken once more, if time and bytes are left."""


@dataclass
class Race:
    """Time, bytes and rates of the second stage. `deadline` by time.monotonic."""

    client: httpx.Client
    meter: Meter
    deadline: float
    on_look: Callable[[Look], None]
    looks: dict[str, Look] = field(default_factory=dict)
    rates: dict[str, list[float]] = field(default_factory=dict)


def time_files(race: Race, looks: Iterable[Look]) -> list[Look]:
    """The looks with their rates, or ruled out where the file was missing or wrong. Those not among the few as they were."""
    looks = list(looks)
    race.looks = {look.mirror.id: look for look in looks}
    few = sorted((look for look in looks if look.result.ok), key=lambda look: look.result.latency_ms or 0)[:FEW]
    usual, larger = shared_file(few, _USUAL), shared_file(few, _LARGER)
    for position, look in enumerate(few):
        _time(race, look, usual, len(few) - position)
    quick = [look for look in few if _was_quick(race, look, usual)]
    if larger != usual and _size(few, larger) > _size(few, usual):
        for position, look in enumerate(quick):
            _time(race, look, larger, len(quick) - position, anew=True)
    for _ in range(2):
        close = _close(race)
        for position, mirror_id in enumerate(close):
            _time(race, race.looks[mirror_id], usual, len(close) - position)
    return [race.looks[look.mirror.id] for look in looks]


def shared_file(looks: Sequence[Look], wanted: int) -> str | None:
    """The name of the file to compare on: one that all have, best a wheel for every system, of about `wanted` bytes.

    Where sizes are not told, the newest. None: they have none in common; then each gives its own newest. Pure.
    """
    if not looks:
        return None
    common = set.intersection(*({file.name for file in look.files} for look in looks))
    sizes = _sizes(looks)
    order = [file.name for file in max(looks, key=lambda look: len(look.files)).files if file.name in common]

    def fitness(name: str) -> tuple[bool, bool, float, int]:
        size = sizes.get(name)
        off = 0.0 if size is None else max(size / wanted, wanted / max(size, 1))
        return not name.endswith("-any.whl"), not name.endswith(".whl"), off, -order.index(name)

    return min(order, key=fitness, default=None)


def _sizes(looks: Iterable[Look]) -> dict[str, int]:
    return {file.name: file.size for look in looks for file in look.files if file.size is not None}


def _size(looks: Iterable[Look], name: str | None) -> int:
    return _sizes(looks).get(name or "", 0)


def _file(look: Look, name: str | None) -> File:
    named = next((file for file in look.files if file.name == name), None)
    wheels = [file for file in look.files if file.is_wheel]
    return named or (wheels or list(look.files))[-1]


def _was_quick(race: Race, look: Look, name: str | None) -> bool:
    size, rates = _file(look, name).size or 0, race.rates.get(look.mirror.id)
    return bool(rates) and race.looks[look.mirror.id].result.ok and size / (rates or [1])[-1] < _SHORT_S


def _close(race: Race) -> list[str]:
    """Those whose rate is so near to the best one that chance may have decided."""
    means = {key: sum(r) / len(r) for key, r in race.rates.items() if race.looks[key].result.ok}
    best = max(means.values(), default=0.0)
    close = [key for key, mean in means.items() if mean * _CLOSE >= best]
    return close if len(close) > 1 else []


def _time(race: Race, look: Look, name: str | None, still: int, *, anew: bool = False) -> None:
    """Times one mirror on one file and tells it. `still`: how many have yet to come, this one included."""
    now = time.monotonic()
    share = min(_MOST_S, (race.deadline - now) / still)
    limit = race.meter.allowed // still
    known = race.rates.get(look.mirror.id)
    if share < _LEAST_S or limit < 100_000:
        _tell(race, look) if known is None else None
        return
    file = _file(look, name)
    if known is not None and (file.size or _LARGER) > limit:
        return
    job = partial(download, race.client, file.url, race.meter, now + share, limit=limit, size=file.size)
    found = next((timed for _, timed in together([job], 1, share + 0.5)), Download(trouble="no data in time"))
    _judge(race, look, file, found, anew=anew)


def _judge(race: Race, look: Look, file: File, found: Download, *, anew: bool) -> None:
    key = look.mirror.id
    trouble = found.trouble
    if found.sha256 is not None and file.sha256 not in (None, found.sha256):
        trouble = "sent a file with a wrong hash"
    if trouble is not None:
        race.looks[key] = race.looks[key].unsound(trouble)
        race.on_look(race.looks[key])
        return
    rates = race.rates.setdefault(key, [])
    if anew:
        rates.clear()
    if found.rate is not None:
        rates.append(found.rate)
    _tell(race, look, checked=found.sha256 is not None and file.sha256 is not None, host=found.host)


def _tell(race: Race, look: Look, *, checked: bool = False, host: str = "") -> None:
    key = look.mirror.id
    result = race.looks[key].result
    rates = race.rates.get(key)
    elsewhere = host if host and host != host_of(result.url) else result.files_host
    done = replace(
        result,
        bytes_per_s=sum(rates) / len(rates) if rates else None,
        checked=result.checked or checked,
        files_host=elsewhere,
        state="done",
    )
    race.looks[key] = replace(race.looks[key], result=done)
    race.on_look(race.looks[key])
