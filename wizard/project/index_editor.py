"""Names a mirror in the `[[tool.uv.index]]` tables of pyproject.toml, and changes nothing else of the file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from wizard.project.edited import carried_out, parsed
from wizard.project.pyproject import mappings, table
from wizard.project.toml_words import as_table
from wizard.project.torch_target import INDEXES, Change


@dataclass(frozen=True)
class IndexWish:
    """What the index tables are to say. An address is compared without the slash at its end."""

    default: tuple[str, str] | None = None
    """(name, address) of the default index; None leaves what is there."""
    without: frozenset[str] = frozenset()
    """Addresses of default indexes to take out."""
    instead: Mapping[str, str] = field(default_factory=dict)
    """Address -> the address to write in its place."""


def edit_indexes(pyproject: bytes, wish: IndexWish) -> bytes:
    """The file with those indexes; the same bytes where it has them. Raises Refused."""
    wanted = list(_changes(parsed(pyproject), wish))
    return carried_out(pyproject, wanted, lambda: "".join(_line(change) for change in wanted))


def default_index(tables: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The project's default index, None where it has none of its own."""
    return next((one for one in mappings(table(tables, "tool", "uv").get("index")) if one.get("default") is True), None)


def _changes(tables: Mapping[str, Any], wish: IndexWish) -> Iterator[Change]:
    declared = mappings(table(tables, "tool", "uv").get("index"))
    for one in declared:
        address = str(one.get("url"))
        if one.get("default") is True and address.rstrip("/") in wish.without:
            yield Change("drop", INDEXES, None, dict(one))
        elif address.rstrip("/") in wish.instead:
            yield Change("address", INDEXES, wish.instead[address.rstrip("/")], address)
    if wish.default is not None:
        name, url = wish.default
        old = default_index(tables)
        if old is None:
            yield Change("append", INDEXES, {"name": _free(name, declared), "url": url, "default": True})
        elif old.get("url") != url:
            yield Change("address", INDEXES, url, old.get("url"))


def _free(name: str, declared: tuple[Mapping[str, Any], ...]) -> str:
    taken = {one.get("name") for one in declared}
    return next(one for one in (name, *(f"{name}-{n}" for n in range(2, 99))) if one not in taken)


def _line(change: Change) -> str:
    if change.kind == "append":
        return as_table(change.path, change.value)
    if change.kind == "drop":
        return f"# take the index {change.old.get('url')} out of [[tool.uv.index]]\n"
    return f"# in [[tool.uv.index]] write url = {change.value} in place of {change.old}\n"
