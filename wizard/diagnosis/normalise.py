"""What uv and Python printed, brought into one shape: reports of (error, causes, hints), and the lines beside them.

uv wrote boxes and arrows that wrap (`x`, `|->`, `Caused by:`, `help:`) up to 0.12.12 and flat `cause:` and `hint:` lines
since 0.12.16; a few of the older errors are a bare sentence. Python writes tracebacks whose last line is the error.
Everything is read line by line with anchored patterns, so that the time grows with the length and with nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from wizard.diagnosis.prefixes import well_read, without_prefixes
from wizard.text import clean, masked

HEAD, TAIL, LONGEST = 40_000, 160_000, 4_000
"""Characters kept of the beginning, of the end and of a line: errors stand at the end, warnings at the beginning."""

_ODD = "[^\\x00-\\x7f\u2800-\u28ff\u2591\u2588]"
_MARK = re.compile(r"(?P<mark>error|warning|hint|help|cause|Caused by): ?(?P<text>.*)")
_CROSS = re.compile(
    r"\s{0,3}(?:[\u00d7\u2717] |(?:x|\u00c3.?|\?{1,2}|[\ufffd\udc80-\udcff]{1,3}) (?=[A-Z`]))(?P<text>\S.*)"
)
_ARROW = re.compile(rf"\s{{0,4}}(?:{_ODD}{{0,2}}\u25b6|{_ODD}{{4,12}}|\?{{3,9}}(?= \S)|[|`][-=]+>) ?(?P<text>\S.*)")
_BAR = re.compile(rf"\s{{0,4}}(?:{_ODD}{{1,3}}|\?{{1,3}}(?=\s\s|$)|[|])(?:\s+(?P<text>\S.*)|\s*$)")
_BARE = re.compile(r" {3}(?P<text>[A-Z].*)")
"""A line of a box whose cross, arrow or bar got lost on the way."""
_PROGRESS = re.compile(
    r"\s*(?:Using |Creating virtual|Removed virtual|Resolved |Prepared |Installed |Uninstalled |Audited |Checked "
    r"|Downloading |Downloaded |Building |Built |Updating |Updated |Bytecode |Would |\+ \S+==|- \S+==|~ \S+==)"
)
_WENT_WELL = re.compile(r"(?:Installed|Audited|Checked) (?:\d+ packages?|in) ")
"""How a sync, or an installation, ends that went well."""
_PROMPT = re.compile(r"(?:PS )?[A-Z]:\\[^<>|]*>|[\w.-]+@[\w.-]+[: ].{0,200}[$#%](?: |$)|[$#%](?: |$)")
_EXCEPTION = re.compile(
    r"(?P<text>(?:[A-Za-z_][\w.]*)?(?:Error|Exception|Exit|Interrupt|Warning)\b: ?.*|KeyboardInterrupt$)"
)
_MOVES = re.compile(r"\x1b\[\d*[A-HJK]|\r\n?")
"""Where a terminal's cursor went elsewhere or a line was wiped, what follows is a line of its own."""
_SPINNING = re.compile("[\u2800-\u28ff\u2591\u2588][^\\n]*?(?: {4,}|(?=\\n)|$)")
"""A spinner or bar, with its words and the blanks that fill its line: uv writes the next line right behind them."""
_FILLED = re.compile("(?<=\\S) {3,}(?=(?:\u00d7|\\?|error:|warning:) )")
_BLOCK = re.compile(r"\s*(?:\[std(?:out|err)\]|--- std(?:out|err)|Traceback \(most recent call last\):)")


