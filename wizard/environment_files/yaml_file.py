"""environment.yml, written by hand or by `conda env export`, with pip's lines and selectors in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import yaml

from wizard.environment_files import pip_file
from wizard.environment_files.record import Described, Entry, place_of
from wizard.environment_files.selectors import COMMENT, marker
from wizard.errors import BadInput
from wizard.language import said
from wizard.text import one_line

_SEL = re.compile(r"^sel\((?P<selector>[^)]*)\)$")
_BUILD = re.compile(r"^[^=\s]+=[^=\s]+=[^=\s]+$")


def read(path: Path, text: str) -> Described:
    """The file. Raises BadInput where it is no YAML, or YAML of another shape."""
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = said(", line {line}", line=mark.line + 1) if mark is not None else ""
        problem = one_line(str(getattr(error, "problem", None) or said("it is not valid YAML")), 200)
        msg = said(
            "{name}{where} can't be read: {problem}. Correct it, or export the environment anew",
            name=path.name,
            where=where,
            problem=problem,
        )
        raise BadInput(msg) from None
    if not isinstance(root, yaml.MappingNode):
        msg = said(
            "{name} is no environment file: it has no `dependencies:`. conda env export --from-history writes one",
            name=path.name,
        )
        raise BadInput(msg)
    keys = {key.value: value for key, value in root.value if isinstance(key, yaml.ScalarNode)}
    listed = keys.get("dependencies")
    if not isinstance(listed, yaml.SequenceNode) and not _empty(listed):
        msg = said(
            "{name} is no environment file: it has no list `dependencies:`. conda env export --from-history writes one",
            name=path.name,
        )
        raise BadInput(msg)
    reader = _Reader(path, text.splitlines())
    entries = list(reader.entries(listed.value if isinstance(listed, yaml.SequenceNode) else []))
    pip = pip_file.lines(reader.pip_lines, path.parent)
    return Described(
        entries=(*entries, *pip.entries),
        name=next(iter(_scalars(keys.get("name"))), None),
        indexes=pip.indexes,
        default_index=pip.default_index,
        find_links=pip.find_links,
        constraints=pip.constraints,
        notes=(*reader.notes, *pip.notes, *_variables(keys.get("variables"))),
        dump=sum(bool(_BUILD.match(entry.text)) for entry in entries) > len(entries) / 2,
    )


class _Reader:
    """The entries of `dependencies:`, each with the comment behind it."""

    def __init__(self, path: Path, lines: list[str]) -> None:
        self._name, self._lines = path.name, lines
        self.pip_lines: list[tuple[str, str]] = []
        self.notes: list[str] = []

    def entries(self, nodes: list[yaml.Node]) -> Iterator[Entry]:
        for node in nodes:
            place = place_of(self._name, node.start_mark.line + 1)
            if isinstance(node, yaml.ScalarNode):
                if node.value.strip():
                    yield Entry(node.value.strip(), "conda", self._selector(node))
            elif isinstance(node, yaml.MappingNode):
                for key, value in node.value:
                    yield from self._keyed(str(key.value), value, place)

    def _keyed(self, key: str, value: yaml.Node, place: str) -> Iterator[Entry]:
        if key == "pip":
            nodes = value.value if isinstance(value, yaml.SequenceNode) else [] if _empty(value) else [value]
            for node in nodes:
                if isinstance(node, yaml.ScalarNode) and node.value.strip():
                    self.pip_lines.append((node.value, place_of(self._name, node.start_mark.line + 1)))
            return
        found = _SEL.match(key)
        inner = value.value if isinstance(value, yaml.SequenceNode) else [value]
        condition = self._marker(found["selector"], place) if found else None
        for node in inner:
            if isinstance(node, yaml.ScalarNode) and node.value.strip():
                text = node.value.strip() if found else f"{key} {node.value.strip()}"
                yield Entry(text, "conda", condition)

    def _selector(self, node: yaml.Node) -> str | None:
        line = self._lines[node.end_mark.line] if node.end_mark.line < len(self._lines) else ""
        found = COMMENT.search(line, node.end_mark.column if node.end_mark.line == node.start_mark.line else 0)
        return self._marker(found["selector"], place_of(self._name, node.start_mark.line + 1)) if found else None

    def _marker(self, selector: str, place: str) -> str | None:
        told = marker(selector)
        if told is None:
            self.notes.append(
                said(
                    "[{selector}] ({place}) has no counterpart: the package is taken everywhere",
                    selector=one_line(selector, 60),
                    place=place,
                )
            )
        return told


def _empty(node: yaml.Node | None) -> bool:
    return isinstance(node, yaml.ScalarNode) and node.value.strip() in ("", "~", "null")


def _scalars(node: yaml.Node | None) -> list[str]:
    nodes = node.value if isinstance(node, yaml.SequenceNode) else [node]
    return [one.value for one in nodes if isinstance(one, yaml.ScalarNode) and not _empty(one)]


def _variables(node: yaml.Node | None) -> Iterator[str]:
    """What conda would set: by name alone, for a value may be a secret."""
    names = [str(key.value) for key, _ in node.value] if isinstance(node, yaml.MappingNode) else []
    if names:
        yield said(
            "The variables of this environment are left out ({names}): uv sets none; put them into a file .env, and "
            "uv run --env-file .env sets them",
            names=one_line(", ".join(names), 120),
        )
