"""The uv wheel for this machine from a package index's own page: its sha256 held against the index's, without pip.

What it says of a failure is worded as uv words it, so that a diagnosis finds the cause.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from wizard.errors import WizardError
from wizard.language import said
from wizard.mirrors import official
from wizard.mirrors.client import make_client
from wizard.mirrors.page import ACCEPT, File, NotAPage, Page, parse
from wizard.text import masked, moving_size

if TYPE_CHECKING:
    import httpx
    from packaging.tags import Tag

PROJECT = "uv"
TRIES = 4
"""Times that a download is taken up again where it broke off."""
TOLD_EVERY_S = 3.0
_CONNECT_S, _READ_S = 10.0, 30.0
_PIECE = 256 * 1024
_LARGEST = 512 * 1024 * 1024


class Carrier(Protocol):
    """What the supervisor hands to an action."""

    def emit(self, type: str, **fields: Any) -> None:  # noqa: A002 - the events' own key
        """Append an event."""

    def cancelled(self) -> bool:
        """Whether the user asked to stop."""


class NoWheel(Exception):
    """Why there is no wheel; the text is uv's kind of error."""


class Tampered(NoWheel):
    """What came is not what the index states."""


def diagnosis(line: str) -> dict[str, Any]:
    """The failure of a wheel's checksum, as an event's keys: no uv.lock is concerned here."""
    from dataclasses import replace

    from wizard import catalog
    from wizard.diagnosis import of
    from wizard.language import said

    words = catalog.table("uv.toml")["tampered"]
    title, explanation = words["title"], words["explanation"]
    found = of("hash-mismatch", [f"error: {line}"])
    return replace(found, title=said(title), explanation=said(explanation)).document()


def fetch(way: Mapping[str, Any], version: str, required: str, folder: Path, carrier: Carrier) -> Path:
    """The wheel in `folder`, whole and checked. `version` "": the newest that `required` allows. Raises NoWheel."""
    index = way["index"] or official.address(way["ask"])
    if not index:
        raise NoWheel("the address of the official package index is not known here")
    try:
        with make_client(uv_version=version or None, connect_s=_CONNECT_S, read_s=_READ_S, connections=2) as client:
            file = choose(page_of(client, f"{index}/{PROJECT}/"), version, required, index)
            carrier.emit("note", text=said("Fetching {name} from {index}.", name=file.name, index=masked(index)))
            return _download(client, file, folder, carrier)
    except WizardError as error:
        raise NoWheel(str(error)) from None


def page_of(client: httpx.Client, url: str) -> Page:
    """A project's page. Raises NoWheel."""
    import httpx

    try:
        answer = client.get(url, headers={"Accept": ACCEPT})
        answer.raise_for_status()
        return parse(answer.content, answer.headers.get("content-type", ""), str(answer.url))
    except httpx.HTTPStatusError as error:
        status = error.response.status_code
        told = f"HTTP status {'client' if status < 500 else 'server'} error"
        reason = f"{status} {error.response.reason_phrase}".strip()
        raise NoWheel(f"Failed to fetch: `{masked(url)}`: {told} ({reason}) for url ({masked(url)})") from None
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise NoWheel(f"Failed to fetch: `{masked(url)}`: {_why(error)}") from None
    except NotAPage as error:
        raise NoWheel(f"{masked(url)} is no page of a package index: {error}") from None


def _why(error: Exception) -> str:
    from wizard.mirrors.client import why

    chain: BaseException | None = error
    while chain is not None:
        if isinstance(chain, OSError) and chain.errno:
            return f"{why(error)}: {chain.strerror} (os error {chain.errno})"
        chain = chain.__cause__ or chain.__context__
    return f"{why(error)}: {error}"


