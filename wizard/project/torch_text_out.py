"""Taking a part out of pyproject.toml's text: an item of a list, a key, a table. Each yields what it would come to.

A comment beside what goes stays, on a line of its own. Pure; wizard.project.torch_text proves the results.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from wizard.project.toml_blocks import Block, blocks, comments, masked, path_of
from wizard.project.toml_words import dotted, literal
from wizard.project.torch import HELD
from wizard.project.torch_target import Change
from wizard.toml import TOMLError, parse

_KEY = re.compile(r"^[ \t]*(?P<key>[^=#\[\]{}\n]+?)[ \t]*=", re.MULTILINE)
_MARK = re.compile(rf"[ \t]*{re.escape(HELD)}[ \t]*$", re.MULTILINE)


def without_item(text: str, change: Change) -> Iterator[str]:
    """Without a requirement of a list: its whole line, or itself and a comma."""
    if change.kind != "item" or change.value is not None:
        return
    for quoted in (f'"{change.old}"', f"'{change.old}'"):
        item = re.escape(quoted)
        for pattern, left in (
            (rf"^[ \t]*,?[ \t]*{item}[ \t]*,?[ \t]*{re.escape(HELD)}[ \t]*\n", ""),
            (rf"^[ \t]*,?[ \t]*{item}[ \t]*,?[ \t]*\n", ""),
            (rf"^(?P<indent>[ \t]*),?[ \t]*{item}[ \t]*,?[ \t]*(?P<comment>#.*\n)", r"\g<indent>\g<comment>"),
            (rf"[ \t]*,[ \t]*{item}", ""),
            (rf"{item}[ \t]*,[ \t]*", ""),
            (item, ""),
        ):
            for found in re.finditer(pattern, text, re.MULTILINE):
                yield _joined(text[: found.start()], found.expand(left), text[found.end() :])


def _joined(before: str, middle: str, after: str) -> str:
    """A mark of ours at the end of the line goes with what it was for."""
    rest, newline, more = after.partition("\n")
    return before + middle + _MARK.sub("", rest) + newline + more


def without_key(text: str, change: Change) -> Iterator[str]:
    """Without a key, wherever its table or a dotted form of it stands."""
    if change.kind != "set" or change.value is not None:
        return
    spans = [span for block in blocks(text) for span in _statements(text, block, change.path)]
    if not spans:
        return
    for keep in (False, True):
        after = text
        for start, end in reversed(spans):
            left = "".join(f"{one}\n" for one in comments(text[start:end])) if keep else ""
            after = after[:start] + left + after[end:]
        yield from (_headers_cut(text, after), after)


def _headers_cut(before: str, after: str) -> str:
    """Without the headers under which nothing stands any more."""
    bare = {block.path for block in blocks(before) if _is_bare(before, block)}
    for block in reversed(blocks(after)):
        if block.path and not block.repeated and block.path not in bare and _is_bare(after, block):
            after = _cut(after, block)
    return after


def _is_bare(text: str, block: Block) -> bool:
    return "\n" not in text[block.start : block.end] and "#" not in text[block.start : block.end]


def rewritten(text: str, change: Change) -> Iterator[str]:
    """A list of tables written anew, with the comments that stood in it before its entries."""
    tables = isinstance(change.value, list) and all(isinstance(one, dict) for one in change.value)
    if change.kind != "set" or not tables:
        return
    for block in blocks(text):
        for start, end in _statements(text, block, change.path):
            key = dotted(change.path[len(block.path) :])
            rows = [*comments(text[start:end]), *(f"{literal(one)}," for one in change.value)]
            yield text[:start] + f"{key} = [\n" + "".join(f"  {row}\n" for row in rows) + "]\n" + text[end:]


def _statements(text: str, block: Block, path: tuple[str, ...]) -> Iterator[tuple[int, int]]:
    """Start and end of the statements of that table which set the key, or something below it."""
    if block.repeated or path[: len(block.path)] != block.path:
        return
    rest = path[len(block.path) :]
    for found in _KEY.finditer(masked(text), block.start, block.end):
        if (path_of(found["key"]) or ())[: len(rest)] == rest:
            yield found.start(), _end(text, found.start())


def _end(text: str, start: int) -> int:
    """Behind the line with which the statement ends that begins there."""
    end = start
    for _ in range(400):
        end = text.find("\n", end) + 1 or len(text)
        try:
            parse(text[start:end].encode())
        except TOMLError:
            continue
        break
    return end


def without_table(text: str, change: Change) -> Iterator[str]:
    """Without a table: the one entry of a list of tables, or all that stands under headers of that name."""
    if change.kind == "drop":
        mine = [one for one in blocks(text) if one.repeated and one.path == change.path]
        for block in mine:
            if _entry(text, block) == change.old:
                yield _cut(text, block)
    elif change.kind == "set" and change.value is None:
        yield headless(text, change.path)


def headless(text: str, path: tuple[str, ...]) -> str:
    """The text without the tables of that name and below it."""
    for block in reversed([one for one in blocks(text) if one.path[: len(path)] == path]):
        text = _cut(text, block)
    return text


def _entry(text: str, block: Block) -> Any:
    try:
        here: Any = parse(text[block.start : block.end].encode())
    except TOMLError:
        return None
    for key in block.path:
        here = here[key] if isinstance(here, Mapping) else None
    return here[0] if isinstance(here, list) and len(here) == 1 else None


def _cut(text: str, block: Block) -> str:
    """With one blank line less, for it stood between them."""
    before, after = text[: block.start], text[block.end :].removeprefix("\n")
    return (before[:-1] if before.endswith("\n\n") else before) + after
