"""What the looking commands say to people: plain lines, ASCII glyphs, no colour."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from wizard.choice_keys import KEYS
from wizard.language import _, ngettext, said, shown
from wizard.plan.quoting import command_line
from wizard.text import cells, clean, masked, one_line, padded, standing_size
from wizard.told.facts import how_it_came, machine_rows, project_rows
from wizard.told.phrases import fact_label, measured_rate, step_name
from wizard.ways_out import to_type

if TYPE_CHECKING:
    from wizard.advice.findings import Finding
    from wizard.diagnosis import Diagnosis
    from wizard.lock_forecast import LockForecast
    from wizard.lock_sizes import Sizes
    from wizard.machine.facts import Machine
    from wizard.plan.forecast import Forecast
    from wizard.plan.step import Plan
    from wizard.way import Way

MARKS = {"error": said("x error    "), "warning": said("! warning  "), "note": said("+ note     ")}

MADE_BY_THE_WIZARD = said("uv-wizard, without more words, makes it: a step that the review shows first.")
"""Of a project or a uv.lock that is not there."""


def _uv_of_shells(machine: Machine) -> Iterator[str]:
    """Each uv with the shells that run it, and the shells that did not say."""
    from wizard.advice.uv_here import uv_here

    for here in uv_here(machine):
        told = (
            here.found.version or "?",
            one_line(here.found.path, 60),
            how_it_came(here.found.how),
            shown(here.where),
        )
        yield f"{'':10}   {_(', ').join(filter(None, told))}"
    for one in machine.uv_in_shells or ():
        if one.why_not is not None:
            start = _(" at log-in") if one.start == "login" else ""
            yield f"{'':10}   ? {one.shell}{start}: {one_line(one.why_not, 120)}"


def doctor(way: Way, sizes: Sizes | None = None) -> Iterator[str]:
    """`uv-wizard doctor`. `sizes`: what the servers were asked for."""
    rows = (*machine_rows(way.machine, way.pending), *_project_rows(way), *_lock_rows(way, sizes))
    for label, fact in rows:
        yield f"{padded(fact_label(label), 10)} {fact}"
        if label == "uv":
            yield from _uv_of_shells(way.machine)
    yield ""
    findings = way.findings()
    if way.place.told:
        yield _("! warning  {what}. A folder of its own is better.", what=way.place.told)
    elif not findings:
        yield _("+ ok       Nothing stands in the way.")
    for finding in findings:
        yield f"{shown(MARKS[finding.diagnosis.severity])}{clean(shown(finding.diagnosis.title))}"
        yield f"           {clean(shown(finding.diagnosis.explanation))}"
        for line in finding.diagnosis.evidence[:3]:
            yield f"           > {one_line(shown(line), 120)}"
        yield from (f"         {line}" for line in _ways_out(finding.diagnosis))
    yield from _what_is_missing(way, findings)
    reasons = way.advice().reasons
    if reasons:
        yield ""
        yield _("Recommended")
    last = None
    for reason in reasons:
        if reason.choice != last:
            yield f"  {reason.choice} = {_value(reason.value)}"
        yield f"    + {clean(shown(reason.why))}"
        last = reason.choice
    yield ""
    yield _("Next: uv-wizard shows all of this on screens; uv-wizard plan shows what would be done.")


def _project_rows(way: Way) -> Iterator[tuple[str, str]]:
    yield from project_rows(way.project, way.path, way.locked_variant())


def _what_is_missing(way: Way, findings: Iterable[Finding]) -> Iterator[str]:
    """A project, or its uv.lock, and who makes it."""
    if way.project is None:
        yield _("No project here: a folder with a pyproject.toml, which names its packages.")
    elif not any(one.diagnosis.cause == "lock-missing" for one in findings):
        return
    yield _(MADE_BY_THE_WIZARD)


def _lock_rows(way: Way, sizes: Sizes | None) -> Iterator[tuple[str, str]]:
    """Which torch each system would get of uv.lock, and what a sync here would fetch."""
    from wizard.advice.lock_files import torch_everywhere
    from wizard.lock_sizes import download

    there = torch_everywhere(way.machine, way.project, way.selected())
    if any((one.version, one.registry) != (there[0].version, there[0].registry) for one in there):
        for number, one in enumerate(there):
            yield "" if number else "per system", one.told
    if way.project is None or way.project.lock is None:
        return
    here = sizes or download(way)
    if not here.files:
        return
    told = standing_size(here.download) if here.download is not None else _("size not known")
    files = ngettext("{count} file", "{count} files", len(here.files))
    yield (
        "To fetch",
        _(
            "{files} for this machine, {told}{unpacked}",
            files=files,
            told=told,
            unpacked=_unpacked(sizes) if sizes else "",
        ),
    )


def _unpacked(sizes: Sizes) -> str:
    if sizes.unpacked is not None:
        return _("; {size} on the disk", size=standing_size(sizes.unpacked))
    silent = sizes.silent
    names = _(", ").join(silent[:3]) + (_(" and {count} more", count=len(silent) - 3) if len(silent) > 3 else "")
    return _(
        "; at least {size} on the disk (no size told for {names})", size=standing_size(sizes.at_least), names=names
    )


def _value(value: Any) -> str:
    return ",".join(value) if isinstance(value, (list, tuple)) else str(value)


def plan(
    made: Plan,
    carry_out: str = "uv-wizard apply --yes",
    forecast: Forecast | None = None,
    obstacle: Diagnosis | None = None,
) -> Iterator[str]:
    """`uv-wizard plan`: every command and every diff. `forecast`: of its sync; `obstacle`: what apply would stop at."""
    if not made.steps and obstacle is None:
        yield _("Nothing to change: everything is in place.")
    for number, step in enumerate(made.steps, 1):
        yield f"{number} {padded(step_name(step.id), 9)} {clean(shown(step.summary))}"
        yield from (f"    ! {clean(shown(note))}" for note in step.notes)
        if step.id == "sync" and forecast is not None:
            yield f"    {_of_the_sync(forecast)}"
        for command in step.commands:
            yield f"    $ {clean(command_line(command.argv))}"
        for change in step.files:
            yield f"    {change.path}"
            text = change.diff if change.diff is not None else change.after_text or ""
            yield from (f"      {clean(line)}" for line in text.splitlines())
        for value in step.registry:
            was = (value.before or _("not set")) if value.known else _("not known")
            yield _("    {told} (was: {was})", told=value.told, was=was)
    if obstacle is not None:
        yield from [""] if made.steps else []
        yield _("apply would stop here, before anything is changed:")
        yield from diagnosis(obstacle)
        yield from [_(MADE_BY_THE_WIZARD)] if obstacle.cause in ("lock-missing", "project-missing") else []
        return
    yield ""
    yield _(
        "Nothing has been changed. Carry it out: {command}     Take it back: uv-wizard undo --yes", command=carry_out
    )


def _of_the_sync(found: Forecast) -> str:
    if found.tight is not None:
        return f"{'x' if found.short else '!'} {shown(found.fetches)}; {clean(shown(found.tight.told))}"
    return clean(shown(found.told))


def lock_forecast(found: LockForecast | None) -> Iterator[str]:
    """What `plan --lock` found: each package, the download, the diff."""
    if found is None:
        yield _("uv.lock: it stays as it is; this plan does not make it again")
        return
    yield _("uv lock, tried in a copy: {summary}", summary=found.changes.summary)
    yield from (f"  {shown(line)}" for line in found.changes.lines)
    yield _("Sync, as it would be: {size} to fetch", size=found.fetches)
    yield from (f"  {clean(line)}" for line in found.diff.splitlines())


def diagnosis(found: Diagnosis, uv: str = "uv") -> Iterator[str]:
    """A diagnosis, as `diagnose` and a failed run print it. `uv`: as the terminal finds it (wizard.ways_out.uv_word)."""
    yield f"x {clean(shown(found.title))}  ({found.cause})"
    yield f"  {clean(shown(found.explanation))}"
    yield from (f"  > {one_line(masked(shown(line)), 200)}" for line in found.evidence)
    if found.fixes:
        yield "  " + _("What to do")
    yield from _ways_out(found, uv)


def _ways_out(found: Diagnosis, uv: str = "uv") -> Iterator[str]:
    """The fixes, numbered, each with its commands."""
    for number, fix in enumerate(found.fixes, 1):
        yield f"  {number} {clean(shown(fix.title))}"
        if fix.choices:
            sets = [word for key, value in fix.choices.items() for word in ("--set", f"{key}={_value(value)}")]
            yield f"      {clean(command_line(['uv-wizard', 'apply', '--yes', *sets]))}"
        if fix.message:
            yield f"      {clean(shown(fix.message))}"
        yield from (f"      {clean(line)}" for line in to_type(fix.commands, uv))


def mirror_head() -> str:
    """The names of `mirror`'s columns, those of the screen."""
    rate, answer = (" " * max(0, width - cells(told)) + told for told, width in ((_("Rate"), 12), (_("Answer"), 9)))
    return f"  {padded(_('Source'), 14)} {rate} {answer}   {_('Result')}"


def mirror(result: Any) -> str:
    """One measured mirror."""
    rate = measured_rate(result.bytes_per_s or None)
    latency = f"{result.latency_ms:.0f} ms" if result.latency_ms is not None else "-"
    word = _("+ ok") if result.ok else f"x {shown(result.why_not)}"
    return f"  {result.id:14} {rate:>12} {latency:>9}   {one_line(word, 60)}"


def mirrors(measured: Any) -> Iterator[str]:
    """What was measured, best first."""
    yield ""
    if measured.best is None:
        yield _("None of them is sound; the official source stays.")
    else:
        best = measured.result(measured.best)
        known = KEYS[f"mirrors.{measured.kind}"].fits(measured.best)  # an id of a --catalog file is no choice
        value = measured.best if known or best is None else best.url
        yield _(
            "Best: {best}.  Use it: uv-wizard sync --set mirrors.{kind}={value}",
            best=measured.best,
            kind=measured.kind,
            value=value,
        )
    if measured.kind == "python":
        yield _(
            "uv looks nowhere else for a Python when a mirror is set (UV_PYTHON_INSTALL_MIRROR): "
            "what it lacks is not fetched."
        )
