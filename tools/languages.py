"""The message catalogues of assets/languages: `python -m tools.languages update`, `check`, `compile`, `missing LANGUAGE`.

update    what the code and assets/*.toml say becomes the entries of every .po; new ones are empty, old ones go
check     one line for each entry that is missing, doubtful, lacks a field or holds a character of uncertain width; exit 1
compile   the .mo of every .po, which the program reads; tools.catalogues does it also when it is built, and before the tests
missing   the msgids that a language lacks, as JSON lines

Code marks its sentences with the functions of wizard.language; of the TOML, `WORDS` names what a person reads.
"""

from __future__ import annotations

import ast
import io
import json
import re
import sys
import unicodedata
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from tools.catalogues import compile_all
from wizard.toml import parse

REPO = Path(__file__).resolve().parent.parent
HOME = REPO / "assets" / "languages"
NAMES = ("zh_CN", "ko")
KEYWORDS: dict[str, Any] = {"_": None, "said": None, "ngettext": (1, 2), "nsaid": (1, 2)}
WORDS = {
    "failures.toml": ("cause[].title", "cause[].explanation", "cause[].fix[].title", "cause[].fix[].message"),
    "machine.toml": ("finding.*.title", "finding.*.explanation"),
    "conda.toml": ("ambiguous.*.why", "dropped[].why", "undecided[].why"),
    "mirrors.toml": ("mirror[].operator",),
    "uv.toml": ("tampered.title", "tampered.explanation"),
    "help.toml": ("*.title", "*.text", "*.more"),
}
"""Where the sentences lie in each asset: `[]` goes through a list, `*` through every table; a list of texts is each of them."""
FIELD = re.compile(r"\{(\w+)\}")
_WHEN = datetime(2026, 1, 1, tzinfo=timezone.utc)  # a date that moves would change every catalogue at every update


def template() -> Catalog:
    """All entries, untranslated, each with the files it stands in."""
    made = _catalogue(None)
    for folder in ("wizard", "screens"):
        found = extract_from_dir(
            REPO / folder, [("**.py", "python")], keywords=KEYWORDS, comment_tags=("For translators:",)
        )
        for name, _line, message, comments, _context in sorted(found, key=lambda each: (each[0], each[1])):
            if name != "language.py":  # there the functions are, no sentences
                made.add(message, locations=[(f"{folder}/{Path(name).as_posix()}", 0)], auto_comments=comments)
        _add_nested(made, folder)
    for name, paths in WORDS.items():
        table = parse((REPO / "assets" / name).read_bytes())
        for path in paths:
            for text in _texts(table, path.replace("[]", ".[]").split(".")):
                made.add(text, locations=[(f"assets/{name}", 0)])
    return made


def _add_nested(made: Catalog, folder: str) -> None:
    """What babel passes over: marks that stand in an f-string or in another call."""
    for path in sorted((REPO / folder).rglob("*.py")):
        if path.name != "language.py":
            for message in marked(path.read_text("utf-8")):
                if made.get(message[0]) is None:
                    place = (path.relative_to(REPO).as_posix(), 0)
                    made.add(message if message[1:] else message[0], locations=[place])


def marked(source: str) -> Iterator[tuple[str, ...]]:
    """Each sentence that the source marks, or its two forms, wherever the mark stands."""
    return marked_in(ast.parse(source))


