"""A failure, in the places of the screen it happened on: what is so, what to do, what was said."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import VerticalGroup
from textual.content import Content

from screens import check_rows, rows, run_rows, rungs
from screens.choosing import ChoiceList, Row
from screens.widgets import Line, toned
from wizard.diagnosis import Diagnosis, Fix, from_document
from wizard.language import _, said, shown
from wizard.run.progress import RunState
from wizard.text import masked, one_line
from wizard.ways_out import leads, to_type

ROOM = 13
"""Rows of the body at 80x24."""
MOST_PROOF, MORE_EVIDENCE = 7, 15
"""Rows of what was said, and how many more of them a larger window has."""
SETTLED_ON = {
    "uv": "uv",
    "settings": "settings",
    "mirrors": "mirrors",
    "torch": "torch",
    "sync": "review",
    "verify": "review",
}
"""The screen on which a table of choices is settled."""
LABELS = {
    **dict.fromkeys(("review", "again", "run"), said("to the review")),
    **dict.fromkeys(("command", "shell"), said("copy the command")),
    "message": said("copy the message"),
    "mirrors": said("to the mirrors"),
    "ask": said("type the name"),
    "report": said("write the report"),
}
UNPROVED = {"unknown", "cancelled"}
"""Causes of which no line is a proof."""
LEAD, MOST_LEAD = 2, 4
"""Rows of the lead, and how many it may take: what is so is told to its end."""
AGAIN = Fix(said("Try again, once that is put right"))
"""The way on for who has put it right by hand."""


@dataclass(frozen=True)
class Failure:
    """A run that did not end well, in words. `where`: `sync` or `verify`, the screen that shows it."""

    diagnosis: Diagnosis
    where: str
    lead: str
    heading: str
    """Over the rungs, empty where there are none."""
    rungs: tuple[str, ...]
    said: str
    evidence: tuple[str, ...]
    kept: str
    proof: int | None = None
    """Where the log has the last line that proves the cause, counted from its first line, 0."""
    lines: int = 0
    """How many lines the log has."""

    @property
    def title(self) -> str:
        """Row 3."""
        return one_line(self.diagnosis.title, 78)

    @property
    def fixes(self) -> tuple[Fix, ...]:
        """The ways out, nine at most: as many as there are keys. One of them leads on from here."""
        return _with_a_way_on(self.diagnosis.fixes)

    def first_untried(self, tried: Collection[str]) -> int:
        """The place of the fix that Enter takes; the first where all of them were tried."""
        return next((place for place, fix in enumerate(self.fixes) if fix.title not in tried), 0)

    def rows(self, tried: Collection[str], width: int) -> list[Row]:
        """The fixes as rows of a list."""
        return [
            Row(
                str(number),
                rows.fix_row(number, masked(fix.title), leads(fix), tried=fix.title in tried, width=width - 1),
            )
            for number, fix in enumerate(self.fixes, 1)
        ]

    def by_hand(self, place: int, type_it: Callable[[tuple[tuple[str, ...], ...]], list[str]] = to_type) -> str:
        """What a person types for that fix. `type_it`: makes lines of its commands, see wizard.ways_out.typed."""
        if not self.fixes:
            return "uv-wizard diagnose FILE"
        fix = self.fixes[min(place, len(self.fixes) - 1)]
        if fix.message:
            return "uv-wizard verify --save FILE.html"
        pairs = [word for key, value in (fix.choices or {}).items() for word in ("--set", f"{key}={_value(value)}")]
        commands = (fix.commands if not pairs else None) or (("uv-wizard", "apply", "--yes", *pairs),)
        return "  ;  ".join(type_it(commands))

    def label(self, place: int) -> str:
        """What the primary button says."""
        if not self.fixes:
            return _("Back to the review")
        return _("Fix {place}: {leads}", place=place + 1, leads=LABELS[leads(self.fixes[place])])

    def screen(self) -> str:
        """The screen that the first fix's choice belongs to, where Esc leads."""
        keys = [key for fix in self.fixes for key in fix.choices or {}]
        return SETTLED_ON.get(keys[0].split(".", 1)[0], "review") if keys else "review"


_LONG_PATH = re.compile(
    r"(?P<head>(?:[A-Za-z]:)?(?P<to>[/\\])(?:[^/\\\s]+[/\\]){2}[^/\\\s]+)[/\\](?:[^/\\\s]+[/\\])+(?P<name>[^/\\\s,;]+)"
)
"""More than four folders deep: the first three of them, and the name."""


def _value(value: object) -> str:
    if isinstance(value, (list, tuple)):
        return ",".join(map(str, value))
    return str(value).lower() if isinstance(value, bool) else str(value)


def _with_a_way_on(fixes: tuple[Fix, ...]) -> tuple[Fix, ...]:
    """With `AGAIN` as the last one, where something has to be done elsewhere and none of them tries again afterwards."""
    ends = {leads(fix) for fix in fixes[:8]}
    here = {"again", "run", "ask"} & ends or (ends and ends <= {"review", "mirrors"})
    return fixes[:9] if here else (*fixes[:8], AGAIN)


def _has_torch(state: RunState) -> bool:
    """Whether the checks came to torch, or were to."""
    return any(one.get("id") == "torch" for one in (state.verify or {}).get("checks") or ())


