"""The rows of the mirrors screen: for packages, torch and Pythons, the sources there are and what measuring found. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from wizard.language import said, shown
from wizard.mirrors.ranking import ranked
from wizard.mirrors.record import Measurement, Mirror, MirrorResult, Need
from wizard.text import one_line, span
from wizard.told.phrases import measured_rate
from wizard.told.source_failed import brief

BLOCKS = {"pypi": said("packages"), "pytorch": said("torch"), "python": said("Pythons")}
"""The kinds with a choice of their own, in the words of the screen."""
FEW = {"pypi": 4, "pytorch": 2, "python": 2}
"""Rows of each block where there is no room for all."""
OFFICIAL = "official"


@dataclass(frozen=True)
class SourceRow:
    """One source. `value`: what `mirrors.KIND` becomes; `rate`, `behind` and `result` are texts; `answer_ms` in ms."""

    kind: str
    value: str
    name: str
    chosen: bool
    rate: str
    answer_ms: float | None
    behind: str
    result: str
    about: str = ""


def block(
    kind: str, mirrors: Iterable[Mirror], results: Mapping[str, MirrorResult], choice: str, *, measuring: bool
) -> tuple[SourceRow, ...]:
    """All rows of one kind: the sound ones by rate, then what is not known yet, then what failed.

    `results`: by id, as far as they are there; `choice`: `mirrors.KIND` as it is in force.
    """
    known = [
        mirror for mirror in mirrors if mirror.kind == kind and (mirror.offer or mirror.official or mirror.id == choice)
    ]
    first = next((mirror.id for mirror in known if mirror.official), OFFICIAL)
    chosen = chosen_value(choice, results)
    rows: list[tuple[tuple[int, float], SourceRow]] = []
    for mirror in known:
        result = results.get(mirror.id)
        value = OFFICIAL if mirror.id == first else mirror.id
        rows.append((_rank(result), _row(mirror, value, result, chosen=value == chosen, measuring=measuring)))
    if chosen not in {row.value for _, row in rows}:
        name = urlsplit(chosen).hostname or chosen
        own = SourceRow(kind, chosen, one_line(name, 40), True, "-", None, "-", "-", said("an address of your own"))
        rows.append(((1, 0.0), own))
    return tuple(row for _, row in sorted(rows, key=lambda pair: pair[0]))


def chosen_value(choice: str, results: Mapping[str, MirrorResult]) -> str:
    """The row that `choice` comes to: `fastest` is the best of what is measured, the official one until then."""
    if choice != "fastest":
        return choice
    return best(results.values()) or OFFICIAL


def best(results: Iterable[MirrorResult]) -> str | None:
    """The id of the fastest sound source that was measured to the end, None where there is none."""
    sound = [one for one in results if one.ok and one.state == "done" and one.bytes_per_s]
    first = next(iter(ranked(sound, Need())), None)
    return None if first is None else OFFICIAL if first.official else first.id


def _rank(result: MirrorResult | None) -> tuple[int, float]:
    if result is None or result.state == "waiting":
        return 1, 0.0
    if not result.ok:
        return 2, 0.0
    return (0, -(result.bytes_per_s or 0.0)) if result.state == "done" else (0, math.inf)


def _row(mirror: Mirror, value: str, result: MirrorResult | None, *, chosen: bool, measuring: bool) -> SourceRow:
    return SourceRow(
        mirror.kind,
        value,
        short_name(value, mirror.kind),
        chosen,
        measured_rate(result.bytes_per_s if result else None),
        result.latency_ms if result else None,
        _behind(result),
        _result(result, measuring=measuring),
        one_line(shown(mirror.operator), 200),
    )


def short_name(mirror_id: str, kind: str = "") -> str:
    """The name on the screen: the id without its kind, written as these names are: `BFSU`, `Aliyun`, `official`."""
    if mirror_id == OFFICIAL:
        return said("official")
    name = mirror_id.removeprefix(f"{kind}-").removeprefix(f"{OFFICIAL}-")
    return name.upper() if len(name) <= 4 else name[:1].upper() + name[1:]


def _behind(result: MirrorResult | None) -> str:
    if result is None or result.official or result.stale_hours is None:
        return "-"
    if result.stale_hours < 48:
        return f"{result.stale_hours:.0f} h"
    return said("{count} days", count=f"{result.stale_hours / 24:.0f}")


def _result(result: MirrorResult | None, *, measuring: bool) -> str:
    if result is None or result.state == "waiting":
        return said(". waiting") if measuring else "-"
    if result.state == "sound":
        return said("> measuring")
    return said("+ ok") if result.ok else f"x {one_line(shown(brief(result.why_not or said('failed'))), 40)}"


def shortened(rows: Sequence[SourceRow], count: int) -> tuple[SourceRow, ...]:
    """`count` of a block's rows: the first ones, the chosen one and the official one among them, in their order."""
    must = [row for row in rows if row.chosen or row.value == OFFICIAL]
    others = [row for row in rows if row not in must][: max(0, count - len(must))]
    return tuple(row for row in rows if row in must or row in others)


