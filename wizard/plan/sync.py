"""The sync step: `uv sync --locked` with the lock's own registry as the default index."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from wizard.choices import Choices
from wizard.credentials import named_in
from wizard.language import nsaid, said
from wizard.lists import both
from wizard.plan.mirrors import address, python_note
from wizard.plan.settings import chosen_variables
from wizard.plan.step import Command, Step
from wizard.project.facts import Project
from wizard.project.lock_options import held
from wizard.project.lockfile import own_registry
from wizard.text import masked, one_line


@dataclass(frozen=True)
class Selection:
    """The extras and groups that a sync takes: the chosen ones, and the one that gives the torch variant."""

    extras: tuple[str, ...]
    groups: tuple[str, ...]

    def options(self) -> tuple[str, ...]:
        """As options of uv sync and uv run."""
        extras = [word for extra in self.extras for word in ("--extra", extra)]
        groups = [word for group in self.groups for word in ("--group", group)]
        return (*extras, *groups)


def selection(choices: Choices, torch_extra: tuple[str, str] | None) -> Selection:
    """`torch_extra`: ("extra" or "group", name) that gives the chosen variant, None where no extra does."""
    extras, groups = choices.names("sync.extras"), choices.names("sync.groups")
    if torch_extra is not None:
        kind, name = torch_extra
        extras = (*extras, name) if kind == "extra" else extras
        groups = (*groups, name) if kind == "group" else groups
    return Selection(tuple(dict.fromkeys(extras)), tuple(dict.fromkeys(groups)))


def run_environment(project: Project, choices: Choices) -> dict[str, str | None]:
    """What every uv of a run has in its environment beside the user's own."""
    environment: dict[str, str | None] = dict(chosen_variables(choices))
    pythons = address(choices, "python")
    if pythons is not None:
        environment["UV_PYTHON_INSTALL_MIRROR"] = pythons
    registry = own_registry(project) or project.first_index
    if registry is not None:
        environment["UV_DEFAULT_INDEX"] = registry
    return {**environment, **held(project)}


def lock_step(project: Project, choices: Choices, uv: str, anew: Sequence[str] = ()) -> Step:
    """`uv lock`, with the uv.lock before it in the journal. `anew`: packages that uv has to look up once more."""
    lock, _ = project.file("uv.lock")
    argv = (uv, "lock", *(word for one in anew for word in ("--upgrade-package", one)))
    command = Command(argv, run_environment(project, choices), project.path, "uv", {"journal": [lock]})
    summary = said("uv makes uv.lock again") if project.lock is not None else said("uv makes uv.lock")
    return Step("lock", "lock", summary, commands=(command,))


def step(
    project: Project, choices: Choices, uv: str, selected: Selection, mirrors: Mapping[str, Any] | None = None,
    more: Mapping[str, str | None] | None = None,
) -> Step:  # fmt: skip
    """The step. `mirrors`: what wizard.run.mirror_sync needs where a mirror was chosen, None for uv alone; `more`: variables."""
    argv = [uv, "sync", "--locked", *selected.options()]
    if choices.flag("sync.no-cache"):
        argv.append("--no-cache")
    environment = {**run_environment(project, choices), **(more or {})}
    options: dict[str, Any] = {}
    kind: Any = "uv"
    if mirrors is not None:
        kind = "mirror-sync"
        options = {
            "uv": uv,
            "project": project.path,
            "member": project.member,
            "environment_path": project.environment_path,
            "extras": list(selected.extras),
            "groups": list(selected.groups),
            "no_cache": choices.flag("sync.no-cache"),
            "registries": list(project.lock.registries) if project.lock else [],
            "sync_env": environment,
            "named": [list(one) for one in named_in(project.indexes)],
            "argv": argv,
            **mirrors,
        }
    command = Command(tuple(argv), environment, project.folder, kind, options)
    count = project.lock.count if project.lock else 0
    inside = project.environment_path.removeprefix(project.path).lstrip("/\\")
    many = (
        nsaid("{count} package of uv.lock", "{count} packages of uv.lock", count)
        if project.lock
        else said("the packages of uv.lock")
    )
    if project.member:
        many = said("what {member} needs of the {packages}", member=project.member, packages=many)
    summary = said("{packages} into {folder}{through}", packages=many, folder=inside, through=_through(mirrors))
    pythons = address(choices, "python")
    notes = () if pythons is None else (python_note(masked(pythons)),)
    return Step("sync", "sync", summary, commands=(command,), notes=notes)


def with_options(made: Step, words: Sequence[str]) -> Step:
    """The step with more options, whoever carries it out."""
    told = [
        replace(
            one,
            argv=(*one.argv, *words),
            options={**one.options, **({"argv": [*one.argv, *words]} if "argv" in one.options else {})},
        )
        for one in made.commands
    ]
    return replace(made, commands=tuple(told)) if words else made


def with_room(made: Step, project: Project, room: Mapping[str, Any] | None) -> Step:
    """The step with what wizard.run.room needs to see whether its packages fit. `room`: what is known of the disks."""
    if room is None:
        return made
    where = {"project": project.path, "member": project.member, "environment_path": project.environment_path}
    told = [replace(one, options={**one.options, "room": {**where, **room}}) for one in made.commands]
    return replace(made, commands=tuple(told))


def _through(mirrors: Mapping[str, Any] | None) -> str:
    """Which mirrors the files come from, by their hosts."""
    used = (mirrors or {}).get("stand_ins", {}).values()
    hosts = dict.fromkeys(one_line(urlsplit(url).netloc.rpartition("@")[2], 60) for url in used)
    return said(", through {hosts}", hosts=both(hosts)) if hosts else ""
