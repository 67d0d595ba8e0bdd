"""Where the tables of a TOML text begin and end. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from wizard.toml import TOMLError, parse

_HEADER = re.compile(r"^[ \t]*(?P<open>\[\[?)(?P<path>[^\[\]\n]+)\]\]?[ \t]*(?:#.*)?$", re.MULTILINE)
_TOKEN = re.compile(
    r"""(?P<long>\"{3}(?:\\.|[^\\])*?\"{3,5}|'{3}.*?'{3,5})|\#[^\n]*|"(?:\\.|[^"\\\n])*"|'[^'\n]*'""", re.DOTALL
)
_TAIL = re.compile(r"(?:\n[ \t]*(?:#.*)?)*\Z")


@dataclass(frozen=True)
class Block:
    """A table's header and what stands under it, without the blank lines and comments before the next."""

    path: tuple[str, ...]
    start: int
    end: int
    repeated: bool


def blocks(text: str) -> list[Block]:
    """The tables of the file as they stand."""
    heads = [found for found in _HEADER.finditer(masked(text)) if path_of(found["path"]) is not None]
    starts = [0, *(found.start() for found in heads)]
    ends = [*starts[1:], len(text)]
    paths = [(), *(path_of(found["path"]) or () for found in heads)]
    repeated = [False, *(bool(found["open"] == "[[") for found in heads)]
    return [
        Block(path, start, start + len(_TAIL.sub("", text[start:end])), many)
        for path, start, end, many in zip(paths, starts, ends, repeated, strict=True)
    ]


def masked(text: str) -> str:
    """The text with the content of strings over several lines made unreadable, each character in its place."""
    return _TOKEN.sub(lambda found: re.sub(r"[^\n]", "x", found[0]) if found["long"] else found[0], text)


def comments(text: str) -> list[str]:
    """The comments, each from its mark to the end of its line."""
    return [found[0].rstrip() for found in _TOKEN.finditer(text) if found[0].startswith("#")]


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
