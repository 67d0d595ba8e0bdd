"""The manifest: written and read again the same, and nothing in it leads out of the folder."""

from __future__ import annotations

import json
from typing import Any

import pytest

from wizard.bundle.pages import pages
from wizard.bundle.record import Entry, For, Manifest, from_document, safe
from wizard.errors import BadInput
from wizard.mirrors.page import parse

pytestmark = pytest.mark.same_everywhere

WHEEL = Entry(
    "files/00aa/alpha-1.0+cu126-py3-none-any.whl", 7, "a" * 64, "package", "alpha", "1.0+cu126", "sha256:" + "a" * 64
)
PAGE = Entry("simple/alpha/index.html", 3, "b" * 64, "index")
WHOLE = Manifest(
    "0.1.0", "2026-01-01T00:00:00Z", For("linux", "x86_64", ("glibc", "2.17"), "3.12", "3.12.4", ">=3.10"), "dream",
    "c" * 64, "0.13.8", ("gpu",), (), (WHEEL, PAGE), ("a note",), None, ("src==1.0",),
)  # fmt: skip


def test_there_and_back() -> None:
    assert from_document(json.loads(json.dumps(WHOLE.document())), "bundle.json") == WHOLE


@pytest.mark.parametrize(
    "change, told",
    [
        ({"schema": 2}, "newer uv-wizard"),
        ({"schema": None}, "no bundle's manifest"),
        ({"files": None}, "no bundle's manifest"),
        ({"lock": 3}, "not as uv-wizard writes it"),
        ({"target": {}}, "not as uv-wizard writes it"),
        ({"files": [{**WHOLE.document()["files"][0], "path": "../up"}]}, "not as uv-wizard writes it"),
        ({"files": [{**WHOLE.document()["files"][0], "sha256": "short"}]}, "not as uv-wizard writes it"),
        ({"extras": "gpu"}, "not as uv-wizard writes it"),
    ],
)
def test_not_ours(change: dict[str, Any], told: str) -> None:
    with pytest.raises(BadInput, match=told):
        from_document(json.loads(json.dumps({**WHOLE.document(), **change})), "bundle.json")


@pytest.mark.parametrize("path", ["..", "a/../b", "/etc/passwd", "C:/x", "a\\b", "a//b", "", "a/.", "CON./x", "a/b "])
def test_paths_that_lead_elsewhere(path: str) -> None:
    assert not safe(path)


def test_since_leaves_files_and_keeps_pages() -> None:
    later = WHOLE.without(WHOLE)
    assert [one.path for one in later.here] == [PAGE.path]
    assert later.since == WHOLE.id
    assert later.id == WHOLE.id  # the same files, wherever they lie


def test_pages_are_an_index() -> None:
    made = pages(WHOLE.entries)
    found = parse(made["simple/alpha/index.html"], "text/html", "https://index.example.test/simple/alpha/")
    assert [(one.name, one.sha256) for one in found.files] == [("alpha-1.0+cu126-py3-none-any.whl", "a" * 64)]
    assert found.files[0].url.endswith("/files/00aa/alpha-1.0%2Bcu126-py3-none-any.whl")
    assert b'href="alpha/"' in made["simple/index.html"]
