"""What the verification and failure screens show of a run's checks, as rows of text. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from screens import rows
from screens.rows import WIDTH
from wizard.language import _, remembered, shown
from wizard.run.progress import RunState
from wizard.text import masked, one_line
from wizard.told.run import check_word


def check_rows(state: RunState, planned: Sequence[tuple[str, str]], width: int = WIDTH, now: float = 0.0) -> list[str]:
    """One row a rung: those of `planned` ((id, title), in their order) and any other that the run told of."""
    order = {} if state.verify is not None else dict(planned)
    order.update({key: str(event.get("title") or key) for key, event in state.checks.items()})
    over = state.verify is not None or state.finished
    told = []
    current = next((key for key in order if key not in state.checks), None)
    for number, (key, title) in enumerate(order.items(), 1):
        event = state.checks.get(key)
        if event is not None and check_word(event) not in {"now", "waiting"}:
            word = check_word(event)
            seconds = None if word == "not run" else float(event.get("seconds") or 0.0)
            value = remembered(event.get("value") or "", event.get("words"))
            value = "" if value == word else shown(value)
            told.append(rows.check_row(number, word, remembered(title), value, seconds, width))
            continue
        word = "not run" if over else "now" if key == current and _verifying(state) else "waiting"
        since = now - _last_check(state)
        value = _("since {since} s", since=int(since)) if word == "now" and since >= 2 else ""
        told.append(rows.check_row(number, word, remembered(title), value, None, width))
    return told


def check_details(state: RunState, planned: Sequence[tuple[str, str]]) -> list[str | None]:
    """What more there is to say of each rung, in the order of `check_rows`; None where that is nothing, or not yet."""
    order = [] if state.verify is not None else [key for key, _ in planned]
    order += [key for key in state.checks if key not in order]
    found = [state.checks.get(key) or {} for key in order]
    told = [shown(remembered(one.get("detail") or "", one.get("words"))) for one in found]
    return [one_line(masked(detail)) if detail else None for detail in told]


def _verifying(state: RunState) -> bool:
    return state.current is not None and state.current.id == "verify"


def _last_check(state: RunState) -> float:
    ended = [float(event["at"]) for event in state.checks.values()]
    begun = state.current.started if state.current is not None else None
    return max([*ended, begun or 0.0])


def checks_told(state: RunState, planned: int) -> str:
    """`6 of 11 checks passed, 0 failed.`"""
    words = [check_word(event) for event in state.checks.values()]
    total = max(planned, len(words)) - words.count("warning")
    told = _(
        "{count} of {total} checks passed, {failed} failed.",
        count=words.count("ok"),
        total=total,
        failed=words.count("failed"),
    )
    more = len(words) >= planned and "failed" not in words and state.verify is None
    return _("{told} One more thing is looked at ...", told=told) if more else told


def failed_rung(state: RunState, told: Sequence[str]) -> tuple[str, list[str]]:
    """`Check 7 of 11 failed; 6 passed, 4 were not reached`, and three rungs: the last passed, the failed, the next."""
    words = [check_word(event) for event in state.checks.values()]
    if "failed" not in words:
        return "", []
    at = words.index("failed")
    total = max(len(told), len(words))
    passed = words.count("ok")
    left = total - passed - words.count("failed")
    head = _(
        "Check {at} of {total} failed; {passed} passed, {left} were not reached",
        at=at + 1,
        total=total,
        passed=passed,
        left=left,
    )
    return head, list(told[max(0, at - 1) : at + 2])
