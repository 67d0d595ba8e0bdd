"""`uv-wizard import FILE [PROJECT]`: an environment.yml, a requirements.txt or their like becomes a uv project."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from wizard import begin
from wizard.cli import common
from wizard.cli.options import Options
from wizard.cli.running import finished, watch
from wizard.environment_files.piles import sort
from wizard.environment_files.read import describe
from wizard.environment_files.record import Described, Imported
from wizard.errors import BadInput, DecisionMissing, ExitCode
from wizard.language import _, said
from wizard.plan import import_file
from wizard.plan.install_uv import plan_uv
from wizard.plan.quoting import command_line
from wizard.plan.step import Command, Plan
from wizard.plan.sync import run_environment
from wizard.run import client
from wizard.told import after_conda
from wizard.told import lines as words
from wizard.told.imported import piles
from wizard.way import Way

_ASKS = said("nothing was written: import asks for --yes")


def import_(options: Options) -> int:
    """Shows the three piles; with --yes writes pyproject.toml and has uv lock it, as a run that can be undone."""
    conda = options.text("conda")
    words_ = list(options.words)
    if len(words_) < (conda is None) or (conda is not None and len(words_) > 1):
        raise BadInput(_("write it as uv-wizard import FILE [PROJECT], or uv-wizard import --conda NAME [PROJECT]"))
    path = Path("" if conda is not None else words_.pop(0))
    where = words_[0] if words_ else "."
    folder = Path(where).absolute()
    if not folder.is_dir():
        msg = _("{where} is not a folder; name the folder the project is to be in", where=where)
        raise BadInput(msg)
    described = describe(path) if conda is None else None
    way = Way(str(folder), choices=common.choices_of(options))
    way.look()
    found = begin.conda_environment(way, conda) if conda is not None else None
    described = found.live.described if found else described
    if described is None:
        raise BadInput(_("there is nothing to import"))
    imported = sort(described, absent=_absent(described, way))
    plan = _plan(imported, way, folder)
    if options.json:
        return _as_document(options, imported, plan, folder, found)
    common.print_lines(piles(imported))
    if found is not None:
        common.print_lines([*found.told(), ""])
    named = ["--conda", conda] if conda is not None else []
    again = command_line(["uv-wizard", "import", *options.words, *named, "--yes"])
    common.print_lines(words.plan(plan, again))
    if options.flag("dry_run"):
        return ExitCode.DONE
    if not options.flag("yes"):
        raise DecisionMissing(_ASKS)
    if not plan.steps:
        return ExitCode.DONE
    code = watch(client.start(plan, project=str(folder), label="import"), as_json=False)
    if code == 0:
        common.print_lines(_afterwards(folder, way, of_conda=imported.of_conda))
    return code


def _afterwards(folder: Path, way: Way, *, of_conda: bool) -> list[str]:
    """What comes next, and for who comes from conda, how things are called from now on."""
    there = "" if folder == Path.cwd() else " " + command_line([str(folder)])
    lines = [_("Go on with: uv-wizard{there}   (the torch variant, the sync, the checks)", there=there)]
    if of_conda or after_conda.active(way.machine):
        lines += after_conda.told(str(folder / ".venv"), way.machine.os, way.machine.shell)
    return lines


def _as_document(options: Options, imported: Imported, plan: Plan, folder: Path, conda: begin.CondaHere | None) -> int:
    """The one document of `--json`; where something was written, with the run that did it and how that ended."""
    document = {**imported.document(), **({"conda": conda.document()} if conda else {})}
    written = options.flag("yes") and not options.flag("dry_run") and plan.steps
    if not written:
        common.print_json(document)
        if not options.flag("yes") and not options.flag("dry_run"):
            raise DecisionMissing(_ASKS)
        return ExitCode.DONE
    run = client.start(plan, project=str(folder), label="import")
    code, failure = finished(run)
    common.print_json({**document, "run": {"id": run.id, "exit_code": code, "diagnosis": failure}})
    return code


def _absent(described: Described, way: Way) -> tuple[str, ...]:
    """Names that the package index does not have; none where it can't be asked."""
    found, answered = begin.asked_for(described, way)
    if not answered:
        print(_("uv-wizard: the package index did not answer, so the names were not looked up there"), file=sys.stderr)
    return found


def _plan(imported: Imported, way: Way, folder: Path) -> Plan:
    uv = plan_uv(way.machine, way.project, way.choices, None)
    steps = [one for one in (uv.step, begin.step_of(imported, str(folder))) if one]
    if not any(one.id == "import" for one in steps):
        return Plan((), str(folder), uv.path)
    environment = run_environment(way.project, way.choices) if way.project else {}
    ambient = os.environ.get("UV_DEFAULT_INDEX") or os.environ.get("UV_INDEX_URL")
    if ambient and "UV_DEFAULT_INDEX" not in environment:
        environment["UV_DEFAULT_INDEX"] = ambient  # as `uv lock` by hand would
    lock = Command((uv.path, "lock"), environment, str(folder), "uv", {"journal": [str(folder / "uv.lock")]})
    steps.append(import_file.lock_step(lock))
    return Plan(tuple(steps), str(folder), uv.path)
