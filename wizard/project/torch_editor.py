"""The one writer of pyproject.toml's text: binds torch to a variant, and changes nothing else of the file.

Every change is tried on the text in several ways; what counts is the proof after each: the file must parse to exactly
the tables that were meant, and every comment must still stand. A file that fails it is refused, never half edited.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from functools import partial

from wizard.errors import BadInput
from wizard.project.torch_by_hand import by_hand
from wizard.project.torch_changes import changes
from wizard.project.torch_target import HELD, Impossible, Target, apply, without_empty
from wizard.project.torch_text import written
from wizard.text import one_line
from wizard.toml import TOMLError, parse

_BOM = b"\xef\xbb\xbf"


class Refused(BadInput):
    """The file can't be edited safely. `lines`: what to add by hand, as text of pyproject.toml."""

    def __init__(self, why: str, lines: str) -> None:
        told = " / ".join(line.strip() for line in lines.splitlines() if line.strip())
        super().__init__(
            f"pyproject.toml was left as it is: {one_line(why, 300)}" + (f". By hand, add: {told}" if told else "")
        )
        self.why = why
        self.lines = lines


def edit(pyproject: bytes, target: Target) -> bytes:
    """The file with torch, and those of its family that the project names, bound as `target` says. Raises Refused."""
    try:
        tables, made = parse(pyproject), ours(pyproject)
    except (TOMLError, UnicodeDecodeError) as error:
        raise Refused(f"it is not valid TOML ({error})", "") from None
    try:
        wanted = list(changes(tables, target, made))
    except Impossible as error:
        raise Refused(str(error), by_hand(tables, target, made)) from None
    lines = partial(by_hand, copy.deepcopy(tables), target, made)
    text, restore = _unpacked(pyproject)
    for change in wanted:
        meant = copy.deepcopy(tables)
        apply(meant, change)
        if meant == tables:
            continue
        for one in (meant, *([without_empty(meant, change.path[:-1])] if change.value is None else ())):
            after = written(text, change, one)
            if after is not None:
                text, tables = after, one
                break
        else:
            if change.optional:
                continue
            raise Refused(f"{'.'.join(change.path)} stands where it can't be changed safely", lines())
    return restore(text) if wanted else pyproject


def ours(pyproject: bytes) -> frozenset[str]:
    """The constraints that stand on a line with the mark of an earlier edit."""
    text = pyproject.decode("utf-8-sig", "replace")
    marked = [line for line in text.splitlines() if line.rstrip().endswith(HELD)]
    return frozenset(one for line in marked for one in re.findall(r"[\"'](torch[a-z]*==[0-9.]+)[\"']", line))


def _unpacked(data: bytes) -> tuple[str, Callable[[str], bytes]]:
    """The text with plain newlines, and what makes bytes of it again: mark, newlines and missing last newline kept."""
    mark = data.startswith(_BOM)
    text = data.decode("utf-8-sig")
    windows = "\r\n" in text and "\n" not in text.replace("\r\n", "")
    if windows:
        text = text.replace("\r\n", "\n")
    unended = bool(text) and not text.endswith("\n")

    def restore(after: str) -> bytes:
        whole = after.rstrip("\n") if unended else after
        whole = whole.replace("\n", "\r\n") if windows else whole
        return (_BOM if mark else b"") + whole.encode()

    return text, restore
