"""Changes what a project asks for by name, in every list of requirements that pyproject.toml has, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement

from wizard.language import said
from wizard.project.edited import carried_out, parsed
from wizard.project.pyproject import normal, table
from wizard.project.torch_lines import lists, name_of
from wizard.project.torch_target import Change


def edit_requirements(pyproject: bytes, wishes: Mapping[str, str | None]) -> bytes:
    """The file with those wishes; the same bytes where it names none of them. Raises Refused.

    `wishes`: a package -> the requirement (PEP 508) in the place of those that name it, None: they are taken out. Extras and
    marker stay where it has none; another name without a version keeps the version that stands there.
    """
    wanted = list(_changes(parsed(pyproject), wishes))
    return carried_out(pyproject, wanted, partial(_by_hand, wanted))


def added(pyproject: bytes, requirement: str) -> bytes:
    """The file with one more dependency of the project; the same bytes where there is no project in it. Raises Refused."""
    tables = parsed(pyproject)
    if not table(tables, "project"):
        return pyproject
    path = ("project", "dependencies")
    there = isinstance(table(tables, "project").get("dependencies"), list)
    one = Change("item", path, requirement) if there else Change("set", path, [requirement])
    return carried_out(pyproject, [one], partial(_by_hand, [one]))


def is_requirement(text: str) -> bool:
    """Whether that is a requirement as pyproject.toml has them."""
    try:
        Requirement(text)
    except InvalidRequirement:
        return False
    return True


def _changes(tables: Mapping[str, Any], wishes: Mapping[str, str | None]) -> Iterator[Change]:
    wished = {normal(name): wish for name, wish in wishes.items()}
    gone = set()
    for path, lines in lists(tables):
        left = {name for line in lines if (name := name_of(line)) and name not in wished}
        for line in lines:
            name = name_of(line)
            if name in wished:
                wish = wished[name]
                new = None if wish is None else _in_place_of(line, wish)
                if new != line:
                    named_already = new is not None and name_of(new) in left
                    yield Change("item", path, None if named_already else new, line)
                if new is None or name_of(new) != name:
                    gone.add(name)
    for key in table(tables, "tool", "uv", "sources"):
        if normal(key) in gone:
            yield Change("set", ("tool", "uv", "sources", key), None, optional=True)


def _in_place_of(line: str, wish: str) -> str:
    old, new = Requirement(line), Requirement(wish)
    if not (new.specifier or new.url) and normal(new.name) != normal(old.name):
        new.specifier, new.url = old.specifier, old.url
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