def choose(page: Page, version: str, required: str, index: str, order: Mapping[Tag, int] | None = None) -> File:
    """The wheel for this machine: of that version, else of the newest allowed. Raises NoWheel.

    `order`: of another machine's tags, the best with the least number.
    """
    from packaging.specifiers import SpecifierSet
    from packaging.tags import sys_tags
    from packaging.utils import InvalidWheelFilename, parse_wheel_filename

    order = {tag: place for place, tag in enumerate(sys_tags())} if order is None else order
    fitting: list[tuple[Any, int, File]] = []
    others: set[str] = set()
    for file in page.files:
        try:
            name, found, _, tags = parse_wheel_filename(file.name)
        except InvalidWheelFilename:
            continue
        if name != PROJECT or (version and str(found) != version):
            continue
        others.add(str(found))
        place = min((order[tag] for tag in tags if tag in order), default=None)
        if place is None or (not version and (file.yanked or found.is_prerelease)):
            continue
        if SpecifierSet(required).contains(found, prereleases=True):
            fitting.append((found, -place, file))
    if not fitting:
        asked = f"uv=={version}" if version else f"uv{required}"
        known = "no wheel of it runs on this machine" if others else f"{masked(index)} has none"
        raise NoWheel(f"No matching distribution found for {asked}: {known}")
    return max(fitting, key=lambda one: one[:2])[2]


def _download(client: httpx.Client, file: File, folder: Path, carrier: Carrier) -> Path:
    """The file, taken up again where it broke off. Raises NoWheel."""
    if file.sha256 is None:
        raise NoWheel(f"The index states no sha256 for {file.name}, so it can't be checked")
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / file.name.replace("/", "_").replace("\\", "_")
    version = file.name.split("-")[1]
    trouble = ""
    for attempt in range(TRIES):
        if carrier.cancelled():
            raise NoWheel("stopped")
        try:
            _receive(client, file, target, version, carrier, fresh=attempt == 0)
        except NoWheel:
            raise
        except OSError as error:
            raise NoWheel(f"failed to write to {target}: {error.strerror} (os error {error.errno})") from None
        except Exception as error:  # noqa: BLE001 - httpx's own, which are told again below
            trouble = _why(error)
            continue
        _check(file, target)
        return target
    raise NoWheel(f"Failed to download `uv=={version}`: {trouble}")


def _receive(client: httpx.Client, file: File, target: Path, version: str, carrier: Carrier, *, fresh: bool) -> None:
    told_at = time.monotonic()
    have = 0 if fresh or not target.exists() else target.stat().st_size
    headers = {"Accept": "*/*", "Accept-Encoding": "identity", **({"Range": f"bytes={have}-"} if have else {})}
    with client.stream("GET", file.url, headers=headers) as answer:
        if answer.status_code == 416:  # it was whole already, or is another file
            return
        if answer.status_code not in (200, 206):
            reason = f"{answer.status_code} {answer.reason_phrase}".strip()
            raise NoWheel(
                f"Failed to download `uv=={version}`: HTTP status error ({reason}) for url ({masked(file.url)})"
            )
        have = have if answer.status_code == 206 else 0
        length = answer.headers.get("content-length", "")
        total = file.size or (have + int(length) if length.isdigit() else None)
        with target.open("r+b" if have else "wb") as out:
            out.seek(have)
            for piece in answer.iter_raw(_PIECE):
                out.write(piece)
                have += len(piece)
                if time.monotonic() - told_at > TOLD_EVERY_S:
                    told_at = time.monotonic()
                    carrier.emit(
                        "note",
                        text=said(
                            "uv {version}: {have} of {total} are here.",
                            version=version,
                            have=moving_size(have),
                            total=_size(total),
                        ),
                    )
                if carrier.cancelled():
                    raise NoWheel("stopped")
                if have > _LARGEST:
                    raise NoWheel(f"{file.name} has no end")
            out.truncate()


def _size(total: int | None) -> str:
    return moving_size(total) if total else "?"


def _check(file: File, target: Path) -> None:
    digest = hashlib.sha256()
    with target.open("rb") as data:
        while piece := data.read(_PIECE):
            digest.update(piece)
    if digest.hexdigest() != file.sha256:
        target.unlink()
        raise Tampered(
            f"Hash mismatch for `{file.name}`: the index states sha256:{file.sha256}, what came has sha256:{digest.hexdigest()}"
        )
