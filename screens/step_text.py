"""A step of the plan as lines of text: its commands, and its files as diffs. Nothing is left out but colour."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import PurePath

from rich.cells import cell_len
from textual.content import Content

from screens.rows import cut, wrapped
from wizard.diagnosis import Diagnosis
from wizard.language import _, ngettext, said, shown
from wizard.plan.quoting import command_line
from wizard.plan.step import Command, FileChange, Step
from wizard.text import clean, masked, one_line
from wizard.told.phrases import step_name
from wizard.ways_out import leads, to_type

TAKEN_HERE = ("review", "run", "ask")
"""Fixes that the plan can take up; the others are copied."""
PROOF_ROWS = 4
"""Rows that one line of what was said may take."""
EVIDENCE = 3
"""Lines that prove what stands in the way."""
MOST_ROWS = 9
"""Of a note that is told whole or not at all."""
TEAM_NOTE = said("Your team sees pyproject.toml and uv.lock change; torch can keep them.")
TONES = {"+": "$text-success", "-": "$text-error"}
STEP_HELP = {
    "uv": "uv",
    "settings": "settings",
    "init": "new-project",
    "import": "import",
    "fix": "review",
    "mirrors": "mirror",
    "torch": "variant",
    "lock": "lock",
    "sync": "sync",
    "verify": "verify",
}
"""Entries of assets/help.toml, by the step that has the highlight."""


def what_it_does(step: Step, about: str, width: int) -> list[str]:
    """The step in the list, in a row or two: of a sync the command itself, with its extras, whatever folder its uv lies in.

    `about`: what is known better than the plan says it.
    """
    command = step.commands[0] if step.commands else None
    about = one_line(about or step.summary)
    if about.startswith(("x ", "! ")):
        return wrapped(about, width, 2)  # what stands in the way needs the room
    if step.id == "sync" and command is not None:
        typed, told = command_line(("uv", *command.argv[1:])), shown(about)
        whole = f"{typed}   {told}" if told else typed
        return [whole] if cell_len(whole) <= width else [cut(typed, width), *wrapped(told, width, 1)]
    return wrapped(about or step_name(step.title), width, 2)


def much(step: Step) -> str:
    """`1 command`, `4 files`, `2 values`."""
    files, values = len(step.files), len(step.registry)
    if files:
        return ngettext("{count} file", "{count} files", files)
    if values:
        return ngettext("{count} value", "{count} values", values)
    count = len(step.commands)
    return ngettext("{count} command", "{count} commands", count) if count else ""


def head(step: Step) -> str:
    """The step in one line: the file with its count of lines, or what it does."""
    if len(step.files) == 1 and not step.commands:
        added, removed = counts(step.files[0])
        told = ngettext("{count} line added", "{count} lines added", added) + _(", ")
        told += _("{count} removed", count=removed) if removed else _("none removed")
        return PurePath(step.files[0].path).name + _(", ") + told
    return shown(masked(one_line(step.summary))) or step_name(step.title)


def counts(change: FileChange) -> tuple[int, int]:
    """(lines added, lines removed)."""
    lines = (change.diff or "").splitlines()
    return (
        sum(line.startswith("+") and not line.startswith("+++") for line in lines),
        sum(line.startswith("-") and not line.startswith("---") for line in lines),
    )


def lines_of(step: Step) -> list[str]:
    """Every command with its variables and every change, credentials masked."""
    lines = [line for command in step.commands for line in _command(command)]
    for change in step.files:
        if lines or len(step.files) > 1:
            lines.append(f"{change.path}:")
        text = change.diff if change.diff is not None else change.after_text or ""
        shown = [line for line in text.splitlines() if not line.startswith(("---", "+++", "@@"))]
        lines += [f"{line[:1]} {line[1:]}" for line in shown] if change.diff is not None else shown
    lines += [
        _("{told}   (was: {before})", told=value.told, before=value.before or _("is not set"))
        for value in step.registry
    ]
    return [masked(clean(line)) for line in lines]


def first_change(lines: Sequence[str]) -> int:
    """The place of the first line that is added or removed, 0 where there is none."""
    return next((place for place, line in enumerate(lines) if line.startswith(("+ ", "- "))), 0)


def _command(command: Command) -> list[str]:
    lines = [f"$ {command_line(command.argv)}"]
    for name, value in command.environment.items():
        lines.append(f"  {name} {_('is not set') if value is None else f'= {value}'}")
    return lines


def toned_lines(lines: Sequence[str]) -> Content:
    """Lines two cells in, `+` and `-` in their colours."""
    parts: list[Content | str | tuple[str, str]] = []
    for place, line in enumerate(lines):
        tone = TONES.get(line[2:3], "") if line.startswith("  ") else ""
        parts += ["\n"] if place else []
        parts.append((line, tone) if tone else line)
    return Content.assemble(*parts)


def all_lines(
    steps: Sequence[Step], value: str | None, more: Mapping[str, Sequence[str]] | None = None
) -> tuple[list[str], int]:
    """Every step at length, and the line that the step of that id begins with. `more`: further lines by step."""
    lines: list[str] = []
    at = 0
    for number, step in enumerate(steps, 1):
        at = len(lines) if step.id == value else at
        lines += [_("Step {number}: {head}", number=number, head=head(step)), *(f"  {line}" for line in lines_of(step))]
        lines += [*(f"  {line}" for line in (more or {}).get(step.id, ()))]
        lines += [*(f"  ! {shown(note)}" for note in notes_of((step,))), ""]
    return lines, at


def notes_of(steps: Sequence[Step]) -> list[str]:
    """What is to know of the steps; first that what others share is changed."""
    shared = [TEAM_NOTE] if any(step.id == "torch" for step in steps) else []
    return list(dict.fromkeys((*shared, *(note for step in steps for note in step.notes))))


def note_rows(steps: Sequence[Step], width: int, most: int) -> list[str]:
    """What is to know of the steps, in `most` rows at most: the first in any case, and how many there are more."""
    notes = notes_of(steps)
    told: list[str] = []
    count = 0
    for note in notes:
        first, *rest = wrapped(f"! {shown(note)}", width - 2, MOST_ROWS if told else most)
        if told and len(told) + 1 + len(rest) > most:
            break
        told += [first, *(f"  {row}" for row in rest)]
        count += 1
    if count < len(notes):
        more = _("({more} more: D)", more=len(notes) - count)
        told[-1] = f"{cut(told[-1], width - cell_len(more) - 1)} {more}"
    return told or [""]


def sums(steps: Sequence[Step]) -> str:
    """What the steps come to, for the side panel: commands, files, what undo puts back."""
    files = [change.path for step in steps for change in step.files]
    commands = sum(len(step.commands) for step in steps)
    values = sum(len(step.registry) for step in steps)
    lines = [_("In all"), "", ngettext("{count} command", "{count} commands", commands)]
    lines.append(ngettext("{count} file written", "{count} files written", len(files)))
    if values:
        lines.append(ngettext("{count} value of the registry", "{count} values of the registry", values))
    lines += ["", _("uv-wizard undo puts back"), ""]
    files += [path for step in steps for command in step.commands for path in command.options.get("journal", ())]
    return "\n".join([*lines, *([cut(path, 38) for path in files] or [_("nothing: no file is written")])])


def obstacle_lines(found: Diagnosis, width: int, uv: str = "uv", most: int | None = None) -> list[str]:
    """What stands in the way, and what to do about it; with its proofs where that is somebody's own to put right.

    `uv`: as the terminal finds it (wizard.ways_out.uv_word); `most`: rows that there are, None for a page. Where they are too
    few for all of it, the ways out come first, and those that need no typing here are told without their commands.
    """
    why = wrapped(found.explanation, width, 4)
    told = (
        () if found.cause == "disk-full" else found.evidence
    )  # that was counted here: the proof only says it once more
    lines = [line for text in told for line in text.splitlines() if line.strip()]
    proofs = [f"> {row}" for one in lines[:EVIDENCE] for row in wrapped(one_line(one, 600), width - 2, PROOF_ROWS)]
    if not found.fixes:
        return [_("What to do"), *why, *proofs, _("Put that right; F5 then looks again.")]
    ways: list[str] = []
    for number, fix in enumerate(found.fixes, 1):
        ways.append(f"{number} {shown(fix.title)}")
        if most is None or leads(fix) not in TAKEN_HERE:
            ways += ["  " + line for line in to_type(fix.commands, uv)]
    for reasons in ([*why, *proofs], why):
        if most is None or len(reasons) + len(ways) <= most:
            return [_("What to do"), *reasons, *ways]
    return [_("What to do"), *ways, *why]
