"""The first three screens and the review as lines: what the machine is, uv, settings, and the plan before it starts."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from wizard import catalog
from wizard.advice.uv_here import UvHere, uv_here
from wizard.cli import words
from wizard.errors import WizardError
from wizard.plain_page import Page, Question, Row
from wizard.plan import old_cache
from wizard.plan.quoting import command_line
from wizard.plan.step import Plan, Step
from wizard.text import one_line

if TYPE_CHECKING:
    from wizard.way import Way

MARKS = {"error": "x error:", "warning": "! warning:", "note": "+ note:"}
GO_ON = Question("Go on? y, q", "y")
GO_ON_OR_BACK = Question("Go on? y, b, q", "y")
COUNTED_S = 2.0
"""Seconds for which an old cache is counted."""
OLD_CACHES = (
    ("keep", "it stays where it is"),
    ("move", "its files go to the new folder, without undo"),
    ("drop", "uv clears it, without undo"),
)
WHERE = (
    ("environment", "environment variables, recommended: for your shells; can be undone"),
    ("uv.toml", "uv.toml: uv's own file; it does not take the Python folder"),
    ("none", "this run only: nothing is kept"),
)


def help_of(name: str) -> tuple[str, ...]:
    """An entry of assets/help.toml, as the screens' F1 shows it."""
    entry = catalog.table("help.toml")[name]
    return str(entry["text"]), str(entry["more"])


def start(way: Way) -> Page:
    """What is known of the machine and the project, and what stands in the way."""
    facts = (*words.machine_rows(way.machine, way.pending), *words.project_rows(way.project, way.path))
    lines = [f"{label}: {fact}" for label, fact in facts]
    found = way.findings()
    lines += ["", _found(way, len(found))]
    for finding in found:
        where = "" if finding.screen == "start" else f" Settled on screen {finding.screen}."
        lines.append(f"  {MARKS[finding.diagnosis.severity]} {one_line(finding.diagnosis.title)}.{where}")
    details = tuple(
        line for finding in found for line in (one_line(finding.diagnosis.title), "  " + one_line(finding.diagnosis.explanation))
    )  # fmt: skip
    return Page(
        1,
        "start",
        "start: this machine and this project",
        "From here to a working project with a checked GPU, on 8 screens. Enter takes what is recommended.",
        tuple(lines),
        way.by_hand("start"),
        (GO_ON,),
        details,
        (*help_of("start"), "d shows the findings at length."),
    )


def _found(way: Way, count: int) -> str:
    waiting = len(way.pending)
    more = (
        f" {waiting} facts are still being looked up."
        if waiting > 1
        else " 1 fact is still being looked up."
        if waiting
        else ""
    )
    if not count:
        return (
            "Found so far: nothing that stands in the way." if waiting else "+ ok: Nothing stands in the way."
        ) + more
    return f"Found{' so far' if waiting else ''}: {count} to know.{more}"


def uv(way: Way) -> Page:
    """Which uv there will be."""
    ways = way.candidates_of_uv()
    chosen = way.choices.text("uv.install")
    at = next(
        (place for place, one in enumerate(ways) if one.value == chosen or (chosen == "auto" and one.automatic)), 0
    )
    rows = [Row(f"{one.label}, {one.word}: {one.note}", partial(way.choose, "uv.install", one.value)) for one in ways]
    if chosen not in {one.value for one in ways} and chosen != "auto":
        rows.insert(0, Row(f"{chosen}, chosen before", partial(way.choose, "uv.install", chosen)))
    lines = [f"Recommended: {ways[0].label}" if ways else "No way to a uv is known here."]
    lines += [f"  + {why}" for why in way.why("uv.install")]
    here = uv_here(way.machine)
    lines += ["Found here", *(f"  {_of_uv(one)}" for one in here)] if here else []
    question = Question("Choice", str(at + 1), _untouched(rows, at), chosen=at)
    return Page(
        2,
        "uv",
        "uv: the program that installs Pythons and packages",
        "One uv of your own, outside conda, is found by every shell and works for every project.",
        tuple(lines),
        way.by_hand("uv"),
        (question if rows else GO_ON_OR_BACK,),
        tuple(one.command for one in ways),
        help_of("uv"),
    )


def _of_uv(one: UvHere) -> str:
    path = one_line(one.found.path, 60)
    return ", ".join(filter(None, (one.found.version or "?", path, one.found.how, one.where)))


def _untouched(rows: list[Row], chosen: int) -> tuple[Row, ...]:
    """The rows, where taking the one in force leaves the choice to whoever made it."""
    return tuple(Row(row.text, nothing) if place == chosen else row for place, row in enumerate(rows))


def nothing() -> None:
    """What taking the default does."""


