"""The settings step: variables for every shell or the Windows user, or uv.toml; then the old cache, then a look. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from wizard.choices import Choices
from wizard.language import said
from wizard.lists import clauses, listed
from wizard.machine.facts import Machine, short
from wizard.plan import old_cache, shell_files, user_registry, uv_toml
from wizard.plan.mirrors import PERSIST_NOTE, persisted
from wizard.plan.shell_family import FAMILIES
from wizard.plan.shell_files import knows_folder, load_line, own_folder, shells_of
from wizard.plan.step import Command, FileChange, RegistryChange, Step
from wizard.text import one_line

VARIABLES = {
    "settings.cache-dir": "UV_CACHE_DIR",
    "settings.python-install-dir": "UV_PYTHON_INSTALL_DIR",
    "settings.link-mode": "UV_LINK_MODE",
}
OURS = frozenset({*VARIABLES.values(), "UV_DEFAULT_INDEX"})
"""All variables that we ever keep for a user."""
_SAID = frozenset({"project", "file", "screen", "set"})


SYMLINKS = said("With symlinks, clearing the cache breaks every environment: their packages lie in it.")


def chosen_variables(choices: Choices) -> dict[str, str]:
    """The variables that the choices set; a key at its default is uv's business."""
    chosen = {VARIABLES[key]: choices.text(key) for key in VARIABLES}
    return {name: value for name, value in chosen.items() if value and not (name == "UV_LINK_MODE" and value == "auto")}


def wrote_variables(changed: Iterable[str]) -> bool:
    """Whether one of these paths is a generated file of ours."""
    names = {family.file for family in FAMILIES}
    return any(path.replace("\\", "/").rpartition("/")[2] in names for path in changed)


@dataclass(frozen=True)
class _Kept:
    """What is written down, and where."""

    files: tuple[FileChange, ...] = ()
    registry: tuple[RegistryChange, ...] = ()
    notes: tuple[str, ...] = ()
    shells: tuple[str, ...] = ()


def step(machine: Machine, choices: Choices, path_entry: str | None, uv: str = "uv") -> Step | None:
    """The settings step, None where nothing changes.

    `path_entry`: a folder that every shell should search for uv; `uv`: the one there will be.
    """
    where = choices.text("settings.where")
    if where == "none":
        return None
    variables = chosen_variables(choices)
    for_toml, toml_notes = uv_toml.taken(machine, choices, uv) if where == "uv.toml" else ({}, ())
    variables = {name: value for name, value in variables.items() if name not in _moved(for_toml)}
    index = persisted(choices)
    if index is not None:
        variables["UV_DEFAULT_INDEX"] = index
    toml = (uv_toml.change(machine, for_toml),) if for_toml else ()
    kept = _environment(machine, choices, variables, path_entry, _moved(for_toml))
    files = tuple(one for one in (*toml, *kept.files) if not one.known or one.before != one.after)
    cache, cache_notes = old_cache.command(machine, choices, uv)
    if not files and not kept.registry and cache is None:
        return None
    checks = _checks(machine, uv, variables, path_entry, toml=any(one in files for one in toml), kept=kept)
    index_note = (PERSIST_NOTE,) if index is not None else ()
    links_note = (SYMLINKS,) if choices.text("settings.link-mode") == "symlink" else ()
    notes = (
        *toml_notes,
        *cache_notes,
        *links_note,
        *_overruled(machine, {**variables, **_moved(for_toml)}),
        *_outranked(machine, _moved(for_toml)),
        *kept.notes,
        *index_note,
    )
    told = [said("the old cache: {what}", what=choices.text("settings.old-cache"))] if cache else []
    if files or kept.registry:
        names = [*for_toml, *variables, *(["PATH"] if path_entry else [])] or ["settings"]
        target = listed((*(["uv.toml"] if for_toml else []), *_targets(machine, kept)))
        told.insert(0, said("{names} for {target}", names=", ".join(names), target=target or "uv"))
    commands = (*checks, *((cache,) if cache else ()))
    return Step("settings", "settings", clauses(told), commands, files, kept.registry, notes)


