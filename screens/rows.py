"""Rows of text of exact cell widths, made of values alone: what the screens show of runs, checks, mirrors and builds.

Widths are terminal cells, not characters: a name may hold wide letters. The body of a screen is 76 cells wide.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich.cells import cell_len, set_cell_size

from screens.state_words import WORDS
from wizard.language import _, said, shown
from wizard.text import broken, one_line
from wizard.told.phrases import (
    CHOICE_WORDS,
    amount,
    choice_word,
    is_silent,
    left_phrase,
    no_data,
    rate,
    rate_phrase,
    share,
    short_span,
)  # fmt: skip

WIDTH = 76
"""Cells of the body at 80 columns; a list's row keeps one of them free at its right."""

CUT = " ..."
GLYPHS = {
    "ok": "+", "done": "+", "failed": "x", "error": "x", "warning": "!", "interrupted": "!", "retry": "!",
    "now": ">", "running": ">", "measuring": ">", "waiting": ".", "looking": ".", "not run": "-", "unknown": "?",
}  # fmt: skip
"""The glyph that stands before each word of state."""


def tail(path: str, width: int) -> str:
    """The end of a path, which tells more than its beginning."""
    return path if cell_len(path) <= width else "..." + path[-(width - 3) :]


def cut(text: str, width: int = WIDTH) -> str:
    """`text` made safe, on one line within `width` cells, with ` ...` where something is missing."""
    text = one_line(shown(text))
    if cell_len(text) <= width:
        return text
    return set_cell_size(text, max(0, width - len(CUT))).rstrip() + CUT


def fit(text: str, width: int) -> str:
    """`text` in exactly `width` cells."""
    return set_cell_size(cut(text, width), width)


def column(text: str, width: int) -> str:
    """`text` in `width` cells of which the last one is free."""
    return fit(cut(text, width - 1), width)


def right(text: str, width: int) -> str:
    """`text` at the right of `width` cells."""
    text = shown(text)
    return " " * max(0, width - cell_len(text)) + cut(text, width)


def sides(left: str, end: str, width: int = WIDTH) -> str:
    """Two texts at the two ends of a row; the left one is cut, with at least two blanks between."""
    end = shown(end)
    room = width - cell_len(end) - 2
    return fit(left, room) + "  " + end


def wrapped(text: str, width: int, lines: int) -> list[str]:
    """Broken into rows of `width` cells, at most `lines` of them; the last one is cut with ` ...`.

    At blanks, and between Chinese characters, where no blank stands, but not before what closes a sentence.
    """
    rows = broken(one_line(shown(text)), width)
    if len(rows) <= lines:
        return [*rows[:-1], *(cut(row, width) for row in rows[-1:])]
    last = rows[lines - 1][-1]
    gap = "" if "\u2e80" <= last <= "\u9fff" or "\uff00" <= last <= "\uffef" else " "
    return [*rows[: lines - 1], cut(gap.join(rows[lines - 1 : lines + 1]), width)]


def folded(text: str, width: int) -> list[str]:
    """Broken into rows of `width` cells like `wrapped`, to its end: a longer word is broken too."""
    rows: list[str] = []
    for row in broken(one_line(shown(text), len(text) + 1), width):
        while cell_len(row) > width:
            head = set_cell_size(row, width).rstrip()
            rows.append(head)
            row = row[len(head) :]  # noqa: PLW2901 - the rest of it
        rows.append(row)
    return rows


def state_word(word: str, width: int) -> str:
    """`+ ok`, `> running`, padded to `width` cells in all."""
    return fit(f"{GLYPHS[word]} {shown(WORDS[word])}", width)


@dataclass(frozen=True)
class Bar:
    """The two parts of a progress bar, drawn in two colours, and the percentage behind it."""

    done: str
    rest: str
    percent: str

    def __str__(self) -> str:
        return f"[{self.done}{self.rest}]{self.percent}"


