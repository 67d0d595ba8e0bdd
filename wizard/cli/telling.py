"""The commands that look and tell: doctor, torch, mirrors, plan, diagnose. They change nothing."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from wizard.cli import common
from wizard.cli.options import Options
from wizard.errors import BadInput, ExitCode, WizardError
from wizard.language import _
from wizard.machine.facts import Machine
from wizard.machine.request import own_os
from wizard.plan.step import document as plan_document
from wizard.project.read import read_project
from wizard.text import one_line
from wizard.told import lines as words

if TYPE_CHECKING:
    from wizard.diagnosis import Context
    from wizard.mirrors.record import MirrorResult
    from wizard.plan.step import Plan
    from wizard.way import Way


def doctor(options: Options) -> int:
    """`uv-wizard doctor`."""
    from wizard.doctor import document
    from wizard.lock_sizes import ask

    way = common.way_of(options, shells=True, newest=True)
    sizes = ask(way) if options.flag("sizes") else None
    if options.json:
        common.print_json(document(way, sizes))
    else:
        common.print_lines(words.doctor(way, sizes))
    return ExitCode.DONE


def torch(options: Options) -> int:
    """`uv-wizard torch`."""
    from wizard.advice.lock_files import torch_everywhere
    from wizard.cli.torch_table import torch_table

    way = common.way_of(options)
    advice = way.torch()
    there = torch_everywhere(way.machine, way.project, way.selected())
    if options.json:
        common.print_json({**advice.document(), "locked": [one.document() for one in there]})
    else:
        width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
        common.print_lines(torch_table(way, advice, there, width))
    return ExitCode.DONE


def plan(options: Options) -> int:
    """`uv-wizard plan`."""
    from wizard import sync_forecast
    from wizard.obstacle import stands_in_the_way

    way = common.way_of(options)
    way.prepare()
    made = way.plan()
    if options.flag("lock"):
        return _plan_with_lock(way, made, as_json=options.json)
    found = sync_forecast.look(way, made)
    if options.json:
        common.print_json({
            **plan_document(made),
            "forecast": found.document(room=False) if found else None,
            "changes": sync_forecast.changes(made, found),
            "secrets_missing": list(way.secrets_missing()),
        })  # fmt: skip
    else:
        obstacle = stands_in_the_way(way)
        made_here = obstacle is not None and obstacle.cause == "lock-missing" and made.step("lock")
        common.print_lines(words.plan(made, forecast=found, obstacle=None if made_here else obstacle))
        missing = way.secrets_missing()
        common.print_lines([_("! Not set here, and needed: {names}", names=_(", ").join(missing))] if missing else [])
    return ExitCode.DONE


def _plan_with_lock(way: Way, made: Plan, *, as_json: bool) -> int:
    """`plan --lock`: what the plan's uv lock would make of uv.lock, tried in a copy. 1 where uv can't lock it."""
    from wizard.lock_forecast import forecast
    from wizard.run.lock_preview import LockFailed

    found, failed, impossible = None, None, None
    try:
        found = forecast(way, made)
    except LockFailed as error:
        failed = error.diagnosis
    except WizardError as error:
        impossible = error
    if as_json:
        there = {"lock_preview": found.document() if found else None}
        failure = {"diagnosis": failed.document()} if failed else {}
        common.print_json({**plan_document(made), **there, **failure})
    else:
        common.print_lines([*words.plan(made), ""])
        if impossible is None:
            told = (
                (_("uv lock, tried in a copy, fails:"), *words.diagnosis(failed))
                if failed
                else words.lock_forecast(found)
            )
            common.print_lines(told)
    if impossible is not None:
        raise impossible
    return ExitCode.FAILED if failed else ExitCode.DONE


def diagnose(options: Options) -> int:
    """`uv-wizard diagnose`."""
    from wizard.diagnosis import diagnose as name_cause

    word = options.word() or "-"
    if word == "-":
        if sys.stdin is None or sys.stdin.isatty():
            msg = _("nothing to read; pipe what uv printed:  uv sync 2>&1 | uv-wizard diagnose -")
            raise BadInput(msg)
        data = sys.stdin.buffer.read()
    else:
        try:
            data = Path(word).read_bytes()
        except OSError as error:
            msg = _("{word} cannot be read: {strerror}", word=one_line(word), strerror=error.strerror or error)
            raise BadInput(msg) from None
    found = name_cause(_decoded(data), _around(common.machine_of(options)))
    if options.json:
        common.print_json({"schema": 1, **found.document()})
    else:
        common.print_lines(words.diagnosis(found))
    return ExitCode.DONE


def _around(machine: Machine | None) -> Context:
    """What is known around pasted output: this process's environment and the project here, unless it is another machine's."""
    from wizard.diagnosis import Context

    if machine is not None:
        return Context(machine=machine, os=machine.os)
    project = read_project(".")
    registries = project.lock.registries if project and project.lock else ()
    index = os.environ.get("UV_DEFAULT_INDEX") or os.environ.get("UV_INDEX_URL")
    return Context(
        registries=registries, default_index=index, environment=dict(os.environ), os=own_os(), project=project
    )


def _decoded(data: bytes) -> str:
    # PowerShell's `>` writes UTF-16 with a byte order mark
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    return data.decode(encoding, "replace")


def mirrors(options: Options) -> int:
    """`uv-wizard mirrors`."""
    from wizard.mirrors.command import measure_command

    head = [words.mirror_head()]

    def tell(result: MirrorResult) -> None:
        common.print_lines([*head, words.mirror(result)])
        head.clear()

    measured = measure_command(
        kind=options.text("kind") or "pypi",
        catalog=options.text("catalog"),
        project=options.word() or ".",
        choices=common.choices_of(options),
        on_result=None if options.json else tell,
    )
    if options.json:
        common.print_json(measured.document())
    else:
        common.print_lines(words.mirrors(measured))
    return ExitCode.DONE if measured.best is not None else ExitCode.FAILED
