"""`uv-wizard undo`: what a run changed is put back, what somebody changed since is left and told."""

from __future__ import annotations

import difflib
import os
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import takewhile

from wizard import files_undo
from wizard.cli import common
from wizard.cli.face import has_terminal
from wizard.cli.options import Options
from wizard.errors import BadInput, DecisionMissing, ExitCode
from wizard.language import _, said, shown
from wizard.lists import both
from wizard.run import client, state
from wizard.run.client import RunInfo, RunWord
from wizard.run.when import started_told
from wizard.text import clean, padded
from wizard.told.after import STAYS

_STATES: Mapping[RunWord, str] = {
    "running": said("running"), "done": said("done"), "failed": said("failed"), "interrupted": said("interrupted"),
    "cancelled": said("stopped"), "short": said("fell short"),
}  # fmt: skip


def undo(options: Options) -> int:
    """Without RUN: the newest that changed something and is not undone; at a terminal, of those of this folder."""
    if options.flag("list"):
        return _list(options)
    run = _chosen(options.word())
    if run is None:
        return _nothing(options)
    asks = has_terminal() and not (options.flag("yes") or options.json)
    if asks and not options.word() and not options.flag("dry_run"):
        here = next((one for one in _to_undo() if _is_here(one)), None)
        if here is None:
            return _elsewhere(run)
        run = here
    if run.state == "running":
        msg = _("run {id} is still going on; stop it first: uv-wizard attach {id}, then Ctrl+C", id=run.id)
        raise BadInput(msg)
    if options.flag("dry_run"):
        return _tell(options, run, files_undo.undo(run.folder / state.JOURNAL, dry_run=True), dry=True)
    if asks and not _agreed(options, run):
        common.print_lines([_("Nothing was changed.")])
        return ExitCode.DONE
    if not asks and not options.flag("yes"):
        msg = _(
            "nothing was done: undo asks for --yes. Run {id} changed {names}",
            id=run.id,
            names=", ".join(run.changed) or _("nothing"),
        )
        raise DecisionMissing(msg)
    if not asks and not options.word() and not options.json and not _is_here(run):
        _name(run)  # nobody asked for that one by its name
    return _taken_back(options, run)


def _nothing(options: Options) -> int:
    if options.json:
        common.print_json({"schema": 1, "run": None, "files": []})
    else:
        common.print_lines([_("Nothing to undo: no run has changed anything that is not put back already.")])
    return ExitCode.DONE


def _taken_back(options: Options, run: RunInfo) -> int:
    code = _tell(options, run, client.take_back(run), dry=False)
    if not options.json and any(map(_is_here, _to_undo())):
        common.print_lines([_("An earlier run here changed files too: uv-wizard undo takes that one back next.")])
    return code


def _agreed(options: Options, run: RunInfo) -> bool:
    """Asked at the terminal, with what would be put back before the eyes."""
    _name(run)
    since = [one for one in _newer_than(run) if _is_here(one) and not one.undone]
    if since and not any(one.changed for one in since):
        common.print_lines([_("What ran here since then changed no files.")])
    _tell(options, run, files_undo.undo(run.folder / state.JOURNAL, dry_run=True), dry=True)
    sys.stdout.write(_("Put back? y, n [n]:") + " ")
    sys.stdout.flush()
    return sys.stdin.readline().strip().lower() in {"y", "yes"}


def _name(run: RunInfo) -> None:
    where = run.project or "-"
    when = shown(started_told(run.started, time.time()))
    common.print_lines([_("Run {id}, of {project}, started {when}", id=run.id, project=where, when=when)])


def _is_here(run: RunInfo) -> bool:
    """Whether it was of no project, or of the one that the terminal stands in."""
    if run.project is None:
        return True
    try:
        there, here = os.path.realpath(run.project), os.path.realpath(os.getcwd())
        return os.path.commonpath([there, here]) == there
    except (OSError, ValueError):
        return False


def _elsewhere(run: RunInfo) -> int:
    """What a person in another folder did not mean is not even asked about."""
    common.print_lines([
        _("Nothing is left to take back in this folder. The newest run that changed something is of another:"),
        f"  uv-wizard undo {run.id}    {run.project}",
        _("All runs: uv-wizard undo --list"),
    ])  # fmt: skip
    return ExitCode.DONE


