"""A server on 127.0.0.1 that answers as it likes: what a server that keeps to HTTP can't be made to do."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing_extensions import Self

Send = Callable[[bytes], None]
Answer = Callable[[str, Send], None]
"""(path, send): sends an answer's bytes, or never comes back from sending them."""


class Mean:
    """`sent`: bytes that left it. A connection ends with its answer."""

    def __init__(self, answer: Answer) -> None:
        self.sent = 0
        self._answer = answer
        self._closing = threading.Event()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}/simple"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        self._socket.close()

    def wait(self) -> None:
        """Until the test is over."""
        self._closing.wait()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=self._one, args=(self._socket.accept()[0],), daemon=True).start()

    def _one(self, connection: socket.socket) -> None:
        def send(data: bytes) -> None:
            if self._closing.is_set():
                raise OSError
            connection.sendall(data)
            self.sent += len(data)

        with connection, contextlib.suppress(OSError):
            head = b""
            while b"\r\n\r\n" not in head:
                piece = connection.recv(4096)
                if not piece:
                    return
                head += piece
            self._answer(head.split(b" ", 2)[1].decode(), send)


def endless(status: str = "200 OK\r\nContent-Type: text/html") -> Answer:
    """A body that has no end."""

    def answer(_: str, send: Send) -> None:
        send(f"HTTP/1.1 {status}\r\n\r\n".encode())
        while True:
            send(b"<a href=/x>y</a>\n" * 4000)

    return answer
