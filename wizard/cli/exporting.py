"""`uv-wizard export KIND [PROJECT]`: files to give to others, written as a run that can be undone."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from wizard.advice.torch_reach import Selected
from wizard.cli import common
from wizard.cli.commands import EXPORTS
from wizard.cli.options import Options
from wizard.cli.running import finished
from wizard.diagnosis import from_document
from wizard.errors import BadInput, DecisionMissing, ExitCode
from wizard.export.record import Exported
from wizard.export.selected import check
from wizard.language import _, shown
from wizard.obstacle import stands_in_the_way
from wizard.plan.quoting import command_line
from wizard.plan.step import Plan
from wizard.project.facts import Project
from wizard.run import client
from wizard.text import clean, masked, one_line
from wizard.told import lines as words
from wizard.way import Way

_MANY = 8
"""More files than these are told by their number."""
_OWN = {kind: set(own) for kind, (_, own) in EXPORTS.items()}
"""Options that only that kind takes."""


def export(options: Options) -> int:
    """Shows the files; with --yes writes them."""
    kind = options.word() or ""
    if kind not in _OWN:
        msg = _("export {kind} is not possible; allowed: {kinds}", kind=one_line(kind, 40), kinds=", ".join(_OWN))
        raise BadInput(msg)
    for other, own in _OWN.items():
        for option in sorted(own - _OWN[kind]):
            if options.values.get(option):
                msg = _(
                    "uv-wizard export {kind} has no --{option}; export {other} has",
                    kind=kind,
                    option=option.replace("_", "-"),
                    other=other,
                )
                raise BadInput(msg)
    way = common.way_of(options, word=1)
    missing = None if kind == "choices" else stands_in_the_way(way)
    if missing is not None:
        if options.json:
            document = Exported((), "").document()
            common.print_json({**document, "findings": [missing.document()], "diagnosis": missing.document()})
        else:
            common.print_lines(words.diagnosis(missing))
        return ExitCode.FAILED
    if kind == "bundle":
        from wizard.cli import bundling

        return bundling.export(options, way)
    return carry_out(options, way, _KINDS[kind](options, way))


def _asks(command: str) -> str:
    return _(
        "nothing was written: {command} asks for --yes; --dry-run shows it without this complaint", command=command
    )


def carry_out(options: Options, way: Way, made: Exported) -> int:
    """Shows what was made, and writes it where that was asked for. Raises DecisionMissing where it was not."""
    folder = way.project.path if way.project else way.path
    plan = made.plan(folder)
    if options.json:
        return _as_document(options, made, folder)
    writes = options.flag("yes") and not options.flag("dry_run")
    if made.stopped is None and options.flag("dry_run") and options.command == "export" and len(made.files) == 1:
        sys.stdout.write(made.files[0].after_text or "")  # the file itself, for a pipe
        for note in made.notes:
            print(f"uv-wizard: {masked(clean(shown(note)))}", file=sys.stderr)
        return ExitCode.DONE
    common.print_lines(line for finding in made.findings for line in words.diagnosis(finding.diagnosis))
    if made.stopped is not None:
        common.print_lines(["", _("Nothing has been changed.")])
        return ExitCode.FAILED
    if not writes:
        common.print_lines(words.plan(plan, command_line(_again(options))))
        common.print_lines([] if plan.steps else _next(made))
        if not options.flag("dry_run"):
            raise DecisionMissing(_asks(options.command))
        return ExitCode.DONE
    if not plan.steps:
        common.print_lines([_("Nothing to change: everything is in place."), *_next(made)])
        return ExitCode.DONE
    return _write(plan, made, folder, options.command)


def _write(plan: Plan, made: Exported, folder: str, label: str) -> int:
    run = client.start(plan, project=folder, label=label)
    code, failure = finished(run)
    if code == 0:
        written = [*(one.path for one in plan.steps[0].files), *(one.path for one in made.copies)]
        if len(written) > _MANY:
            written = [_("{count} files in {folder}", count=len(written), folder=os.path.commonpath(written))]
        common.print_lines([_("Written: {path}", path=one) for one in written])
        common.print_lines(_next(made))
        common.print_lines([_("To take it back: uv-wizard undo --yes")])
    elif failure is not None:
        found = from_document(failure)
        common.print_lines([f"x {clean(shown(found.title))}", f"  {clean(shown(found.explanation))}"])
    return code


def _as_document(options: Options, made: Exported, folder: str) -> int:
    stopped = made.stopped.diagnosis.document() if made.stopped else None
    document = {**made.document(), "diagnosis": stopped}
    plan = made.plan(folder)
    if stopped is not None or options.flag("dry_run") or not options.flag("yes") or not plan.steps:
        common.print_json(document)
        if stopped is not None:
            return ExitCode.FAILED
        if not options.flag("yes") and not options.flag("dry_run"):
            raise DecisionMissing(_asks(options.command))
        return ExitCode.DONE
    run = client.start(plan, project=folder, label=options.command)
    code, failure = finished(run)
    common.print_json({**document, "run": {"id": run.id, "exit_code": code, "diagnosis": failure}})
    return code


def _again(options: Options) -> list[str]:
    """The same command, carried out."""
    found = ["uv-wizard", options.command, *options.words]
    for name, value in options.values.items():
        flag = f"--{name.replace('_', '-')}"
        if isinstance(value, str):
            found += [flag, value]
        elif isinstance(value, list):
            found += [word for one in value for word in (flag, one)]
        elif value is True and name not in ("yes", "dry_run", "json"):
            found.append(flag)
    return [*found, "--yes"]


def _next(made: Exported) -> Iterator[str]:
    yield from (f"! {clean(shown(note))}" for note in made.notes)
    width = max((len(command_line(argv)) for argv, _ in made.commands), default=0)
    for argv, about in made.commands:
        yield f"  {clean(command_line(argv)):{width}}  {shown(about)}"


def _dockerfile(options: Options, way: Way) -> Exported:
    from wizard.export.docker import made
    from wizard.export.image import Wishes

    base = options.text("base") or "slim"
    if base not in ("slim", "cuda"):
        msg = _("--base {base} is not possible; allowed: slim, cuda", base=one_line(base, 40))
        raise BadInput(msg)
    if options.flag("keep_mirror"):
        way.prepare()  # `fastest` is measured
    wishes = Wishes(base == "cuda", options.flag("keep_mirror"), not options.flag("no_devcontainer"))
    if wishes.mirror and way.choices.text("mirrors.pypi") == "official":
        msg = _("--keep-mirror: no mirror is chosen; name one with --set mirrors.pypi=, uv-wizard mirrors lists them")
        raise BadInput(msg)
    project, selected = _project(way), _selected(way)
    check(project, selected)
    return made(way.machine, project, way.choices, selected, wishes)


def _project(way: Way) -> Project:
    if way.project is None:
        msg = _("{path} has no pyproject.toml, here or above; name the project's folder", path=way.path)
        raise BadInput(msg)
    return way.project


def _selected(way: Way) -> Selected:
    """The extras and groups of the image: those chosen, and the one of a variant that is named."""
    chosen, name = way.selected(), way.choices.text("torch.variant")
    offers = way.project.torch.offers if way.project and way.project.torch else {}
    if name == "auto":
        name = way.torch().choice if way.machine.os == "linux" else "keep"
    if name in offers:
        kind, what = offers[name]
        extras = (*chosen.extras, what) if kind == "extra" else chosen.extras
        groups = (*chosen.groups, what) if kind == "group" else chosen.groups
        return Selected(tuple(dict.fromkeys(extras)), tuple(dict.fromkeys(groups)))
    return chosen


def _script(options: Options, way: Way) -> Exported:
    from wizard.export.script import made

    project = _project(way)
    way.prepare()
    chosen = way.selection()
    selected = Selected(chosen.extras, chosen.groups)
    return made(way.machine, project, way.choices, selected, way.plan(), options.text("shell"))


def _choices(options: Options, way: Way) -> Exported:
    del options
    from wizard.export.choices import made

    return made(way.choices, way.project.path if way.project else way.path, way.machine)


def _ansible(options: Options, way: Way) -> Exported:
    from wizard.export.ansible import made
    from wizard.one_file import find

    project, chosen = _project(way), way.selected()
    check(project, chosen)
    named = options.text("one_file")
    return made(way.machine, project, way.choices, find(Path(named) if named else None), options.text("to"))


def _job(options: Options, way: Way) -> Exported:
    from wizard.export.job import made
    from wizard.one_file import find, running_from

    project, chosen = _project(way), way.selected()
    check(project, chosen)
    named = options.text("one_file")
    one_file = find(Path(named)) if named else running_from()
    return made(way.machine, project, way.choices, way.torch(), one_file)


_KINDS: dict[str, Callable[[Options, Way], Exported]] = {
    "dockerfile": _dockerfile,
    "script": _script,
    "choices": _choices,
    "ansible": _ansible,
    "job": _job,
}
