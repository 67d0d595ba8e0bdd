"""A package index on 127.0.0.1 that can be slow, wrong or broken, and remembers what it was asked.

    with Index() as index:
        index.add(wheel("alpha"))
        index.add(wheel("torch", "2.9.1+cu126"), prefix="/pytorch/cu126/simple")
        index.fault("alpha-1.0", Status(503, times=2))
        ...                                     # uv with UV_DEFAULT_INDEX=index.url()
        assert index.files() == ["alpha-1.0-py3-none-any.whl"]

Every prefix is an index of its own, with its own pages and files: a mirror is a prefix that holds the same files.
"""

from __future__ import annotations

import sys
import threading
import time
from http.server import ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from tests.support.faults import Cut, Fault, Gate, Status, Tampered
from tests.support.handler import Handler, Request
from tests.support.pages import FILES, Entry, Prefix, file_path
from tests.support.wheels import Dist, normalize

if TYPE_CHECKING:
    from types import TracebackType

    from typing_extensions import Self

__all__ = ["Cut", "Fault", "Gate", "Index", "Request", "Status", "Tampered"]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256  # uv opens fifty connections at once; the default of five would measure this server
    index: Index

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that hang up are part of these tests; anything else is a mistake of this server."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class Line:
    """One line that all answers share, each piece of them in its turn."""

    PIECE = 16_384

    def __init__(self, bytes_per_s: float) -> None:
        self._rate = bytes_per_s
        self._free = 0.0
        self._lock = threading.Lock()

    def seconds_for(self, count: int) -> float:
        """How long the sender of so many bytes has to wait until they are through."""
        with self._lock:
            now = time.monotonic()
            self._free = max(now, self._free) + count / self._rate
            return self._free - now


class Index:
    """See the module. `credentials`: a user and a password without which every answer is 401; `host`: the address."""

    def __init__(self, *, credentials: tuple[str, str] | None = None, host: str = "127.0.0.1") -> None:
        self.credentials = credentials
        self.ranges = True  # False: as the mirrors that ignore Range
        self.closing = threading.Event()
        self._lock = threading.Lock()
        self._prefixes: dict[str, Prefix] = {}
        self._blobs: dict[str, bytes] = {}
        self._faults: dict[str, Fault] = {}
        self._rates: dict[str, float] = {}
        self.shared: Line | None = None
        self._log: list[Request] = []
        self._server = _Server((host, 0), Handler)
        self._server.index = self
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.closing.set()
        for fault in self._faults.values():
            if isinstance(fault, Gate):
                fault.release()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    # what it holds

    @property
    def root(self) -> str:
        return f"http://{self._server.server_address[0]!s}:{self._server.server_address[1]}"

    def url(self, prefix: str = "/simple") -> str:
        """The address for UV_DEFAULT_INDEX and its like, without a slash at the end."""
        return self.root + prefix

    def file_url(self, dist: Dist, prefix: str = "/simple") -> str:
        return self.root + quote(file_path(prefix, dist))

    def add(
        self,
        *dists: Dist,
        prefix: str = "/simple",
        upload_time: str = "2024-01-01T00:00:00Z",
        sha256: str | None = None,
        size: bool = True,
        metadata: bool = True,
    ) -> None:
        """`sha256`: what the pages claim, if not the truth. `size`: whether they tell sizes. `metadata`: whether
        METADATA can be had alone.
        """
        with self._lock:
            entries = self._prefixes.setdefault(prefix, Prefix(prefix)).entries
            for dist in dists:
                entry = Entry(dist, upload_time, sha256 or dist.sha256, dist.size if size else None, metadata)
                entries.setdefault(normalize(dist.name), {})[dist.filename] = entry
                path = file_path(prefix, dist)
                self._blobs[path] = dist.data
                if metadata:
                    self._blobs[path + ".metadata"] = dist.metadata

    def remove(self, filename: str, prefix: str = "/simple") -> None:
        """The file and its line on the page: a mirror that lacks it."""
        with self._lock:
            for files in self._prefixes[prefix].entries.values():
                if filename in files:
                    path = file_path(prefix, files.pop(filename).dist)
                    self._blobs.pop(path)
                    self._blobs.pop(path + ".metadata", None)

    def copy(self, source: str = "/simple", target: str = "/mirror/simple") -> str:
        """Another prefix with the same files: a mirror. Returns its address."""
        with self._lock:
            entries = [entry for files in self._prefixes[source].entries.values() for entry in files.values()]
        for entry in entries:
            self.add(entry.dist, prefix=target, upload_time=entry.upload_time, metadata=entry.metadata)
        return self.url(target)

    def html_only(self, prefix: str = "/simple") -> None:
        """As the mirrors that know no JSON pages."""
        self._prefixes[prefix].json = False

    def put(self, path: str, data: bytes) -> str:
        """Any other file: an archive of Python, an installer. Returns its address."""
        with self._lock:
            self._blobs[path] = data
        return self.root + quote(path)

    # how it behaves

    def fault(self, part: str, fault: Fault) -> None:
        """What happens to requests whose path holds `part`; the first that fits counts."""
        with self._lock:
            self._faults[part] = fault

    def heal(self, part: str) -> None:
        with self._lock:
            fault = self._faults.pop(part)
        if isinstance(fault, Gate):
            fault.release()

    def rate(self, part: str, bytes_per_s: float) -> None:
        """Every answer whose path holds `part` comes no faster than this."""
        with self._lock:
            self._rates[part] = bytes_per_s

    def line(self, bytes_per_s: float) -> None:
        """All files together come no faster than this, as over one thin line."""
        self.shared = Line(bytes_per_s)

    # what it was asked

    def requests(self, part: str = "") -> list[Request]:
        """Those answered so far whose path holds `part`, in order."""
        with self._lock:
            return [request for request in self._log if part in request.path]

    def files(self, prefix: str = "/simple") -> list[str]:
        """Names of the files (not pages, not METADATA) of an index that were sent, sorted, each once."""
        start = FILES + prefix + "/"
        sent = {request.path for request in self.requests() if request.path.startswith(start) and request.ok}
        return sorted(path.rpartition("/")[2] for path in sent if not path.endswith(".metadata"))

    def forget(self) -> None:
        with self._lock:
            self._log.clear()

    # for the handler

    def log(self, request: Request) -> None:
        with self._lock:
            self._log.append(request)

    def fault_for(self, path: str) -> Fault | None:
        with self._lock:
            return next((fault for part, fault in self._faults.items() if part in path), None)

    def rate_for(self, path: str) -> float | None:
        with self._lock:
            return next((rate for part, rate in self._rates.items() if part in path), None)

    def answer(self, path: str, accept: str) -> tuple[str, bytes] | None:
        """The type and the bytes at a path; None: not there."""
        with self._lock:
            if path in self._blobs:
                return "application/octet-stream", self._blobs[path]
            folder, _, last = path.rstrip("/").rpartition("/")
            if folder in self._prefixes and last in self._prefixes[folder].entries:
                return self._prefixes[folder].page(last, accept)
            if path.rstrip("/") in self._prefixes:
                return self._prefixes[path.rstrip("/")].names()
        return None
