"""The first screen and the review as lines: what the machine is, and the plan before it starts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

from wizard.errors import WizardError
from wizard.language import _, error_told, ngettext, said, shown
from wizard.plain.help import help_of
from wizard.plain.page import Page, Question, Row
from wizard.plan.step import Plan, Step
from wizard.text import masked, one_line
from wizard.told import lines as words
from wizard.told.facts import machine_rows, project_rows
from wizard.told.phrases import counted as words_of
from wizard.told.phrases import fact_label, step_name
from wizard.ways_out import uv_word

if TYPE_CHECKING:
    from wizard.advice.findings import Finding
    from wizard.lock_forecast import LockForecast
    from wizard.plan.forecast import Forecast
    from wizard.run.lock_preview import LockFailed
    from wizard.way import Way

MARKS = {"error": said("x error:"), "warning": said("! warning:"), "note": said("+ note:")}
GO_ON = Question(said("Go on? y, q"), "y")
GO_ON_OR_BACK = Question(said("Go on? y, b, q"), "y")


def start(way: Way) -> Page:
    """What is known of the machine and the project, and what stands in the way."""
    facts = (*machine_rows(way.machine, way.pending), *project_rows(way.project, way.path, way.locked_variant()))
    lines = [f"{fact_label(label)}{_(': ')}{fact}" for label, fact in facts]
    found = way.findings()
    if way.place.told and way.project is not None:
        lines.append(_("! warning: {what}. A folder of its own is better.", what=way.place.told))
    lines += ["", _found(way, found)]
    for finding in found:
        where = "" if finding.screen == "start" else _(" Settled on page {screen}.", screen=step_name(finding.screen))
        told = _("{what}.", what=one_line(finding.diagnosis.title))
        lines.append(f"  {shown(MARKS[finding.diagnosis.severity])} {told}{where}")
    details = tuple(
        line
        for finding in found
        for line in (
            shown(one_line(finding.diagnosis.title)),
            "  " + shown(one_line(finding.diagnosis.explanation)),
            *(f"  > {one_line(masked(shown(proof)))}" for proof in finding.diagnosis.evidence),
        )
    )
    lead = _("From here to a working and checked project, on 8 pages. Enter takes what is recommended.")
    if way.greeting:
        lead, lines = _("Your team: {greeting}", greeting=way.greeting), [lead, *lines]
    return Page(
        1,
        "start",
        _("start: this machine and this project"),
        lead,
        tuple(lines),
        way.by_hand("start"),
        (GO_ON,),
        details,
        (*help_of("start"), _("d shows the findings at length.")),
    )


def _found(way: Way, found: Sequence[Finding]) -> str:
    waiting = len(way.pending)
    looked = ngettext("{count} fact is still being looked up.", "{count} facts are still being looked up.", waiting)
    count = _(", ").join(words_of(one.diagnosis.severity for one in found))
    if waiting:
        return (
            _("Found so far: {count}. {looked}", count=count, looked=looked)
            if found
            else _("So far nothing stands in the way. {looked}", looked=looked)
        )
    if not found:
        return _("+ ok: Nothing stands in the way.")
    if all(one.diagnosis.severity == "note" for one in found):
        return _("+ ok: Nothing stands in the way. To know:")
    return _("Found: {count}. d says what to do.", count=count)


def untouched(rows: list[Row], chosen: int) -> tuple[Row, ...]:
    """The rows, where taking the one in force leaves the choice to whoever made it."""
    return tuple(Row(row.text, nothing) if place == chosen else row for place, row in enumerate(rows))


def nothing() -> None:
    """What taking the default does."""


def review(
    way: Way, plan: Plan, forecast: Forecast | None = None, tried: LockForecast | LockFailed | None = None
) -> Page:
    """The plan, row by row; `details`: every command and every change. `forecast`: what its sync would fetch; `tried`: what
    came of its lock in a copy.
    """
    from wizard.plain.options import of_review

    lines = [
        f"  {number}  {step_name(step.id)}{_(': ')}{shown(step.summary)}{_fetched(step, forecast)}"
        f"{_locked(step, tried)}{_much(step)}"
        for number, step in enumerate(plan.steps, 1)
    ]
    lines += [f"  ! {shown(note)}" for step in plan.steps for note in step.notes]
    count = len(plan.steps)
    locks = plan.step("lock") is not None
    letters = "y, n, d, e, p, b" if locks else "y, n, d, e, b"
    prompt = (
        ngettext("Start {count} step? {letters}", "Start {count} steps? {letters}", count, letters=letters)
        if count
        else _("Nothing to change. End? y, e, b")
    )
    lines += [_("  d shows every command and every change")] if count else []
    lines += [_("  p tries uv lock in a copy: what would become of uv.lock")] if locks else []
    return Page(
        6,
        "review",
        _("review: what will happen"),
        _('Nothing is changed until you start; afterwards "uv-wizard undo" puts every file back.')
        if count
        else _("Nothing to change: everything is in place."),
        tuple(lines),
        way.by_hand("review"),
        (Question(prompt, "y"),),
        tuple(words.plan(plan)),
        help_of("review"),
        {"p": partial(_try_lock, way, plan)} if locks else {},
        {"e": (_("asks for extras, groups, the cache, and what the checks require"), partial(of_review, way))},
    )


def _try_lock(way: Way, plan: Plan) -> Iterator[str]:
    """uv lock in a copy, in words. Ctrl+C stops it and nothing else."""
    from wizard.lock_forecast import forecast
    from wizard.run.lock_preview import LockFailed

    yield _("uv lock in a copy; Ctrl+C stops it. The project is not touched.")
    try:
        found = forecast(way, plan)
    except LockFailed as error:
        yield from (_("uv lock fails:"), *words.diagnosis(error.diagnosis, uv_word(way)))
    except WizardError as error:
        yield _("x error: {what}", what=error_told(error))
    except KeyboardInterrupt:
        yield _("Stopped. Nothing was changed.")
    else:
        yield from words.lock_forecast(found)


def _fetched(step: Step, forecast: Forecast | None) -> str:
    if step.id != "sync" or forecast is None:
        return ""
    return _(", ") + (shown(forecast.tight.told) if forecast.tight is not None else forecast.told)


def _locked(step: Step, tried: LockForecast | LockFailed | None) -> str:
    """What the trial says of the lock's row and of the sync's."""
    from wizard.lock_forecast import LockForecast

    if isinstance(tried, LockForecast):
        told = {"lock": tried.changes.summary, "sync": tried.fetches}.get(step.id)
        return f"{_(', ')}{shown(told)}" if told else ""
    if tried is not None and step.id == "lock":
        return f"{_(', ')}{_('x uv lock fails: {title}', title=one_line(shown(tried.diagnosis.title)))}"
    return ""


def _much(step: Step) -> str:
    parts = []
    if step.commands:
        parts.append(ngettext("{count} command", "{count} commands", len(step.commands)))
    changes = len(step.files) + len(step.registry)
    if changes:
        parts.append(ngettext("{count} file", "{count} files", changes))
    return "".join(_(", ") + part for part in parts)
