"""One change to the text of pyproject.toml, tried in several ways until one is proven. Pure.

The proof: the file parses to exactly the tables that were meant, every comment still stands, and no line is gone but
those of the key that changed. tomlkit writes what has to be woven in; it sees one table at a time where it can.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import AoT, Array, InlineTable

from wizard.project.torch_target import Change
from wizard.toml import TOMLError, parse

_COMMENT = re.compile(r"#.*$", re.MULTILINE)
_HEADER = re.compile(r"^[ \t]*(?P<open>\[\[?)(?P<path>[^\[\]\n]+)\]\]?[ \t]*(?:#.*)?$", re.MULTILINE)
_TAIL = re.compile(r"(?:\n[ \t]*(?:#.*)?)*\Z")


def written(text: str, change: Change, tables: Mapping[str, Any]) -> str | None:
    """The text with that change, None where no way of writing it holds."""
    for way in (_literally, _beside, _appended, _in_block, _in_place):
        try:
            for after in way(text, change):
                if _holds(text, after, change, tables):
                    return after
        except (TOMLKitError, KeyError, ValueError, TypeError, AttributeError, IndexError):
            continue  # this way does not fit the file; the proof decides about the others
    return None


def _holds(before: str, after: str, change: Change, tables: Mapping[str, Any]) -> bool:
    try:
        if parse(after.encode()) != tables:
            return False
    except TOMLError:
        return False
    if not _confined(before, after, change):
        return False
    comments = [one.rstrip() for one in _COMMENT.findall(before)]
    gone = _COMMENT.findall(str(change.old)) if change.old else []
    left = [one.rstrip() for one in _COMMENT.findall(after)]
    return all(left.count(one) >= comments.count(one) - len(gone) for one in set(comments))


def _confined(before: str, after: str, change: Change) -> bool:
    """Whether no line is gone but those of the changed key or item."""
    old, new = before.splitlines(), after.splitlines()
    own = _own_lines(old, change)
    return all(
        tag in {"equal", "insert"} or own.issuperset(range(start, end))
        for tag, start, end, *_ in SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    )


def _own_lines(lines: Sequence[str], change: Change) -> set[int]:
    """The lines that may change: those that name the key, its table or the item, to the end of the value there."""
    marks = tuple(filter(None, (*change.path[-2:], change.old)))
    own: set[int] = set()
    for start, line in enumerate(lines):
        if any(mark in line for mark in marks):
            own.add(start)
            own.update(range(start, _end_of_value(lines, start)))
    return own


def _end_of_value(lines: Sequence[str], start: int) -> int:
    """Behind the last line of the statement that begins there; the line itself where none does."""
    for end in range(start + 1, min(len(lines), start + 400) + 1):
        try:
            parse("\n".join(lines[start:end]).encode())
        except TOMLError:
            continue
        return end
    return start + 1


def _literally(text: str, change: Change) -> Iterator[str]:
    """A requirement that stands once in the file, changed inside its quotes."""
    if change.kind != "item" or change.old is None or change.value is None:
        return
    for quote in ('"', "'"):
        literal = f"{quote}{change.old}{quote}"
        place = text.find(literal)
        while place >= 0:
            yield text[:place] + f"{quote}{change.value}{quote}" + text[place + len(literal) :]
            place = text.find(literal, place + 1)


def _beside(text: str, change: Change) -> Iterator[str]:
    """One more table of a list, behind the last that stands there."""
    if change.kind != "append":
        return
    blocks = [block for block in _blocks(text) if block.path == change.path and block.repeated]
    if blocks:
        end = blocks[-1].end
        yield text[:end].rstrip("\n") + "\n\n" + as_table(change.path, change.value) + text[end:]


def _appended(text: str, change: Change) -> Iterator[str]:
    """A table of its own at the end of the file: the rest is not touched."""
    if change.kind == "item" or change.value is None:
        return
    gap = "" if not text else ("\n" if text.endswith("\n") else "\n\n")
    yield text + gap + as_table(change.path, change.value)


def as_table(path: Sequence[str], value: Any) -> str:
    """A table of a list, or a table with the one key, as it stands alone in a file."""
    *above, last = path
    if isinstance(value, dict):
        lines = [f"{bare(key)} = {literal(one)}" for key, one in value.items()]
        return "\n".join([f"[[{dotted(path)}]]", *lines]) + "\n"
    return f"[{dotted(above)}]\n{bare(last)} = {literal(value)}\n"


def dotted(path: Sequence[str]) -> str:
    """A path as a header has it."""
    return ".".join(map(bare, path))


def bare(name: str) -> str:
    """A key, quoted where it has to be."""
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else literal(name)


def literal(value: Any) -> str:
    """A value as TOML on one line, or a list of tables on several."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{bare(key)} = {literal(one)}" for key, one in value.items()) + " }"
    if isinstance(value, list):
        rows = [literal(one) for one in value]
        if any(isinstance(one, (dict, list)) for one in value) and not all(isinstance(one, dict) for one in value):
            return "[" + ", ".join(rows) + "]"
        if any(isinstance(one, dict) for one in value) and len(", ".join(rows)) > 40:
            return "[\n" + "".join(f"  {row},\n" for row in rows) + "]"
        return "[" + ", ".join(rows) + "]"
    return str(tomlkit.string(str(value)).as_string())


