"""What binding torch to a variant changes in pyproject.toml, as changes to its parsed tables. Pure.

Two layouts, as uv's guide on PyTorch lays them out: one explicit index for the whole project, or extras that exclude
each other. macOS always takes the package index's own torch. An index binds only packages that the project names.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from packaging.requirements import Requirement

from wizard.language import said
from wizard.project.pyproject import normal, table, texts
from wizard.project.torch_extras import conflicts, extras
from wizard.project.torch_lines import goes_along, lists, marker, name_of, packages
from wizard.project.torch_sources import ELSEWHERE, indexes, let_go, sources
from wizard.project.torch_target import Change, Impossible, Path, Target, apply
from wizard.project.torch_tidy import bound_to, emptied, held, unused


def changes(tables: Mapping[str, Any], target: Target, ours: frozenset[str] = frozenset()) -> Iterator[Change]:
    """The changes, one after another; none where all is as it should be. Raises Impossible.

    `ours`: the constraints that an earlier edit made. An optional change may be left out by whoever applies them.
    """
    now = copy.deepcopy(dict(tables))
    _possible(now, target)
    mine = {
        name
        for name in table(now, "tool", "uv", "sources")
        if normal(name) in packages(target) or goes_along(normal(name))
    }
    before = bound_to(now, {normal(name) for name in mine})
    binding = (_pins, _strays, _besides, extras, indexes, conflicts, sources) if target.variants else ()
    finds: list[Callable[[], Iterator[Change]]] = [
        *(partial(find, now, target) for find in binding),
        lambda: held(now, target, ours),
        lambda: unused(now, before - bound_to(now)),
    ]
    gone: list[Path] = []
    for find in finds:
        for change in list(find()):
            apply(now, change)
            gone += [change.path[:-1]] if change.value is None and change.kind != "item" else []
            yield change
    for path in dict.fromkeys(gone):
        for change in list(emptied(now, path)):
            apply(now, change)
            yield change


def _possible(tables: Mapping[str, Any], target: Target) -> None:
    """Raises Impossible where torch is not the project's own to bind."""
    named = [line for _, lines in lists(tables) for line in lines if name_of(line) in packages(target)]
    if not any(name_of(line) == "torch" for line in named) and "torch" in target.named:
        if target.layout == "extras":
            raise Impossible(
                said("a member of this workspace names torch, and an extra of the root is none of the member's")
            )
        if target.beside:
            raise Impossible(
                said("a member of this workspace names torch, and what this variant needs beside it stands there")
            )
    elif not any(name_of(line) == "torch" for line in named):
        head = table(tables, "project")
        if not head or "dependencies" in texts(head.get("dynamic")):
            raise Impossible(said("the dependencies of this project do not stand in [project]"))
        raise Impossible(said("another package brings torch here; name it in the project first (uv add torch)"))
    if target.variants and any(Requirement(line).url for line in named):
        raise Impossible(ELSEWHERE)


def _pins(tables: Mapping[str, Any], target: Target) -> Iterator[Change]:
    """`torch==2.1.0+cu118` binds one build on every system: the index does that now."""
    names = packages(target)
    for path, lines in lists(tables):
        for line in lines:
            if name_of(line) in names and "+" in line.partition(";")[0]:
                before, semicolon, only = line.partition(";")
                yield Change("item", path, re.sub(r"\+[A-Za-z0-9.]+", "", before) + semicolon + only, line)


def _strays(tables: Mapping[str, Any], target: Target) -> Iterator[Change]:
    """Triton packages of another variant: no index in force would have them."""
    needed = {name for names in target.beside.values() for name in names}
    if target.layout == "index":
        for path, lines in lists(tables):
            for line in lines:
                name = name_of(line)
                if goes_along(name) and name not in needed and let_go(tables, str(name), target):
                    yield Change("item", path, None, line)
                    if name in table(tables, "tool", "uv", "sources"):
                        yield Change("set", ("tool", "uv", "sources", str(name)), None)


def _besides(tables: Mapping[str, Any], target: Target) -> Iterator[Change]:
    if target.layout != "index":
        return
    places = [(path, lines) for path, lines in lists(tables) if any(name_of(one) == "torch" for one in lines)]
    for variant, systems in target.bound.items():
        for name in target.beside.get(variant, ()):
            for path, lines in places:
                if not any(name_of(one) == name for one in lines):
                    yield Change("item", path, f"{name} ; {marker(systems)}")
