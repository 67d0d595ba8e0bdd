"""A proxy on 127.0.0.1 that asks for a sign-in and takes every host for one index."""

from __future__ import annotations

import base64
import select
import socket
import threading
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import TYPE_CHECKING
from urllib.error import HTTPError
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from typing_extensions import Self

_PASSED = ("accept", "accept-encoding", "user-agent", "range")


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256
    proxy: Proxy


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_GET(self) -> None:
        proxy = self.server.proxy
        if self.headers.get("Proxy-Authorization") != proxy.expected:
            self._answer(407, {"Proxy-Authenticate": 'Basic realm="tests"'}, b"")
            return
        parts = urlsplit(self.path)
        proxy.hosts.append(parts.netloc)
        headers = {name: value for name, value in self.headers.items() if name.lower() in _PASSED}
        request = urllib.request.Request(proxy.target + parts.path, headers=headers, method=self.command)  # noqa: S310
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request) as answer:
                self._answer(answer.status, dict(answer.headers.items()), answer.read())
        except HTTPError as error:
            with error:
                self._answer(error.code, dict(error.headers.items()), error.read())

    def do_CONNECT(self) -> None:
        """A tunnel to the target, whatever host was asked for."""
        proxy = self.server.proxy
        if self.headers.get("Proxy-Authorization") != proxy.expected:
            self._answer(407, {"Proxy-Authenticate": 'Basic realm="tests"'}, b"")
            return
        proxy.hosts.append(self.path)
        port = urlsplit(proxy.target).port or 443
        with socket.create_connection(("127.0.0.1", port)) as far:
            self.send_response(200)
            self.end_headers()
            ends = {self.connection: far, far: self.connection}
            while True:
                for one in select.select(list(ends), [], [])[0]:
                    data = one.recv(65536)
                    if not data:
                        self.close_connection = True
                        return
                    ends[one].sendall(data)

    do_HEAD = do_GET  # noqa: N815 # the base class looks for this name

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 # the base class names it
        """Silent: `hosts` is the log."""

    def _answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        kept = {
            k: v for k, v in headers.items() if k.lower() in {"content-type", "proxy-authenticate", "content-range"}
        }
        for name, value in {**kept, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


class Proxy:
    """`target`: where every request goes; `hosts`: the hosts that were asked for."""

    def __init__(self, target: str, user: str, password: str) -> None:
        self.target = target
        self.expected = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
        self.hosts: list[str] = []
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.proxy = self
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
