"""How the index answers one request."""

from __future__ import annotations

import base64
import re
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, cast
from urllib.parse import unquote, urlsplit

from tests.support.faults import Cut, Gate, Status, Tampered
from tests.support.pages import FILES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.support.faults import Fault
    from tests.support.index import Index

_PIECE = 16 * 1024


@dataclass
class Request:
    """One request and its answer. `path` is unquoted and without a query; header names are in lower case.

    Noted before the answer goes out, so that who has the answer also finds the request here.
    """

    method: str
    path: str
    status: int
    headers: Mapping[str, str]
    sent: int = 0  # bytes of the body handed to the connection; grows while it is being sent

    @property
    def ok(self) -> bool:
        return self.status in (200, 206)


class Handler(BaseHTTPRequestHandler):
    """One connection; `self.server.index` is the index."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        path = unquote(urlsplit(self.path).path)
        index = cast("Index", self.server.index)  # type: ignore[attr-defined] # the server's own class
        fault = index.fault_for(path)
        if fault is not None and not fault.applies():
            fault = None
        status, headers, body = self._answer(index, path, fault)
        if isinstance(fault, Tampered) and body:
            body = fault.tamper(body)
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        request = Request(self.command, path, status, {name.lower(): value for name, value in self.headers.items()})
        index.log(request)
        self.end_headers()
        if self.command == "HEAD":
            return
        if isinstance(fault, Cut):
            body, self.close_connection = body[: fault.after], True
        line = index.shared if path.startswith(FILES) else None
        step = line.PIECE if line else _PIECE
        for piece in _pieces(index, body, index.rate_for(path), fault if isinstance(fault, Gate) else None, step):
            if line is not None:
                index.closing.wait(line.seconds_for(len(piece)))
            request.sent += len(piece)
            self.wfile.write(piece)

    do_HEAD = do_GET  # noqa: N815 # the base class looks for this name

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 # the base class names it
        """Silent: `index.requests()` is the log."""

    def _answer(self, index: Index, path: str, fault: Fault | None) -> tuple[int, dict[str, str], bytes]:
        if isinstance(fault, Status):
            return fault.code, fault.headers, fault.body
        if index.credentials is not None and self.headers.get("Authorization") != _basic(*index.credentials):
            return 401, {"WWW-Authenticate": 'Basic realm="tests"'}, b""
        found = index.answer(path, self.headers.get("Accept", ""))
        if found is None:
            return 404, {"Content-Type": "text/plain"}, b"not here\n"
        kind, body = found
        if kind == "application/octet-stream" and index.ranges:
            return _part(body, self.headers.get("Range", ""))
        return 200, {"Content-Type": kind}, body


def _part(body: bytes, wanted: str) -> tuple[int, dict[str, str], bytes]:
    """The answer that a Range header asks for: one range, of any of the three kinds."""
    headers = {"Content-Type": "application/octet-stream", "Accept-Ranges": "bytes"}
    found = re.fullmatch(r"bytes=(\d*)-(\d*)", wanted)
    if found is None or found.group(0) == "bytes=-":
        return 200, headers, body
    if found.group(1):
        first, last = int(found.group(1)), min(int(found.group(2) or len(body)), len(body) - 1)
    else:  # the last so many bytes
        first, last = max(0, len(body) - int(found.group(2))), len(body) - 1
    if first > last:
        return 416, {"Content-Range": f"bytes */{len(body)}"}, b""
    return 206, {**headers, "Content-Range": f"bytes {first}-{last}/{len(body)}"}, body[first : last + 1]


def _pieces(index: Index, body: bytes, rate: float | None, gate: Gate | None, most: int) -> Iterator[bytes]:
    """The body in pieces of `most` bytes, held back by a rate (in bytes a second) and by a gate."""
    started = time.monotonic()
    step = most if rate is None else min(most, max(1, int(rate / 20)))  # slow ones: about twenty pieces a second
    at = 0
    while True:
        if gate is not None and at >= min(gate.after, len(body)):
            gate.pass_through()
            gate = None
        if at >= len(body):
            return
        if rate is not None:
            index.closing.wait(max(0.0, at / rate - (time.monotonic() - started)))
        end = at + step if gate is None else min(at + step, gate.after)
        yield body[at:end]
        at = min(end, len(body))


def _basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
