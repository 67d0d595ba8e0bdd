"""The one writer of pyproject.toml's text: binds torch to a variant, and changes nothing else of the file.

Every change is tried on the text in several ways; what counts is the proof after each: the file must parse to exactly
the tables that were meant, and every comment must still stand. A file that fails it is refused, never half edited.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import AoT, Array, InlineTable

from wizard.errors import BadInput
from wizard.project.torch_changes import Change, Impossible, Target, apply, changes
from wizard.toml import TOMLError, parse

_BOM = b"\xef\xbb\xbf"
_COMMENT = re.compile(r"#.*$", re.MULTILINE)


class Refused(BadInput):
    """The file can't be edited safely. `lines`: what to add by hand, as text of pyproject.toml."""

    def __init__(self, why: str, lines: str) -> None:
        told = " / ".join(line.strip() for line in lines.splitlines() if line.strip())
        super().__init__(f"pyproject.toml was left as it is: {why}" + (f". By hand, add: {told}" if told else ""))
        self.why = why
        self.lines = lines


def edit(pyproject: bytes, target: Target) -> bytes:
    """The file with torch, and those of its family that the project names, bound as `target` says. Raises Refused."""
    try:
        tables = parse(pyproject)
        wanted = list(changes(tables, target))
    except (TOMLError, UnicodeDecodeError) as error:
        raise Refused(f"it is not valid TOML ({error})", "") from None
    except Impossible as error:
        raise Refused(str(error), by_hand(target)) from None
    text, restore = _unpacked(pyproject)
    for change in wanted:
        apply(tables, change)
        after = _written(text, change, tables)
        if after is None:
            raise Refused(f"{'.'.join(change.path)} stands where it can't be changed safely", by_hand(target))
        text = after
    return restore(text) if wanted else pyproject


def by_hand(target: Target) -> str:
    """The lines that the edit comes to in an empty project."""
    tables: dict[str, Any] = {"project": {"dependencies": ["torch", *(n for n in target.family if n != "torch")]}}
    fresh: dict[str, Any] = {}
    for change in changes(tables, target):
        if change.kind != "item":
            apply(fresh, change)
    uv, project = fresh.get("tool", {}).get("uv", {}), fresh.get("project", {})
    names = " and ".join(("torch", *target.family))
    blocks = [f"# take {names} out of the project's own dependencies\n"] if target.layout == "extras" else []
    if not target.bound:
        return "# take torch out of [tool.uv.sources]\n"
    blocks += [_block(("tool", "uv", "index"), one) for one in uv.get("index", ())]
    for path, table in (
        (("project", "optional-dependencies"), project.get("optional-dependencies", {})),
        (("tool", "uv"), {key: uv[key] for key in ("conflicts", "constraint-dependencies") if key in uv}),
        (("tool", "uv", "sources"), uv.get("sources", {})),
    ):
        if table:
            rows = "".join(f"{_key(key)} = {_literal(value)}\n" for key, value in table.items())
            blocks.append(f"[{_dotted(path)}]\n{rows}")
    return "\n".join(blocks)


def _unpacked(data: bytes) -> tuple[str, Callable[[str], bytes]]:
    """The text with plain newlines, and what makes bytes of it again: mark, newlines and missing last newline kept."""
    mark = data.startswith(_BOM)
    text = data.decode("utf-8-sig")
    windows = "\r\n" in text and "\n" not in text.replace("\r\n", "")
    if windows:
        text = text.replace("\r\n", "\n")
    bare = bool(text) and not text.endswith("\n")

    def restore(after: str) -> bytes:
        whole = after.rstrip("\n") if bare else after
        whole = whole.replace("\n", "\r\n") if windows else whole
        return (_BOM if mark else b"") + whole.encode()

    return text, restore


def _written(text: str, change: Change, tables: Mapping[str, Any]) -> str | None:
    """The text with that change, None where no way of writing it holds."""
    for way in (_literally, _appended, _in_place):
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
    marks = (change.path[-1], str(change.old)) if change.old else (change.path[-1],)
    return all(
        tag in {"equal", "insert"} or any(mark in old[start] for mark in marks)
        for tag, start, *_ in SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    )


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


def _appended(text: str, change: Change) -> Iterator[str]:
    """A table of its own at the end of the file: the rest is not touched."""
    if change.kind == "item" or change.value is None:
        return
    gap = "" if not text else ("\n" if text.endswith("\n") else "\n\n")
    yield text + gap + _block(change.path, change.value)


def _block(path: Sequence[str], value: Any) -> str:
    *above, last = path
    if isinstance(value, dict):
        lines = [f"{_key(key)} = {_literal(one)}" for key, one in value.items()]
        return "\n".join([f"[[{_dotted(path)}]]", *lines]) + "\n"
    return f"[{_dotted(above)}]\n{_key(last)} = {_literal(value)}\n"


def _dotted(path: Sequence[str]) -> str:
    return ".".join(map(_key, path))


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else _literal(name)


def _literal(value: Any) -> str:
    """A value as TOML on one line, or a list of tables on several."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_key(key)} = {_literal(one)}" for key, one in value.items()) + " }"
    if isinstance(value, list):
        rows = [_literal(one) for one in value]
        if any(isinstance(one, (dict, list)) for one in value) and not all(isinstance(one, dict) for one in value):
            return "[" + ", ".join(rows) + "]"
        if any(isinstance(one, dict) for one in value) and len(", ".join(rows)) > 40:
            return "[\n" + "".join(f"  {row},\n" for row in rows) + "]"
        return "[" + ", ".join(rows) + "]"
    return str(tomlkit.string(str(value)).as_string())


def _in_place(text: str, change: Change) -> Iterator[str]:
    """Where the table or list stands already."""
    document = tomlkit.parse(text)
    if tomlkit.dumps(document) != text:
        return
    here: Any = document
    for depth, key in enumerate(change.path[:-1]):
        if key not in here and change.value is not None and change.kind != "item":
            here[key] = tomlkit.value(_literal(_nested(change.path[depth + 1 :], change)))
            yield tomlkit.dumps(document)
            return
        here = here[key]
    last = change.path[-1]
    value = None if change.value is None else tomlkit.value(_literal(copy.deepcopy(change.value)))
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
    one = tomlkit.value(_literal(dict(value)))
    if last not in here and isinstance(here, InlineTable):
        here[last] = tomlkit.value(_literal([dict(value)]))
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
