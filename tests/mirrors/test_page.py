"""Pages of indexes of every kind, as people run them."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wizard.mirrors import page

pytestmark = pytest.mark.same_everywhere

HERE = "http://mirror.test/pypi/simple/alpha/"
SHA = "ab" * 32


def html(body: str, url: str = HERE) -> page.Page:
    return page.parse(f"<!DOCTYPE html><html><body>{body}</body></html>".encode(), "text/html; charset=utf-8", url)


def as_json(files: list[dict[str, Any]], **more: Any) -> page.Page:
    document = {"meta": {"api-version": "1.1"}, "name": "Alpha", "files": files, **more}
    return page.parse(json.dumps(document).encode(), "application/vnd.pypi.simple.v1+json", HERE)


@pytest.mark.parametrize(
    "link, name, url",
    [
        (f'<a href="../../packages/a/alpha-1-py3-none-any.whl#sha256={SHA}">alpha-1-py3-none-any.whl</a>',
         "alpha-1-py3-none-any.whl", "http://mirror.test/pypi/packages/a/alpha-1-py3-none-any.whl"),
        ('<a href="//files.test/alpha-1.tar.gz">alpha-1.tar.gz</a>', "alpha-1.tar.gz", "http://files.test/alpha-1.tar.gz"),
        ('<a href="/get?id=5">alpha-1.tar.gz</a>', "alpha-1.tar.gz", "http://mirror.test/get?id=5"),
        ('<a href="torch-2.9.1%2Bcu128-cp312-cp312-linux_x86_64.whl">torch-2.9..&gt;</a>',
         "torch-2.9.1+cu128-cp312-cp312-linux_x86_64.whl", HERE + "torch-2.9.1%2Bcu128-cp312-cp312-linux_x86_64.whl"),
        ('<a href="torch-2.9.1&#43;cu128-py3-none-any.whl">x</a>', "torch-2.9.1+cu128-py3-none-any.whl",
         HERE + "torch-2.9.1+cu128-py3-none-any.whl"),
    ],
)  # fmt: skip
def test_links(link: str, name: str, url: str) -> None:
    (file,) = html(link).files
    assert (file.name, file.url) == (name, url)


def test_what_html_says_of_a_file() -> None:
    (file,) = html(
        f'<a href="alpha-1-py3-none-any.whl#sha256={SHA.upper()}" data-core-metadata="sha256={"cd" * 32}" '
        f'data-upload-time="2026-01-02T03:04:05Z" data-yanked="">alpha-1-py3-none-any.whl</a>'
    ).files
    assert (file.sha256, file.metadata, file.metadata_sha256, file.yanked) == (SHA, True, "cd" * 32, True)
    assert file.upload_time == "2026-01-02T03:04:05Z"


@pytest.mark.parametrize("value, offered", [('"true"', True), ('"sha256=00"', True), ('"false"', False)])
def test_metadata_that_html_offers(value: str, offered: bool) -> None:
    (file,) = html(f'<a href="a-1-py3-none-any.whl" data-dist-info-metadata={value}>a</a>').files
    assert file.metadata is offered


def test_the_serial_of_a_mirror_tool() -> None:
    assert html('<a href="alpha-1.tar.gz">alpha-1.tar.gz</a></body></html><!--SERIAL 123456-->').serial == 123456
    assert as_json([], meta={"api-version": "1.0", "_last-serial": 99}).serial == 99


def test_a_base_address() -> None:
    text = '<html><head><base href="http://cdn.test/x/"></head><a href="alpha-1.tar.gz">alpha-1.tar.gz</a></html>'
    assert page.parse(text.encode(), "text/html", HERE).files[0].url == "http://cdn.test/x/alpha-1.tar.gz"


def test_json() -> None:
    found = as_json([
        {"filename": "alpha-1-py3-none-any.whl", "url": "../../f/alpha-1-py3-none-any.whl", "hashes": {"sha256": SHA},
         "size": 5, "upload-time": "2026-01-01T00:00:00.123Z", "core-metadata": {"sha256": "ef" * 32}},
        {"filename": "alpha-2.tar.gz", "url": "http://else.test/alpha-2.tar.gz", "hashes": {}},
    ])  # fmt: skip
    first, second = found.files
    assert first == page.File(
        "alpha-1-py3-none-any.whl", "http://mirror.test/pypi/f/alpha-1-py3-none-any.whl", SHA, 5,
        "2026-01-01T00:00:00.123Z", metadata=True, metadata_sha256="ef" * 32,
    )  # fmt: skip
    assert (second.sha256, second.size, second.metadata) == (None, None, False)
    assert found.project == "alpha"


@pytest.mark.parametrize(
    "address",
    [
        'http://x.test/a"b.whl',
        "file:///etc/passwd.whl",
        "javascript:alert(1).whl",
        "http://x.test/a b.whl",
        "http://[.whl",
    ],
)
def test_addresses_that_are_never_taken(address: str) -> None:
    assert as_json([{"filename": "alpha-1-py3-none-any.whl", "url": address}]).files == ()


@pytest.mark.parametrize(
    "data, kind",
    [(b"{", "application/json"), (b'{"files": 3}', "application/json"), (b"[]", "application/json"),
     (b"\x89PNG", "image/png"), (b"", "text/plain"), (b"[" * 100_000, "application/json")],
)  # fmt: skip
def test_what_is_no_page(data: bytes, kind: str) -> None:
    with pytest.raises(page.NotAPage):
        page.parse(data, kind, HERE)


@given(st.binary(max_size=300), st.sampled_from(["text/html", "application/json", "", "text/plain"]))
def test_no_bytes_end_in_anything_else(data: bytes, kind: str) -> None:
    with contextlib.suppress(page.NotAPage):
        page.parse(data, kind, HERE)


@pytest.mark.parametrize(
    "name, project",
    [("Foo_Bar-1.0-py3-none-any.whl", "foo-bar"), ("zope.interface-5.0.tar.gz", "zope-interface"), ("readme.txt", "")],
)
def test_whose_file_it_is(name: str, project: str) -> None:
    assert page.project_of(name) == project


@pytest.mark.parametrize(
    "content_type, form, for_uv",
    [
        ("application/vnd.pypi.simple.v1+json; charset=utf-8", "json", True),
        ("application/json", "json", False),
        ("text/html", "json", False),
        ("", "json", False),
        ("Text/HTML; charset=utf-8", "html", True),
        ("application/vnd.pypi.simple.v1+html", "html", True),
        ("application/vnd.pypi.simple.v1+json", "html", False),
        ("application/octet-stream", "html", False),
    ],
)
def test_a_page_is_what_it_begins_with(content_type: str, form: str, for_uv: bool) -> None:
    link = f'\n<!-- x --><html><a href="/f/alpha-1.tar.gz#sha256={SHA}">alpha-1.tar.gz</a></html>'
    files = [{"filename": "alpha-1.tar.gz", "url": "/f/alpha-1.tar.gz", "hashes": {"sha256": SHA}}]
    text = link if form == "html" else "\ufeff " + json.dumps({"name": "alpha", "files": files})
    found = page.parse(text.encode(), content_type, HERE)
    assert (found.form, found.for_uv) == (form, for_uv)
    assert [(file.url, file.sha256) for file in found.files] == [("http://mirror.test/f/alpha-1.tar.gz", SHA)]