@dataclass
class Statement:
    """One sentence of a report: `text` is what it says on one line, `block` the output of a program that it quotes."""

    lines: list[str] = field(default_factory=list)
    block: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Its lines joined, wraps undone."""
        return unwrapped(self.lines)


@dataclass
class Report:
    """One failure (or warning): the outermost statement first, the innermost last."""

    kind: str
    chain: list[Statement] = field(default_factory=list)
    hints: list[Statement] = field(default_factory=list)


@dataclass(frozen=True)
class Output:
    """The whole: errors and warnings in order of appearance, and the lines that belong to none of them."""

    errors: tuple[Report, ...]
    warnings: tuple[Report, ...]
    plain: tuple[str, ...]
    lines: tuple[str, ...]
    """Every line kept, safe to show."""

    @property
    def flat(self) -> str:
        """Every line kept, on one line."""
        return unwrapped(self.lines)


def unwrapped(lines: list[str] | tuple[str, ...]) -> str:
    """One line of many. A break after a hyphen, a slash or an opening backtick is a wrap inside a word."""
    pieces: list[str] = []
    last = ""
    for line in lines:
        stripped = line.strip()
        if not stripped:
            continue
        inside = len(last) > 1 and last[-1] in "-/" and last[-2].isalnum() and stripped[0].isalnum()
        if pieces and not inside:
            pieces.append(" ")
        pieces.append(stripped)
        last = stripped
    return "".join(pieces)


def normalise(text: str | bytes) -> Output:
    """Read what was printed. Any text will do: nothing raises, and five megabytes take a fraction of a second."""
    lines = tuple(_kept_lines(text))
    reader = _Reader()
    for line in lines:
        reader.take(line)
    errors = () if reader.overcome and _raised(reader.plain) else tuple(reader.errors)
    return Output(errors, tuple(reader.warnings), tuple(reader.plain), lines)


def _kept_lines(text: str | bytes) -> Iterator[str]:
    if isinstance(text, bytes):
        text = _decoded(text)
    if len(text) > HEAD + TAIL:
        text = text[:HEAD] + "\n" + text[-TAIL:]
    lines = without_prefixes(clean(_MOVES.sub("\n", well_read(text))).split("\n"))
    for line in _FILLED.sub("\n", _SPINNING.sub("\n", "\n".join(lines))).split("\n"):
        kept = line if len(line) <= LONGEST else line[: LONGEST // 2] + " ... " + line[-LONGEST // 2 :]
        yield (masked(kept) if "://" in kept and "@" in kept else kept).rstrip()


def _decoded(data: bytes) -> str:
    if len(data) > 4 * (HEAD + TAIL):
        data = data[: 4 * HEAD] + b"\n" + data[-4 * TAIL :]
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):  # what PowerShell's `>` writes
        return data.decode("utf-16", "replace")
    return data.decode("utf-8-sig", "replace")


class _Reader:
    """Takes lines one by one; `report` is the one being read and `statement` what its next line continues."""

    def __init__(self) -> None:
        self.errors: list[Report] = []
        self.warnings: list[Report] = []
        self.plain: list[str] = []
        self.report: Report | None = None
        self.statement: Statement | None = None
        self.flat = False
        self.bare = False
        self.in_block = False
        self.overcome = False  # whether a later uv went well, so that the errors are no longer what stopped the run

    def take(self, line: str) -> None:
        stripped = line.strip()
        marked = _MARK.match(stripped)
        if marked and self._marked(marked["mark"], marked["text"], len(line) - len(line.lstrip())):
            return
        crossed = None if self.in_block and line.startswith("      ") else _CROSS.match(line)
        if crossed:
            self._open("error", crossed["text"])
        elif (bare := self._bare(line)) is not None:
            if self.report is None or not self.bare:
                self._open("error", bare)
                self.bare = True
            else:
                self._say(self.report.chain, bare)
        elif (
            self.report is not None
            and not self.flat
            and not line.startswith("      ")
            and (arrow := _ARROW.match(line))
        ):
            self._say(self.report.chain, arrow["text"])
        elif self._ends(line):
            self._aside(line)
        else:
            self._continue(line)

    def _marked(self, mark: str, text: str, indent: int) -> bool:
        """A line that begins with a word of uv's; False where it is only quoted output that looks like one."""
        if mark in ("error", "warning"):
            if indent and (self.in_block or self.report is not None):
                return False
            self._open(mark, text)
            self.flat = True
            return True
        if self.report is None:
            return False
        if mark in ("cause", "Caused by"):
            if indent > 2 or (self.in_block and indent != 2):
                return False
            self._say(self.report.chain, text)
        else:
            if self.in_block and indent > 6:
                return False
            self._say(self.report.hints, text)
        return True

    def _bare(self, line: str) -> str | None:
        """What a line of a box says that has lost its lines; None where it is no such line."""
        if self.in_block or (self.report is not None and not self.bare) or _PROGRESS.match(line):
            return None
        found = _BARE.match(line)
        return found["text"] if found else None

    def _open(self, kind: str, text: str) -> None:
        self.report = Report(kind)
        self.bare = False
        (self.errors if kind == "error" else self.warnings).append(self.report)
        self.overcome = self.overcome and kind != "error"
        self.flat = False
        self._say(self.report.chain, text)

    def _say(self, where: list[Statement], text: str) -> None:
        self.statement = Statement([text])
        self.in_block = False
        where.append(self.statement)

    def _ends(self, line: str) -> bool:
        """Whether the report is over: a line of progress, or text at the margin that continues nothing."""
        if self.report is None:
            return True
        if self.in_block:
            return False
        return bool(_PROGRESS.match(line) or _PROMPT.match(line)) or (
            self.report.kind == "warning" and line[:1].strip() != ""
        )

    def _continue(self, line: str) -> None:
        statement = self.statement
        if statement is None:
            return
        bar = _BAR.match(line)
        text = (bar["text"] or "") if bar and not self.in_block and not self.flat else line
        if _BLOCK.match(text):
            self.in_block = True
        (statement.block if self.in_block else statement.lines).append(text)

    def _aside(self, line: str) -> None:
        self.report = self.statement = None
        self.in_block = False
        self.overcome = self.overcome or bool(self.errors and _WENT_WELL.match(line))
        if line.strip():
            self.plain.append(line)


def exceptions(output: Output) -> tuple[str, ...]:
    """The errors that Python's tracebacks end in, in order of appearance: `ImportError: libcudart.so.12: ...`."""
    return _raised(output.plain)


def _raised(plain: Iterable[str]) -> tuple[str, ...]:
    return tuple(found["text"] for line in plain if (found := _EXCEPTION.match(line)))
