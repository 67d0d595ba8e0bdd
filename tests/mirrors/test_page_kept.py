"""Our reader of pages held to a kept library's: the same files, addresses, hashes and marks on pages however odd."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote, urljoin

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mousebender import simple

from wizard.mirrors import page

pytestmark = pytest.mark.same_everywhere

HERE = "http://mirror.test/pypi/simple/alpha/"
SHA, OTHER = "ab" * 32, "0C" * 32
WHEEL = "alpha-1-py3-none-any.whl"

Told = tuple[str, str, str | None, bool, bool]


def ours(text: str, kind: str) -> list[Told]:
    found = page.parse(text.encode(), kind, HERE).files
    return [(one.name, one.url, one.sha256, one.metadata, one.yanked) for one in found]


def theirs(text: str, kind: str) -> list[Told]:
    details: Mapping[str, Any] = simple.parse_project_details(text, kind, "alpha")
    return [_told(one) for one in details["files"]]


def _told(file: Mapping[str, Any]) -> Told:
    sha256 = file["hashes"].get("sha256")
    metadata = file.get("core-metadata", file.get("dist-info-metadata", False))
    address = urljoin(HERE, file["url"])
    return file["filename"], address, sha256.lower() if sha256 else None, bool(metadata), bool(file.get("yanked"))


BODIES = [
    "",
    f'<a href="../../packages/a/{WHEEL}#sha256={SHA}">{WHEEL}</a>',
    f"<A HREF='../../packages/a/{WHEEL}#sha256={OTHER}' data-requires-python='&gt;=3.8'>{WHEEL}</A>",
    f'<a href={WHEEL}>{WHEEL}</a><br/>\n<a\n  href = "alpha-2.tar.gz"\n>alpha-2.tar.gz</a>',
    f'<p><a href="http://else.test/x/{WHEEL}#sha256={SHA}"><b>{WHEEL}</b>',
    '<a href="alpha-1%2Bcu128-py3-none-any.whl">alpha-1+cu128-py3-none-any.whl</a>',
    '<a href="alpha-1&#43;cu128-py3-none-any.whl#sha256=' + SHA + '">alpha-1&#43;cu128-py3-none-any.whl</a>',
    f'<a href="//files.test/{WHEEL}#md5=d41d8cd98f00b204e9800998ecf8427e">{WHEEL}</a>',
    f'<a href="{WHEEL}?a=1&amp;b=2#sha256={SHA}">{WHEEL}</a>',
    f'<!-- <a href="alpha-9.tar.gz">alpha-9.tar.gz</a> --><a name="x">no link</a><a href="">none</a><a href="{WHEEL}">x</a>',
    f'<script>"<a href=\'alpha-9.tar.gz\'>"</script><a href="{WHEEL}">x</a>',
    f'<a href="{WHEEL}" data-core-metadata="sha256={SHA}">x</a>',
    f'<a href="{WHEEL}" data-dist-info-metadata="true">x</a>',
    f'<a href="{WHEEL}" data-yanked>x</a><a href="alpha-2.zip" data-yanked="broken &quot;build&quot;">x</a>',
    f'<a href="{WHEEL}#sha256={SHA}" data-gpg-sig="true" data-core-metadata="sha256={SHA}" data-yanked="">{WHEEL}</a',
]


@pytest.mark.parametrize("kind", ["text/html", "application/vnd.pypi.simple.v1+html"])
@pytest.mark.parametrize("body", BODIES)
def test_html(body: str, kind: str) -> None:
    text = f'<!DOCTYPE html><html><head><meta name="pypi:repository-version" content="1.0"></head><body>{body}</body></html>'
    assert ours(text, kind) == theirs(text, kind)


JSON: list[list[dict[str, Any]]] = [
    [],
    [{"filename": WHEEL, "url": f"../../{WHEEL}", "hashes": {"sha256": SHA}, "size": 5, "yanked": False}],
    [{"filename": WHEEL, "url": f"https://f.test/{WHEEL}", "hashes": {}, "core-metadata": {"sha256": SHA}, "yanked": "x"}],
    [{"filename": "alpha-1.tar.gz", "url": "alpha-1.tar.gz", "hashes": {"md5": "0"}, "dist-info-metadata": True},
     {"filename": WHEEL, "url": WHEEL, "hashes": {"sha256": SHA, "blake2b": "1"}, "core-metadata": False}],
]  # fmt: skip


@pytest.mark.parametrize("files", JSON)
def test_json(files: list[dict[str, Any]]) -> None:
    text = json.dumps({"meta": {"api-version": "1.1"}, "name": "alpha", "versions": ["1"], "files": files})
    kind = "application/vnd.pypi.simple.v1+json"
    assert ours(text, kind) == theirs(text, kind)


NAMES = st.from_regex(r"alpha-[0-9]{1,3}(\+[a-z0-9]{1,5})?(-py3-none-any\.whl|\.tar\.gz|\.zip)", fullmatch=True)
FOLDERS = st.sampled_from(["", "../", "../../packages/ab/", "/f/", "//files.test/", "http://else.test/a%20b/"])
MARKS = st.sampled_from(
    ["", " data-yanked", ' data-yanked="a &amp; b"', ' data-core-metadata="true"', " DATA-YANKED=''"]
)


@given(st.lists(st.tuples(NAMES, FOLDERS, MARKS, st.sampled_from(["", SHA, OTHER]), st.booleans()), max_size=8))
def test_any_page_as_indexes_write_them(links: list[tuple[str, str, str, str, bool]]) -> None:
    rows = []
    for name, folder, marks, sha256, quoted in links:
        address = folder + (quote(name) if quoted else name) + (f"#sha256={sha256}" if sha256 else "")
        rows.append(f'<a href="{escape(address)}"{marks}>{escape(name)}</a><br>')
    text = "<html><body>" + "\n".join(rows)
    assert ours(text, "text/html") == theirs(text, "text/html")


def test_no_regular_expression_reads_html() -> None:
    """Those of the reader look at a name, an address, a hash and a comment's text, never at a tag."""
    source = Path(page.__file__).read_text("utf-8")
    patterns = re.findall(r"re\.\w+\(\s*r?(\"[^\n]*?\"|'[^\n]*?')[,)]", source)
    assert patterns
    assert not [one for one in patterns if re.search(r"<\s*/?\w|href|</", one)]
