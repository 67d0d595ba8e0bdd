"""The last lines of a run that went well: what to type from now on, and where its log is."""

from __future__ import annotations

from wizard.language import _, said, shown
from wizard.plan.quoting import command_line
from wizard.run import client
from wizard.run.client import RunInfo
from wizard.told import after_conda, first_steps
from wizard.told.after import TAKEN_BACK, After
from wizard.told.after import after as after_run
from wizard.way import Way

NEW_SHELLS = said("New shells have the new variables.")


def closing(way: Way, run: RunInfo) -> list[str]:
    """The last lines of a run that went well: what to type from now on, where the log is."""
    after = after_run(way, run)
    return [shown(TAKEN_BACK), _("Log: {path}", path=after.log)] if after.taken_back else _from_now_on(way, run, after)


def _from_now_on(way: Way, run: RunInfo, after: After) -> list[str]:
    width = max(len(command) for command, _ in after.commands)
    lines = [_("From now on:"), *(f"  {command:{width}}  {shown(about)}" for command, about in after.commands)]
    if after.folder:
        lines.insert(1, f"  {command_line(['cd', after.folder])}")
    steps = client.steps_of(run)
    if "init" in steps:
        lines += first_steps.told()
    if way.project is not None and "import" in steps:
        lines += after_conda.told(way.project.environment_path, way.machine.os, way.machine.shell)
    if after.load_line and not after.finds_uv:
        lines.append(shown(after.arrived or NEW_SHELLS))
    elif after.load_line:
        lines.append(
            _(
                "{arrived} This terminal has none of them yet; type:  {load_line}",
                arrived=after.arrived or NEW_SHELLS,
                load_line=after.load_line,
            )
        )
    elif after.done and way.machine.os == "windows" and any(name.startswith("HKCU") for name in after.done):
        lines.append(
            _("{arrived} This terminal has none of them yet. Open a new one.", arrived=after.arrived or NEW_SHELLS)
        )
    if after.log:
        lines.append(_("Log: {path}", path=after.log))
    if after.done:
        lines.append(_("To take everything back: uv-wizard undo --yes"))
    if after.load_line and not after.finds_uv:
        lines.append(_("This terminal does not find uv yet. First type:  {load_line}", load_line=after.load_line))
    return lines
