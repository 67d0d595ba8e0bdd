"""What Windows' own programs print: UTF-8 where they can, else the code page of the console (936, 949, 850, ...).

A line is one or the other. Standard library only.
"""

from __future__ import annotations

import codecs
import re
import sys
from contextlib import suppress

LONGEST = 64 * 1024
"""Bytes of a line without an end that are held back."""
_ENDS = re.compile(rb"(?<=[\r\n])")


def own_page() -> str | None:
    """The code page of this machine's consoles as Python names it; None where everything is UTF-8."""
    if sys.platform != "win32":
        return None
    import ctypes

    name = f"cp{ctypes.WinDLL('kernel32').GetOEMCP()}"
    with suppress(LookupError):
        return codecs.lookup(name).name
    return None


def decoded(data: bytes, page: str | None) -> str:
    """The text, line by line; what is neither becomes U+FFFD. A character that the end of `data` cuts is left out."""
    return "".join(_line(line, page) for line in _ENDS.split(data))


def _line(line: bytes, page: str | None) -> str:
    try:
        return codecs.getincrementaldecoder("utf-8")("strict").decode(line)
    except UnicodeDecodeError:
        return line.decode(page or "utf-8", "replace")


class LineDecoder:
    """Takes bytes as they come; text comes out when its line is whole."""

    def __init__(self, page: str | None) -> None:
        self._page = page
        self._rest = b""

    def decode(self, chunk: bytes, final: bool = False) -> str:  # noqa: FBT001, FBT002 - as codecs' decoders have it
        """The lines that are whole now; with `final`, what is left too."""
        data = self._rest + chunk
        end = len(data) if final or len(data) > LONGEST else max(data.rfind(b"\n"), data.rfind(b"\r")) + 1
        self._rest = data[end:]
        return decoded(data[:end], self._page)
