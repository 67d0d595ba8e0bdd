"""The one writer of pyproject.toml's text: binds torch to a variant, and changes nothing else of the file.

Every change is tried on the text in several ways; what counts is the proof after each: the file must parse to exactly
the tables that were meant, and every comment must still stand. A file that fails it is refused, never half edited.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from wizard.errors import BadInput
from wizard.project.torch_changes import changes
from wizard.project.torch_target import Impossible, Target, apply
from wizard.project.torch_text import as_table, bare, dotted, literal, written
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
        tables = parse(pyproject)
        wanted = list(changes(tables, target))
    except (TOMLError, UnicodeDecodeError) as error:
        raise Refused(f"it is not valid TOML ({error})", "") from None
    except Impossible as error:
        raise Refused(str(error), by_hand(target)) from None
    text, restore = _unpacked(pyproject)
    for change in wanted:
        apply(tables, change)
        after = written(text, change, tables)
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
    blocks += [as_table(("tool", "uv", "index"), one) for one in uv.get("index", ())]
    for path, table in (
        (("project", "optional-dependencies"), project.get("optional-dependencies", {})),
        (("tool", "uv"), {key: uv[key] for key in ("conflicts", "constraint-dependencies") if key in uv}),
        (("tool", "uv", "sources"), uv.get("sources", {})),
    ):
        if table:
            rows = "".join(f"{bare(key)} = {literal(value)}\n" for key, value in table.items())
            blocks.append(f"[{dotted(path)}]\n{rows}")
    return "\n".join(blocks)


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
