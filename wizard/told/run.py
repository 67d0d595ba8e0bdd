"""A run as lines of text: what `apply`, `sync`, `attach` and the plain mode print of its events.

Progress is told at every tenth of the bytes, but at least every 30 s and at most every 10 s; everything else as it comes.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any

from wizard import diagnosis
from wizard.language import _, ngettext, remembered, shown
from wizard.run.progress import RunState, StepState
from wizard.text import masked, one_line
from wizard.told.phrases import amount, is_silent, left_phrase, rate_phrase, short_span, step_name, whole_span
from wizard.verify.record import Check, Verification

LEAST, MOST = 10.0, 30.0
"""Seconds between two lines of progress."""
QUIET = frozenset({"sync", "verify"})
"""Steps whose output is told by other lines; all of it is in the log."""


class TextReport:
    """Feeds on events, in their order, and gives the lines that each is worth. `started`: the run's, epoch seconds."""

    def __init__(self, started: float | None = None) -> None:
        self.state = RunState()
        self._started = started
        self._told_at = 0.0
        self._told_tenth = 0
        self.uv: Callable[[], str] = lambda: "uv"
        """What commands of uv begin with, asked when one is told (wizard.ways_out.uv_word)."""

    def apply(self, event: Mapping[str, Any]) -> list[str]:
        """The lines for one event, often none."""
        at = float(event.get("at", 0.0))
        if self._started is None:
            self._started = time.time() - at
        self.state.apply(dict(event))
        tell = _TELLERS.get(str(event["type"]))
        return [] if tell is None else [masked(shown(line)) for line in tell(self, event)]

    def _clock(self, event: Mapping[str, Any]) -> str:
        return time.strftime("%H:%M:%S", time.localtime((self._started or 0.0) + float(event.get("at", 0.0))))

    def _step(self, event: Mapping[str, Any]) -> list[str]:
        steps = self.state.steps
        place = next((number for number, one in enumerate(steps, 1) if one.id == event["id"]), len(steps))
        step = steps[place - 1]
        if event["state"] == "started":
            self._told_at, self._told_tenth = float(event["at"]), 0
            about = _(": ") + shown(one_line(step.summary)) if step.summary else ""
            return [
                _(
                    "{clock}  step {place} of {steps}, {title}{about}",
                    clock=self._clock(event),
                    place=place,
                    steps=len(steps),
                    title=step_name(step.title),
                    about=about,
                )
            ]
        word = {"done": _("ok"), "failed": _("x failed"), "skipped": _("- skipped")}.get(
            str(event["state"]), str(event["state"])
        )
        return [f"{self._clock(event)}  {word}{_(', ')}{step_name(step.title)}{self._how_it_ended(step)}"]

    def _how_it_ended(self, step: StepState) -> str:
        if step.id == "sync" and step.state == "done":
            count = len(self.state.in_state("installed"))
            return _(": ") + (
                ngettext("{count} package installed", "{count} packages installed", count)
                if count
                else _("nothing to install")
            )
        if step.started is not None and step.ended is not None:
            return _(", ") + short_span(step.ended - step.started)
        return ""

    def _progress(self, event: Mapping[str, Any]) -> list[str]:
        state, at = self.state, float(event["at"])
        if not state.done_bytes and not state.packages_done:
            return []
        tenth = (state.percent or 0) // 10
        since = at - self._told_at
        if since < LEAST or (tenth <= self._told_tenth and since < MOST):
            return []
        self._told_at, self._told_tenth = at, tenth
        return [f"{self._clock(event)}  {progress_text(state)}"]

    def _retry(self, event: Mapping[str, Any]) -> list[str]:
        return [_("{clock}  ! waiting: {what}", clock=self._clock(event), what=retry_text(event))]

    def _output(self, event: Mapping[str, Any]) -> list[str]:
        text = one_line(str(event["text"]))
        current = self.state.current
        if current is not None and current.id in QUIET and not text.lstrip().lower().startswith("warning"):
            return []
        return [f"          {text}"] if text.strip() else []

    def _note(self, event: Mapping[str, Any]) -> list[str]:
        return [f"{self._clock(event)}  {one_line(shown(remembered(event['text'], event.get('words'))))}"]

    def _locked(self, event: Mapping[str, Any]) -> list[str]:
        return self._note(event)

    def _check(self, event: Mapping[str, Any]) -> list[str]:
        number = list(self.state.checks).index(str(event["id"])) + 1
        word = check_word(event)
        if word in {"now", "waiting"}:
            return []
        title = shown(remembered(one_line(str(event.get("title") or event["id"]))))
        if title[1:2].islower() and not title.startswith("Python"):
            title = title[0].lower() + title[1:]
        told = shown(remembered(event.get("value") or "", event.get("words")))
        row = f"{number:>2} {shown(remembered(word))}{_(': ')}{title}"
        return [_(", ").join(filter(None, (row, one_line(told))))]

    def _verify(self, event: Mapping[str, Any]) -> list[str]:
        if event.get("diagnosis") and not event.get("ok"):
            return []  # told next, and it begins with the same words
        title, lead = verdict(self.state)
        return [title, *([lead] if lead else [])]

    def _diagnosis(self, event: Mapping[str, Any]) -> list[str]:
        from wizard.told.lines import diagnosis as lines

        return ["", *lines(diagnosis.from_document(event), self.uv())]

    def _end(self, event: Mapping[str, Any]) -> list[str]:
        if event.get("lost"):
            return [
                _(
                    "! The run ended without a word: its process was ended, or the machine went down. "
                    "Finished packages are kept."
                )
            ]
        code = int(event["exit_code"])
        if code and self.state.diagnosis is None and self.state.verify is None:
            return [
                _("Stopped. Finished packages are kept.") if code == 130 else _("x failed, exit code {code}", code=code)
            ]
        return []


