"""Requests that are counted and limited: every byte is on somebody's bill, and no answer may be waited for without end."""

from __future__ import annotations

import hashlib
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from wizard.mirrors.client import why
from wizard.mirrors.page import ACCEPT

if TYPE_CHECKING:
    import httpx

_PAGE_LIMIT = 8_000_000
_WARM_UP = 256 * 1024
"""Bytes before which a connection is still finding its rate."""


class NoAnswer(Exception):
    """Why there is no answer, in a few words."""


class Meter:
    """Counts the bytes of all requests; `allowed` is what may still be received."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.received = 0
        self._lock = threading.Lock()

    def add(self, count: int) -> None:
        with self._lock:
            self.received += count

    @property
    def allowed(self) -> int:
        return max(0, self.limit - self.received)


@dataclass(frozen=True)
class Answer:
    """`url`: after redirects; `first_byte_s`: from the request to the answer's head."""

    status: int
    url: str
    headers: dict[str, str]
    body: bytes
    first_byte_s: float


def get(  # noqa: PLR0913 - a request has as many parts
    client: httpx.Client, url: str, meter: Meter, deadline: float, *, limit: int = _PAGE_LIMIT,
    headers: dict[str, str] | None = None, method: str = "GET", whole: bool = True,
) -> Answer:  # fmt: skip
    """One request; `deadline` by time.monotonic. Raises NoAnswer: too late, too long, no connection.

    `whole` False: the body is cut at `limit` and that is no error.
    """
    import httpx

    left = deadline - time.monotonic()
    if left <= 0:
        raise NoAnswer("no answer in time")
    started = time.monotonic()
    body = bytearray()
    try:
        with client.stream(
            method, url, headers={"Accept": ACCEPT, **(headers or {})}, timeout=_timeout(left)
        ) as response:
            first = time.monotonic() - started
            for piece in response.iter_bytes():
                meter.add(len(piece))
                body += piece
                if len(body) > limit and whole:
                    raise NoAnswer("its answer has no end")
                if len(body) >= limit and not whole:
                    break
                if time.monotonic() > deadline:
                    raise NoAnswer("no answer in time")
            headers = {name.lower(): value for name, value in response.headers.items()}
            return Answer(response.status_code, str(response.url), headers, bytes(body), first)
    except httpx.InvalidURL:
        raise NoAnswer("not an address") from None
    except (httpx.HTTPError, httpx.StreamError) as error:
        raise NoAnswer(why(error)) from None


def _timeout(seconds: float) -> httpx.Timeout:
    import httpx

    return httpx.Timeout(max(0.05, seconds), connect=max(0.05, min(3.0, seconds)), pool=None)


@dataclass
class Download:
    """A file that is being timed. `rate` in bytes a second; `sha256` only of a whole file."""

    host: str = ""
    status: int = 0
    received: int = 0
    seconds: float = 0.0
    rate: float | None = None
    sha256: str | None = None
    trouble: str | None = None
    marks: list[tuple[float, int]] = field(default_factory=list, repr=False)


def download(
    client: httpx.Client, url: str, meter: Meter, deadline: float, *, limit: int, size: int | None
) -> Download:
    """Times a file, at most `limit` bytes of it; a larger file is taken from its middle, where the server can.

    What a limit cuts short counts as what came. `trouble` is set where nothing can be said.
    """
    import httpx

    timed = Download()
    headers = {"Accept": "*/*", "Accept-Encoding": "identity"}  # as uv asks for files
    if size is not None and size > limit:
        start = max(0, size // 2 - limit // 2)
        headers["Range"] = f"bytes={start}-{start + limit - 1}"
    started = time.monotonic()
    digest = hashlib.sha256()
    whole = "Range" not in headers
    try:
        with client.stream("GET", url, headers=headers, timeout=_timeout(deadline - started)) as response:
            timed.status, timed.host = response.status_code, response.url.host
            if timed.status not in (200, 206):
                timed.trouble = f"answers {timed.status} for the file"
                return timed
            timed.marks.append((time.monotonic(), 0))
            for piece in response.iter_raw():
                now = time.monotonic()
                meter.add(len(piece))
                timed.received += len(piece)
                timed.marks.append((now, timed.received))
                digest.update(piece)
                if timed.received >= limit and timed.received < _length(response, limit + 1):
                    whole = False
                    break
                if now > deadline:
                    whole = False
                    break
    except httpx.TimeoutException:
        whole = False
        timed.trouble = None if timed.received else "no data in time"
        timed.marks.append((time.monotonic(), timed.received))
    except (httpx.HTTPError, httpx.StreamError, httpx.InvalidURL):
        timed.trouble = "the download broke off"
        return timed
    timed.seconds = time.monotonic() - started
    timed.rate = _rate(timed, started)
    timed.sha256 = digest.hexdigest() if whole and timed.status == 200 else None
    return timed


def _length(response: httpx.Response, unknown: int) -> int:
    told = response.headers.get("content-length", "")
    return int(told) if told.isdigit() else unknown


def _rate(timed: Download, started: float) -> float | None:
    """Bytes a second after the first 256 KB, where that many more came; else from the request on."""
    if not timed.received:
        return None
    end = timed.marks[-1][0]
    begin, before = started, 0
    if timed.received >= 3 * _WARM_UP:
        begin, before = next((moment, count) for moment, count in timed.marks if count >= _WARM_UP)
    return (timed.received - before) / max(end - begin, 0.0005)


def host_of(url: str) -> str:
    return urlsplit(url).hostname or ""