def bar(done: int, total: int, width: int = WIDTH) -> Bar:
    """`[####....]  57 %`, `width` cells in all."""
    return bar_of(share(done, total), width)


def bar_of(percent: int, width: int = WIDTH) -> Bar:
    """The bar of a percentage."""
    room = width - 8
    filled = room * percent // 100
    return Bar("#" * filled, "." * (room - filled), f" {percent:>3} %")


def progress_line(  # noqa: PLR0913 - the line has five parts
    done: int,
    total: int | None,
    bytes_per_s: float | None,
    *,
    eta_s: float | None,
    silent_s: float | None,
    count: tuple[int, int | None],
    waits: bool = False,
    width: int = WIDTH,
) -> str:
    """`waits`: for another try; then it is told at once that nothing comes.

    `1.61 of 2.83 GiB    18.4 MiB/s    about 70 s left    24 of 31 packages`; the last word goes where room lacks.
    """
    silent = is_silent(silent_s) or waits
    left = left_phrase(None if silent or total is None or bytes_per_s is None else eta_s)
    speed = no_data(silent_s or 0.0) if silent else rate_phrase(bytes_per_s)
    parts, (finished, of) = [amount(done, total, 4 if total else 0), speed, left], count
    ends = [[]] if of is None else [
        [_("{done} of {total} packages", done=finished, total=of)], [_("{done} of {total}", done=finished, total=of)]
    ]  # fmt: skip
    lines = [gap.join([*parts, *end]) for gap in ("    ", "  ") for end in ends]
    return next((line for line in lines if cell_len(line) <= width), cut(lines[-1], width))


