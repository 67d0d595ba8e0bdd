"""What the sync, verification and failure screens show of a run's state, as rows of text. Pure."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from screens import rows
from screens.rows import WIDTH, Bar
from screens.state_words import WORDS
from wizard.language import Message, _, ngettext, remembered, shown
from wizard.run.progress import LogLine, RunState, StepState
from wizard.text import moving_size, one_line
from wizard.told.phrases import step_name, whole_span
from wizard.told.run import retry_text

STEP_WORDS = {"waiting": "waiting", "running": "now", "done": "done", "skipped": "not run", "failed": "failed"}

BEGUN = frozenset({"running", "done", "failed"})
"""The states of a step that was really at work."""


@dataclass(frozen=True)
class SyncRows:
    """The body of the sync screen. `bar` None: no total is known, `head` then stands in its row."""

    bar: Bar | None
    head: str
    line: str
    third: str
    packages: tuple[str, ...]
    """As many as there is room for, padded with empty ones; the last one counts those that wait."""


def step_place(state: RunState) -> tuple[int, int, StepState | None]:
    """Which step of how many is under way (else the last that was), and the step."""
    steps = state.steps
    if not steps:
        return 0, 0, None
    begun = [place for place, step in enumerate(steps) if step.state in BEGUN]
    at = next((place for place, step in enumerate(steps) if step is state.current), begun[-1] if begun else 0)
    return at + 1, len(steps), steps[at]


def sync_rows(state: RunState, now: float, width: int = WIDTH, room: int = 5) -> SyncRows:
    """`now`: seconds since the run began; `room`: rows for packages, the last of them for the ones that wait."""
    place, of, step = step_place(state)
    third = _retry_row(state, now, width) or _locked_row(state, width)
    if step is None:
        return SyncRows(None, rows.state_word("waiting", 11) + _("the run begins"), "", third, _padded([], room))
    if step.id != "sync":
        return _step_rows(state, place, of, step, third=third, width=width, room=room)
    return SyncRows(*_sync_head(state, now, width), third, _package_rows(state, width, room))


def _step_rows(  # noqa: PLR0913 - what a step's row tells
    state: RunState, place: int, of: int, step: StepState, *, third: str, width: int, room: int
) -> SyncRows:
    head = rows.cut(
        rows.state_word(STEP_WORDS[step.state], 11)
        + _(
            "step {place} of {of}, {title}: {summary}",
            place=place,
            of=of,
            title=step_name(step.title),
            summary=step.summary,
        ),
        width,
    )
    told = [
        rows.cut(
            rows.state_word(STEP_WORDS[one.state], 11)
            + rows.column(step_name(one.title), 11)
            + shown(_summary(state, one)),
            width,
        )
        for one in state.steps
    ]
    first = max(0, min(place - 2, len(told) - room))
    return SyncRows(None, head, "", third, _padded(told[first : first + room], room))


def _locked_row(state: RunState, width: int) -> str:
    return "" if state.locked is None else rows.cut(_("uv.lock: {changes}", changes=lock_told(state)), width)


def lock_told(state: RunState) -> str:
    """`15 packages added, 17 removed, 2 changed`, "" where uv.lock was not made again."""
    if state.locked is None:
        return ""
    told = remembered(state.locked["text"], state.locked.get("words"))
    changes = told.fields.get("changes") if isinstance(told, Message) else None
    return shown(changes or str(told).removeprefix("lock: "))


def _summary(state: RunState, step: StepState) -> str:
    return lock_told(state) or step.summary if step.id == "lock" else step.summary


def _sync_head(state: RunState, now: float, width: int) -> tuple[Bar | None, str, str]:
    percent, total = state.percent, state.total_bytes
    fetched = [one for one in state.packages.values() if one.state not in ("queued", "removed")]
    step = next((one for one in state.steps if one.id == "sync"), None)
    if not fetched and not state.done_bytes:
        if step is not None and step.state == "done":
            count = state.resolved
            told = (
                _("{count} packages were already in place.", count=count)
                if count
                else _("Everything was already in place.")
            )
            return None, rows.state_word("done", 11) + told, ""
        return None, rows.state_word("now", 11) + _("uv reads uv.lock and looks at what is here already"), ""
    bar = None if percent is None or total is None else rows.bar_of(percent, width)
    head = "" if bar else _("size not known")
    if step is not None and step.state == "done":
        count = len(state.in_state("installed"))
        return (
            bar,
            head,
            rows.state_word("done", 11) + ngettext("{count} package installed", "{count} packages installed", count),
        )
    return bar, head, _sync_line(state, now, width)


def _sync_line(state: RunState, now: float, width: int) -> str:
    if state.phase == "install" and state.packages_total:
        return _(
            "installing {done} of {total} packages",
            done=state.packages_done,
            total=state.packages_total,
        )
    building = state.in_state("building")
    if building and not state.in_state("downloading"):
        one = building[0]
        return rows.cut(
            _(
                "building {package}, {at} so far",
                package=f"{one.name} {one.version or ''}".rstrip(),
                at=whole_span(state.at - one.since),
            ),
            width,
        )
    waited = None if state.retry is None else (state.silent_s or 0.0) + max(0.0, now - float(state.retry["at"]))
    return rows.progress_line(
        state.done_bytes,
        state.total_bytes,
        state.bytes_per_s,
        eta_s=state.eta_s,
        silent_s=state.silent_s if waited is None else waited,
        waits=waited is not None,
        count=(state.packages_done, state.packages_total),
        width=width,
    )


def _retry_row(state: RunState, now: float, width: int) -> str:
    if state.retry is None:
        return ""
    wait = float(state.retry.get("wait_s") or 0.0)
    left = max(0.0, wait - max(0.0, now - float(state.retry["at"])))
    return rows.cut(_("! waiting  ") + retry_text({**state.retry, "wait_s": left}), width)


def _package_rows(state: RunState, width: int, room: int) -> tuple[str, ...]:
    busy = sorted(state.under_way(), key=lambda one: one.state != "building")  # a build is what the rest waits for
    waits = state.waiting()
    shown = busy[: room - 1]
    told = [
        rows.package_row(
            one.name,
            one.version,
            one.done_bytes,
            one.total_bytes,
            one.bytes_per_s,
            waiting=state.retry is not None,
            width=width,
        )
        if one.state == "downloading"
        else rows.cut(
            rows.column(one.name, 24 if width >= WIDTH else 22)
            + (rows.column(one.version or "-", 16) if width >= WIDTH else "")
            + _("building, {at} so far", at=whole_span(state.at - one.since)),
            width,
        )
        for one in shown
    ]
    rest = [one.name for one in (*busy[room - 1 :], *waits)]
    if rest:
        told.append(rows.named_row(len(rest), WORDS["waiting"], rest, width - 1))
    return _padded(told, room)


def _padded(told: Sequence[str], room: int) -> tuple[str, ...]:
    return (*told[:room], *[""] * (room - len(told)))


def log_rows(lines: Sequence[LogLine], started: float | None, count: int, width: int = WIDTH) -> list[str]:
    """The last `count` lines of the log, each with its time of day where it is known; rows that are missing are empty."""
    told = [rows.log_row(clock(started, line.at), line.text, width) for line in list(lines)[-count:]]
    return told + [""] * (count - len(told))


def clock(started: float | None, at: float) -> str:
    """The time of day of a moment of the run."""
    return "" if started is None else time.strftime("%H:%M:%S", time.localtime(started + at))


def kept_row(state: RunState) -> str:
    """What of a sync is there already and is not fetched again."""
    done = [one for one in state.packages.values() if one.state in ("downloaded", "built", "installed")]
    if not done:
        return ""
    size = sum(one.total_bytes or one.done_bytes for one in done)
    of = (
        _(" of {total}", total=state.packages_total)
        if state.packages_total and state.packages_total >= len(done)
        else ""
    )
    told = f", {moving_size(size)}" if size else ""
    return _("Finished: {done}{of} packages{told}. They are not fetched again.", done=len(done), of=of, told=told)


def result_row(state: RunState) -> str:
    """How a run stands, in a few words, for the list of runs."""
    if not state.finished:
        if state.percent is not None:
            left = _(", about {time} left", time=whole_span(state.eta_s)) if state.eta_s else ""
            return f"{state.percent} %{left}"
        step = step_place(state)[2]
        return _("at {title}", title=step_name(step.title)) if step else _("begins")
    if state.lost:
        return _("ended without a word")
    if state.diagnosis is not None:
        title = remembered(state.diagnosis.get("title") or "", state.diagnosis.get("words"))
        return one_line(shown(title), 60) or shown(WORDS["failed"])
    told = {0: _verified(state) or WORDS["done"], 3: _("the check fell short"), 130: _("stopped")}
    return shown(told.get(state.exit_code or 0, WORDS["failed"]))


def _verified(state: RunState) -> str:
    """What a run's checks came to; "" where it had none."""
    if state.verify is None:
        return ""
    if state.verify.get("devices"):
        return _("verified on the GPU")
    return _("verified on the CPU") if state.verify.get("torch") else _("verified")


def shown_log(path: str) -> str:
    """The log as it is shown: by `latest` where that leads to this run, with `~` for the home folder."""
    log = Path(path)
    latest = log.parent.parent.parent / "latest" / log.name
    if latest.exists() and latest.resolve() == log.resolve():
        log = latest
    return shown_path(log)


def shown_path(path: Path) -> str:
    """With `~` for the home folder."""
    home = Path.home()
    return f"~/{path.relative_to(home).as_posix()}" if path.is_relative_to(home) else str(path)
