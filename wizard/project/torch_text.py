"""One change to the text of pyproject.toml, tried in several ways until one is proven. Pure.

The proof: the file parses to exactly the tables that were meant, every comment still stands, and no line is gone but
those of the key that changed. tomlkit writes what has to be woven in; it sees one table at a time where it can.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import AoT, Array, InlineTable

from wizard.project.toml_blocks import blocks, comments
from wizard.project.toml_words import as_table, literal
from wizard.project.torch_target import Change
from wizard.project.torch_text_out import headless, rewritten, without_item, without_key, without_table
from wizard.toml import TOMLError, parse


def written(text: str, change: Change, tables: Mapping[str, Any]) -> str | None:
    """The text with that change, None where no way of writing it holds."""
    for way in (
        _literally,
        _beside,
        _appended,
        without_item,
        without_key,
        without_table,
        _in_block,
        _in_place,
        _retabled,
        rewritten,
    ):
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
    there, left = Counter(comments(before)), Counter(comments(after))
    return all(left[one] >= count - (one == change.mark) for one, count in there.items())


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
    marks = (*change.path[-2:], *([change.old] if isinstance(change.old, str) else ()))
    above = re.compile(rf"\s*[\"']?({'|'.join(map(re.escape, change.path))})[\"']?\s*[.=]")
    own: set[int] = {at for at, line in enumerate(lines) if not line.strip()}
    text = "\n".join(lines)
    for block in blocks(text) if change.kind in {"drop", "set"} else ():
        if block.path[: len(change.path)] == change.path:
            first = text.count("\n", 0, block.start)
            own.update(range(max(0, first - 1), first + 1 + text.count("\n", block.start, block.end)))
    for start, line in enumerate(lines):
        if any(mark in line for mark in marks) or above.match(line):
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
    """A requirement or an address, changed inside its quotes."""
    if change.kind not in {"item", "address"} or change.old is None or change.value is None:
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
    alike = [block for block in blocks(text) if block.path == change.path and block.repeated]
    if alike:
        end = alike[-1].end
        yield text[:end].rstrip("\n") + "\n\n" + as_table(change.path, change.value).rstrip("\n") + (text[end:] or "\n")


def _appended(text: str, change: Change) -> Iterator[str]:
    """A table of its own at the end of the file: the rest is not touched."""
    if change.kind == "item" or change.value is None:
        return
    gap = "" if not text else ("\n" if text.endswith("\n") else "\n\n")
    table = as_table(change.path, change.value)
    yield text + gap + (f"{table.rstrip()}  {change.mark}\n" if change.mark else table)


def _in_block(text: str, change: Change) -> Iterator[str]:
    """In the one table that holds the key, read alone: what else the file holds can't be moved by that."""
    above = change.path[:-1]
    for block in sorted(blocks(text), key=lambda one: len(one.path), reverse=True):
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
    if _put(here, change.path[-1], change):
        yield tomlkit.dumps(document)


def _put(here: Any, last: str, change: Change) -> bool:
    """The change in that table; False where it is not to be made this way."""
    if change.kind == "append":
        _append_table(here, last, change.value)
    elif change.kind == "item":
        _change_item(here[last], change)
    elif change.kind == "drop" and isinstance(here[last], Array):
        if len(here[last]) == 1:
            here.remove(last)
        else:
            del here[last][list(here[last]).index(change.old)]
    elif change.kind == "set" and change.value is None:
        here.remove(last)
    elif change.kind == "set":
        value = tomlkit.value(literal(change.value))
        if change.mark:
            value.comment(change.mark.removeprefix("# "))
        here[last] = value
    else:
        return False
    return True


def _retabled(text: str, change: Change) -> Iterator[str]:
    """A key that stands as a table of its own so far: that goes, and the key is written anew."""
    if change.kind != "set" or change.value is None:
        return
    rest = headless(text, change.path)
    if rest != text:
        for way in (_in_block, _appended, _in_place):
            yield from way(rest, change)


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
    if isinstance(change.value, list):
        one = tomlkit.value(literal(change.value))
        lines.add_line(one, indent=_indent(lines)) if "\n" in lines.as_string() else lines.append(one)
    elif change.old is None and (change.mark or "\n" in lines.as_string()):
        mark, single = (change.mark or "").removeprefix("# "), "\n" not in lines.as_string()
        if single and lines.trivia.comment.strip() in {"", change.mark}:
            lines.append(change.value)
            lines.comment(mark)
            return
        lines.add_line(change.value, indent=_indent(lines), comment=mark or None)
        if single:
            lines.add_line(indent="")
    elif change.old is None:
        lines.append(change.value)
    elif change.value is None:
        del lines[list(lines).index(change.old)]
    else:
        lines[list(lines).index(change.old)] = change.value


def _indent(lines: Array) -> str:
    found = re.search(r"\n([ \t]+)\S", lines.as_string())
    return found.group(1) if found else "    "