def marked_in(tree: ast.AST) -> Iterator[tuple[str, ...]]:
    """The same of a source that has been read."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in KEYWORDS:
            forms = node.args[: len(KEYWORDS[node.func.id] or (1,))]
            found = tuple(one.value for one in forms if isinstance(one, ast.Constant) and isinstance(one.value, str))
            if found and len(found) == len(forms):
                yield found


def _texts(node: Any, path: list[str]) -> Iterator[str]:
    if not path:
        yield from [node] if isinstance(node, str) else node
        return
    step, *rest = path
    if step == "[]":
        for each in node:
            yield from _texts(each, rest)
    elif step == "*":
        for each in node.values():
            yield from _texts(each, rest)
    elif step in node:
        yield from _texts(node[step], rest)


def read(name: str) -> Catalog:
    """The catalogue of that language, empty where there is none yet."""
    path = HOME / f"{name}.po"
    return read_po(io.BytesIO(path.read_bytes()), locale=name) if path.exists() else _catalogue(name)


def write(name: str, catalogue: Catalog) -> None:
    """Writes the .po; the same entries are the same bytes."""
    fresh = _catalogue(name)
    for message in catalogue:
        if message.id:
            message.locations = sorted(message.locations)  # they decide the order, and a .po lists them so
            fresh[message.id] = message
    out = io.BytesIO()
    write_po(out, fresh, width=0, sort_by_file=True, ignore_obsolete=True, include_lineno=False)
    (HOME / f"{name}.po").write_bytes(out.getvalue())


def update() -> None:
    """Every .po has the entries of `template`, and what was translated stays."""
    found = template()
    for name in NAMES:
        there, fresh = read(name), _catalogue(name)
        for message in found:
            if message.id:
                old = there.get(_key(message))
                empty: Any = ("",) if isinstance(message.id, tuple) else ""
                kept = old is not None and old.string and isinstance(old.string, str) == isinstance(empty, str)
                string = old.string if old is not None and kept else empty
                fresh.add(message.id, string, locations=message.locations, auto_comments=message.auto_comments)
        write(name, fresh)


def wrong(name: str, found: Catalog) -> list[str]:
    """What is wrong with that language's catalogue, one line each. `found`: the template."""
    there, told = read(name), []
    wanted = {_key(message) for message in found if message.id}
    told += [
        f"{name}: no longer used: {_key(message)}" for message in there if message.id and _key(message) not in wanted
    ]
    for message in found:
        if message.id:
            old = there.get(_key(message))
            told += [f"{name}: {fault}: {_key(message)}" for fault in _faults(message, old)]
    return told


def _faults(message: Message, there: Message | None) -> list[str]:
    strings = (
        []
        if there is None
        else [there.string]
        if isinstance(there.string, str)
        else [text or "" for text in there.string or ()]
    )
    if there is None or not strings or not all(strings):
        return ["not translated"]
    faults = ["fuzzy"] if there.fuzzy else []
    if isinstance(message.id, tuple) != isinstance(there.id, tuple) or len(strings) != 1:
        faults.append("plural forms")
    fields = {field for text in _ids(message) for field in FIELD.findall(text)}
    for text in strings:
        if set(FIELD.findall(text)) != fields:
            faults.append(f"fields {sorted(set(FIELD.findall(text)) ^ fields)}")
        if unsure := sorted({letter for letter in text if unicodedata.east_asian_width(letter) == "A"}):
            faults.append(f"one or two cells wide {unsure}")
    return faults


def _ids(message: Message) -> list[str]:
    return [message.id] if isinstance(message.id, str) else [str(text) for text in message.id]


def _key(message: Message) -> str:
    return _ids(message)[0]


def _catalogue(name: str | None) -> Catalog:
    return Catalog(
        name,
        project="uv-wizard",
        version="1",
        msgid_bugs_address="-",
        last_translator="-",
        language_team="-",
        creation_date=_WHEN,
        revision_date=_WHEN,
        header_comment="# What uv-wizard says. The English text is the msgid; `python -m tools.languages` keeps it.",
        fuzzy=False,
    )


def main(words: list[str]) -> int:
    """What the first word asks for."""
    if words == ["update"]:
        update()
    elif words == ["compile"]:
        compile_all(HOME)
    elif words == ["check"]:
        found = template()
        told = [line for name in NAMES for line in wrong(name, found)]
        print("\n".join([*told, f"{len(found)} entries, {len(told)} faults"]))
        return 1 if told else 0
    elif len(words) == 2 and words[0] == "missing" and words[1] in NAMES:
        there = read(words[1])
        for message in template():
            old = there.get(_key(message)) if message.id else None
            if message.id and not (old and old.string and all(old.string)):
                print(json.dumps(_ids(message), ensure_ascii=False))
    else:
        print(__doc__)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