def _chosen(run_id: str | None) -> RunInfo | None:
    return client.find(run_id) if run_id is not None else next(_to_undo(), None)


def _newer_than(run: RunInfo) -> Iterator[RunInfo]:
    return takewhile(lambda one: one.id != run.id, client.runs())


def _to_undo() -> Iterator[RunInfo]:
    """The newest first."""
    return (run for run in client.runs() if run.changed and not run.undone)


def _list(options: Options) -> int:
    runs = client.runs()
    if options.json:
        rows = [{"id": run.id, "started": run.started, "project": run.project, "changed": list(run.changed),
                 "undone": run.undone, "state": run.state} for run in runs]  # fmt: skip
        common.print_json({"schema": 1, "runs": rows})
        return ExitCode.DONE
    if not runs:
        common.print_lines([_("No run on this machine yet. Start one: uv-wizard")])
    else:
        common.print_lines(
            [_("Each run, how it ended, its project; below it the files that it changed and undo puts back.")]
        )
    if any(run.state == "short" and not run.undone for run in runs):
        common.print_lines([_("fell short: packages are there, and the checks did not reach what was required")])
    for run in runs:
        word = _("taken back") if run.undone else shown(_STATES[run.state])
        common.print_lines(
            [f"{run.id}  {padded(word, 11)} {run.project or '-'}", *(f"    {path}" for path in run.changed)]
        )
    return ExitCode.DONE


def _after(run: RunInfo, done: tuple[files_undo.Undone, ...]) -> tuple[files_undo.Undone, ...]:
    """With a later run of ours named, where that is who changed a file since."""
    later = [one for one in client.runs() if not one.undone and state.age(one.folder) > state.age(run.folder)]
    named = {path: one.id for one in reversed(later) for path in one.changed}
    return tuple(
        replace(one, why=said("{why}, by the run {run}: undo that one first", why=one.why, run=named[one.name]))
        if one.state == "refused" and one.name in named and one.why == files_undo.CHANGED
        else one
        for one in done
    )


def _tell(options: Options, run: RunInfo, done: tuple[files_undo.Undone, ...], *, dry: bool) -> int:
    done = _after(run, done)
    refused = [one for one in done if one.state == "refused"]
    if options.json:
        rows = [{"path": one.name, "state": one.state, "why": one.why, **_versions(one)} for one in done]
        common.print_json({"schema": 1, "run": run.id, "files": rows})
    else:
        common.print_lines(
            f"{_word(one, dry=dry)}  {one.name}{f': {shown(one.why)}' if one.why else ''}" for one in done
        )
        for one in refused:
            common.print_lines(three_versions(one))
        common.print_lines([STAYS] if done else [_("Run {id} changed nothing.", id=run.id)])
    return ExitCode.FAILED if refused else ExitCode.DONE


def _word(one: files_undo.Undone, *, dry: bool) -> str:
    if one.state == "refused":
        return _("x left as it is")
    if one.state == "already":
        return _("+ is as before")
    if one.new:
        return "+ " + (_("would be taken away") if dry else _("taken away"))
    return "+ " + (_("would be put back") if dry else _("put back"))


def _versions(one: files_undo.Undone) -> dict[str, str | None]:
    found = one.versions
    if found is None:
        return {}
    named = {"before": found.before, "ours": found.ours, "now": found.now}
    return {name: None if data is None else data.decode("utf-8", "replace") for name, data in named.items()}


def three_versions(one: files_undo.Undone) -> Iterator[str]:
    """What we did to a file that undo leaves alone, and what somebody did since."""
    found = one.versions
    if found is None:
        return
    yield ""
    yield from _diff(
        _("{name} (before)", name=one.name), found.before, _("{name} (as the run left it)", name=one.name), found.ours
    )
    yield from _diff(
        _("{name} (as the run left it)", name=one.name), found.ours, _("{name} (now)", name=one.name), found.now
    )
    if found.kept:
        which = (
            _("The first two are")
            if len(found.kept) == 2
            else _("What the run left is")
            if found.ours
            else _("The first is")
        )
        yield _("{which} kept as {names}", which=which, names=both(found.kept))


def _diff(old_name: str, old: bytes | None, new_name: str, new: bytes | None) -> Iterator[str]:
    before, after = ((data or b"").decode("utf-8", "replace").splitlines() for data in (old, new))
    yield from map(clean, difflib.unified_diff(before, after, old_name, new_name, lineterm=""))
