"""The step that a fix asked for: other requirements in pyproject.toml, commands of uv that come before the sync. Pure, but
for a look at what an environment is before it is made anew.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping

from wizard.choices import Choices
from wizard.errors import BadInput
from wizard.language import said
from wizard.lists import clauses, named
from wizard.plan.quoting import command_line
from wizard.plan.step import Command, FileChange, Step
from wizard.plan.sync import run_environment
from wizard.project.facts import Project
from wizard.project.requirement_editor import ANY, added, edit_requirements, name_of, names_in
from wizard.text import masked
from wizard.this_run import ThisRun, put_in

PYPROJECT, PINNED = "pyproject.toml", ".python-version"
ANEW = ("uv", "venv", "--clear")
NOT_BACK = said("Undo does not bring the environment back as it is now; a sync makes one like it.")


def edited(project: Project, asked: ThisRun) -> tuple[FileChange, ...]:
    """The files that a fix changes. Raises BadInput where what it asked for can't be done in this project."""
    _check_environment(project, asked)
    files = list(_changed(project, asked.requirements)) or list(_added(project, asked.requirements))
    if asked.requirements and not files:
        msg = said("pyproject.toml has nothing to change for {names}", names=named(asked.requirements))
        raise BadInput(msg)
    if asked.python:
        path, before = project.file(PINNED)
        files.append(FileChange(path, before, f"{asked.python}\n".encode()))
    return tuple(one for one in files if one.before != one.after)


def step(project: Project, choices: Choices, uv: str, asked: ThisRun, files: tuple[FileChange, ...]) -> Step | None:
    """The step, None where there is nothing to do. `files`: what `edited` found."""
    if not (files or asked.commands):
        return None
    argvs = [(*argv, project.environment_path) if argv == ANEW else argv for argv in asked.commands]
    commands = tuple(Command((uv, *argv[1:]), run_environment(project, choices), project.path, "uv") for argv in argvs)
    summary = clauses([*_told(asked, files), *(command_line(argv) for argv in argvs)])
    notes = (NOT_BACK,) if ANEW in asked.commands else ()
    return Step("fix", "fix", summary, commands=commands, files=files, notes=notes)


def _told(asked: ThisRun, files: Iterable[FileChange]) -> Iterator[str]:
    changed = {os.path.basename(one.path.replace("\\", "/")) for one in files}
    made = put_in(asked.requirements)
    for name, wish in asked.requirements.items() if PYPROJECT in changed else ():
        if name in made:  # it was not there
            continue
        if wish is None:
            yield said("take {name} out of pyproject.toml", name=name)
        else:
            yield said("ask for {wish} in pyproject.toml", wish=masked(wish).removesuffix(str(ANY)))
    if PINNED in changed:
        yield said("Python {version} in .python-version", version=asked.python)


def _check_environment(project: Project, asked: ThisRun) -> None:
    """uv up to 0.13 clears any folder that it is told to."""
    folder = project.environment_path
    if ANEW in asked.commands and os.path.lexists(folder) and not os.path.isfile(os.path.join(folder, "pyvenv.cfg")):
        msg = said("{folder} is not an environment that uv made, and is left alone", folder=folder)
        raise BadInput(msg)


def _files(project: Project) -> Iterator[tuple[str, bytes]]:
    """Path and bytes of the root's pyproject.toml and its members'."""
    path, root = project.file(PYPROJECT)
    if root is not None:
        yield path, root
    yield from ((_path(project, name), data) for name, data in project.member_files.items())


def _changed(project: Project, wishes: Mapping[str, str | None]) -> Iterator[FileChange]:
    for path, before in _files(project):
        after = edit_requirements(before, wishes)
        if after != before:
            yield FileChange(path, before, after)


def _added(project: Project, wishes: Mapping[str, str | None]) -> Iterator[FileChange]:
    """Those that nothing names, as dependencies of the project or of the member meant."""
    known = {name for _path, data in _files(project) for name in names_in(data)}
    new = [wish for wish in wishes.values() if wish is not None and name_of(wish) not in known]
    mine = f"{project.member}/{PYPROJECT}"
    inside = project.member and mine in project.member_files
    path, before = (_path(project, mine), project.member_files[mine]) if inside else project.file(PYPROJECT)
    after = before
    for wish in new:
        after = None if after is None else added(after, wish)
    if after != before:
        yield FileChange(path, before, after)


def _path(project: Project, name: str) -> str:
    separator = "\\" if "\\" in project.path and "/" not in project.path else "/"
    return separator.join([project.path.rstrip(separator), *name.split("/")])
