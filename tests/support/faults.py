"""What can go wrong with an answer of the index."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Protocol


class Fault(Protocol):
    """`Status`, `Gate`, `Cut` or `Tampered`."""

    def applies(self) -> bool:
        """Asked once a request: whether this one is hit."""


@dataclass
class _Times:
    """The first `times` requests are hit, None: all."""

    times: int | None = field(default=None, kw_only=True)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)

    def applies(self) -> bool:
        with self._lock:
            if self.times is None:
                return True
            self.times -= 1
            return self.times >= 0


@dataclass
class Status(_Times):
    """Another status instead of the answer: `Status(404)`, `Status(503, times=2)`."""

    code: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass
class Cut(_Times):
    """The connection ends after so many bytes of the body, though Content-Length promises all."""

    after: int


@dataclass
class Tampered(_Times):
    """One byte of the body is another: the right length, the wrong hash, and an archive that opens all the same."""

    @staticmethod
    def tamper(body: bytes) -> bytes:
        # The time in a zip's first header, the time in a gzip's: nothing checks them, so that only the hash can tell.
        place = {b"PK": 10, b"\x1f\x8b": 4}.get(body[:2], len(body) - 1)
        return body[:place] + bytes([body[place] ^ 1]) + body[place + 1 :]


@dataclass
class Gate(_Times):
    """The body stops after so many bytes and goes on when released.

    gate = Gate(after=1000)
    index.fault("alpha-1.0", gate)
    ...
    gate.wait()  # a client has come this far
    gate.release()
    """

    after: int = 0
    _reached: threading.Event = field(default_factory=threading.Event, init=False, repr=False)
    _opened: threading.Event = field(default_factory=threading.Event, init=False, repr=False)

    def wait(self, timeout: float = 30) -> None:
        """Until a client stands at the gate."""
        if not self._reached.wait(timeout):
            raise TimeoutError(f"nobody came to {self}")

    def release(self) -> None:
        self._opened.set()

    def pass_through(self) -> None:
        """The server's side: announces the client and waits."""
        self._reached.set()
        self._opened.wait()
