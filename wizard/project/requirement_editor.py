"""Changes what a project asks for by name, in every list of requirements that pyproject.toml has, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from wizard.language import said
from wizard.project.edited import carried_out, parsed
from wizard.project.pyproject import normal, table, texts
from wizard.project.torch_lines import lists, name_of
from wizard.project.torch_target import Change

__all__ = ["ANY", "added", "edit_requirements", "name_of", "names_in", "names_in_order", "options_for"]

ANY = SpecifierSet(">=0")
"""Asked for in the place of another name: no version, also where one stands there."""
DEPENDENCIES = ("project", "dependencies")
SOURCES = ("tool", "uv", "sources")
_OPTIONS = {"optional-dependencies": "--optional", "dependency-groups": "--group"}


def edit_requirements(pyproject: bytes, wishes: Mapping[str, str | None]) -> bytes:
    """The file with those wishes; the same bytes where it names none of them. Raises Refused.

    `wishes`: a package -> the requirement (PEP 508) in the place of those that name it, None: they are taken out. Extras and
    marker stay where it has none; another name without a version keeps the version that stands there.
    """
    wanted = list(_changes(parsed(pyproject), wishes))
    return carried_out(pyproject, wanted, partial(_by_hand, wanted))


def added(pyproject: bytes, requirement: str) -> bytes:
    """The file with one more dependency of the project; the same bytes where there is no project in it, or where a build
    says what it depends on. Raises Refused.
    """
    tables = parsed(pyproject)
    if not table(tables, "project") or "dependencies" in texts(table(tables, "project").get("dynamic")):
        return pyproject
    there = isinstance(table(tables, "project").get("dependencies"), list)
    one = Change("item", DEPENDENCIES, requirement) if there else Change("set", DEPENDENCIES, [requirement])
    return carried_out(pyproject, [one], partial(_by_hand, [one]))


def names_in_order(pyproject: bytes) -> tuple[str, ...]:
    """The packages that the file asks for, wherever it does, each once, those of the project first. Raises Refused."""
    named = (name for _path, lines in lists(parsed(pyproject)) for line in lines if (name := name_of(line)))
    return tuple(dict.fromkeys(named))


def names_in(pyproject: bytes) -> set[str]:
    """The same in no order. Raises Refused."""
    return set(names_in_order(pyproject))


def options_for(pyproject: bytes, package: str) -> tuple[str, ...]:
    """The options by which `uv add` and `uv remove` find it: that of the group or extra that asks for it. Raises Refused."""
    for path, lines in lists(parsed(pyproject)):
        if normal(package) in map(name_of, lines):
            return (
                () if path == DEPENDENCIES else (_OPTIONS[path[-2]], path[-1]) if path[-2] in _OPTIONS else ("--dev",)
            )
    return ()


def _changes(tables: Mapping[str, Any], wishes: Mapping[str, str | None]) -> Iterator[Change]:
    wished = {normal(name): wish for name, wish in wishes.items()}
    changed = set()
    for path, lines in lists(tables):
        stays = [Requirement(line) for line in lines if name_of(line) not in {None, *wished}]
        for line in lines:
            name = name_of(line)
            if name in wished:
                wish = wished[name]
                new = None if wish is None else _in_place_of(line, wish)
                if new != line:
                    changed.add(name)
                    asked_already = new is not None and any(_covers(one, Requirement(new)) for one in stays)
                    yield Change("item", path, None if asked_already else new, line)
    for name in changed:
        yield from _moved_source(table(tables, "tool", "uv", "sources"), name, wished[name])


def _covers(there: Requirement, new: Requirement) -> bool:
    """Whether a requirement of the same package holds wherever the new one would."""
    return normal(there.name) == normal(new.name) and (there.marker is None or there.marker == new.marker)


def _moved_source(sources: Mapping[str, Any], name: str, wish: str | None) -> Iterator[Change]:
    """Where a package comes from stays what it is under its right name: from another index it may be another package."""
    new = Requirement(wish) if wish is not None else None
    if new is not None and normal(new.name) == name:
        return
    for key in [key for key in sources if normal(key) == name]:
        if new is not None and not new.url and normal(new.name) not in map(normal, sources):
            yield Change("set", (*SOURCES, new.name), sources[key])
        yield Change("set", (*SOURCES, key), None, optional=True)


def _in_place_of(line: str, wish: str) -> str:
    old, new = Requirement(line), Requirement(wish)
    if not (new.specifier or new.url) and normal(new.name) != normal(old.name):
        new.specifier, new.url = old.specifier, old.url
    elif new.specifier == ANY:
        new.specifier = SpecifierSet()
    new.extras = new.extras or old.extras
    new.marker = new.marker or old.marker
    return str(new)


def _by_hand(wanted: list[Change]) -> str:
    return "".join(f"# {_told(one)}\n" for one in wanted if not one.optional)


def _told(one: Change) -> str:
    where = ".".join(one.path)
    if one.value is None:
        return said("take {old} out of {where}", old=one.old, where=where)
    if one.old is None:
        return said("{new} into {where}", new=one.value, where=where)
    return said("{new} in place of {old} in {where}", new=one.value, old=one.old, where=where)
