"""The last lines of a run that went well: what to type from now on, and where its log is."""

from __future__ import annotations

from itertools import takewhile

from wizard.language import _, said, shown
from wizard.plan import settings
from wizard.plan.quoting import command_line
from wizard.run import client
from wizard.run.client import RunInfo
from wizard.told import after_conda, first_steps
from wizard.told.after import PARTLY, TAKEN_BACK, After
from wizard.told.after import after as after_run
from wizard.told.asked_for import asked_for
from wizard.way import Way

NEW_SHELLS = said("New shells have the new variables.")


def closing(way: Way, run: RunInfo, *, partly: bool = False) -> list[str]:
    """The last lines of a run that went well: what to type from now on, where the log is.

    `partly`: some of its files have been put back since, the others not.
    """
    after = after_run(way, run)
    if after.taken_back:
        lines = _taken_back(after)
    elif partly:
        lines = [PARTLY, *_where(after), take_back(run)]
    else:
        lines = _from_now_on(way, run, after)
    return [shown(line) for line in lines]


def take_back(run: RunInfo) -> str:
    """How this run, and no other, is taken back: without its name it would be the newest that changed something."""
    return _("To take back what it changed: uv-wizard undo {id} --yes", id=run.id)


def _tried_before(run: RunInfo) -> bool:
    """Whether runs of the same project that ended badly came right before, and what they changed is still there."""
    older = [one for one in client.runs() if one.project == run.project and one.id < run.id]
    tries = takewhile(lambda one: one.state in ("failed", "short"), older)
    return any(one.changed and not one.undone for one in tries)


def _taken_back(after: After) -> list[str]:
    return [TAKEN_BACK, *(f"  {path}" for path in after.done), *_where(after)]


def _where(after: After) -> list[str]:
    return [_("Log: {path}", path=after.log)] if after.log else []


def _from_now_on(way: Way, run: RunInfo, after: After) -> list[str]:
    got = asked_for(way)
    lines = [_("Asked for: {packages}", packages=_(", ").join(got))] if got else []
    width = max(len(command) for command, _ in after.commands)
    lines += [_("From now on:"), *(f"  {command:{width}}  {shown(about)}" for command, about in after.commands)]
    if after.folder:
        lines.insert(lines.index(_("From now on:")) + 1, f"  {command_line(['cd', after.folder])}")
    steps = client.steps_of(run)
    if "init" in steps:
        lines += first_steps.told()
    if way.project is not None and "import" in steps and (client.of_conda(run) or after_conda.active(way.machine)):
        lines += after_conda.told(way.project.environment_path, way.machine.os, way.machine.shell)
    lines += _of_variables(way, after)
    lines += _where(after)
    if after.done:
        lines.append(take_back(run))
        if _tried_before(run):
            lines.append(_("The tries before it changed files too; uv-wizard undo then takes them back, one by one."))
    return [*_before_all(after), *lines]


def _before_all(after: After) -> list[str]:
    """What comes before any command, where this terminal would not find uv."""
    if after.load_line and not after.finds_uv:
        return [_("This terminal does not find uv. First type:  {load_line}", load_line=after.load_line)]
    return [_("This terminal does not find uv yet. Open a new one.")] if after.new_terminal else []


def _of_variables(way: Way, after: After) -> list[str]:
    """What new shells have that this one has not; no line where there is nothing new, or where uv comes first."""
    arrived = after.arrived or NEW_SHELLS
    registry = way.machine.os == "windows" and any(name.startswith("HKCU") for name in after.done)
    written = settings.wrote_variables(after.done)
    if (written and not after.finds_uv) or (registry and after.new_terminal):
        return [arrived]
    if after.load_line and after.finds_uv:
        type_it = _(
            "{arrived} This terminal has none of them yet; type:  {load_line}",
            arrived=arrived,
            load_line=after.load_line,
        )
        return [type_it]
    if registry:
        return [_("{arrived} This terminal has none of them yet. Open a new one.", arrived=arrived)]
    return []
