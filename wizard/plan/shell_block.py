"""The small marked block in a start-up file that reads our generated file. Pure.

It stands first: many start-up files return early where there is no terminal, and then only what stands before is read.
"""

from __future__ import annotations

import re

BEGIN, END = "# >>> uv-wizard >>>", "# <<< uv-wizard <<<"
MARK = "# uv-wizard"
"""Ends the line that reads our file. As a comment it swallows the CR of a file with Windows' line ends, too."""

_BEGIN, _END = BEGIN.encode(), END.encode()
_READS = re.compile(rb"(?:if \[ -r |if \(Test-Path |source ).*uv-wizard")
_BOM = b"\xef\xbb\xbf"


def with_block(data: bytes | None, reading: str) -> bytes:
    """The file with our block. As it is where it holds that very block once, or the line alone, added by hand.

    Of a block that is damaged or doubled only what is ours goes; every line of the user's stays.
    """
    text = data or b""
    line = reading.encode("utf-8", "surrogateescape")
    stripped = [one.strip() for one in text.splitlines()]
    marks = [one for one in stripped if one in (_BEGIN, _END)]
    if (not marks and line in stripped) or (len(marks) == 2 and _whole(stripped, line)):
        return text
    newline = b"\r\n" if b"\r\n" in text and b"\n" not in text.replace(b"\r\n", b"") else b"\n"
    block = newline.join([_BEGIN, line, _END, b""])
    bom = _BOM if text.startswith(_BOM) else b""
    return bom + block + without_block(text[len(bom) :])


def _whole(stripped: list[bytes], line: bytes) -> bool:
    at = stripped.index(_BEGIN) if _BEGIN in stripped else len(stripped)
    return stripped[at : at + 3] == [_BEGIN, line, _END]


def without_block(data: bytes) -> bytes:
    """The file without our marks and, between them, without our lines."""
    kept: list[bytes] = []
    inside = False
    for line in data.splitlines(keepends=True):
        word = line.strip()
        if word in (_BEGIN, _END):
            inside = word == _BEGIN
        elif not (inside and _READS.match(word)):
            kept.append(line)
    return b"".join(kept)


def can_hold(data: bytes | None) -> bool:
    """Whether our block can be put into it: not into UTF-16, which PowerShell writes and reads."""
    return b"\0" not in (data or b"")