def _moved(for_toml: dict[str, str]) -> dict[str, str]:
    """The variables that uv.toml stands for: they would win over it."""
    return {VARIABLES[key]: for_toml[name] for key, name in uv_toml.KEYS.items() if name in for_toml}


def _environment(
    machine: Machine, choices: Choices, variables: dict[str, str], path_entry: str | None, moved: dict[str, str]
) -> _Kept:
    if machine.os == "windows":
        registry, notes = user_registry.changes(machine, variables, path_entry, {*_given_up(choices), *moved})
        return _Kept((), registry, notes)
    own, folder = shell_files.own_variables(machine, OURS), shell_files.own_folder(machine)
    gone = {*_given_up(choices), *moved} & set(own)
    if not (variables or path_entry or gone):
        return _Kept()
    whole = {name: value for name, value in {**own, **variables}.items() if name not in gone}
    found = shell_files.shell_files(machine, whole, path_entry or folder)
    return _Kept(found.changes, (), found.notes, found.shells)


def _given_up(choices: Choices) -> set[str]:
    """The variables whose key somebody set to uv's own: what an earlier run of ours wrote for them goes."""
    found = {
        variable
        for key, variable in VARIABLES.items()
        if choices.origin(key) in _SAID and choices.get(key) in ("", "auto")
    }
    if choices.origin("mirrors.persist") in _SAID and not choices.flag("mirrors.persist"):
        found.add("UV_DEFAULT_INDEX")
    return found


def _overruled(machine: Machine, wanted: dict[str, str]) -> tuple[str, ...]:
    """Lines of the user's own that are read after ours and say something else: they win, and are not ours to change."""
    return tuple(
        said(
            "{short} line {line} sets {variable} too, and wins in the shells that read it: "
            "take that line out, or this choice does nothing there.",
            short=short(machine, one.path),
            line=one.line,
            variable=one.variable,
        )
        for one in shell_files.assignments(machine, OURS)
        if one.variable in wanted and one.value != wanted[one.variable]
    )


def _outranked(machine: Machine, moved: dict[str, str]) -> Iterator[str]:
    """Variables that are set elsewhere than in a start-up file: uv takes them before its uv.toml."""
    ours = shell_files.own_variables(machine, OURS)  # those go
    told = {one.variable for one in shell_files.assignments(machine, OURS)}
    for name, value in moved.items():
        stored = user_registry.value_of(machine, name)  # that goes too
        here = machine.environment.get(name)
        if here and here != value and name not in told and here not in (ours.get(name), stored and stored[0]):
            yield said(
                "{name} in this terminal is {here} and wins over uv.toml: remove it where it is set.",
                name=name,
                here=one_line(here, 120),
            )


def _checks(
    machine: Machine, uv: str, variables: dict[str, str], path_entry: str | None, *, toml: bool, kept: _Kept
) -> tuple[Command, ...]:
    """uv asked whether it takes its file, and each shell for what arrived."""
    found = []
    if toml:
        argv = (uv, "cache", "dir")
        found.append(Command(argv, kind="check-uv-toml", options={"path": uv_toml.path(machine), "uv": uv}))
    if (variables or path_entry) and (kept.files or kept.registry):
        options = {"variables": variables, "folder": path_entry, "uv": uv if path_entry else None}
        found.append(Command(_typed(machine, kept, variables), kind="ask-shells", options=options))
    return tuple(found)


def _typed(machine: Machine, kept: _Kept, variables: dict[str, str]) -> tuple[str, ...]:
    """What a person would type for the same, in one of the shells."""
    name = next(iter(variables), "PATH")
    if machine.os == "windows":
        return ("cmd", "/c", "set", name)
    shell = (kept.shells or ("sh",))[0]
    return (shell, "-l", "-c", f"printenv {name}" if shell != "nu" else f"$env.{name}")


def _targets(machine: Machine, kept: _Kept) -> tuple[str, ...]:
    if machine.os == "windows":
        return (said("your Windows user"),) if kept.registry else ()
    return kept.shells or ((said("your shells"),) if kept.files else ())


__all__ = [
    "OURS", "VARIABLES", "chosen_variables", "knows_folder", "load_line", "own_folder", "shells_of", "step",
    "wrote_variables",
]  # fmt: skip
