"""The pages of an index, in both forms (PEP 503 and PEP 691)."""

from __future__ import annotations

import html
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from tests.support.wheels import Dist

FILES = "/files"
_JSON = "application/vnd.pypi.simple.v1+json"
_HTML = "text/html"


@dataclass(frozen=True)
class Entry:
    """One file of one index, and what the pages say of it; `metadata`: METADATA can be had alone (PEP 658)."""

    dist: Dist
    upload_time: str
    sha256: str
    size: int | None
    metadata: bool


@dataclass
class Prefix:
    """One index: `entries` by project, then by file name. `json`: whether it knows JSON pages."""

    path: str
    entries: dict[str, dict[str, Entry]] = field(default_factory=dict)
    json: bool = True

    def names(self) -> tuple[str, bytes]:
        return _HTML, "".join(f'<a href="{name}/">{name}</a>\n' for name in self.entries).encode()

    def page(self, name: str, accept: str) -> tuple[str, bytes]:
        """The type and the text of a project's page."""
        entries = self.entries[name].values()
        if _JSON in accept and self.json:
            files = [self._json_file(entry) for entry in entries]
            return _JSON, json.dumps({"meta": {"api-version": "1.1"}, "name": name, "files": files}).encode()
        lines = ["<!DOCTYPE html><html><body>", *map(self._html_line, entries), "</body></html>"]
        return _HTML, "\n".join(lines).encode()

    def _json_file(self, entry: Entry) -> dict[str, object]:
        file: dict[str, object] = {
            "filename": entry.dist.filename,
            "url": quote(file_path(self.path, entry.dist)),
            "hashes": {"sha256": entry.sha256},
            "upload-time": entry.upload_time,
        }
        if entry.dist.requires_python:
            file["requires-python"] = entry.dist.requires_python
        if entry.size is not None:
            file["size"] = entry.size
        if entry.metadata:
            file["core-metadata"] = True
        return file

    def _html_line(self, entry: Entry) -> str:
        more = ' data-dist-info-metadata="true" data-core-metadata="true"' if entry.metadata else ""
        if entry.dist.requires_python:
            more += f' data-requires-python="{html.escape(entry.dist.requires_python)}"'
        href = f"{quote(file_path(self.path, entry.dist))}#sha256={entry.sha256}"
        return f'<a href="{href}"{more}>{html.escape(entry.dist.filename)}</a><br>'


def file_path(prefix: str, dist: Dist) -> str:
    """Files lie away from the pages, in folders that nobody can guess from a name, as they do on real indexes."""
    return f"{FILES}{prefix}/{dist.sha256[:2]}/{dist.sha256[2:10]}/{dist.filename}"