@dataclass(frozen=True)
class _Block:
    """A table's header and what stands under it, without the blank lines and comments before the next."""

    path: tuple[str, ...]
    start: int
    end: int
    repeated: bool


def _blocks(text: str) -> list[_Block]:
    """The tables of the file as they stand. A line inside a longer value may look like a header: the proof finds out."""
    heads = [found for found in _HEADER.finditer(text) if _path(found["path"]) is not None]
    starts = [0, *(found.start() for found in heads)]
    ends = [*starts[1:], len(text)]
    paths = [(), *(_path(found["path"]) or () for found in heads)]
    repeated = [False, *(bool(found["open"] == "[[") for found in heads)]
    return [
        _Block(path, start, start + len(_TAIL.sub("", text[start:end])), many)
        for path, start, end, many in zip(paths, starts, ends, repeated, strict=True)
    ]


def _path(dotted: str) -> tuple[str, ...] | None:
    try:
        table: Any = parse(f"[{dotted}]".encode())
    except TOMLError:
        return None
    path: list[str] = []
    while table:
        (key, table), *_ = table.items()
        path.append(key)
    return tuple(path)


def _in_block(text: str, change: Change) -> Iterator[str]:
    """In the one table that holds the key, read alone: what else the file holds can't be moved by that."""
    above = change.path[:-1]
    for block in sorted(_blocks(text), key=lambda one: len(one.path), reverse=True):
        if not block.repeated and above[: len(block.path)] == block.path and len(block.path) >= 1:
            for after in _in_place(text[block.start : block.end], change):
                behind = text[block.end :]
                yield text[: block.start] + after.rstrip("\n") + ("" if behind.startswith("\n") else "\n") + behind


def _in_place(text: str, change: Change) -> Iterator[str]:
    """Where the table or list stands already."""
    document = tomlkit.parse(text)
    if tomlkit.dumps(document) != text:
        return
    here: Any = document
    for depth, key in enumerate(change.path[:-1]):
        if key not in here and change.value is not None and change.kind != "item":
            here[key] = tomlkit.value(literal(_nested(change.path[depth + 1 :], change)))
            yield tomlkit.dumps(document)
            return
        here = here[key]
    last = change.path[-1]
    value = None if change.value is None else tomlkit.value(literal(change.value))
    if change.kind == "set" and value is None:
        here.remove(last)
    elif change.kind == "set":
        here[last] = value
    elif change.kind == "append":
        _append_table(here, last, change.value)
    else:
        _change_item(here[last], change)
    yield tomlkit.dumps(document)


def _nested(path: Sequence[str], change: Change) -> Any:
    """The change as a table in tables, for a place where none of them stands yet."""
    value: Any = [change.value] if change.kind == "append" else change.value
    for key in reversed(path):
        value = {key: value}
    return value


def _append_table(here: Any, last: str, value: Mapping[str, Any]) -> None:
    one = tomlkit.value(literal(dict(value)))
    if last not in here and isinstance(here, InlineTable):
        here[last] = tomlkit.value(literal([dict(value)]))
    elif last not in here:
        raise KeyError(last)
    elif isinstance(here[last], AoT):
        entry = tomlkit.table()
        for key, item in value.items():
            entry.add(key, item)
        here[last].append(entry)
    else:
        here[last].append(one)


def _change_item(lines: Array, change: Change) -> None:
    if change.old is None:
        if "\n" in lines.as_string():
            lines.add_line(change.value, indent=_indent(lines))
        else:
            lines.append(change.value)
    elif change.value is None:
        del lines[list(lines).index(change.old)]
    else:
        lines[list(lines).index(change.old)] = change.value


def _indent(lines: Array) -> str:
    found = re.search(r"\n([ \t]+)\S", lines.as_string())
    return found.group(1) if found else "    "
