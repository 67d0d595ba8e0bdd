"""`uv-wizard verify`: the checks in the project's own environment, in this process's children or kept as a run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from wizard.cli import common, saving
from wizard.cli.options import Options
from wizard.cli.running import finished, watch
from wizard.diagnosis import Diagnosis
from wizard.errors import BadInput, ExitCode
from wizard.language import _, shown
from wizard.obstacle import stands_in_the_way
from wizard.plan import sync as sync_plan
from wizard.plan import verify as verify_plan
from wizard.plan.step import Plan
from wizard.run import client, ended
from wizard.text import padded
from wizard.told import lines as words
from wizard.verify.record import VerifyRequest
from wizard.way import Way


def verify(options: Options) -> int:
    """`uv-wizard verify`: the checks in this process's own children."""
    from wizard.verify.check import Check
    from wizard.verify.check import verify as look

    common.refuse_machine(options)
    saving.check(options, (".html", ".json"))
    way = common.way_of(options)
    if way.project is None and options.text("python") is None:
        missing = stands_in_the_way(way)
        _tell_document(missing, options)
        if missing is not None and str(options.text("save")).endswith(".json"):
            saving.keep_nothing(missing, options)
        return ExitCode.FAILED

    def tell(check: Check) -> None:
        if not options.json:
            common.print_lines([_rung(check)])

    request = verify_plan.request(
        way.machine,
        way.project,
        way.choices,
        uv=way.uv_path(),
        selected=way.selection(),
        variant=None,
        python=_python(options.text("python"), way),
        held=way.held(),
    )
    promised = way.torch().locked_variant if way.project is not None and options.text("python") is None else None
    request = replace(request, deep=options.flag("deep"), torch_promised=promised)
    if options.flag("as_run"):
        return _verify_as_run(way, request, options)
    result = look(request, on_check=tell)
    if options.json:
        common.print_json(result.document())
    else:
        from wizard.verify.check import headline

        title, lead = headline(result)
        if result.diagnosis is None:
            common.print_lines(["", title, *([lead] if lead else [])])
        else:  # whose first lines are the same
            common.print_lines(["", *words.diagnosis(result.diagnosis)])
    saving.keep_verification(result, options)
    return result.exit_code


def _verify_as_run(way: Way, request: VerifyRequest, options: Options) -> int:
    """The same checks by a supervisor, so that attach finds them. Nothing is changed: the project is not held."""
    if way.project is None or options.text("python") is not None:
        msg = _("--as-run keeps the check of a project; leave --python out, or --as-run")
        raise BadInput(msg)
    step = verify_plan.step(request, way.project, sync_plan.run_environment(way.project, way.choices))
    run = client.start(
        Plan((step,), way.project.path), project=None, label="verify", context={"choices": way.choices.nested()}
    )
    if not options.json:
        code = watch(run, as_json=False)
    else:
        code, _told = finished(run)
        common.print_json(ended.of_run(run)["verify"])
    saving.keep_run(run, options, way)
    return code


def _python(path: str | None, way: Way) -> str | None:
    """`--python` as the checks need it, which run in other folders: whole; of an environment's folder its Python."""
    if path is None:
        return None
    named = Path(path).absolute()  # a link stays one: it leads out of the environment
    return verify_plan.environment_python(way.machine, str(named)) if named.is_dir() else str(named)


def _tell_document(found: Diagnosis | None, options: Options) -> None:
    if found is None:
        return
    if options.json:
        common.print_json({
            "schema": 1, "ok": False, "require": common.choices_of(options).text("verify.require"), "python": None,
            "torch": None, "devices": [], "checks": [], "diagnosis": found.document(),
        })  # fmt: skip
    else:
        common.print_lines(words.diagnosis(found))


def _rung(check: Any) -> str:
    mark = {True: _("+ ok"), False: _("x failed"), None: _("- not run")}[check.ok]
    if check.ok is None and check.value != "not run":
        mark = "- "
    if check.ok is False and not check.required:
        mark = _("! warning")
    return f"{padded(mark, 10)} {padded(shown(check.title), 34)} {shown(check.value or '')}"
