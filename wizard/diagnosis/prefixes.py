"""What the way to us did to an output: times, names of jobs and indents before each line, signs read with a wrong code page.

Continuous integration, docker, journals, mails and PowerShell's pipes do that. Pure, and linear in the length of the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import takewhile

NARROWEST = 40
"""Characters of the narrowest window that is thought of."""

_TIME = r"\d\d:\d\d:\d\d(?:[.,]\d+)?"
_STAMP = re.compile(
    r"(?:\S{1,80} {2,}\S.{0,80}? {2,}\ufeff?(?=\d{4}-))?"  # job and step before the time, tabs between them
    r"(?:"
    rf"\[?\d{{4}}-\d\d-\d\d[T ]{_TIME}(?:Z| ?[+-]\d\d:?\d\d)?\]?:?(?: \d\d[OE]\+?)?"
    rf"|\[?{_TIME}\]?"
    rf"|[A-Z][a-z]{{2}} [ \d]\d {_TIME} \S+ \S+?(?:\[\d+\])?:"
    r"|#\d+ \d+\.\d+"
    r")(?: |$|(?<=[OE]\+))"
)
_NAMED = re.compile(r"\[[^\]]{1,60}\]:?(?= |$)|[\w.-]{1,60} +\|(?= |$)|>(?: ?>)*(?= |$)")
_LABEL = re.compile(r"##\[[a-z]{1,20}\]|::(?:error|warning|notice)(?: [^:\n]{0,200})?::")
"""What pipelines put before a line to colour or to fold it."""
_QUOTED = re.compile(r">(?: ?>)*(?: |$)")
_WORDS = re.compile(r"\[std(?:out|err)\]")
_MISREAD = {
    sign.encode("utf-8").decode(page, "replace"): sign
    for page in ("cp437", "cp850", "cp866", "cp1252", "gbk", "cp949", "cp932")
    for sign in ("\u251c\u2500\u25b6", "\u2570\u2500\u25b6", "\u2502", "\u00d7")
}
"""uv's signs as they look where its UTF-8 was read in the code page of a Windows console."""


def well_read(text: str) -> str:
    """`text` with uv's signs put right where a console's code page spoilt them."""
    for spoilt in sorted(_MISREAD, key=len, reverse=True):
        if spoilt in text:
            text = text.replace(spoilt, _MISREAD[spoilt])
    return text


def without_prefixes(lines: Iterable[str]) -> list[str]:
    """The lines as the program wrote them: each without its time, all without a name and an indent that they share."""
    kept = _without_quoting([_without_time(line.rstrip()) for line in lines])
    spoken = [line for line in kept if line]
    if len(spoken) < 2:
        return kept
    first, last = min(spoken), max(spoken)
    shared = first[: sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(first, last, strict=False)))]
    named = _NAMED.match(shared + " ")
    if named and not _WORDS.match(shared):
        kept = [line[named.end() :].removeprefix(" ") for line in kept]
    indent = min((len(line) - len(line.lstrip(" ")) for line in kept if line.strip()), default=0)
    return [line[indent:] for line in kept] if indent else kept


def _without_time(line: str) -> str:
    found = _STAMP.match(line)
    rest = line[found.end() :] if found else line
    label = _LABEL.match(rest)
    return rest[label.end() :] if label else rest


def _without_quoting(lines: list[str]) -> list[str]:
    """A mail or an issue quotes a part of itself: neighbours that all begin with `>`. One alone is a shell's prompt."""
    quoted = [_QUOTED.match(line) for line in lines]
    near = [any(quoted[at] for at in (i - 1, i + 1) if 0 <= at < len(lines)) for i in range(len(lines))]
    return [
        line[found.end() :] if found and beside else line
        for line, found, beside in zip(lines, quoted, near, strict=True)
    ]


def joined_at_margin(lines: Sequence[str]) -> str | None:
    """The lines, whole again where a window of a fixed width has cut them anywhere; None where no such width shows.

    A line as wide as the widest goes on in the next; one that is a blank narrower has lost that blank.
    """
    width = max(map(len, lines), default=0)
    if width < NARROWEST:
        return None
    whole: list[str] = []
    before = 0
    for line in lines:
        if before in (width, width - 1):
            whole[-1] += " " * (width - before) + line
        else:
            whole.append(line)
        before = len(line)
    return "\n".join(whole) if len(whole) < len(lines) else None
