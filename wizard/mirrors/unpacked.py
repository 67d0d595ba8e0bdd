"""How large wheels are when they are unpacked: their own directories, read by range requests, and nothing else of them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING

from wizard.mirrors.client import make_client

if TYPE_CHECKING:
    import httpx

TAIL = 65_600
"""Bytes that hold the end of a zip with its longest comment, and the whole directory of most wheels."""
MOST = 64 * 1024**2
"""A directory larger than this is none."""
_AT_ONCE = 8


@dataclass(frozen=True)
class Held:
    """What a wheel holds: bytes when unpacked, and files."""

    bytes: int
    files: int


def unpacked_sizes(
    files: Iterable[tuple[str, int | None]],
    *,
    uv_version: str | None = None,
    within_s: float = 60.0,
    on_size: Callable[[str, int | None], None] | None = None,
) -> Mapping[str, int | None]:
    """Address -> bytes on the disk; see `directories`."""
    found = directories(files, uv_version=uv_version, within_s=within_s, on_size=on_size)
    return {url: None if held is None else held.bytes for url, held in found.items()}


def directories(
    files: Iterable[tuple[str, int | None]],
    *,
    uv_version: str | None = None,
    within_s: float = 60.0,
    on_size: Callable[[str, int | None], None] | None = None,
) -> Mapping[str, Held | None]:
    """Address -> what it holds; None where the server gives no ranges, does not answer, or the file is no zip.

    `files`: addresses and sizes, None where the size is not known. Those that are not through `within_s` seconds
    after the start are None. Raises WizardError where the proxy or certificate settings can't be used.
    """
    wanted = dict(files)
    end = monotonic() + within_s
    with make_client(uv_version=uv_version, connect_s=10.0, read_s=15.0, connections=_AT_ONCE) as client:

        def one(url: str) -> tuple[str, Held | None]:
            held = _held(client, url, wanted[url]) if monotonic() < end else None
            if on_size is not None:
                on_size(url, None if held is None else held.bytes)
            return url, held

        with ThreadPoolExecutor(_AT_ONCE) as pool:
            return dict(pool.map(one, wanted))


def packed_sizes(
    urls: Iterable[str], *, uv_version: str | None = None, within_s: float = 5.0
) -> Mapping[str, int | None]:
    """Address -> bytes of the file as its server states them, asked without fetching it; None where it does not.

    Raises WizardError where the proxy or certificate settings can't be used.
    """
    import httpx

    end = monotonic() + within_s
    with make_client(uv_version=uv_version, connect_s=3.0, read_s=3.0, connections=_AT_ONCE) as client:

        def one(url: str) -> tuple[str, int | None]:
            if monotonic() >= end:
                return url, None
            try:
                answer = client.head(url, headers={"Accept-Encoding": "identity"})
            except (httpx.HTTPError, httpx.InvalidURL, ValueError):
                return url, None
            length = answer.headers.get("content-length", "")
            return url, int(length) if answer.status_code == httpx.codes.OK and length.isdecimal() else None

        with ThreadPoolExecutor(_AT_ONCE) as pool:
            return dict(pool.map(one, dict.fromkeys(urls)))


def _held(client: httpx.Client, url: str, size: int | None) -> Held | None:
    import httpx

    try:
        remote = _Remote(client, url, size)
        with zipfile.ZipFile(remote) as wheel:
            entries = wheel.infolist()
            return Held(sum(entry.file_size for entry in entries), sum(not entry.is_dir() for entry in entries))
    except (httpx.HTTPError, httpx.InvalidURL, zipfile.BadZipFile, _NoRanges, ValueError, NotImplementedError):
        return None


class _NoRanges(OSError):
    """The server sends whole files, or what it sends is not what was asked for."""


class _Remote(io.RawIOBase):
    """A file on a server, of which only what is read is fetched: its end first, for that is where a zip begins."""

    def __init__(self, client: httpx.Client, url: str, size: int | None) -> None:
        super().__init__()
        self._client, self._url = client, url
        asked = f"bytes={max(0, size - TAIL)}-{size - 1}" if size else f"bytes=-{TAIL}"
        self._start, self._data, self._size = self._fetch(asked)
        self._at = 0

    def _fetch(self, asked: str) -> tuple[int, bytes, int]:
        """(where it begins, the bytes, the size of the whole file)."""
        headers = {"Range": asked, "Accept-Encoding": "identity"}
        with self._client.stream("GET", self._url, headers=headers) as answer:
            span = answer.headers.get("content-range", "")
            if answer.status_code != 206 or not span.startswith("bytes "):
                raise _NoRanges(answer.status_code)
            first, _, rest = span[6:].partition("-")
            last, _, whole = rest.partition("/")
            count = int(last) - int(first) + 1
            if not 0 < count <= MOST:
                raise _NoRanges(span)
            data = b""
            for piece in answer.iter_raw():
                data += piece
                if len(data) > count:
                    raise _NoRanges(span)
        if len(data) != count:
            raise _NoRanges(span)
        return int(first), data, int(whole)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = base + offset
        if self._at < 0:
            raise ValueError("before the beginning of the file")
        return self._at

    def read(self, count: int = -1) -> bytes:
        end = self._size if count < 0 else min(self._size, self._at + count)
        if end <= self._at:
            return b""
        if end - self._at > MOST:
            raise _NoRanges(end - self._at)
        if self._at < self._start or end > self._start + len(self._data):
            self._start, self._data, _ = self._fetch(f"bytes={self._at}-{end - 1}")
            if self._start != self._at or len(self._data) != end - self._at:
                raise _NoRanges(self._at)
        found = self._data[self._at - self._start : end - self._start]
        self._at = end
        return found
