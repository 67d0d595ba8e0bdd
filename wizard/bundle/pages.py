"""The bundle as a local package index: a page for each project (PEP 503), its links relative and with their hashes. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from urllib.parse import quote

from wizard.bundle.record import Entry
from wizard.mirrors.page import normalized

FOLDER = "simple"


def pages(entries: Iterable[Entry]) -> dict[str, bytes]:
    """Path in the bundle -> bytes. Of two files of one name (two registries of a lock) the first is named."""
    projects: dict[str, dict[str, Entry]] = {}
    for one in entries:
        if one.what in ("package", "build"):
            projects.setdefault(normalized(one.package), {}).setdefault(one.name, one)
    found = {f"{FOLDER}/{name}/index.html": _page(name, sorted(files.items())) for name, files in projects.items()}
    links = [f'<a href="{quote(name)}/">{escape(name)}</a><br>' for name in sorted(projects)]
    return {f"{FOLDER}/index.html": _html("Simple index", links), **found}


def _page(name: str, files: list[tuple[str, Entry]]) -> bytes:
    links = [
        f'<a href="../../{quote(one.path)}#sha256={one.sha256}">{escape(file)}</a><br>' for file, one in files
    ]  # fmt: skip
    return _html(f"Links for {name}", links)


def _html(title: str, lines: Iterable[str]) -> bytes:
    head = f"<title>{escape(title)}</title>"
    meta = '<meta charset="utf-8"><meta name="pypi:repository-version" content="1.0">'
    return "\n".join(
        ["<!DOCTYPE html>", f"<html><head>{meta}{head}</head><body>", *lines, "</body></html>", ""]
    ).encode()


__all__ = ["FOLDER", "pages"]
