"""What an edit holds back, and what it leaves without a use. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from packaging.requirements import Requirement

from wizard.catalog_torch import the
from wizard.language import said
from wizard.project.pyproject import mappings, normal, table, texts
from wizard.project.torch import HELD, PAIRED
from wizard.project.torch_lines import name_of
from wizard.project.torch_target import INDEXES, Change, Impossible, Path, Target

CONSTRAINTS = ("tool", "uv", "constraint-dependencies")


def held(tables: Mapping[str, Any], target: Target, ours: frozenset[str]) -> Iterator[Change]:
    """`torch==2.10.0` among the constraints, and none of an earlier choice."""
    now = list(texts(table(tables, "tool", "uv").get("constraint-dependencies")))
    for name in ("torch", *PAIRED):
        wanted = f"{name}=={target.held[name]}" if name in target.held else None
        old = next((line for line in now if name_of(line) == name and line in ours), None)
        if wanted in now or wanted == old:
            continue
        if wanted and old is None and any(_against(line, name, target.held[name]) for line in now):
            raise Impossible(
                said(
                    "the constraint-dependencies of this project hold {name} already, and not at {wanted}",
                    name=name,
                    wanted=wanted,
                )
            )
        if old is None:
            yield Change("item", CONSTRAINTS, wanted, mark=HELD) if now else _first(wanted)
        elif wanted is None and now == [old]:
            yield Change("set", CONSTRAINTS, None, mark=HELD)
        else:
            yield Change("item", CONSTRAINTS, wanted, old, mark=HELD if wanted is None else None)
        now = [line for line in now if line != old] + ([wanted] if wanted else [])


def _first(wanted: str | None) -> Change:
    return Change("set", CONSTRAINTS, [wanted], mark=HELD)


def _against(line: str, name: str, version: str) -> bool:
    return name_of(line) == name and not Requirement(line).specifier.contains(version, prereleases=True)


def bound_to(tables: Mapping[str, Any], names: Iterable[str] | None = None) -> set[str]:
    """Names of the indexes that the sources of these packages (None: of any) name."""
    found = set()
    for package, source in table(tables, "tool", "uv", "sources").items():
        if names is None or normal(package) in names:
            entries = [source] if isinstance(source, Mapping) else mappings(source)
            found |= {str(one["index"]) for one in entries if "index" in one}
    return found


def unused(tables: Mapping[str, Any], left: set[str]) -> Iterator[Change]:
    """PyTorch's indexes that this edit leaves without a use. A workspace's members may name an index of the root."""
    if table(tables, "tool", "uv", "workspace"):
        return
    for one in mappings(table(tables, "tool", "uv").get("index")):
        last = str(one.get("url")).rstrip("/").rpartition("/")[2]
        if one.get("name") in left and one.get("explicit") is True and last in the().variants:
            yield Change("drop", INDEXES, None, dict(one), optional=True)


def emptied(tables: Mapping[str, Any], path: Path) -> Iterator[Change]:
    """The outermost table on the way to `path` in which nothing is left."""
    for depth in range(1, len(path) + 1):
        here: Any = tables
        for key in path[:depth]:
            here = here.get(key) if isinstance(here, Mapping) else None
        if isinstance(here, Mapping) and not _leaves(here):
            yield Change("set", path[:depth], None, optional=True)
            return


def _leaves(tables: Mapping[str, Any]) -> bool:
    return any(_leaves(one) if isinstance(one, Mapping) else True for one in tables.values())
