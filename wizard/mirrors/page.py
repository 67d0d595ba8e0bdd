"""A project's page of a package index, in its JSON form (PEP 691) or its HTML form (PEP 503), or a plain listing.

Standard library only: the supervisor reads mirrors' pages too, and two readers would have two opinions. Kept libraries
(mousebender, pypi-simple) know no cut names of a listing, no serial and no upload time in HTML, and one of them no base
address; tests/mirrors/test_page_kept.py holds this one to mousebender.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from html.parser import HTMLParser
from typing import Any, Literal
from urllib.parse import unquote, urljoin, urlsplit

from wizard.language import said

ACCEPT = "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.01"
"""What uv asks for, letter for letter (recorded from 0.8.24 to 0.13.8): some servers answer curl and not uv."""

TYPES: Mapping[str, str] = {
    "application/vnd.pypi.simple.v1+json": "json",
    "application/vnd.pypi.simple.v1+html": "html",
    "text/html": "html",
}
"""The types of pages that uv reads (0.8.24 to 0.13.8), and the form that it takes each for."""
_SUFFIXES = (".whl", ".tar.gz", ".zip", ".tar.bz2", ".tar.xz", ".tgz")
_UNSAFE = re.compile(r"[\x00-\x20\x7f\"\\<>]")


class NotAPage(ValueError):
    """What answered is no page of an index; the text says in a few words what it is."""


@dataclass(frozen=True)
class File:
    """One file of a page. `sha256` in lower case; `size` in bytes; `upload_time` as the page writes it (ISO 8601).

    `metadata`: its METADATA lies beside it at `url + ".metadata"`; `metadata_sha256` where the page states it.
    """

    name: str
    url: str
    sha256: str | None = None
    size: int | None = None
    upload_time: str | None = None
    metadata: bool = False
    metadata_sha256: str | None = None
    yanked: bool = False

    @property
    def is_wheel(self) -> bool:
        return self.name.endswith(".whl")


@dataclass(frozen=True)
class Page:
    """`serial`: the number that the official index counts changes of a project with, where the page carries it."""

    files: tuple[File, ...]
    form: Literal["json", "html"]
    serial: int | None = None
    project: str | None = None
    """The name that a JSON page says it is for."""
    for_uv: bool = True
    """Whether uv reads it: it refuses a page whose Content-Type is none of `TYPES`, or of the other form."""


def normalized(name: str) -> str:
    """A project's name as addresses have it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def project_of(filename: str) -> str:
    """The normalized project that a wheel or source distribution is of; "" where the name tells none."""
    if filename.endswith(".whl"):
        return normalized(filename.split("-", 1)[0])
    stem = next((filename[: -len(suffix)] for suffix in _SUFFIXES if filename.endswith(suffix)), "")
    return normalized(stem.rpartition("-")[0])


def parse(data: bytes, content_type: str, url: str) -> Page:
    """The page in `data`, which came from `url` (after redirects). Raises NotAPage.

    Its first letter says what it is; `content_type` only where that says nothing: plain file servers give any type.
    A page without any file is a page: whether that is an index is for the caller, who knows what it asked for.
    """
    kind = content_type.split(";", 1)[0].strip().lower()
    first = data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if first == b"{" or (first != b"<" and kind.endswith("json")):
        page = _from_json(data, url)
    elif first == b"<" or kind.endswith("html"):
        page = _from_html(data.decode("utf-8", "replace"), url)
    else:
        raise NotAPage(said("neither JSON nor HTML"))
    return page if TYPES.get(kind) == page.form else replace(page, for_uv=False)


def _from_json(data: bytes, url: str) -> Page:
    try:
        document = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise NotAPage(said("broken JSON")) from None
    if not isinstance(document, dict) or not isinstance(document.get("files"), list):
        raise NotAPage(said("JSON, but no list of files"))
    meta = document.get("meta")
    serial = meta.get("_last-serial") if isinstance(meta, dict) else None
    name = document.get("name")
    return Page(
        tuple(_kept(_json_file(entry, url) for entry in document["files"] if isinstance(entry, dict))),
        "json",
        serial if isinstance(serial, int) else None,
        normalized(name) if isinstance(name, str) else None,
    )


def _json_file(entry: dict[str, Any], url: str) -> File | None:
    name, address, hashes = entry.get("filename"), entry.get("url"), entry.get("hashes")
    if not isinstance(name, str) or not isinstance(address, str):
        return None
    sha256 = hashes.get("sha256") if isinstance(hashes, dict) else None
    size, uploaded = entry.get("size"), entry.get("upload-time")
    metadata = entry.get("core-metadata", entry.get("data-dist-info-metadata", entry.get("dist-info-metadata")))
    stated = metadata.get("sha256") if isinstance(metadata, dict) else None
    return _file(
        name, address, url,
        sha256=sha256 if isinstance(sha256, str) else None,
        size=size if isinstance(size, int) else None,
        upload_time=uploaded if isinstance(uploaded, str) else None,
        metadata=bool(metadata),
        metadata_sha256=stated if isinstance(stated, str) else None,
        yanked=bool(entry.get("yanked")),
    )  # fmt: skip


class _Links(HTMLParser):
    """The links of a page with their attributes and texts; `base` where the page names one."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.links: list[tuple[dict[str, str | None], str]] = []
        self.base: str | None = None
        self.serial: int | None = None
        self._open = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "base" and self.base is None:
            self.base = found.get("href")
        if tag == "a" and found.get("href"):
            self.links.append((found, ""))
            self._open = True

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self._open = False

    def handle_data(self, data: str) -> None:
        if self._open:
            attributes, text = self.links[-1]
            self.links[-1] = (attributes, text + data)

    def handle_comment(self, data: str) -> None:
        found = re.fullmatch(r"\s*SERIAL\s+(\d+)\s*", data)
        if found:
            self.serial = int(found.group(1))


def _from_html(text: str, url: str) -> Page:
    reader = _Links()
    reader.feed(text)
    reader.close()
    base = urljoin(url, reader.base) if reader.base else url
    return Page(tuple(_kept(_html_file(attrs, text, base) for attrs, text in reader.links)), "html", reader.serial)


def _html_file(attributes: dict[str, str | None], text: str, base: str) -> File | None:
    href, shown = attributes.get("href") or "", text.strip()
    # A directory listing cuts long names short; then the address has the whole one.
    name = shown if shown.endswith(_SUFFIXES) else unquote(urlsplit(href).path.rpartition("/")[2])
    if not name.endswith(_SUFFIXES):
        return None
    metadata = attributes.get("data-core-metadata", attributes.get("data-dist-info-metadata"))
    offered = metadata is not None and metadata.lower() != "false"
    fragment = urlsplit(href).fragment
    return _file(
        name, href, base,
        sha256=_stated(fragment),
        upload_time=attributes.get("data-upload-time"),
        metadata=offered,
        metadata_sha256=_stated(metadata or ""),
        yanked="data-yanked" in attributes,
    )  # fmt: skip


def _stated(text: str) -> str | None:
    found = re.search(r"(?:^|&)sha256=([0-9a-fA-F]{64})(?:&|$)", text)
    return found.group(1) if found else None


def _file(name: str, address: str, base: str, *, sha256: str | None, **more: Any) -> File | None:
    try:
        whole = urljoin(base, address.strip()).split("#", 1)[0]
        parts = urlsplit(whole)
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not parts.netloc or _UNSAFE.search(whole):
        return None
    return File(name, whole, sha256=sha256.lower() if sha256 else None, **more)


def _kept(files: Iterable[File | None]) -> Iterable[File]:
    return (file for file in files if file is not None)
