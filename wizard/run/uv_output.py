"""What uv prints becomes events, on a terminal and through a pipe, from uv 0.8 to the newest. Pure; no terminal emulator.

Recorded with 0.8.24, 0.9.30, 0.10.12, 0.11.33, 0.12.5 and 0.13.8 (tests/run/recordings). On a terminal uv redraws rows:
a spinner that counts, a bar for each download, a bar for the installation. Up to 0.10 the rows of one drawing are cut
by line ends, since 0.11 they are filled with blanks to the terminal's width and follow each other without a cut.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Mapping
from typing import Any

from wizard.code_page import LineDecoder, own_page
from wizard.text import clean

Said = dict[str, Any]
"""An event without its time. Ours beside those of INTERFACE.md: `counts` (phase, done, total), uv's own count."""

COLUMNS = 200
"""Width of the terminal that uv is given: it fills rows to this width."""
LINE_LIMIT = 16_384
"""Characters of a line; what is longer is cut into several."""

_UNIT = {"B": 1, "KiB": 1024, "MiB": 1024**2, "GiB": 1024**3, "TiB": 1024**4}
_SIZE = r"([\d.]+) ?(B|[KMGT]iB)"

# what moves the cursor or clears cuts the text; every other sequence only colours it
_CUTS = re.compile(r"\x1b\[[0-9;?]*[A-HJKSTf]|\r")
_OPEN = re.compile(r"\x1b(?:\[[0-9;?]*|\][^\x07\x1b]*\x1b?)?$")
_FRAME_HINT = re.compile(r"[\u2800-\u28ff░█]|-{30}| {8}\.{4}")
_FRAME = re.compile(
    r"[\u2800-\u28ff] (?:(?P<phase>Preparing) packages\.\.\. \((?P<ready>\d+)/(?P<wanted>\d+)\)|.*) *$"
    rf"|(?P<name>\S+(?: \(\w+\))?) +-{{30}} +{_SIZE}/{_SIZE} *$"
    r"|(?P<sizeless>\S+(?: \(\w+\))?) {8,}\.{4} *$"
    r"|[░█]{20} \[(?P<placed>\d+)/(?P<all>\d+)\]"
    r"|[░█]{20,} \d+/\d+ *$"  # a bar before it has been given its shape, as wide as the terminal
)
_WIDE = re.compile(
    r"[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\U0001f300-\U0003fffd]"
)
_NAMED = r"(?P<name>[A-Za-z0-9][\w.-]*?)==(?P<version>[^\s)]+)"
_RULES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"Resolved (?P<count>\d+) packages? in "), "resolved"),
    (re.compile(r"Prepared (?P<count>\d+) packages? in "), "prepared"),
    (re.compile(rf" [+~] {_NAMED}"), "installed"),
    (re.compile(rf" - {_NAMED}"), "removed"),
    # 0.8 says " Downloading" where later ones say " Downloaded": the blank is what tells the end from the beginning
    (re.compile(r" Download(?:ed|ing) (?P<name>\S+)(?: \(download\))?$"), "downloaded"),
    (re.compile(rf"Downloading (?P<name>\S+)(?: \(download\))?(?: \({_SIZE}\))?$"), "downloading"),
    (re.compile(r" {2,3}Building (?P<what>\S.*)"), "building"),
    (re.compile(r" {3,6}Built (?P<what>\S.*)"), "built"),
)
_PYTHON = re.compile(r"(?P<name>cpython|pypy|graalpy|pyodide)-(?P<version>\d[^-]*)-")


