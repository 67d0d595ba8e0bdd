"""Files into a bundle's folder: several at once, taken up again where they broke off, each held to its hash.

A file has its name only once it is whole and right; until then it is `NAME.part`. What is complete is not fetched again.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from wizard.bundle.contents import Item
from wizard.bundle.record import Entry
from wizard.errors import WizardError
from wizard.language import said
from wizard.mirrors.together import together
from wizard.text import masked, one_line

if TYPE_CHECKING:
    import httpx

AT_ONCE = 8
TRIES = 4
_PIECE = 256 * 1024
_PAUSE_S = 0.5


class _Stopped(Exception):
    """Another file has failed, or the user stopped: this one is left as it is."""


class _Refused(Exception):
    """This address does not give the file; another one may."""


@dataclass
class Progress:
    """What has come so far, for whoever shows it. `done` files, `received` bytes of this run, `kept` files that were here."""

    files: int
    done: int = 0
    kept: int = 0
    received: int = 0
    begun: float = field(default_factory=time.monotonic)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def add(self, count: int) -> None:
        """Bytes that came."""
        with self._lock:
            self.received += count

    def finished(self, *, kept: bool) -> None:
        """One file is whole."""
        with self._lock:
            self.done += 1
            self.kept += kept


def fetch(
    items: Iterable[Item], folder: Path, client: httpx.Client, progress: Progress,
    tell: Callable[[], None] = lambda: None,
) -> list[Entry]:  # fmt: skip
    """Every one of them, in their order. Raises WizardError for the first that can't be had, OSError for a full disk.

    `tell` is called now and then by the thread that asked.
    """
    wanted = list(items)
    over = threading.Event()
    found: dict[int, Entry] = {}

    def look_up() -> bool:
        tell()
        return False

    try:
        jobs = [partial(_one, item, folder, client, progress, over) for item in wanted]
        found.update(together(jobs, AT_ONCE, float("inf"), look_up))
    finally:
        over.set()
    return [found[position] for position in range(len(wanted))]


def _one(item: Item, folder: Path, client: httpx.Client, progress: Progress, over: threading.Event) -> Entry:
    target = folder.joinpath(*item.path.split("/"))
    found = kept(item, target)
    if found is not None:
        progress.finished(kept=True)
        return found
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + ".part")
    why = ""
    for url in item.urls:
        try:
            _receive(url, item, part, client, progress, over)
            size, digest = _checked(item, part, url)
            os.replace(part, target)
            progress.finished(kept=False)
            return item.entry(size, digest)
        except _Refused as error:
            why = why or f"{masked(one_line(url, 200))}: {error}"
    msg = said(
        "{name} could not be fetched: {why}. What is complete stays; run the same command again to go on",
        name=item.name,
        why=why,
    )
    raise WizardError(msg)


def kept(item: Item, target: Path) -> Entry | None:
    """The file that is here already, if it is what the lock says (or the lock says nothing)."""
    try:
        size, digest = _hashes(target, "sha256")
        right = not item.hash or _holds(item.hash, target, digest)
    except OSError:
        return None
    if right and (item.hash or item.size in (None, size)):
        return item.entry(size, digest)
    return None


def _holds(stated: str, path: Path, digest: str) -> bool:
    algorithm, _, wanted = stated.partition(":")
    found = digest if algorithm == "sha256" else _hashes(path, algorithm)[1]
    return found == wanted.lower()


def _hashes(path: Path, algorithm: str) -> tuple[int, str]:
    made = hashlib.blake2b(digest_size=32) if algorithm == "blake2b" else hashlib.new(algorithm)  # as indexes state it
    size = 0
    with path.open("rb") as data:
        while piece := data.read(_PIECE):
            made.update(piece)
            size += len(piece)
    return size, made.hexdigest()


def _checked(item: Item, part: Path, url: str) -> tuple[int, str]:
    size, digest = _hashes(part, "sha256")
    if item.hash and not _holds(item.hash, part, digest):
        part.unlink()
        raise _Refused(
            said(
                "hash mismatch: uv.lock or its index states {hash}, what came has sha256:{digest}",
                hash=item.hash,
                digest=digest,
            )
        )
    if not item.hash and item.size is not None and item.size != size:
        part.unlink()
        raise _Refused(said("{count} bytes came, and {stated} are stated", count=size, stated=item.size))
    if not size:
        part.unlink()
        raise _Refused(said("nothing came from {url}", url=masked(one_line(url, 120))))
    return size, digest


def _receive(url: str, item: Item, part: Path, client: httpx.Client, progress: Progress, over: threading.Event) -> None:
    import httpx

    from wizard.mirrors.client import why

    tries, largest = 0, 0
    while True:
        if over.wait(_PAUSE_S * tries):
            raise _Stopped
        try:
            return _stream(url, item, part, client, progress, over)
        except httpx.InvalidURL:
            raise _Refused(said("not an address")) from None
        except httpx.HTTPError as error:
            have = part.stat().st_size if part.exists() else 0
            tries = tries + 1 if have <= largest else 0  # a line that breaks every minute brings it all the same
            largest = max(largest, have)
            if tries == TRIES:
                raise _Refused(why(error)) from None


def _stream(url: str, item: Item, part: Path, client: httpx.Client, progress: Progress, over: threading.Event) -> None:
    """What is still missing of the file, as the server lets it be taken up again."""
    import httpx

    have = part.stat().st_size if part.exists() else 0
    headers = {"Accept": "*/*", "Accept-Encoding": "identity", **({"Range": f"bytes={have}-"} if have else {})}
    with client.stream("GET", url, headers=headers) as answer:
        if answer.status_code == 416:  # it was whole already, or is longer than the file: the hash tells
            if not item.hash or (item.size is not None and have != item.size):
                part.unlink()
                raise httpx.ReadError(said("what was here is longer than the file"))
            return
        if answer.status_code in (429, 500, 502, 503, 504):
            raise httpx.RemoteProtocolError(said("it answers {status_code}", status_code=answer.status_code))
        if answer.status_code not in (200, 206):
            raise _Refused(said("it answers {status_code}", status_code=answer.status_code))
        have = have if answer.status_code == 206 else 0
        with part.open("r+b" if have else "wb") as out:
            out.seek(have)
            for piece in answer.iter_raw():  # as it comes: of a piece that is waited for nothing would be kept
                out.write(piece)
                progress.add(len(piece))
                if over.is_set():
                    raise _Stopped
            out.truncate()


def tidy(folder: Path, wanted: Iterable[str]) -> None:
    """Takes away, of the folders that are ours, what an earlier bundle left there and this one does not name."""
    keep = set(wanted)
    for part in ("files", "simple", "uv", "python"):
        for path in sorted((folder / part).rglob("*"), reverse=True):
            with contextlib.suppress(OSError):
                if path.is_dir():
                    path.rmdir()  # where it is empty
                elif path.relative_to(folder).as_posix() not in keep:
                    path.unlink()


__all__ = ["Progress", "fetch", "kept", "tidy"]
