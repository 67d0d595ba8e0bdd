"""`uv-wizard undo`: what a run changed is put back, what somebody changed since is left and told."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import dropwhile, islice, takewhile

from wizard import files_undo
from wizard.cli import common, undo_told
from wizard.cli.face import has_terminal
from wizard.cli.options import Options
from wizard.errors import BadInput, DecisionMissing, ExitCode
from wizard.files_undo import Undone
from wizard.language import _, said
from wizard.run import client, state
from wizard.run.client import RunInfo
from wizard.told.after import STAYS
from wizard.told.undone import by_file


def undo(options: Options) -> int:
    """Without RUN: the newest that changed something and is not undone; at a terminal, of those of this folder."""
    if options.flag("list"):
        return _list(options)
    run = _chosen(options)
    if run is None:
        return _nothing(options)
    if run.state == "running":
        msg = _("run {id} is still going on; stop it first: uv-wizard attach {id}, then Ctrl+C", id=run.id)
        raise BadInput(msg)
    if options.flag("dry_run"):
        return _tell(options, run, _would(run), dry=True)
    if options.flag("yes"):
        if not (options.word() or options.json or _is_here(run)):
            undo_told.name(run)  # nobody asked for that one by its name
        return _taken_back(options, run, undo_told.SHORT if has_terminal() else None)
    if has_terminal() and not options.json:
        return _asked(options, run)
    msg = _(
        "nothing was done: undo asks for --yes. Run {id} changed {names}",
        id=run.id,
        names=", ".join(run.changed) or _("nothing"),
    )
    raise DecisionMissing(msg)


def _chosen(options: Options) -> RunInfo | None:
    word = options.word()
    return client.find(word) if word is not None else _next(options)


def _next(options: Options) -> RunInfo | None:
    """What `undo` without RUN takes: a person at a terminal means the folder that it stands in, a script need not."""
    here_only = has_terminal() and not options.json
    return next((run for run in _to_undo() if _is_here(run) or not here_only), None)


def _to_undo() -> Iterator[RunInfo]:
    """The newest first."""
    return (run for run in client.runs() if run.changed and not run.undone)


def _is_here(run: RunInfo) -> bool:
    """Whether it was of no project, or of the one that the terminal stands in."""
    if run.project is None:
        return True
    try:
        there, here = os.path.realpath(run.project), os.path.realpath(os.getcwd())
        return os.path.commonpath([there, here]) == there
    except (OSError, ValueError):
        return False


def _nothing(options: Options) -> int:
    elsewhere = next(_to_undo(), None)
    if options.json:
        common.print_json({"schema": 1, "run": None, "files": []})
    elif elsewhere is None:
        undo_told.say(_("Nothing to undo: no run has changed anything that is not put back already."))
    else:
        undo_told.say(
            _("Nothing is left to take back in this folder. The newest run that changed something is of another:")
        )
        common.print_lines([
            f"  {elsewhere.project}",
            f"  uv-wizard undo {elsewhere.id}",
            _("All runs: uv-wizard undo --list"),
        ])  # fmt: skip
    return ExitCode.DONE


def _asked(options: Options, run: RunInfo) -> int:
    """Asked at the terminal, with what would be put back before the eyes; not where there is nothing to say yes to."""
    done = _would(run)
    since = [one for one in takewhile(lambda one: one.id != run.id, client.runs()) if _is_here(one) and not one.undone]
    if since and not any(one.changed for one in since):
        undo_told.say(_("What ran here since then changed no files."))
    undo_told.changes(done, undo_told.SHORT)
    undo_told.name(run)
    undo_told.files(run, done, dry=True, most=undo_told.SHORT)
    undo_told.say(_last(run, done))
    if _is_stuck(done):
        _tell_earlier(options, run)
        return ExitCode.FAILED
    sys.stdout.write(_("Put back? y, n [n]:") + " ")
    sys.stdout.flush()
    if sys.stdin.readline().strip().lower() in {"y", "yes"}:
        return _taken_back(options, run, 0)
    undo_told.say(_("Nothing was changed."))
    return ExitCode.DONE


def _taken_back(options: Options, run: RunInfo, most: int | None) -> int:
    done = by_file(run.folder / state.JOURNAL, client.take_back(run))
    code = _tell(options, run, _after(run, done), dry=False, most=most)
    if not options.json:
        _tell_earlier(options, run)
    return code


def _would(run: RunInfo) -> tuple[Undone, ...]:
    journal = run.folder / state.JOURNAL
    return _after(run, by_file(journal, files_undo.undo(journal, dry_run=True)))


def _after(run: RunInfo, done: tuple[Undone, ...]) -> tuple[Undone, ...]:
    """With a later run of ours named, where that is who changed a file since."""
    later = [one for one in client.runs() if not one.undone and state.age(one.folder) > state.age(run.folder)]
    named = {path: one.id for one in reversed(later) for path in one.changed}
    return tuple(
        replace(one, why=said("{why}, by the run {run}: undo that one first", why=one.why, run=named[one.name]))
        if one.state == "refused" and one.name in named and one.why == files_undo.CHANGED
        else one
        for one in done
    )


def _is_stuck(done: Sequence[Undone]) -> bool:
    """Whether something is left, and nothing of it can be put back."""
    states = {one.state for one in done}
    return "refused" in states and "restored" not in states


def _tell_earlier(options: Options, run: RunInfo) -> None:
    """How an earlier run of this folder is reached: by its id, where `undo` without one takes another."""
    older = islice(dropwhile(lambda one: one.id != run.id, client.runs()), 1, None) if _is_here(run) else ()
    left = (one for one in older if one.changed and not one.undone and _is_here(one))
    earlier = next((one for one in left if not _is_stuck(_would(one))), None)
    if earlier is None:
        return
    follows = _next(options)
    word = "" if follows is not None and follows.id == earlier.id else f" {earlier.id}"
    undo_told.say(_("An earlier run here changed files too. To take that one back:"))
    common.print_lines([f"  uv-wizard undo{word}"])


def _list(options: Options) -> int:
    runs = client.runs()
    if options.json:
        rows = [{"id": run.id, "started": run.started, "project": run.project, "changed": list(run.changed),
                 "undone": run.undone, "state": run.state} for run in runs]  # fmt: skip
        common.print_json({"schema": 1, "runs": rows})
    else:
        undo_told.runs(runs)
    return ExitCode.DONE


def _tell(options: Options, run: RunInfo, done: tuple[Undone, ...], *, dry: bool, most: int | None = None) -> int:
    if options.json:
        rows = [{"path": one.name, "state": one.state, "why": one.why, **undo_told.versions(one)} for one in done]
        common.print_json({"schema": 1, "run": run.id, "files": rows})
    else:
        undo_told.files(run, done, dry=dry, most=most)
        undo_told.changes(done, most)
        undo_told.say(_last(run, done))
    return ExitCode.FAILED if any(one.state == "refused" for one in done) else ExitCode.DONE


def _last(run: RunInfo, done: Sequence[Undone]) -> str:
    if _is_stuck(done):
        return _("Nothing of this run can be put back now. Nothing was changed.")
    return STAYS if done else _("Run {id} changed nothing.", id=run.id)
