"""The second stage: how fast a real file comes, taken from the mirror's own page, its hash checked. One mirror at a time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

from wizard.language import said
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
_LEAST_BYTES = 100_000
_NOTHING_S = 2.0
"""The page came, and of the file nothing in this time."""
_SLOWER = 6
"""One that is so many times slower than the best is timed for the least."""
_SILENT_S = 1.5
"""Nothing for so long, unlike what came before, is the end of a connection and not a slow line."""
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
    silent: set[str] = field(default_factory=set)
    """Those that sent nothing any more when they were cut short."""


def time_files(race: Race, looks: Iterable[Look]) -> list[Look]:
    """The looks with their rates, or ruled out where the file was missing or wrong. Those not among the few as they were."""
    looks = list(looks)
    race.looks = {look.mirror.id: look for look in looks}
    few = sorted((look for look in looks if look.result.ok), key=lambda look: look.result.latency_ms or 0)[:FEW]
    usual, larger = shared_file(few, _USUAL), shared_file(few, _LARGER)
    for position, look in enumerate(few):
        _time(race, look, usual, len(few) - position)
    _check_rest(race, few)
    quick = [look for look in few if _was_quick(race, look, usual)]
    if larger != usual and _size(few, larger) > _size(few, usual):
        for position, look in enumerate(quick):
            _time(race, look, larger, len(quick) - position, anew=True)
    for _ in range(2):
        close = _close(race)
        for position, mirror_id in enumerate(close):
            _time(race, race.looks[mirror_id], usual, len(close) - position)
    return [race.looks[look.mirror.id] for look in looks]


def _check_rest(race: Race, few: Sequence[Look]) -> None:
    """Those of which no whole file came: once more, with a file that their rate lets come whole, so that its hash is known.
    Where one fell silent, for long enough to tell a pause from an end.
    """
    sizes = _sizes(few)
    rest = [look for look in few if race.looks[look.mirror.id].result.ok and race.rates.get(look.mirror.id)]
    rest = [look for look in rest if not race.looks[look.mirror.id].result.checked]
    silent = [(look, _file(race, look, None)) for look in rest if look.mirror.id in race.silent]
    slow = [(look, _that_comes_whole(look, race, sizes)) for look in rest if look.mirror.id not in race.silent]
    todo = [*((look, file) for look, file in slow if file is not None), *silent]
    for position, (look, file) in enumerate(todo):
        share = min(_MOST_S, (race.deadline - time.monotonic()) / (len(todo) - position))
        if share >= _LEAST_S and race.meter.allowed > _LEAST_BYTES:
            _judge(race, look, file, _fetched(race, file, share, race.meter.allowed), counts=False)


def _that_comes_whole(look: Look, race: Race, sizes: Mapping[str, int]) -> File | None:
    """Its largest file with a hash that comes within its share of the time left; None where none does."""
    fits = race.rates[look.mirror.id][-1] * min(_MOST_S, (race.deadline - time.monotonic()) / 3)
    fits = min(fits, race.meter.allowed)
    small = [file for file in look.files if file.sha256 and file.is_wheel and sizes.get(file.name, fits + 1) <= fits]
    return max(small, key=lambda file: sizes[file.name], default=None)


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


def _file(race: Race, look: Look, name: str | None) -> File:
    named = next((file for file in look.files if file.name == name), None)
    wheels = [file for file in look.files if file.is_wheel]
    file = named or (wheels or list(look.files))[-1]
    return replace(file, size=file.size or _sizes(race.looks.values()).get(file.name))


def _was_quick(race: Race, look: Look, name: str | None) -> bool:
    size, rates = _file(race, look, name).size or 0, race.rates.get(look.mirror.id)
    return bool(rates) and race.looks[look.mirror.id].result.ok and size / (rates or [1])[-1] < _SHORT_S


def _close(race: Race) -> list[str]:
    """Those whose rate is so near to the best one that chance may have decided."""
    means = {key: sum(r) / len(r) for key, r in race.rates.items() if race.looks[key].result.ok}
    best = max(means.values(), default=0.0)
    close = [key for key, mean in means.items() if mean * _CLOSE >= best]
    return close if len(close) > 1 else []


def _time(race: Race, look: Look, name: str | None, still: int, *, anew: bool = False) -> None:
    """Times one mirror on one file and tells it. `still`: how many have yet to come, this one included."""
    share = min(_MOST_S, (race.deadline - time.monotonic()) / still)
    limit = race.meter.allowed // still
    known = race.rates.get(look.mirror.id)
    if not race.looks[look.mirror.id].result.ok:
        return
    if share < _LEAST_S or limit < _LEAST_BYTES:
        _tell(race, look) if known is None else None
        return
    file = _file(race, look, name)
    if known is not None and (file.size or _LARGER) > limit:
        return
    found = _fetched(race, file, share, limit, counts=True)
    if anew and found.trouble is None:
        race.rates.pop(look.mirror.id, None)
    _judge(race, look, file, found)


def _fetched(race: Race, file: File, share: float, limit: int, *, counts: bool = False) -> Download:
    """The file, or what came of it in `share` seconds, whatever the other side does."""
    timed = Download()
    job = partial(
        download, race.client, file.url, race.meter, timed.begun + share, limit=limit, size=file.size, timed=timed
    )
    best = max((max(rates) for rates in race.rates.values() if rates), default=0.0)

    def hopeless() -> bool:
        """Enough was seen: nothing comes, or so much less than from another."""
        spent = time.monotonic() - timed.begun
        if not timed.received:
            return spent > _NOTHING_S
        return counts and spent > _LEAST_S and timed.received < spent * best / _SLOWER

    for _ in together([job], 1, share, hopeless):
        return timed
    cut = replace(timed, marks=list(timed.marks))  # its thread may still be writing
    cut.end()
    return cut


def _judge(race: Race, look: Look, file: File, found: Download, *, counts: bool = True) -> None:
    key = look.mirror.id
    trouble = found.trouble
    if found.sha256 is not None and file.sha256 not in (None, found.sha256):
        trouble = said("sent a file with a wrong hash")
    elif found.silence_s >= _SILENT_S:
        trouble = said("stops in the middle of a file")
    if trouble is not None:
        race.looks[key] = race.looks[key].unsound(trouble)
        race.on_look(race.looks[key])
        return
    if found.silence_s:
        race.silent.add(key)
    if counts and found.rate is not None:
        race.rates.setdefault(key, []).append(found.rate)
    _tell(race, look, found, checked=found.sha256 is not None and file.sha256 is not None)


def _tell(race: Race, look: Look, found: Download | None = None, *, checked: bool = False) -> None:
    key = look.mirror.id
    result = race.looks[key].result
    rates = race.rates.get(key)
    host = found.host if found else ""
    answers = [one * 1000 for one in (found.first_byte_s,) if one is not None] if found else []
    if result.latency_ms is not None:
        answers.append(result.latency_ms)  # it was taken while all the others were asked too
    done = replace(
        result,
        latency_ms=min(answers, default=None),
        bytes_per_s=sum(rates) / len(rates) if rates else None,
        checked=result.checked or checked,
        files_host=host if host and host != host_of(result.url) else result.files_host,
        state="done",
    )
    race.looks[key] = replace(race.looks[key], result=done)
    race.on_look(race.looks[key])
