"""The sources of the program and what they say, read once for all tests of a process."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog

from tools import languages

REPO = Path(__file__).parents[2]


@cache
def template() -> Catalog:
    """All sentences. Nobody may change it."""
    return languages.template()


@cache
def trees() -> tuple[tuple[str, ast.Module], ...]:
    """Path below the repository, with `/`, and syntax tree of every module of the program."""
    return tuple(
        (path.relative_to(REPO).as_posix(), ast.parse(path.read_text("utf-8")))
        for folder in ("wizard", "screens")
        for path in sorted(REPO.joinpath(folder).rglob("*.py"))
    )


__all__ = ["template", "trees"]
