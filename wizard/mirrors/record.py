"""The records of mirrors: what the catalogue says of one, and what measuring found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal["pypi", "pytorch", "python", "uv"]
KINDS: tuple[Kind, ...] = ("pypi", "pytorch", "python", "uv")


@dataclass(frozen=True)
class Mirror:
    """One candidate. `url` has no slash at its end; None for the official package index, which uv knows and we don't."""

    id: str
    kind: Kind
    url: str | None
    official: bool = False
    operator: str = ""
    country: str = ""
    status: str = "documented"
    """documented, reported broken or retired."""
    evidence: str = ""
    """How far to trust the entry: operator-doc, operator-config, measured-lock, maintained-list, third-party."""
    offer: bool = True
    """Fit for the menu once measured; else kept to be recognised."""
    aliases: tuple[str, ...] = ()
    index_type: str = "pep503"
    """pep503, flat (one listing of files a variant) or redirect."""
    blocks: bool = False
    """Whether it is on record for refusing networks or clients after heavy use."""
    redirects: bool = False
    """Whether it is on record for sending requests on to another operator."""
    variable: str = ""
    """Kind uv only: the variable that takes the address."""


@dataclass(frozen=True)
class MirrorResult:
    """What measuring one candidate found. `ok` is soundness alone: a slow mirror is sound.

    `latency_ms`: first byte of a second request on the same connection. `bytes_per_s`: None where no throughput was
    measured. `stale_hours`: how long the oldest release file that this mirror does not yet have has been out; None unknown.
    `metadata_files`: separate metadata is offered, and is really there. `why_not`: a few words, None where ok.
    """

    id: str
    url: str
    ok: bool
    latency_ms: float | None = None
    bytes_per_s: float | None = None
    stale_hours: float | None = None
    metadata_files: bool | None = None
    why_not: str | None = None
    api: Literal["json", "html"] | None = None
    hashes: bool | None = None
    upload_times: bool | None = None
    files_host: str | None = None
    """The host that the files really come from, where it is not the mirror's own."""
    checked: bool = False
    """Whether a whole file was fetched and its hash agreed."""
    silent: bool = False
    """Nothing answered at all: that says as much of the way there as of the mirror."""
    official: bool = False
    state: Literal["waiting", "sound", "done"] = "done"
    """While measuring: sound = the first stage is passed, the throughput still to come."""

    def document(self) -> dict[str, Any]:
        """One entry of INTERFACE.md's `mirrors`."""
        return {
            "id": self.id,
            "url": self.url,
            "ok": self.ok,
            "latency_ms": None if self.latency_ms is None else round(self.latency_ms, 1),
            "bytes_per_s": None if self.bytes_per_s is None else round(self.bytes_per_s),
            "stale_hours": None if self.stale_hours is None else round(self.stale_hours, 1),
            "metadata_files": self.metadata_files,
            "why_not": self.why_not,
            "api": self.api,
            "hashes": self.hashes,
            "upload_times": self.upload_times,
            "files_host": self.files_host,
            "checked": self.checked,
        }


@dataclass(frozen=True)
class Need:
    """What a project still has to fetch: the ranking is for this. Defaults where nothing is known."""

    bytes: int = 50_000_000
    packages: int = 30


@dataclass(frozen=True)
class Measurement:
    """All candidates of one kind, best first; `at`: seconds since the epoch; `cost_bytes`: what measuring received."""

    kind: Kind
    results: tuple[MirrorResult, ...]
    best: str | None
    at: float = 0.0
    cost_bytes: int = 0
    probe: str = ""

    def document(self) -> dict[str, Any]:
        """INTERFACE.md's `mirrors`."""
        return {
            "schema": 1,
            "kind": self.kind,
            "mirrors": [result.document() for result in self.results],
            "best": self.best,
            "measured_at": self.at,
            "probe": self.probe,
        }

    def result(self, mirror_id: str) -> MirrorResult | None:
        """What was found about that candidate."""
        return next((result for result in self.results if result.id == mirror_id), None)


@dataclass(frozen=True)
class Catalogue:
    """The candidates, and for each kind what to measure with (a project; for `python` a version or a file's path)."""

    mirrors: tuple[Mirror, ...]
    probe: Mapping[str, str] = field(default_factory=dict)

    def of(self, kind: str) -> tuple[Mirror, ...]:
        """Those of that kind, in the catalogue's order."""
        return tuple(mirror for mirror in self.mirrors if mirror.kind == kind)
