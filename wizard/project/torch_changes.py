"""What binding torch to a variant changes in pyproject.toml, as changes to its parsed tables. Pure.

Two layouts, as uv's guide on PyTorch lays them out: one explicit index for the whole project, or extras that exclude
each other. macOS always takes the package index's own torch. An index binds only packages that the project names.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from packaging.markers import InvalidMarker, Marker, UndefinedEnvironmentName
from packaging.requirements import InvalidRequirement, Requirement

from wizard.catalog_torch import the
from wizard.project.pyproject import mappings, normal, table, text, texts
from wizard.project.torch import PAIRED
from wizard.project.torch_target import Change, Impossible, Path, Target, apply

SYSTEMS = {"linux": "linux", "windows": "win32", "macos": "darwin"}
"""Names of systems as choices have them -> `sys_platform`."""


def changes(tables: Mapping[str, Any], target: Target) -> Iterator[Change]:
    """The changes, one after another; none where all is as it should be. Raises Impossible."""
    now = copy.deepcopy(dict(tables))
    if not any(name_of(line) == "torch" for _, lines in _lists(now) for line in lines):
        raise Impossible("another package brings torch here; name it in the project first (uv add torch)")
    finds = (_pins, _strays, _besides, _extras, _held, _indexes, _conflicts, _sources) if target.variants else (_held,)
    for find in finds:
        for change in list(find(now, target)):
            apply(now, change)
            yield change


def _lists(tables: Mapping[str, Any]) -> Iterator[tuple[Path, list[Any]]]:
    """Every list of requirements, with its place."""
    head = table(tables, "project")
    if isinstance(head.get("dependencies"), list):
        yield ("project", "dependencies"), head["dependencies"]
    for extra, lines in table(head, "optional-dependencies").items():
        if isinstance(lines, list):
            yield ("project", "optional-dependencies", extra), lines
    for group, lines in table(tables, "dependency-groups").items():
        if isinstance(lines, list):
            yield ("dependency-groups", group), lines
    old = table(tables, "tool", "uv").get("dev-dependencies")
    if isinstance(old, list):
        yield ("tool", "uv", "dev-dependencies"), old


def name_of(line: Any) -> str | None:
    """The package that a requirement names, None where it is none."""
    try:
        return normal(Requirement(line).name) if isinstance(line, str) else None
    except InvalidRequirement:
        return None


def _packages(target: Target) -> tuple[str, ...]:
    routed = the().routed
    return ("torch", *(name for name in target.family if name in routed and name != "torch"))


def _pins(tables: Mapping[str, Any], target: Target) -> Iterator[Change]:
    """`torch==2.1.0+cu118` binds one build on every system: the index does that now."""
    names = _packages(target)
    for path, lines in _lists(tables):
        for line in lines:
            if name_of(line) in names and "+" in line.partition(";")[0]:
                before, semicolon, marker = line.partition(";")
                yield Change("item", path, re.sub(r"\+[A-Za-z0-9.]+", "", before) + semicolon + marker, line)


def _strays(tables: Mapping[str, Any], target: Target) -> Iterator[Change]:
    """Triton packages of another variant: no index in force would have them."""
    needed = {name for names in target.beside.values() for name in names}
    if target.layout == "index" and target.chosen >= {"linux", "windows"}:
        for path, lines in _lists(tables):
            for line in lines:
                name = name_of(line)
                if name in the().index_packages and name not in needed:
                    yield Change("item", path, None, line)
                    if name in table(tables, "tool", "uv", "sources"):
                        yield Change("set", ("tool", "uv", "sources", str(name)), None)


def _besides(tables: Mapping[str, Any], target: Target) -> Iterator[Change]:
    if target.layout != "index":
        return
    places = [(path, lines) for path, lines in _lists(tables) if any(name_of(one) == "torch" for one in lines)]
    for variant, systems in target.bound.items():
        for name in target.beside.get(variant, ()):
            for path, lines in places:
                if not any(name_of(one) == name for one in lines):
                    yield Change("item", path, f"{name} ; {_marker(systems)}")


def _marker(systems: Iterable[str]) -> str:
    return " or ".join(f"sys_platform == '{SYSTEMS[system]}'" for system in systems)


def declared_index(tables: Mapping[str, Any], variant: str, target: Target) -> str | None:
    """The name under which the project already has an index of that variant, be it a mirror's; None where it has none."""
    wanted = target.url(variant).rstrip("/")
    found = None
    for one in mappings(table(tables, "tool", "uv").get("index")):
        url, name = text(one.get("url")), text(one.get("name"))
        if url and name and url.rstrip("/") == wanted:
            return name
        if url and name and variant not in target.index_url and url.rstrip("/").endswith(f"/{variant}"):
            found = found or name
    return found


def index_name(tables: Mapping[str, Any], variant: str, target: Target) -> str:
    """The name under which the project has that index, or will have it."""
    known = declared_index(tables, variant, target)
    if known:
        return known
    declared = mappings(table(tables, "tool", "uv").get("index"))
    taken = {one.get("name") for one in declared}
    wanted = f"pytorch-{variant.replace('.', '-')}"
    return next(name for name in (wanted, *(f"{wanted}-{n}" for n in range(2, 99))) if name not in taken)


def _indexes(tables: Mapping[str, Any], target: Target) -> Iterator[Change]:
    for variant in target.bound:
        if declared_index(tables, variant, target) is None:
            entry = {"name": index_name(tables, variant, target), "url": target.url(variant), "explicit": True}
            yield Change("append", ("tool", "uv", "index"), entry)


