"""The step that a fix asked for: other requirements in pyproject.toml, commands of uv that come before the sync. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from wizard.choices import Choices
from wizard.errors import BadInput
from wizard.language import said
from wizard.lists import clauses, named
from wizard.plan.quoting import command_line
from wizard.plan.step import Command, FileChange, Step
from wizard.plan.sync import run_environment
from wizard.project.facts import Project
from wizard.project.requirement_editor import added, edit_requirements
from wizard.this_run import ThisRun

PYPROJECT = "pyproject.toml"


@dataclass(frozen=True)
class Edited:
    """The project as the changed requirements leave it, and the files that change."""

    project: Project | None
    files: tuple[FileChange, ...] = ()


def edited(project: Project | None, asked: ThisRun) -> Edited:
    """The requirements that were asked for, written into the project. Raises BadInput where that can't be done."""
    if project is None or not asked.requirements:
        return Edited(project)
    files = tuple(_changed(project, asked.requirements)) or tuple(_added(project, asked.requirements))
    if not files:
        raise BadInput(said("no requirement of this project names {names}", names=named(asked.requirements)))
    after = {one.path: one.after for one in files}
    beside = {name: after.get(_path(project, name)) or data for name, data in project.member_files.items()}
    return Edited(replace(project, files={**project.files, **after}, member_files=beside), files)


def step(project: Project, choices: Choices, uv: str, asked: ThisRun, files: tuple[FileChange, ...]) -> Step | None:
    """The step, None where the fix asked for neither. `files`: what `edited` found."""
    if not (files or asked.commands):
        return None
    commands = tuple(_command(project, choices, uv, argv) for argv in asked.commands)
    told = [_told(*one) for one in asked.requirements.items()] if files else []
    summary = clauses([*told, *(command_line(argv) for argv in asked.commands)])
    return Step("fix", "fix", summary, commands=commands, files=files)


def _told(name: str, wish: str | None) -> str:
    return (
        said("take {name} out of pyproject.toml", name=name)
        if wish is None
        else said("ask for {wish} in pyproject.toml", wish=wish)
    )


def _command(project: Project, choices: Choices, uv: str, argv: tuple[str, ...]) -> Command:
    options: dict[str, Any] = {}
    if argv[1:3] == ("python", "pin"):
        options["journal"] = [project.file(".python-version")[0]]
    return Command((uv, *argv[1:]), run_environment(project, choices), project.path, "uv", options)


def _changed(project: Project, wishes: Mapping[str, str | None]) -> Iterator[FileChange]:
    path, root = project.file(PYPROJECT)
    for place, before in ((path, root), *((_path(project, name), data) for name, data in project.member_files.items())):
        after = edit_requirements(before, wishes) if before is not None else None
        if after != before:
            yield FileChange(place, before, after)


def _added(project: Project, wishes: Mapping[str, str | None]) -> Iterator[FileChange]:
    """Where nothing names them: those that are to be asked for, as dependencies of the project or of the member meant."""
    mine = f"{project.member}/{PYPROJECT}"
    inside = project.member and mine in project.member_files
    path, before = (_path(project, mine), project.member_files[mine]) if inside else project.file(PYPROJECT)
    after = before
    for wish in wishes.values():
        if wish is not None and after is not None:
            after = added(after, wish)
    if after != before:
        yield FileChange(path, before, after)


def _path(project: Project, name: str) -> str:
    separator = "\\" if "\\" in project.path and "/" not in project.path else "/"
    return separator.join([project.path.rstrip(separator), *name.split("/")])
