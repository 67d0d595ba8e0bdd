"""Where the tables of a TOML text begin and end. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from wizard.toml import TOMLError, parse

_HEADER = re.compile(r"^[ \t]*(?P<open>\[\[?)(?P<path>[^\[\]\n]+)\]\]?[ \t]*(?:#.*)?$", re.MULTILINE)
_TAIL = re.compile(r"(?:\n[ \t]*(?:#.*)?)*\Z")


@dataclass(frozen=True)
class Block:
    """A table's header and what stands under it, without the blank lines and comments before the next."""

    path: tuple[str, ...]
    start: int
    end: int
    repeated: bool


def blocks(text: str) -> list[Block]:
    """The tables of the file as they stand. A line inside a longer value may look like a header: the proof finds out."""
    heads = [found for found in _HEADER.finditer(text) if path_of(found["path"]) is not None]
    starts = [0, *(found.start() for found in heads)]
    ends = [*starts[1:], len(text)]
    paths = [(), *(path_of(found["path"]) or () for found in heads)]
    repeated = [False, *(bool(found["open"] == "[[") for found in heads)]
    return [
        Block(path, start, start + len(_TAIL.sub("", text[start:end])), many)
        for path, start, end, many in zip(paths, starts, ends, repeated, strict=True)
    ]


def path_of(dotted: str) -> tuple[str, ...] | None:
    try:
        table: Any = parse(f"[{dotted}]".encode())
    except TOMLError:
        return None
    path: list[str] = []
    while table:
        (key, table), *_ = table.items()
        path.append(key)
    return tuple(path)