class UvOutput:
    """Takes bytes as they come and gives events.

    `versions`: of the packages that are expected, by name. `understand` False: another program's lines, which are only
    told.
    """

    def __init__(self, versions: Mapping[str, str] | None = None, *, understand: bool = True) -> None:
        self._rules = _RULES if understand else ()
        self._versions = dict(versions or {})
        page = None if understand else own_page()
        # uv writes UTF-8; cmd, PowerShell and conda write as the console does
        self._decoder = LineDecoder(page) if page else codecs.getincrementaldecoder("utf-8")("replace")
        self._rest = ""
        self._overwritten = ""
        self._printed: list[str] = []
        self._bars: dict[str, tuple[int, int]] = {}
        self._drawn: set[str] = set()
        self._before: set[str] = set()
        self._unsure: list[str] = []
        self._sizeless: set[str] = set()
        self._over: set[str] = set()
        self._counts: dict[str, tuple[int, int]] = {}

    def feed(self, chunk: bytes) -> list[Said]:
        """What the next bytes say. A line is told when it is whole, a drawing when the next one begins, or by `idle`."""
        text = self._rest + self._decoder.decode(chunk)
        # an end of line, or a sequence, may be cut in two by the end of the chunk
        opened = _OPEN.search(text[-64:]) if "\x1b" in text[-64:] else None
        keep = len(text[-64:]) - opened.start() if opened else 1 if text.endswith("\r") else 0
        text, held = (text[:-keep], text[-keep:]) if keep else (text, "")
        *lines, last = text.replace("\r\n", "\n").split("\n")
        said = [event for line in lines for event in self._line(line)]
        *drawn, tail = _CUTS.split(last)
        said += [event for part in drawn for event in self._part(part, whole=False)]
        if len(tail) > LINE_LIMIT:
            said += self._part(tail, whole=True)
            tail = ""
        self._rest = tail + held
        return said

    def idle(self) -> list[Said]:
        """What the unfinished drawing says already; to be asked when nothing came for a while."""
        if not _FRAME_HINT.search(self._rest):
            return []
        frames = filter(None, map(_FRAME.match, _rows(clean(self._rest))))
        return [event for frame in frames for event in self._frame(frame, starts=False)]

    def close(self) -> list[Said]:
        """What is left when the program has ended."""
        rest = self._rest + self._decoder.decode(b"", final=True)
        self._rest = ""
        return list(self._line(rest.rstrip("\r"))) if rest.strip() else []

    def _line(self, line: str) -> Iterator[Said]:
        *drawn, tail = _CUTS.split(line)
        for part in drawn:
            yield from self._part(part, whole=False)
        yield from self._part(tail or self._overwritten, whole=True)

    def _part(self, part: str, *, whole: bool) -> Iterator[Said]:
        """A stretch of text without a cut. `whole`: a line ends here, else what follows is drawn over it."""
        text = clean(part)
        if not _FRAME_HINT.search(text):
            if whole:
                yield from self._text(text)
            if whole or text:
                self._overwritten = "" if whole else text
            return
        self._overwritten = ""
        printed: list[str] = []
        line = ""
        for row in _rows(text):
            frame = _FRAME.match(row)
            if frame:
                yield from self._frame(frame)
            else:
                line += row
                if not row.endswith(" ") and len(row) >= COLUMNS // 2:
                    continue  # it goes on in the next row
            if line.strip():
                printed.append(line.rstrip())
            line = ""
        for told in filter(None, (*printed, line.rstrip())):
            if told not in self._printed:  # a line above the bars may be drawn twice
                yield from self._text(told)
        self._printed = printed

    def _text(self, text: str) -> Iterator[Said]:
        line = text.rstrip()
        for start in range(0, max(1, len(line)), LINE_LIMIT):
            yield {"type": "output", "text": line[start : start + LINE_LIMIT]}
        for pattern, kind in self._rules:
            found = pattern.match(line)
            if found:
                yield from self._understood(kind, found)
                return

    def _understood(self, kind: str, found: re.Match[str]) -> Iterator[Said]:
        if kind == "resolved":
            yield {"type": "resolved", "packages": int(found["count"])}
        elif kind == "prepared":
            for name in list(self._bars):
                yield from self._finished(name)
            yield from self._count("prepare", int(found["count"]), int(found["count"]))
        elif kind in ("building", "built"):
            name, version = _built_from(found["what"])
            yield self._package(name, kind, version=version)
        elif kind == "downloading":
            size, unit = found.group(2), found.group(3)
            yield self._package(found["name"], kind, total=_bytes(size, unit) if size else None)
        elif kind == "downloaded":
            yield self._package(found["name"], kind)
        else:
            yield self._package(found["name"], kind, version=found["version"])

    def _frame(self, frame: re.Match[str], *, starts: bool = True) -> Iterator[Said]:
        """A spinner, a bar or the bar of the installation."""
        if frame["name"] is not None:
            yield from self._bar(frame)
        elif frame["sizeless"] is not None:
            name = frame["sizeless"]
            self._drawn.add(name)
            if name not in self._sizeless:
                self._sizeless.add(name)
                self._bars[name] = (0, 0)
                yield self._package(name, "downloading")
        elif frame["all"] is not None:
            yield from self._count("install", int(frame["placed"]), int(frame["all"]))
        elif frame["phase"] is not None:
            if starts:
                yield from self._next_drawing()
            yield from self._count("prepare", int(frame["ready"]), int(frame["wanted"]))
            yield from self._settle(int(frame["ready"]) - len(self._over))

    def _bar(self, frame: re.Match[str]) -> Iterator[Said]:
        name = frame["name"]
        done, total = _bytes(*frame.group(5, 6)), _bytes(*frame.group(7, 8))
        self._drawn.add(name)
        if self._bars.get(name) != (done, total):
            self._bars[name] = (done, total)
            # a file of unknown size is drawn as if it were whole all the time
            yield self._package(name, "downloading", done=done, total=None if name in self._sizeless else total)

    def _next_drawing(self) -> Iterator[Said]:
        """A bar that was there and is not any more: its file is here, or will be tried again."""
        gone, self._before, self._drawn = self._before - self._drawn, self._drawn, set()
        for name in sorted(gone):
            done, total = self._bars.get(name, (0, 1))
            if done == total:
                yield from self._finished(name)
            elif name not in self._unsure:
                self._unsure.append(name)

    def _settle(self, count: int) -> Iterator[Said]:
        """So many of those whose bar went away before it was full are here, says uv's count."""
        for _ in range(min(count, len(self._unsure))):
            yield from self._finished(self._unsure[0])

    def _finished(self, name: str) -> Iterator[Said]:
        total = self._bars.pop(name, (0, None))[1]
        if name in self._unsure:
            self._unsure.remove(name)
        yield self._package(name, "downloaded", done=total, total=total or None)

    def _package(
        self, shown: str, state: str, *, version: str | None = None, done: int | None = None, total: int | None = None
    ) -> Said:
        name = shown.split(" (", 1)[0]
        python = _PYTHON.match(name)
        if python:
            name, version = python["name"], python["version"]
        if state in ("downloaded", "built") and not python:
            self._over.add(name)
        return {
            "type": "package",
            "name": name,
            "version": version or self._versions.get(name),
            "state": state,
            "done_bytes": done or 0,
            "total_bytes": total,
        }

    def _count(self, phase: str, done: int, total: int) -> Iterator[Said]:
        if total and self._counts.get(phase) != (done, total):
            self._counts[phase] = (done, total)
            yield {"type": "counts", "phase": phase, "done": done, "total": total}


def is_drawn(row: str) -> bool:
    """Whether a row of the terminal belongs to a drawing: a spinner, be it alone so far, or a bar."""
    return _FRAME.match(f"{row} ") is not None


def _rows(text: str) -> Iterator[str]:
    """The rows of the terminal that a text without a cut fills."""
    if not _WIDE.search(text):
        yield from (text[start : start + COLUMNS] for start in range(0, len(text), COLUMNS))
        return
    start = width = 0
    for place, letter in enumerate(text):
        cells = 2 if _WIDE.match(letter) else 1
        if width + cells > COLUMNS:
            yield text[start:place]
            start, width = place, 0
        width += cells
    yield text[start:]


def _bytes(number: str, unit: str) -> int:
    return round(float(number) * _UNIT[unit])


def _built_from(what: str) -> tuple[str, str | None]:
    """`numpy==2.1.0`, or `pb @ file:///…`: name and version."""
    name, _, version = what.partition("==")
    return (name, version) if version else (what.split(" @ ", 1)[0], None)
