"""Requests that are counted and limited: every byte is on somebody's bill, and no answer may be waited for without end."""

from __future__ import annotations

import hashlib
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from wizard.language import said
from wizard.mirrors.client import why
from wizard.mirrors.page import ACCEPT

if TYPE_CHECKING:
    import httpx

_PAGE_LIMIT = 8_000_000
"""What a page may come to when it is unpacked."""
_REDIRECTS = 5
_UNLIKE = 10
"""A pause as many times as long as any other before it is no slow line."""
_WARM_UP = 256 * 1024
"""Bytes before which a connection is still finding its rate."""


class NoAnswer(Exception):
    """Why there is no answer that can be used, in a few words. `silent`: none came at all."""

    def __init__(self, why_not: str, *, silent: bool = False) -> None:
        super().__init__(why_not)
        self.silent = silent


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


@contextmanager
def _opened(
    client: httpx.Client, method: str, url: str, headers: dict[str, str], deadline: float
) -> Iterator[httpx.Response]:
    """The answer at the end of all redirects, its body unread; a redirect's own body may have no end and is left."""
    import httpx

    request = client.build_request(method, url, headers=headers, timeout=_timeout(deadline - time.monotonic()))
    for _ in range(_REDIRECTS + 1):
        response = client.send(request, stream=True, follow_redirects=False)
        if response.next_request is None:
            try:
                yield response
            finally:
                response.close()
            return
        response.close()
        request = response.next_request
        request.extensions["timeout"] = _timeout(deadline - time.monotonic()).as_dict()
    raise httpx.TooManyRedirects("too many redirects", request=request)


def get(  # noqa: PLR0913 - a request has as many parts
    client: httpx.Client, url: str, meter: Meter, deadline: float, *, limit: int = _PAGE_LIMIT,
    headers: dict[str, str] | None = None, method: str = "GET", whole: bool = True,
) -> Answer:  # fmt: skip
    """One request; `deadline` by time.monotonic. Raises NoAnswer: too late, too long, no connection.

    `limit`: bytes on the line. `whole` False: the body is cut at `limit` and that is no error.
    """
    import httpx

    if deadline <= time.monotonic():
        raise NoAnswer(said("no answer in time"))
    started = time.monotonic()
    try:
        with _opened(client, method, url, {"Accept": ACCEPT, **(headers or {})}, deadline) as response:
            first = time.monotonic() - started
            body = _body(response, meter, deadline, limit, whole=whole) if method != "HEAD" else b""
            found = {name.lower(): value for name, value in response.headers.items()}
            return Answer(response.status_code, str(response.url), found, body, first)
    except httpx.InvalidURL:
        raise NoAnswer(said("not an address")) from None
    except (httpx.HTTPError, httpx.StreamError) as error:
        raise NoAnswer(why(error), silent=True) from None


def _body(response: httpx.Response, meter: Meter, deadline: float, limit: int, *, whole: bool) -> bytes:
    if whole and _length(response, 0) > limit:
        raise NoAnswer(
            said(
                "its page is too large to measure with ({size} MB)",
                size=f"{_length(response, 0) / 1e6:.1f}",
            )
        )
    body = bytearray()
    counted = 0
    for piece in response.iter_bytes():
        meter.add(response.num_bytes_downloaded - counted)
        counted = response.num_bytes_downloaded
        body += piece
        if whole and (counted > limit or len(body) > _PAGE_LIMIT):
            raise NoAnswer(said("its answer has no end"))
        if not whole and len(body) >= limit:
            break
        if time.monotonic() > deadline:
            raise NoAnswer(said("no answer in time"))
    return bytes(body)


def _timeout(seconds: float) -> httpx.Timeout:
    import httpx

    return httpx.Timeout(max(0.05, seconds), connect=max(0.05, min(3.0, seconds)), pool=None)


@dataclass
class Download:
    """A file while it is being timed. `sha256` only of a whole file; `trouble` where nothing can be said; times by
    time.monotonic. `marks`: when how many bytes had come, from the answer's head on.
    """

    begun: float = field(default_factory=time.monotonic)
    ended: float = 0.0
    host: str = ""
    sha256: str | None = None
    trouble: str | None = None
    marks: list[tuple[float, int]] = field(default_factory=list, repr=False)

    def end(self) -> None:
        """Cut short, or whole."""
        self.ended = time.monotonic()
        if not self.received and self.trouble is None:
            self.trouble = said("no data in time")

    @property
    def received(self) -> int:
        return self.marks[-1][1] if self.marks else 0

    @property
    def first_byte_s(self) -> float | None:
        """From the request to the answer's head, redirects and a new connection included."""
        return self.marks[0][0] - self.begun if self.marks else None

    @property
    def rate(self) -> float | None:
        """Bytes a second after the first 256 KB, where that many more came; else from the request on."""
        if not self.received:
            return None
        begin, before = self.begun, 0
        if self.received >= 3 * _WARM_UP:
            begin, before = next((moment, count) for moment, count in self.marks if count >= _WARM_UP)
        return (self.received - before) / max(self.ended - begin, 0.0005)

    @property
    def silence_s(self) -> float:
        """How long nothing had come when it was cut short; 0 where that is no longer than its other pauses."""
        if self.sha256 is not None or not self.received:
            return 0.0
        last = self.ended - self.marks[-1][0]
        longest = max(later[0] - earlier[0] for earlier, later in pairwise(self.marks))
        return last if last > _UNLIKE * longest else 0.0


def download(  # noqa: PLR0913 - as many limits
    client: httpx.Client, url: str, meter: Meter, deadline: float, *, limit: int, size: int | None, timed: Download
) -> Download:
    """Times a file into `timed`, at most `limit` bytes of it; a larger file is taken from its middle, where the server can.

    What a limit cuts short counts as what came.
    """
    import httpx

    headers = {"Accept": "*/*", "Accept-Encoding": "identity"}  # as uv asks for files
    if size is not None and size > limit:
        start = max(0, size // 2 - limit // 2)
        headers["Range"] = f"bytes={start}-{start + limit - 1}"
    try:
        with _opened(client, "GET", url, headers, deadline) as response:
            timed.host = response.url.host
            if response.status_code in (200, 206):
                _take(response, meter, deadline, limit, size, timed, whole="Range" not in headers)
            else:
                timed.trouble = said("answers {status_code} for the file", status_code=response.status_code)
    except httpx.TimeoutException:
        pass  # what came counts
    except (httpx.HTTPError, httpx.StreamError, httpx.InvalidURL):
        timed.trouble = said("the download broke off")
    timed.end()
    return timed


def _take(  # noqa: PLR0913 - as many limits
    response: httpx.Response, meter: Meter, deadline: float, limit: int, size: int | None, timed: Download, *, whole: bool
) -> None:  # fmt: skip
    digest = hashlib.sha256()
    received = 0
    timed.marks.append((time.monotonic(), 0))
    for piece in response.iter_raw():
        received += len(piece)
        meter.add(len(piece))
        timed.marks.append((time.monotonic(), received))
        digest.update(piece)
        if size is not None and received > size:
            timed.trouble = said("sends more than the file is long")
            return
        if received >= limit and received < _length(response, sys.maxsize):
            return
        if time.monotonic() > deadline:
            return
    if whole and response.status_code == 200:
        timed.sha256 = digest.hexdigest()


def _length(response: httpx.Response, unknown: int) -> int:
    told = response.headers.get("content-length", "")
    return int(told) if told.isdigit() else unknown


def host_of(url: str) -> str:
    return urlsplit(url).hostname or ""