def gain(results: Iterable[MirrorResult], chosen: str, bytes_to_fetch: int) -> str | None:
    """What the chosen source is worth for this project, in time; None where that is not known or nothing."""
    rates = {OFFICIAL if one.official else one.id: one.bytes_per_s for one in results if one.ok and one.bytes_per_s}
    official, taken = rates.get(OFFICIAL), rates.get(chosen)
    if not official or not taken or chosen == OFFICIAL:
        return None
    if not bytes_to_fetch:
        return (
            said("{factor} times as fast as the official source", factor=f"{taken / official:.0f}")
            if taken >= 1.5 * official
            else None
        )
    return said(
        "For this project about {time} instead of about {official}",
        time=span(bytes_to_fetch / taken),
        official=span(bytes_to_fetch / official),
    )


def ago(measurement: Measurement | None, now: float) -> str:
    """`Measured 2 min ago.`, or how to measure."""
    if measurement is None or not measurement.at:
        return said("Not measured. F5 measures.")
    seconds = max(0.0, now - measurement.at)
    if seconds < 60:
        return said("Measured just now.")
    if seconds < 3600:
        return said("Measured {count} min ago.", count=int(seconds // 60))
    if seconds < 2 * 86400:
        return said("Measured {count} h ago.", count=int(seconds // 3600))
    return said("Measured {count} days ago.", count=int(seconds // 86400))


_COUNTRIES = {"CN": said("In China."), "KR": said("In Korea."), "IR": said("In Iran.")}
_TRUST = {
    "operator-doc": said("Its operator offers it for this use."),
    "operator-config": said("Its operator offers it for this use."),
    "measured-lock": said("Others' uv.lock files were made with it."),
    "maintained-list": said("Known from lists that somebody keeps up to date."),
    "third-party": said("Known only from other people's projects."),
}
_STATUS = {
    "reported broken": said("Reported broken."),
    "retired": said("Given up, as far as is known."),
}
_CHECKED = {
    "pypi": said("uv checks each file against uv.lock, whoever sends it."),
    "pytorch": said("uv checks each file against uv.lock, whoever sends it."),
    "python": said("uv checks each Python against its own list, whoever sends it."),
}


def about_source(mirror: Mirror, result: MirrorResult | None) -> tuple[str, ...]:
    """What there is to say of a source, a sentence each: where it is, who vouches for it, what it lacks."""
    if mirror.official:
        told: list[str | None] = [said("The makers' own. Mirrors are compared with it.")]
    else:
        told = [_COUNTRIES.get(mirror.country), _TRUST.get(mirror.evidence)]
    told.append(_STATUS.get(mirror.status))
    if mirror.blocks:
        told.append(said("May refuse a network that fetches a lot."))
    if result is not None and result.files_host:
        told.append(said("Its files come from {host}.", host=one_line(result.files_host, 60)))
    elif mirror.redirects:
        told.append(said("Sends some requests on to another operator."))
    if result is not None and result.ok and result.upload_times is False and mirror.kind == "pypi":
        told.append(said("Does not say when a file came out: a date limit (exclude-newer) finds nothing here."))
    if result is not None and result.ok and result.metadata_files is False:
        told.append(said("uv lock has to fetch whole packages here to learn what they need."))
    told.append(_CHECKED.get(mirror.kind))
    return tuple(one for one in told if one)
