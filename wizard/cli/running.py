"""The commands that run: apply, sync, attach. A run goes on without us; what we print is its events."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from wizard.cli import common, saving
from wizard.cli.options import Options
from wizard.diagnosis import Diagnosis
from wizard.errors import BadInput, DecisionMissing, ExitCode, WizardError
from wizard.language import _
from wizard.obstacle import stands_in_the_way
from wizard.plan.quoting import command_line
from wizard.plan.step import Plan
from wizard.plan.step import document as plan_document
from wizard.run import client
from wizard.run.client import RunInfo
from wizard.run.interrupted import TITLE
from wizard.told import lines as words
from wizard.told.closing import closing
from wizard.way import Way


def apply(options: Options) -> int:
    """`uv-wizard apply`: the whole plan."""
    common.refuse_machine(options)
    saving.check(options)
    if options.values.get("bundle"):
        from wizard.cli.bundling import Carried

        carried = Carried(options)
        there = carried.way(options)
        return _carry_out(there, options, lambda: carried.plan(there), label="apply")
    way = common.way_of(options)
    return _carry_out(way, options, way.plan, label="apply")


def sync(options: Options) -> int:
    """`uv-wizard sync`: only the sync, with the uv that is here."""
    common.refuse_machine(options)
    saving.check(options)
    way = common.way_of(options)
    way.choices = way.choices.with_values("set", {"mirrors.scope": "machine"})  # the project's files stay what they are

    def only_sync() -> Plan:
        whole = way.plan()
        if whole.step("uv") is not None:
            msg = _("there is no uv here that this project can use; uv-wizard apply --yes installs one")
            raise WizardError(msg)
        return replace(whole, steps=tuple(step for step in whole.steps if step.id == "sync"))

    return _carry_out(way, replace(options, values={**options.values, "yes": True}), only_sync, label="sync")


def _carry_out(way: Way, options: Options, make: Callable[[], Plan], *, label: str) -> int:
    way.prepare()
    missing = stands_in_the_way(way)
    plan = make()
    if options.flag("dry_run"):
        if options.json:
            common.print_json(plan_document(plan))
        else:
            common.print_lines(words.plan(plan, command_line(["uv-wizard", "apply", *_bundles(options), "--yes"])))
        return ExitCode.DONE
    if missing is not None and not (missing.cause == "lock-missing" and plan.step("lock")):
        _tell_failure(missing, options)
        saving.keep_nothing(missing, options)
        return ExitCode.FAILED
    if not options.flag("yes"):
        msg = _("nothing was done: apply asks for --yes. Look first: uv-wizard plan; then: uv-wizard apply --yes")
        raise DecisionMissing(msg)
    way.decided_secrets()
    if way.interrupted is not None:
        back = f"uv-wizard undo {way.interrupted.run.id} --yes"
        told = _(
            "{title}: {told} This run goes on with it; to take back what that one changed: {back}",
            title=TITLE,
            told=way.interrupted.told()[0],
            back=back,
        )
        print(f"uv-wizard: {told}", file=sys.stderr)
    run = way.start(plan, label)
    code = watch(run, as_json=options.json, way=way if label == "apply" else None)
    saving.keep_run(run, options, way)
    return code


def _bundles(options: Options) -> list[str]:
    return [word for folder in options.values.get("bundle") or () for word in ("--bundle", folder)]


def _tell_failure(found: Diagnosis, options: Options) -> None:
    if options.json:
        print(json.dumps({"at": 0.0, "type": "run", "id": None, "plan": plan_document(Plan(()))}))  # there was none
        print(json.dumps({"at": 0.0, "type": "diagnosis", **found.document()}))
        print(json.dumps({"at": 0.0, "type": "end", "exit_code": int(ExitCode.FAILED)}), flush=True)
    else:
        common.print_lines(words.diagnosis(found))


def watch(run: RunInfo, *, as_json: bool, way: Way | None = None) -> int:
    """Prints a run's events until it ends and returns its exit code. Ctrl+C stops the run."""
    from wizard.run.when import started_at
    from wizard.told.run import TextReport

    report = TextReport(started_at(run.started))
    code = int(ExitCode.FAILED)
    told: list[Any] = []
    try:
        code = _watch(run, told, as_json=as_json, report=report)
    except KeyboardInterrupt:
        print(_("uv-wizard: stopping; uv ends within 3 s, finished downloads are kept"), file=sys.stderr)
        client.cancel(run)
        code = _watch(run, told, as_json=as_json, report=report)
    except BrokenPipeError:  # who read has gone; how it ends is told by the code
        common.give_up_output()
        code = _watch(run, told, as_json=as_json, report=report)
    if not as_json and way is not None and code == 0:
        common.print_lines(closing(way, client.find(run.id)))
    return code


def _watch(run: RunInfo, told: list[Any], *, as_json: bool, report: Any) -> int:
    """Prints the events that are not among those `told`, and adds them to it; the exit code at the end."""
    code, at = int(ExitCode.FAILED), 0
    for batch in client.follow(run):
        for event in batch:
            at += 1
            if event["type"] == "end":
                code = int(event["exit_code"])
            if at <= len(told):
                continue
            told.append(event["type"])
            if as_json:
                print(json.dumps(event))
            else:
                common.print_lines(report.apply(event))
        sys.stdout.flush()
    return code


def finished(run: RunInfo) -> tuple[int, dict[str, Any] | None]:
    """Waits without a word for the end: the exit code, and what went wrong. Ctrl+C stops the run."""
    code, failure = int(ExitCode.INTERRUPTED), None
    try:
        for event in (event for batch in client.follow(run) for event in batch):
            if event["type"] == "diagnosis":
                failure = {key: value for key, value in event.items() if key not in ("at", "type")}
            elif event["type"] == "end":
                code = int(event["exit_code"])
    except KeyboardInterrupt:
        client.cancel(run)
    return code, failure


def attach(options: Options) -> int:
    """`uv-wizard attach`: a run again, from its beginning."""
    run = client.find(options.word())
    if options.text("save") is not None:
        return _report(run, Path(str(options.text("save"))))
    if not options.json and not options.flag("plain") and sys.stdout.isatty():
        from wizard.cli.face import attach_on_screen

        return attach_on_screen(
            run, options.screens, named=options.word() is not None, low=options.flag("low_bandwidth")
        )
    return watch(run, as_json=options.json)


def _report(run: RunInfo, path: Path) -> int:
    """`--save FILE.zip`: what a colleague needs to help, of a run that may still go on."""
    from wizard import report

    if path.suffix != ".zip":
        msg = _("--save writes one zip with the run's report; give it a name that ends in .zip")
        raise BadInput(msg)
    way = Way(run.project if run.project and Path(run.project).is_dir() else ".")
    way.look()
    common.print_lines([_("Report: {path}, secrets left out", path=report.write(run, way, path.absolute()))])
    return ExitCode.DONE
