"""The layout `extras`: one extra for each variant, of which one can be chosen at a time, as uv's guide has it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from wizard.language import said
from wizard.project.pyproject import mappings, normal, table, texts
from wizard.project.torch_lines import lists, marker, name_of, packages
from wizard.project.torch_target import Change, Impossible, Target

OPTIONAL = ("project", "optional-dependencies")
CONFLICTS = ("tool", "uv", "conflicts")


def extras(tables: Mapping[str, Any], target: Target) -> Iterator[Change]:
    """Each extra names torch and its family; the project's own list lets them go, where no extra has a torch yet.

    uv takes a source for an extra only where that extra names the package.
    """
    if target.layout != "extras":
        return
    if not table(tables, "project"):
        raise Impossible(
            said("this project has no [project] table, so it can have no extras; use torch.layout = index")
        )
    names = packages(target)
    lines = _one_of_each(tables, names)
    there = table(tables, *OPTIONAL)
    for variant in target.bound:
        wanted = [lines[name] for name in names if name in lines]
        wanted += [f"{name} ; {marker(target.variants[variant])}" for name in target.beside.get(variant, ())]
        key = next((one for one in there if normal(one) == normal(variant)), variant)
        if key not in there:
            yield Change("set", (*OPTIONAL, key), wanted)
            continue
        have = [name_of(line) for line in texts(there[key])]
        if "torch" not in have:
            raise Impossible(said("this project has an extra {variant} of another meaning", variant=variant))
        yield from (Change("item", (*OPTIONAL, key), line) for line in wanted if name_of(line) not in have)
    if not bound_names(tables):
        for line in texts(table(tables, "project").get("dependencies")):
            if name_of(line) in names:
                yield Change("item", ("project", "dependencies"), None, line)


def _one_of_each(tables: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, str]:
    """Package -> its requirement: that of an extra which is bound already, else the first."""
    bound = {name for kind, name in bound_names(tables) if kind == "extra"}
    found: dict[str, str] = {}
    ordered = sorted(lists(tables), key=lambda one: not (one[0][:2] == OPTIONAL and normal(one[0][-1]) in bound))
    for _, lines in ordered:
        for line in texts(lines):
            name = name_of(line)
            if name in names:
                found.setdefault(str(name), line)
    return found


def bound_names(tables: Mapping[str, Any]) -> list[tuple[str, str]]:
    """("extra" or "group", name) to which the project binds torch, in its order."""
    source = table(tables, "tool", "uv", "sources").get("torch")
    entries = [source] if isinstance(source, Mapping) else list(mappings(source))
    found = [(kind, normal(str(one[kind]))) for one in entries for kind in ("extra", "group") if kind in one]
    return list(dict.fromkeys(found))


def conflicts(tables: Mapping[str, Any], target: Target) -> Iterator[Change]:
    """One set in which any two exclude each other: the new extras, and what the project binds torch to already."""
    if target.layout != "extras":
        return
    now = table(tables, "tool", "uv").get("conflicts")
    sets = [list(one) for one in now if isinstance(one, list)] if isinstance(now, list) else []
    members = list(dict.fromkeys([*bound_names(tables), *(("extra", normal(name)) for name in target.bound)]))
    best = max(range(len(sets)), key=lambda at: _shared(sets[at], members), default=None)
    if best is not None and _shared(sets[best], members) > 1:
        have = _members(sets[best])
        missing = [{kind: name} for kind, name in members if (kind, name) not in have]
        if missing:
            yield Change("set", CONFLICTS, [*sets[:best], sets[best] + missing, *sets[best + 1 :]])
    elif len(members) > 1:
        mine = [{kind: name} for kind, name in members]
        yield Change("item", CONFLICTS, mine) if sets else Change("set", CONFLICTS, [mine])


def _shared(one: list[Any], members: list[tuple[str, str]]) -> int:
    """How many of the members that set has; 0 where it has others too, for those need not exclude them."""
    have = _members(one)
    return len(have) if have and all(entry in members for entry in have) else 0


def _members(one: list[Any]) -> list[tuple[str, str]]:
    return [(kind, normal(str(name))) for entry in one if isinstance(entry, Mapping)
            for kind, name in entry.items() if kind in {"extra", "group"}]  # fmt: skip
