"""assets/mirrors.toml, and a user's own catalogue, as typed values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from wizard import catalog, credentials
from wizard.errors import BadInput
from wizard.language import said
from wizard.mirrors.record import KINDS, Catalogue, Kind, Mirror
from wizard.text import masked, one_line
from wizard.toml import TOMLError, parse

_BLANK = re.compile(r"[\x00-\x20\x7f]")


@lru_cache(maxsize=1)
def built_in() -> Catalogue:
    """The wizard's own catalogue."""
    tables = catalog.table("mirrors.toml")
    return Catalogue(tuple(_known(entry) for entry in tables["mirror"]), dict(tables["probe"]))


def _known(entry: Mapping[str, Any]) -> Mirror:
    who = entry["operator"]
    return Mirror(
        id=entry["id"],
        kind=entry["kind"],
        url=entry.get("url"),
        official=entry.get("official", False),
        operator=said(who),
        country=entry["country"],
        status=entry["status"],
        evidence=entry["evidence"],
        offer=entry["offer"],
        aliases=tuple(entry.get("aliases", ())),
        index_type=entry.get("index_type", "pep503"),
        blocks=entry.get("blocks", False),
        redirects=entry.get("redirects", False),
        variable=entry.get("env", ""),
    )


def torch_bases() -> tuple[str, ...]:
    """Every known base of PyTorch indexes, official ones and mirrors, longest first."""
    known = built_in().of("pytorch")
    bases = {address for mirror in known for address in (mirror.url, *mirror.aliases) if address}
    return tuple(sorted(bases, key=lambda base: (-len(base), base)))


def candidates(kind: Kind, official_url: str | None) -> tuple[Mirror, ...]:
    """What to measure by default: those fit for the menu; the official package index where its address is known."""
    found: list[Mirror] = []
    for mirror in built_in().of(kind):
        address = official_url if mirror.official and mirror.url is None else mirror.url
        if mirror.offer and mirror.status == "documented" and address and "{" not in address:
            found.append(replace(mirror, url=address))
    return tuple(found)


def from_file(path: Path) -> Catalogue:
    """A `--catalog` file (INTERFACE.md). Raises BadInput that names the file, the entry and what is wrong."""
    where = said("the catalogue {path}", path=one_line(str(path)))
    try:
        tables = parse(path.read_bytes())
    except OSError as error:
        raise BadInput(said("{where} cannot be read: {error}", where=where, error=error.strerror or error)) from None
    except (TOMLError, UnicodeDecodeError) as error:
        raise BadInput(
            said("{where} is not valid TOML: {error}", where=where, error=one_line(str(error), 200))
        ) from None
    entries = tables.get("mirror")
    if not isinstance(entries, list) or not entries:
        raise BadInput(said("{where} lists no mirrors: it needs [[mirror]] tables with id, kind and url", where=where))
    mirrors = tuple(_own(entry, number, where) for number, entry in enumerate(entries, 1))
    _all_different(mirrors, where)
    return Catalogue(mirrors, _probes(tables.get("probe", {}), where))


def _own(entry: Any, number: int, where: str) -> Mirror:
    if not isinstance(entry, Mapping):
        raise BadInput(
            said("{where}: mirror {number} is no table; it needs id, kind and url", where=where, number=number)
        )
    for key in ("id", "kind", "url"):
        if not isinstance(entry.get(key), str) or not entry[key].strip():
            raise BadInput(
                said(
                    "{where}: mirror {number} has no {key}; it needs id, kind and url, all text",
                    where=where,
                    number=number,
                    key=key,
                )
            )
    name, kind = entry["id"], entry["kind"]
    if kind not in KINDS:
        raise BadInput(
            said(
                "{where}: mirror {name}: kind = {kind} is not possible; allowed: {kinds}",
                where=where,
                name=one_line(name, 60),
                kind=f"{one_line(kind, 60)!r}",
                kinds=", ".join(KINDS),
            )
        )
    url = _address(entry["url"].strip(), said("{where}: mirror {name}", where=where, name=one_line(name, 60)))
    index_type = entry.get("index_type", "pep503")
    return Mirror(name, kind, url, official=entry.get("official") is True, index_type=str(index_type))


def _address(url: str, where: str) -> str:
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - raises where it is no number
    except ValueError:
        raise BadInput(said("{where}: the url is no address", where=where)) from None
    if parts.scheme not in {"http", "https"} or not parts.hostname or _BLANK.search(url):
        told = masked(one_line(url, 120))
        raise BadInput(
            said(
                "{where}: url = {told} is not possible; it must begin with http:// or https://",
                where=where,
                told=f"{told!r}",
            )
        )
    return credentials.keep(url).rstrip("/")


def _all_different(mirrors: tuple[Mirror, ...], where: str) -> None:
    seen: set[tuple[str, str]] = set()
    for mirror in mirrors:
        if (mirror.kind, mirror.id) in seen:
            raise BadInput(
                said(
                    "{where} has two mirrors with the id {id} and the kind {kind}",
                    where=where,
                    id=f"{one_line(mirror.id, 60)!r}",
                    kind=mirror.kind,
                )
            )
        seen.add((mirror.kind, mirror.id))


def _probes(table: Any, where: str) -> dict[str, str]:
    if not isinstance(table, Mapping):
        raise BadInput(
            said('{where}: [probe] is no table; write it as [probe] and a line such as pypi = "pygments"', where=where)
        )
    for kind, project in table.items():
        if kind not in KINDS or not isinstance(project, str) or not project.strip():
            raise BadInput(
                said(
                    "{where}: [probe] {kind} is not possible; it takes {kinds}, each with a name",
                    where=where,
                    kind=one_line(str(kind), 60),
                    kinds=", ".join(KINDS),
                )
            )
    return {kind: project.strip() for kind, project in table.items()}