def _sources(tables: Mapping[str, Any], target: Target) -> Iterator[Change]:
    bound = table(tables, "tool", "uv", "sources")
    named = {name_of(line) for _, lines in _lists(tables) for line in lines}
    beside = dict.fromkeys(name for names in target.beside.values() for name in names)
    for package in (*_packages(target), *beside):
        key = next((one for one in bound if normal(one) == package), package)
        variants = {v: s for v, s in target.bound.items() if package not in the().index_packages
                    or package in target.beside.get(v, ())}  # fmt: skip
        if package in named:
            value = _entries(tables, bound.get(key), variants, target)
            if value != (bound.get(key) if key in bound else None):
                yield Change("set", ("tool", "uv", "sources", key), value)


def _entries(tables: Mapping[str, Any], now: Any, variants: Mapping[str, tuple[str, ...]], target: Target) -> Any:
    """The source's new value; None: no entry is left."""
    entries = [now] if isinstance(now, Mapping) else list(mappings(now))
    if any("index" not in one for one in entries):
        raise Impossible("torch, or a package that goes with it, comes from git, a path or an address in this project")
    if target.layout == "extras":
        mine = [_entry(tables, variant, systems, target, extra=variant) for variant, systems in variants.items()]
        kept = [dict(one) for one in entries if one.get("extra") not in variants and ("extra" in one or "group" in one)]
        return kept + mine
    if any("extra" in one or "group" in one for one in entries):
        raise Impossible("this project binds torch to extras or groups already; layout index would undo that")
    kept = [one for entry in entries for one in _narrowed(dict(entry), target.chosen)]
    mine = [_entry(tables, variant, systems, target, extra=None) for variant, systems in variants.items()]
    return (kept + mine) or None


def _entry(
    tables: Mapping[str, Any], variant: str, systems: Sequence[str], target: Target, *, extra: str | None
) -> dict[str, str]:
    entry = {"index": index_name(tables, variant, target)}
    if extra:
        entry["extra"] = extra
    entry["marker"] = _marker(systems)
    return entry


def _narrowed(entry: dict[str, Any], chosen: set[str]) -> Iterator[dict[str, Any]]:
    """What is left of an entry when these systems are bound anew."""
    left = [system for system in SYSTEMS if system not in chosen]
    try:
        marker = Marker(entry["marker"]) if "marker" in entry else None
        holding = [one for one in left if marker is None or _holds(marker, one)]
    except (InvalidMarker, UndefinedEnvironmentName) as error:
        raise Impossible(f"the marker of a source of torch can't be read: {error}") from None
    if holding:
        yield entry if holding == list(SYSTEMS) else {**entry, "marker": _marker(holding)}


def _holds(marker: Marker, system: str) -> bool:
    names = {"linux": "Linux", "windows": "Windows", "macos": "Darwin"}
    return marker.evaluate({"sys_platform": SYSTEMS[system], "platform_system": names[system],
                            "os_name": "nt" if system == "windows" else "posix"})  # fmt: skip


def _extras(tables: Mapping[str, Any], target: Target) -> Iterator[Change]:
    """The family's requirements move from the project's own list into each extra."""
    if target.layout != "extras":
        return
    names = _packages(target)
    extras = table(tables, "project", "optional-dependencies")
    own = [line for line in texts(table(tables, "project").get("dependencies")) if name_of(line) in names]
    lines = own or next(
        ([one for one in texts(old) if name_of(one) in names] for old in extras.values()
         if any(name_of(one) == "torch" for one in texts(old))), [])  # fmt: skip
    if not lines:
        raise Impossible("torch stands in a dependency group here, and extras can't take it from there")
    for variant in target.bound:
        wanted = list(lines)
        wanted += [f"{name} ; {_marker(target.variants[variant])}" for name in target.beside.get(variant, ())]
        if variant not in extras:
            yield Change("set", ("project", "optional-dependencies", variant), wanted)
        elif not any(name_of(one) == "torch" for one in texts(extras[variant])):
            raise Impossible(f"this project has an extra {variant} of another meaning")
    for line in own:
        yield Change("item", ("project", "dependencies"), None, line)


def _conflicts(tables: Mapping[str, Any], target: Target) -> Iterator[Change]:
    if target.layout != "extras":
        return
    now = table(tables, "tool", "uv").get("conflicts")
    sets = [list(one) for one in now if isinstance(one, list)] if isinstance(now, list) else []
    wanted = list(target.bound)
    for place, one in enumerate(sets):
        held = [entry.get("extra") for entry in one if isinstance(entry, Mapping)]
        if any(name in the().variants for name in held):
            missing = [{"extra": name} for name in wanted if name not in held]
            if missing:
                yield Change("set", ("tool", "uv", "conflicts"), [*sets[:place], one + missing, *sets[place + 1 :]])
            return
    if len(wanted) > 1:
        yield Change("set", ("tool", "uv", "conflicts"), [*sets, [{"extra": name} for name in wanted]])


def _held(tables: Mapping[str, Any], target: Target) -> Iterator[Change]:
    """`torch==2.10.0` among the constraints, and none of an earlier choice."""
    path = ("tool", "uv", "constraint-dependencies")
    now = texts(table(tables, "tool", "uv").get("constraint-dependencies"))
    for name in ("torch", *PAIRED):
        wanted = f"{name}=={target.held[name]}" if name in target.held else None
        ours = [line for line in now if re.fullmatch(rf"{name}==[0-9.]+", line)]
        if wanted in ours:
            continue
        if len(ours) == 1:
            yield Change("item", path, wanted, ours[0])
        elif wanted and now:
            yield Change("item", path, wanted)
        elif wanted:
            yield Change("set", path, [wanted])
        now = (*now, wanted) if wanted else now