def failure_of(
    state: RunState, planned: Sequence[tuple[str, str]] = (), width: int = rows.WIDTH, spare: int = 0
) -> Failure | None:
    """What went wrong in a run that is over; None where nothing did, and where it was stopped on purpose.

    `spare`: rows that the window has beyond 24; `MORE_EVIDENCE` of them show more of the log.
    """
    if not state.finished or state.exit_code == 0:
        return None
    verify = state.verify or {}
    document, words = (state.diagnosis, None) if state.diagnosis else (verify.get("diagnosis"), verify.get("words"))
    found = from_document(document, words) if document else _without_words(state)
    head, rungs = check_rows.failed_rung(state, check_rows.check_rows(state, planned, width))
    where = "verify" if rungs or state.verify is not None else "sync"
    ways = [
        rows.fix_row(number, masked(fix.title), leads(fix), width=width - 1).count("\n") + 1
        for number, fix in enumerate(_with_a_way_on(found.fixes), 1)
    ]
    room = ROOM - 1 - sum(ways) - 2 - (2 + len(rungs) if rungs else 2)
    most = max(LEAD, min(MOST_LEAD, LEAD + room + spare - 1))
    lead = rows.wrapped(_in_short(shown(masked(found.explanation))), 78, most)
    room -= max(0, len(lead) - LEAD)
    log = [line.text for line in state.log]
    evidence = rows.evidence_rows(
        [masked(line) for line in found.evidence],
        log,
        max(2, min(MOST_PROOF, room)) + min(spare, MORE_EVIDENCE),
        width - 1,
        proves=found.cause not in UNPROVED,
    )
    proof = None if found.cause in UNPROVED else rows.place_of(found.evidence, log)
    said = (
        _("What uv said")
        if where != "verify"
        else _("What torch said")
        if _has_torch(state)
        else _("What the checks found")
    )
    return Failure(
        found,
        where,
        "\n".join(lead),
        head,
        tuple(rungs),
        said if evidence else "",
        tuple(evidence),
        run_rows.kept_row(state),
        None if proof is None else state.log_count - len(log) + proof,
        state.log_count,
    )


def _in_short(explanation: str) -> str:
    """The explanation, with the middle of long paths left out where it needs more than its two rows otherwise."""
    if len(rows.wrapped(explanation, 78, 3)) <= 2:
        return explanation
    return _LONG_PATH.sub(lambda found: f"{found['head']}{found['to']}...{found['to']}{found['name']}", explanation)


def _without_words(state: RunState) -> Diagnosis:
    """A run that ended without saying why, or was stopped."""
    again = (Fix(_("Go on from here: finished packages are kept")),)
    if state.exit_code == 130:
        told = _(
            "Finished packages are kept, and going on fetches only what is missing. Until then .venv is not complete."
        )
        return Diagnosis("cancelled", _("The run was stopped"), told, (), again)
    tail = tuple(line.text for line in list(state.log)[-5:])
    if state.lost:
        told = _("Its process was ended from outside, or the machine went down. Finished packages are kept.")
        return Diagnosis("unknown", _("The run ended without a word"), told, tail, again)
    return Diagnosis(
        "unknown",
        _("uv stopped, and the cause is not known"),
        _("The last lines are below; L opens the whole log."),
        tail,
        again,
    )


class FailurePanel(VerticalGroup):
    """The body of a failure: fixes to choose from, and below them what proves the cause."""

    DEFAULT_CSS: ClassVar[str] = """
    FailurePanel { height: auto; }
    FailurePanel ChoiceList { max-height: 9; }
    """

    def compose(self) -> ComposeResult:
        """Heading, list, evidence."""
        yield Line(_("What to do"), id="failure-head", grows=True)
        yield ChoiceList(id="fixes", help_text="failure")
        yield Line(id="failure-said", grows=True)

    def show(self, failure: Failure, tried: Collection[str], width: int, at: int = 0) -> None:
        """Shows it, with the fix `at` that place chosen; what has not changed is not drawn."""
        fixes = self.query_one(ChoiceList)
        fixes.display = bool(failure.fixes)
        self.query_one("#failure-head").display = bool(failure.fixes)
        fixes.show(failure.rows(tried, width), at)
        if not fixes.has_focus and failure.fixes and fixes.highlighted != at:
            fixes.highlighted = at
        self.query_one("#failure-said", Line).show(_below(failure, width))


def _below(failure: Failure, width: int) -> Content:
    told: list[str] = [""]
    if failure.rungs:
        told += [failure.heading, *failure.rungs, ""]
    if failure.said:
        opens = _("L opens it all")
        if failure.proof is not None:
            opens = _("line {line} of {count}, L opens it all", line=failure.proof + 1, count=failure.lines)
        told += [rows.sides(failure.said, opens, width), *failure.evidence]
    if failure.kept and not failure.rungs:
        told += ["", failure.kept]
    return Content("\n").join([rungs.rung(line) if line in failure.rungs else _evidence(line) for line in told])


def _evidence(line: str) -> Content:
    """A line of the log as it is, and what else has a mark in its colour."""
    return Content(line) if line.startswith(">") else toned(line)
