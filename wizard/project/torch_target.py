"""What torch is to be bound to, and a change to pyproject.toml as a value. Pure."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from wizard.catalog_torch import PYPI, the
from wizard.errors import BadInput

Path = tuple[str, ...]
INDEXES: Path = ("tool", "uv", "index")


class Impossible(BadInput):
    """The project is laid out in a way that this can't change safely; says why."""


@dataclass(frozen=True)
class Target:
    """What to bind torch to."""

    variants: Mapping[str, tuple[str, ...]]
    """Variant -> the systems (linux, windows, macos) it is for; `pypi` unbinds its own. The rest keep what they have."""
    layout: str = "index"
    """`index` or `extras`."""
    family: tuple[str, ...] = ()
    """What must come from the same index, where the project names it: torchvision, ..."""
    index_url: Mapping[str, str] = field(default_factory=dict)
    """Variant -> an address in place of the official one."""
    beside: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Variant -> the packages that its torch needs from the same index, and that the project has to name for that."""
    named: frozenset[str] = frozenset()
    """Packages that members of the workspace name: the root's indexes and sources hold for them too."""
    held: Mapping[str, str] = field(default_factory=dict)
    """Package -> the version to hold it at: torch, where that is wanted or a newer one of the same index would no longer
    run here, and what has to move together with it."""

    def url(self, variant: str) -> str:
        """The address of its index."""
        return self.index_url.get(variant, the().index_base + variant)

    @property
    def bound(self) -> dict[str, tuple[str, ...]]:
        """Those that need an index."""
        return {name: systems for name, systems in self.variants.items() if name != PYPI and systems}

    @property
    def chosen(self) -> set[str]:
        """The systems that are decided anew."""
        return {system for systems in self.variants.values() for system in systems}


@dataclass(frozen=True)
class Change:
    """`value` at `path`, None takes it away. `kind`: set (a key), append (to a list of tables), item (of a list),
    drop (`old` out of a list of tables), address (`old` of one of a list of tables).
    """

    kind: str
    path: Path
    value: Any
    old: Any = None
    mark: str | None = None
    """The comment to set beside it, so that it is known as ours."""
    optional: bool = False
    """Tidiness: left out where it can't be done safely."""


def apply(tables: dict[str, Any], change: Change) -> None:
    """The change, on parsed tables."""
    here: Any = tables
    for key in change.path[:-1]:
        if change.value is None and key not in here:
            return
        here = here.setdefault(key, {})
    last = change.path[-1]
    if change.kind == "append":
        here.setdefault(last, []).append(copy.deepcopy(change.value))
    elif change.kind == "item":
        _replace_item(here[last], change)
    elif change.kind == "drop":
        here[last].remove(change.old)
        if not here[last]:
            del here[last]
    elif change.kind == "address":
        next(one for one in here[last] if one.get("url") == change.old)["url"] = change.value
    elif change.value is None:
        here.pop(last, None)
    else:
        here[last] = copy.deepcopy(change.value)


def without_empty(tables: Mapping[str, Any], path: Path) -> dict[str, Any]:
    """The tables without the empty ones on the way to `path`: a dotted key takes its tables along when it goes."""
    if not path or not isinstance(tables.get(path[0]), Mapping):
        return dict(tables)
    below = without_empty(tables[path[0]], path[1:])
    return {key: below if key == path[0] else one for key, one in tables.items() if key != path[0] or below}


def _replace_item(lines: list[Any], change: Change) -> None:
    if change.old is None:
        lines.append(change.value)
    elif change.value is None:
        lines.remove(change.old)
    else:
        lines[lines.index(change.old)] = change.value