def package_row(  # noqa: PLR0913 - a row has six columns
    name: str,
    version: str | None,
    done: int,
    total: int | None,
    bytes_per_s: float | None,
    *,
    waiting: bool = False,
    width: int = WIDTH,
) -> str:
    """A package under way: name, version, bytes, percentage, rate."""
    wider = max(0, width - WIDTH)
    head = column(name, 24 + wider // 2) + column(version or "-", 16) if width >= WIDTH else column(name, 22)
    if total:
        shown = amount(done, total, 4)
        head += fit(shown, 16) + f" {share(done, total):>3} %"
    else:
        head += fit(amount(done, None) if done else _("size not known"), 22)
    if waiting:
        return cut(head + _("   waiting"), width)
    return cut(head + ("  " + right(rate(bytes_per_s), 10) if bytes_per_s is not None else ""), width)


def named_row(count: int, what: str, names: Iterable[str], width: int = WIDTH - 1) -> str:
    """`3 waiting: numpy, rich, torch`, named as far as the row goes, then `, ...`."""
    what = shown(what)
    head = _("{count} {what}: ", count=count, what=what)
    told: list[str] = []
    rest = [one_line(name, 80) for name in names]
    for position, name in enumerate(rest):
        last = position + 1 == count
        text = head + ", ".join([*told, name]) + ("" if last else ", ...")
        if cell_len(text) > width:
            break
        told.append(name)
    if not told:
        return f"{count} {what}"
    return head + ", ".join(told) + ("" if len(told) == count else ", ...")


def log_row(clock: str, text: str, width: int = WIDTH) -> str:
    """A line of the log with its time of day."""
    return cut(f"{clock}  {text}" if clock else text, width)


def check_row(number: int, word: str, title: str, value: str | None, seconds: float | None, width: int = WIDTH) -> str:
    """One rung: number, glyph and word, title, value, seconds."""
    row = f"{number:>2} " + state_word(word, 11) + column(title, 36)
    row += fit(value or "", max(0, 20 + width - WIDTH))
    return row + right("" if seconds is None else short_span(seconds), 6)


LEADS_TO = {
    **dict.fromkeys(("review", "again", "run"), said("to the review")),
    **dict.fromkeys(("command", "shell"), said("copies the command")),
    "message": said("copies a message"),
    "mirrors": said("to the mirrors"),
    "ask": said("asks for the name"),
    "report": said("writes a report"),
}
"""What a fix does when it is taken."""


def fix_row(number: int, title: str, leads: str, *, tried: bool = False, width: int = WIDTH - 1) -> str:
    """A numbered fix and, at its right, where it leads; two rows where the title is too long for one."""
    end = shown(LEADS_TO[leads]) + (_(", tried") if tried else "")
    first, *more = wrapped(title, width - cell_len(end) - 4, 2)
    return "\n  ".join([sides(f"{number} {first}", end, width), *more])


def _proofs(evidence: Sequence[str]) -> list[str]:
    return [line.rstrip() for text in evidence for line in text.splitlines() if line.strip(" ^~")]


def place_of(evidence: Sequence[str], log: Sequence[str]) -> int | None:
    """Where the log has the last line that proves the cause, None where it has none."""
    plain = {line.strip() for line in _proofs(evidence)}
    return next((place for place in reversed(range(len(log))) if log[place].strip() in plain), None)


def evidence_rows(
    evidence: Sequence[str],
    context: Sequence[str] = (),
    rows: int = 5,
    width: int = WIDTH - 1,
    *,
    proves: bool = True,
) -> list[str]:
    """What was said, the lines that prove the cause marked with `>`; the lines of the log before them as far as there is room.

    `context`: the log's lines, the newest last. Where a proof is not among them, or is longer than a row, the proofs
    alone are shown, broken at blanks. The innermost cause comes last: what lacks room is left out before it.
    `proves`: False where they are only the last that was said, and the cause is not known: no line is marked.
    """
    proofs = _proofs(evidence)
    plain = {line.strip() for line in proofs}
    lines = [line.rstrip() for line in context if line.strip()]
    hits = [position for position, line in enumerate(lines) if line.strip() in plain]
    whole = len(proofs) > 1 or all(cell_len(one_line(line)) <= width - 2 for line in proofs)
    if whole and hits and {lines[position].strip() for position in hits} == plain:
        window = lines[max(0, hits[-1] - rows + 1) : hits[-1] + 1]
        shown = [(line.strip() in plain, line) for line in window]
    else:
        shown = [(True, row) for line in proofs for row in wrapped(line, width - 2, max(1, rows - len(proofs) + 1))]
    shown = [*shown[:1], *shown[1 - rows :]] if len(shown) > rows else shown
    return [cut(("> " if proof and proves else "  ") + line, width) for proof, line in shown]


def choice(chosen: bool, text: str) -> str:
    """`(*) text` or `( ) text`."""
    return f"({'*' if chosen else ' '}) {shown(text)}"


def torch_row(chosen: bool, label: str, word: str, note: str, width: int = WIDTH - 1) -> str:
    """A build of torch: mark, release and variant, a word, what it means here."""
    if not word and not note:
        return cut(choice(chosen, label), width)
    words = max(14, 2 + max(map(cell_len, map(choice_word, CHOICE_WORDS))))
    return cut(column(choice(chosen, label), 27) + fit(choice_word(word), words) + shown(note), width).rstrip()


def run_head(width: int = WIDTH - 1, when: int = 19) -> str:
    """The names of `run_row`'s columns; `when`: cells of the third."""
    started = fit(_("Started"), when) if width >= WIDTH - 1 else ""
    return fit(_("State"), 15) + fit(_("Project"), 20 + max(0, width - WIDTH + 1)) + started + _("Result")


def run_row(word: str, project: str, started: str, result: str, width: int = WIDTH - 1, when: int = 19) -> str:
    """A run on this machine: state, project, when it started (where there is room), how it ended."""
    row = state_word(word, 15) + column(project, 20 + max(0, width - WIDTH + 1))
    row += column(started, when) if width >= WIDTH - 1 else ""
    return cut(row + shown(result), width)
