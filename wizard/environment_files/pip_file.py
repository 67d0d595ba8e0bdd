"""requirements.txt with all that pip reads in it: options, other files, hashes, editable folders, lines that go on."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from wizard.environment_files.record import Described, Entry, place_of
from wizard.errors import BadInput
from wizard.language import said
from wizard.text import one_line

_COMMENT = re.compile(r"(?:^|\s+)#.*$")
_HASHES = re.compile(r"\s+--(?:hash|config-settings|global-option|install-option)[= ]\S+")
_WITH_VALUE = {
    "-i": "index", "--index-url": "index", "--pypi-url": "index", "--extra-index-url": "extra", "-f": "links",
    "--find-links": "links", "-r": "file", "--requirement": "file", "-c": "constraint", "--constraint": "constraint",
    "-e": "editable", "--editable": "editable", "--trusted-host": "ignored", "--no-binary": "noted",
    "--only-binary": "noted", "--use-feature": "ignored", "--upgrade-strategy": "ignored", "-t": "ignored",
    "--target": "ignored", "--proxy": "ignored", "--timeout": "ignored", "--prefix": "ignored", "--root": "ignored",
    "--python": "ignored", "--index-strategy": "ignored", "--torch-backend": "ignored",
}  # fmt: skip
_FLAGS = {"--no-index": "noted", "--pre": "noted"}
MOST_FILES = 100
"""Files that may include each other: more is a mistake."""


@dataclass
class _Reading:
    entries: list[Entry] = field(default_factory=list)
    default_index: str | None = None
    indexes: list[str] = field(default_factory=list)
    find_links: list[str] = field(default_factory=list)
    constraints: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    files: int = 0


def read(path: Path, text: str) -> Described:
    """A requirements file, with those that it names. Raises BadInput for one that is missing, or that names itself."""
    reading = _Reading()
    _file(reading, path, text, ())
    return _described(reading)


def lines(found: list[tuple[str, str]], folder: Path) -> Described:
    """Lines of pip's that stand in another file (`pip:` of environment.yml): (line, its place)."""
    reading = _Reading()
    for line, place in found:
        _line(reading, line, place, folder, ())
    return _described(reading)


def words(found: list[str], place: str, folder: Path) -> Described:
    """The words of a `pip install` command."""
    reading = _Reading()
    _words(reading, found, place, folder, ())
    return _described(reading)


def _described(reading: _Reading) -> Described:
    return Described(
        entries=tuple(reading.entries),
        indexes=tuple(dict.fromkeys(reading.indexes)),
        default_index=reading.default_index,
        find_links=tuple(dict.fromkeys(reading.find_links)),
        constraints=tuple(dict.fromkeys(reading.constraints)),
        notes=tuple(dict.fromkeys(reading.notes)),
    )


def _file(reading: _Reading, path: Path, text: str, chain: tuple[Path, ...]) -> None:
    here = path.resolve()
    if here in chain:
        named = " -> ".join(one.name for one in (*chain[chain.index(here) :], here))
        msg = said(
            "{name} includes itself: {named}. Take one of the -r lines out", name=path.name, named=one_line(named, 200)
        )
        raise BadInput(msg)
    reading.files += 1
    if reading.files > MOST_FILES:
        msg = said(
            "more than {most_files} files include each other; give one file with the packages themselves",
            most_files=MOST_FILES,
        )
        raise BadInput(msg)
    for number, line in joined(text):
        _line(reading, line, place_of(path.name, number), path.parent, (*chain, here))


def joined(text: str) -> Iterator[tuple[int, str]]:
    """Lines with what a backslash at their end joins, by the number of the first."""
    held, began = "", 0
    for number, line in enumerate(text.splitlines(), 1):
        began = began if held else number
        if line.endswith("\\") and not line.lstrip().startswith("#"):
            held += line[:-1] + " "
            continue
        yield began, held + line
        held = ""
    if held:
        yield began, held


def _line(reading: _Reading, line: str, place: str, folder: Path, chain: tuple[Path, ...]) -> None:
    bare = _COMMENT.sub("", line).strip()
    if not bare:
        return
    if bare.startswith("-"):
        try:
            found = shlex.split(bare, posix="\\" not in bare)
        except ValueError:
            found = bare.split()
        _words(reading, found, place, folder, chain)
    else:
        reading.entries.append(Entry(" ".join(_HASHES.sub("", bare).split()), "pip"))


def _words(reading: _Reading, found: list[str], place: str, folder: Path, chain: tuple[Path, ...]) -> None:
    left = list(found)
    while left:
        word = left.pop(0)
        name, sign, value = word.partition("=") if word.startswith("--") else (word, "", "")
        if not word.startswith("-"):
            reading.entries.append(Entry(word, "pip"))
            continue
        if name in _FLAGS:
            reading.notes.append(
                said("{name} ({place}) is left out: choose it for uv where it is needed", name=name, place=place)
            )
            continue
        short = word[:2] if len(word) > 2 and word[:2] in _WITH_VALUE and not word.startswith("--") else ""
        if short:
            name, value, sign = short, word[2:], "="
        if name not in _WITH_VALUE:
            continue
        if not sign:
            value = left.pop(0) if left else ""
        if value:
            _option(reading, name, value, place, folder, chain)


def _option(reading: _Reading, name: str, value: str, place: str, folder: Path, chain: tuple[Path, ...]) -> None:
    kind = _WITH_VALUE[name]
    if kind == "index":
        reading.default_index = value
        reading.indexes.insert(0, value)
    elif kind == "extra":
        reading.indexes.append(value)
    elif kind == "links":
        reading.find_links.append(value)
    elif kind == "editable":
        reading.entries.append(Entry(f"-e {value}", "pip", editable=True))
    elif kind in {"file", "constraint"}:
        _included(reading, kind, value, place, folder, chain)
    elif kind == "noted":
        reading.notes.append(
            said(
                "{name} {value} ({place}) is left out: in a uv project, no-build or no-binary-package",
                name=name,
                value=value,
                place=place,
            )
        )


def _included(reading: _Reading, kind: str, value: str, place: str, folder: Path, chain: tuple[Path, ...]) -> None:
    if "://" in value:
        reading.notes.append(
            said("{value} ({place}) is another file on the network and was not read", value=value, place=place)
        )
        return
    path = folder / value
    try:
        text = path.read_bytes().decode("utf-8-sig", "replace")
    except OSError as error:
        msg = said(
            "{place} names {value}, which cannot be read: {error}",
            place=place,
            value=one_line(value, 200),
            error=error.strerror or error,
        )
        raise BadInput(msg) from None
    if kind == "file":
        _file(reading, path, text, chain)
        return
    inner = _Reading(files=reading.files)
    _file(inner, path, text, chain)
    reading.files = inner.files
    reading.constraints += [entry.text for entry in inner.entries if not entry.editable]