_TELLERS: Mapping[str, Callable[[TextReport, Mapping[str, Any]], list[str]]] = {
    kind: getattr(TextReport, f"_{kind}")
    for kind in ("step", "progress", "retry", "output", "note", "locked", "check", "verify", "diagnosis", "end")
}


def progress_text(state: RunState) -> str:
    """`10 %, 0.28 of 2.83 GiB, 18.2 MiB/s, about 2 min 20 s left, 9 of 31`, or what uv is at when no bytes are to come."""
    if state.phase == "install" and state.packages_total:
        return _("installing {done} of {total} packages", done=state.packages_done, total=state.packages_total)
    building = state.in_state("building")
    if building and not any(one.state == "downloading" for one in state.packages.values()):
        one = building[0]
        return _(
            "building {package}, {at} so far",
            package=f"{one.name} {one.version or ''}".rstrip(),
            at=whole_span(state.at - one.since),
        )
    parts = [] if state.percent is None else [f"{state.percent} %"]
    parts += [amount(state.done_bytes, state.total_bytes), rate_phrase(state.bytes_per_s, state.silent_s)]
    parts.append(left_phrase(None if is_silent(state.silent_s) or state.bytes_per_s is None else state.eta_s))
    if state.packages_total:
        parts.append(_("{done} of {total}", done=state.packages_done, total=state.packages_total))
    return _(", ").join(parts)


def retry_text(event: Mapping[str, Any]) -> str:
    """`the connection broke; try 2 of 5 starts in 8 s`."""
    told = shown(remembered(event.get("why") or "", event.get("words"))) or _("the connection broke")
    why = one_line(told, 200).rstrip(".")
    of = _(" of {total}", total=event["of"]) if event.get("of") else ""
    wait = event.get("wait_s")
    return _("{why}; try {number}{of}", why=why, number=event.get("attempt"), of=of) + (
        _(" starts in {time}", time=whole_span(float(wait))) if wait else _(" starts")
    )


def check_word(event: Mapping[str, Any]) -> str:
    """`ok`, `failed`, `warning` or `not run`; `now` and `waiting` for a rung that has not ended."""
    state = event.get("state")
    if state in {"now", "waiting", "started"}:
        return "now" if state == "started" else str(state)
    ok = event.get("ok")
    if ok is False and event.get("required") is False:
        return "warning"
    return "not run" if ok is None else "ok" if ok else "failed"


def verification_of(document: Mapping[str, Any]) -> Verification:
    """The record that a `verify` event was made of."""
    names = {each.name for each in fields(Check)}
    checks = tuple(Check(**{key: value for key, value in one.items() if key in names}) for one in document["checks"])
    found = document.get("diagnosis")
    return Verification(
        ok=bool(document["ok"]),
        require=str(document["require"]),
        python=document.get("python"),
        torch=document.get("torch"),
        devices=tuple(document.get("devices") or ()),
        checks=checks,
        diagnosis=diagnosis.from_document(found, document.get("words")) if found else None,
        exit_code=int(document.get("exit_code", 0 if document["ok"] else 3)),
        packages=document.get("packages"),
        facts=document.get("facts") or {},
        began=document.get("began"),
        seconds=document.get("seconds"),
    )


def verdict(state: RunState) -> tuple[str, str]:
    """Title and lead of how the verification ended; empty where there was none."""
    from wizard.verify.check import headline

    return ("", "") if state.verify is None else headline(verification_of(state.verify))
