"""The indexes of a variant and the sources that bind packages to them. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from packaging.markers import InvalidMarker, Marker, UndefinedEnvironmentName

from wizard.catalog_torch import the
from wizard.language import said
from wizard.project.pyproject import mappings, normal, table, text
from wizard.project.torch_lines import SYSTEMS, goes_along, lists, marker, name_of, packages
from wizard.project.torch_target import INDEXES, Change, Impossible, Target

ELSEWHERE = said("torch, or a package that goes with it, comes from git, a path or an address in this project")


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


def named_after(index: Mapping[str, Any]) -> str | None:
    """The variant of an index that bears the name which this editor, and uv's guide, give to PyTorch's: whatever its
    address, it stands for the official one. None for any other index.
    """
    last = str(index.get("url")).rstrip("/").rpartition("/")[2]
    named = f"pytorch-{last.replace('.', '-')}"
    same = re.fullmatch(rf"{re.escape(named)}(-[2-9]|-[1-9][0-9])?", str(index.get("name")))
    return last if same and index.get("explicit") is True and last in the().variants else None


def indexes(tables: Mapping[str, Any], target: Target) -> Iterator[Change]:
    """The index of each variant; one that has the official address, or stands for it, takes the one that is wanted."""
    declared = mappings(table(tables, "tool", "uv").get("index"))
    for variant in target.bound:
        if declared_index(tables, variant, target) is not None:
            continue
        official = the().index_base + variant
        same = (one for one in declared if str(one.get("url")).rstrip("/") == official or named_after(one) == variant)
        old = next((one["url"] for one in same), None)
        if old is not None:
            yield Change("address", INDEXES, target.url(variant), old)
        else:
            entry = {"name": index_name(tables, variant, target), "url": target.url(variant), "explicit": True}
            yield Change("append", INDEXES, entry)


def sources(tables: Mapping[str, Any], target: Target) -> Iterator[Change]:
    bound = table(tables, "tool", "uv", "sources")
    named = {name_of(line) for _, lines in lists(tables) for line in lines} | target.named
    beside = dict.fromkeys(name for names in target.beside.values() for name in names)
    for package in (*packages(target), *beside):
        key = next((one for one in bound if normal(one) == package), package)
        variants = {v: s for v, s in target.bound.items() if not goes_along(package)
                    or package in target.beside.get(v, ())}  # fmt: skip
        if package in named:
            value = _entries(tables, bound.get(key), variants, target)
            if value != (bound.get(key) if key in bound else None):
                yield Change("set", ("tool", "uv", "sources", key), value)


def _entries(tables: Mapping[str, Any], now: Any, variants: Mapping[str, tuple[str, ...]], target: Target) -> Any:
    """The source's new value; None: no entry is left."""
    entries = [now] if isinstance(now, Mapping) else list(mappings(now))
    if any("index" not in one for one in entries):
        raise Impossible(ELSEWHERE)
    if target.layout == "extras":
        mine = [_entry(tables, variant, systems, target, extra=variant) for variant, systems in variants.items()]
        kept = [dict(one) for one in entries if one.get("extra") not in variants and ("extra" in one or "group" in one)]
        return kept + mine
    if any("extra" in one or "group" in one for one in entries):
        names = ", ".join(dict.fromkeys(str(one.get("extra") or one.get("group")) for one in entries))
        raise Impossible(
            said("this project binds torch to extras or groups ({names}) already; choose one of them", names=names)
        )
    kept = [one for entry in entries for one in _narrowed(dict(entry), target.chosen)]
    mine = [_entry(tables, variant, systems, target, extra=None) for variant, systems in variants.items()]
    return (kept + mine) or None


def _entry(
    tables: Mapping[str, Any], variant: str, systems: Sequence[str], target: Target, *, extra: str | None
) -> dict[str, str]:
    entry = {"index": index_name(tables, variant, target)}
    if extra:
        entry["extra"] = extra
    entry["marker"] = marker(systems)
    return entry


def let_go(tables: Mapping[str, Any], package: str, target: Target) -> bool:
    """Whether every system for which the project binds that package is decided anew."""
    source = table(tables, "tool", "uv", "sources").get(package)
    entries = [source] if isinstance(source, Mapping) else list(mappings(source))
    if not entries:
        return target.chosen >= {"linux", "windows"}
    return not any(True for one in entries for _ in _narrowed(dict(one), target.chosen))


def _narrowed(entry: dict[str, Any], chosen: set[str]) -> Iterator[dict[str, Any]]:
    """What is left of an entry when these systems are bound anew."""
    left = [system for system in SYSTEMS if system not in chosen]
    try:
        only = Marker(entry["marker"]) if "marker" in entry else None
        holding = [one for one in left if only is None or _holds(only, one)]
    except (InvalidMarker, UndefinedEnvironmentName) as error:
        raise Impossible(said("the marker of a source of torch can't be read: {error}", error=error)) from None
    if holding:
        yield entry if holding == list(SYSTEMS) else {**entry, "marker": marker(holding)}


def _holds(only: Marker, system: str) -> bool:
    names = {"linux": "Linux", "windows": "Windows", "macos": "Darwin"}
    return only.evaluate({"sys_platform": SYSTEMS[system], "platform_system": names[system],
                            "os_name": "nt" if system == "windows" else "posix"})  # fmt: skip
