"""What `uv-wizard undo` says: its runs, what becomes of each file, and what somebody did to those that it leaves."""

from __future__ import annotations

import difflib
import shutil
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from functools import cache

from wizard.cli import common
from wizard.files_undo import Undone
from wizard.language import _, ngettext, said, shown
from wizard.lists import both
from wizard.run.client import RunInfo, RunWord
from wizard.run.when import started_told
from wizard.text import broken, cells, clean, padded

_STATES: Mapping[RunWord, str] = {
    "running": said("running"), "done": said("done"), "failed": said("failed"), "interrupted": said("interrupted"),
    "cancelled": said("stopped"), "short": said("fell short"),
}  # fmt: skip
SHORT = 12
"""Lines that the changes to one file may take at a terminal, so that what is asked below them stays in sight."""


def say(*sentences: str) -> None:
    """Lines for people: at a terminal no word is cut by its edge. Not for paths and commands, which stay whole."""
    room = _room()
    for one in map(shown, sentences):
        common.print_lines(broken(one, room) if room else [one])


def _room() -> int:
    """Cells of a row; 0 where no terminal breaks it."""
    return max(20, shutil.get_terminal_size().columns - 1) if sys.stdout.isatty() else 0


def name(run: RunInfo) -> None:
    """Which run it is: its id, project and time."""
    when = shown(started_told(run.started, time.time()))
    common.print_lines([_("Run {id}, of {project}, started {when}", id=run.id, project=run.project or "-", when=when)])


def runs(every: Iterable[RunInfo]) -> None:
    """The list of them."""
    found = list(every)
    if not found:
        say(_("No run on this machine yet. Start one: uv-wizard"))
        return
    say(_("Each run, how it ended, its project; below it the files that it changed and undo puts back."))
    if any(run.state == "short" and not run.undone for run in found):
        say(_("fell short: packages are there, and the checks did not reach what was required"))
    for run in found:
        word = _("taken back") if run.undone else shown(_STATES[run.state])
        common.print_lines(
            [f"{run.id}  {padded(word, 11)} {run.project or '-'}", *(f"    {path}" for path in run.changed)]
        )


def files(run: RunInfo, done: Iterable[Undone], *, dry: bool, most: int | None) -> None:
    """What becomes of each. Of one that is left, how much was changed since, where `changes` does not show it."""
    for one in done:
        common.print_lines(_row(one, dry=dry))
        count = _differing(one) if _is_long(one, most) else 0
        if count:
            command = f"uv-wizard undo {run.id} --dry-run"
            told = ngettext(
                "{count} line differs; {command} shows it",
                "{count} lines differ; {command} shows them",
                count,
                command=command,
            )
            common.print_lines([f"    {told}"])


def changes(done: Iterable[Undone], most: int | None) -> None:
    """What the run and somebody else did to those that are left; nothing of one that takes more than `most` lines."""
    for one in done:
        if not _is_long(one, most):
            common.print_lines(_three_versions(one))


def versions(one: Undone) -> dict[str, str | None]:
    """The three texts of a file that is left, for a document."""
    found = one.versions
    if found is None:
        return {}
    named = {"before": found.before, "ours": found.ours, "now": found.now}
    return {name: None if data is None else data.decode("utf-8", "replace") for name, data in named.items()}


def _row(one: Undone, *, dry: bool) -> list[str]:
    row, why, room = f"{_word(one, dry=dry)}  {one.name}", shown(one.why), _room()
    if room and why and cells(f"{row}: {why}") > room:
        return [row, *(f"    {part}" for part in broken(why, room - 4))]
    return [f"{row}: {why}" if why else row]


def _word(one: Undone, *, dry: bool) -> str:
    if one.state == "refused":
        return _("x left as it is")
    if one.state == "already":
        return _("+ is as before")
    if one.new:
        return "+ " + (_("would be taken away") if dry else _("taken away"))
    return "+ " + (_("would be put back") if dry else _("put back"))


def _is_long(one: Undone, most: int | None) -> bool:
    return most is not None and len(_three_versions(one)) > most


def _differing(one: Undone) -> int:
    """Lines that are not as the run left them."""
    found = one.versions
    if found is None:
        return 0
    old, new = _lines(found.before if found.ours is None else found.ours), _lines(found.now)
    moves = difflib.SequenceMatcher(None, old, new).get_opcodes()
    return sum(max(i2 - i1, j2 - j1) for word, i1, i2, j1, j2 in moves if word != "equal")


@cache
def _three_versions(one: Undone) -> tuple[str, ...]:
    """What we did to a file that undo leaves alone, and what somebody did since."""
    found = one.versions
    if found is None:
        return ()
    before, ours = _("{name} (before)", name=one.name), _("{name} (as the run left it)", name=one.name)
    first = _diff(before, found.before, ours, found.ours)
    then = _diff(ours, found.ours, _("{name} (now)", name=one.name), found.now)
    return ("", *first, *then, *_kept(one))


def _kept(one: Undone) -> Iterator[str]:
    found = one.versions
    if found is None or not found.kept:
        return
    which = (
        _("The first two are")
        if len(found.kept) == 2
        else _("What the run left is")
        if found.ours
        else _("The first is")
    )
    yield _("{which} kept as {names}", which=which, names=both(found.kept))


def _diff(old_name: str, old: bytes | None, new_name: str, new: bytes | None) -> Iterator[str]:
    yield from map(clean, difflib.unified_diff(_lines(old), _lines(new), old_name, new_name, lineterm=""))


def _lines(data: bytes | None) -> list[str]:
    return (data or b"").decode("utf-8", "replace").splitlines()
