"""What a person has to change in pyproject.toml where the editor can't: lines that are TOML, and words as comments. Pure."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from typing import Any

from packaging.requirements import Requirement

from wizard.project.pyproject import mappings, normal, table, texts
from wizard.project.toml_words import as_table, bare, dotted, literal
from wizard.project.torch_changes import changes
from wizard.project.torch_lines import lists, name_of, packages
from wizard.project.torch_target import Change, Impossible, Path, Target, apply


def by_hand(tables: Mapping[str, Any], target: Target, ours: frozenset[str] = frozenset()) -> str:
    """The lines for this project: first what stands in the way, then what the edit comes to."""
    now = copy.deepcopy(dict(tables))
    first: list[str] = []
    wanted: list[Change] = []
    for every in (False, True):
        first += _cleared(now, target, every=every)
        try:
            wanted = [change for change in changes(now, target, ours) if not change.optional]
        except Impossible:
            continue
        break
    words = [*first, *(f"# {told}\n" for change in wanted if (told := _told(change)))]
    blocks = [as_table(change.path, change.value) for change in wanted if change.kind == "append"]
    return "\n".join(part for part in ("".join(words), *blocks, *_tables(wanted)) if part)


def _cleared(tables: dict[str, Any], target: Target, *, every: bool) -> Iterator[str]:
    """Takes out of the tables what stands in the way, and says so. `every`: whatever the sources of torch are."""
    names = packages(target)
    sources = table(tables, "tool", "uv", "sources")
    for key in [key for key in sources if normal(key) in names]:
        entries = [sources[key]] if isinstance(sources[key], Mapping) else list(mappings(sources[key]))
        if every or any("index" not in one for one in entries):
            apply(tables, Change("set", ("tool", "uv", "sources", key), None))
            yield f"# take {key} out of [tool.uv.sources]\n"
    for path, lines in lists(tables):
        for line in texts(lines):
            if name_of(line) in names and Requirement(line).url:
                apply(tables, Change("item", path, name_of(line), line))
                yield f"# in {dotted(path)} write {name_of(line)} in place of {line}\n"
    if not any(name_of(line) == "torch" for _, lines in lists(tables) for line in lines):
        named = table(tables, "project").get("dependencies")
        tables["project"] = {**table(tables, "project"), "dependencies": [*texts(named), "torch"]}
        yield "# add torch to the dependencies: uv add torch\n"


def _told(change: Change) -> str | None:
    """A change that is no line to add, in words."""
    where = dotted(change.path)
    if change.kind == "address":
        return f"in [[{where}]] write url = {literal(change.value)} in place of {literal(change.old)}"
    if change.kind == "set" and change.value is None:
        return f"take {bare(change.path[-1])} out of [{dotted(change.path[:-1])}]"
    if change.kind != "item":
        return None
    if change.old is None:
        return f"add {literal(change.value)} to {where}"
    if change.value is None:
        return f"take {literal(change.old)} out of {where}"
    return f"in {where} write {literal(change.value)} in place of {literal(change.old)}"


def _tables(wanted: list[Change]) -> Iterator[str]:
    """The keys to set, under the header of their table."""
    rows: dict[Path, dict[str, str]] = {}
    for change in wanted:
        if change.kind == "set" and change.value is not None:
            rows.setdefault(change.path[:-1], {})[change.path[-1]] = literal(change.value)
    for path, keys in rows.items():
        yield f"[{dotted(path)}]\n" + "".join(f"{bare(key)} = {value}\n" for key, value in keys.items())