def _old_cache(way: Way) -> list[Question]:
    """What becomes of the cache that is there, where another folder is chosen by now."""
    from wizard.machine.folder_size import folder_size

    folder = old_cache.old(way.machine, way.choices)
    if folder is None or old_cache.why_kept(way.machine, way.choices) is not None:
        return []
    size = folder_size(folder, COUNTED_S)
    wish = way.choices.text("settings.old-cache")
    at = next(place for place, (value, _) in enumerate(OLD_CACHES) if value == wish)
    rows = [Row(text, partial(way.choose, "settings.old-cache", value)) for value, text in OLD_CACHES]
    told = f"The old cache in {folder}{f' ({size.told})' if size else ''}"
    return [Question(told, str(at + 1), _untouched(rows, at), chosen=at)]


def settings(way: Way) -> Page:
    """Where uv keeps its files."""
    states = way.settings_state()
    lines, questions = [], []
    names = {"settings.cache-dir": ("Cache folder", "UV_CACHE_DIR"),
             "settings.python-install-dir": ("Python folder", "UV_PYTHON_INSTALL_DIR"),
             "settings.link-mode": ("Link mode", "UV_LINK_MODE")}  # fmt: skip
    for state in states:
        name, variable = names[state.key]
        lines.append(f"{name} ({variable}): now {state.now or 'not known'}, {state.where}; {state.fact}")
        if state.problem:
            lines.append(f"  ! {state.problem}")
        if state.new:
            lines.append(f"  becomes {state.new}" + (", recommended" if state.origin == "advice" else ""))
        lines += [f"  + {why}" for why in way.why(state.key)]
        if state.key != "settings.link-mode":
            value = way.choices.text(state.key)
            questions.append(Question(name, value or "uv's own", take=partial(way.choose, state.key)))
    where = way.choices.text("settings.where")
    at = next(place for place, (value, _) in enumerate(WHERE) if value == where)
    rows = [Row(text, partial(way.choose, "settings.where", value)) for value, text in WHERE]
    questions.append(Question("Keep these settings in", str(at + 1), _untouched(rows, at), chosen=at))
    questions += _old_cache(way)
    return Page(
        3,
        "settings",
        "settings: where uv keeps its files",
        "Downloads and Pythons take gigabytes. They should lie where there is room, and on the project's own disk: "
        "then files are linked instead of copied.",
        tuple(lines),
        way.by_hand("settings"),
        tuple(questions),
        (),
        help_of("cache"),
    )


def review(way: Way, plan: Plan) -> Page:
    """The plan, row by row; `details`: every command and every change."""
    lines = [f"  {number}  {step.id}: {step.summary}{_much(step)}" for number, step in enumerate(plan.steps, 1)]
    lines += [f"  ! {note}" for step in plan.steps for note in step.notes]
    sync = plan.step("sync")
    by_hand = command_line(sync.commands[0].argv) if sync else way.by_hand("review")
    count = len(plan.steps)
    locks = plan.step("lock") is not None
    letters = "y, n, d, p, b" if locks else "y, n, d, b"
    prompt = f"Start {count} step{'s' * (count != 1)}? {letters}" if count else "Nothing to change. End? y, b"
    lines += ["  p tries uv lock in a copy: what would become of uv.lock"] if locks else []
    return Page(
        6,
        "review",
        "review: what will happen",
        'Nothing is changed until you start; afterwards "uv-wizard undo" puts every file back.'
        if count
        else "Nothing to change: everything is in place.",
        tuple(lines),
        by_hand,
        (Question(prompt, "y"),),
        tuple(words.plan(plan)),
        help_of("review"),
        {"p": partial(_try_lock, way, plan)} if locks else {},
    )


def _try_lock(way: Way, plan: Plan) -> Iterator[str]:
    """uv lock in a copy, in words. Ctrl+C stops it and nothing else."""
    from wizard.lock_forecast import forecast
    from wizard.run.lock_preview import LockFailed

    yield "uv lock in a copy; Ctrl+C stops it. The project is not touched."
    try:
        found = forecast(way, plan)
    except LockFailed as error:
        yield from ("uv lock fails:", *words.diagnosis(error.diagnosis))
    except WizardError as error:
        yield f"x error: {error}"
    except KeyboardInterrupt:
        yield "Stopped. Nothing was changed."
    else:
        yield from words.lock_forecast(found)


def _much(step: Step) -> str:
    parts = []
    if step.commands:
        parts.append(f"{len(step.commands)} command" + "s" * (len(step.commands) > 1))
    changes = len(step.files) + len(step.registry)
    if changes:
        parts.append(f"{changes} file" + "s" * (changes > 1))
    return f", {', '.join(parts)}" if parts else ""
