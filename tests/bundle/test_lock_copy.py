"""The copy of uv.lock that names the bundle's files: other wheels are left out of it, whatever ends its lines."""

from __future__ import annotations

import pytest

from wizard.bundle.contents import Item, matched, of_entry
from wizard.bundle.record import Entry
from wizard.run.bundle_sync import only
from wizard.run.mirror_lock import LockedFile, rewritten
from wizard.toml import parse

pytestmark = pytest.mark.same_everywhere

HASH = "sha256:" + "a" * 64
LOCK = """version = 1
[[package]]
name = "alpha"
version = "1.0"
source = { registry = "https://index.example.test/simple" }
sdist = { url = "https://files.example.test/alpha-1.0.tar.gz", hash = "sha256:b", size = 3 }
wheels = [
    { url = "https://files.example.test/alpha-1.0-cp312-linux.whl", hash = "sha256:c", size = 1, upload-time = "2026-01-01T00:00:00Z" },
    { url = "https://files.example.test/alpha-1.0-cp312-win.whl", hash = "sha256:d" },
]
[[package]]
name = "beta"
version = "2"
source = { registry = "https://index.example.test/simple" }
wheels = [{ url = "https://files.example.test/beta-2.whl" }]
"""  # noqa: E501 - as uv writes it


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_only_what_is_here(newline: str) -> None:
    text = LOCK.replace("\n", newline)
    here = {"https://files.example.test/alpha-1.0-cp312-win.whl": "file:///media/a%20b/alpha.whl"}
    tables = parse(rewritten(only(text, here), here).encode())
    alpha, beta = tables["package"]
    assert [one["url"] for one in alpha["wheels"]] == ["file:///media/a%20b/alpha.whl"]
    assert alpha["sdist"]["url"].endswith(".tar.gz")
    assert len(beta["wheels"]) == 1  # not as uv writes it: left as it is


def entry(package: str, version: str, file: str, hash_: str) -> Entry:
    return Entry(f"files/0/{file}", 1, "a" * 64, "package", package, version, hash_)


def test_files_by_what_the_lock_says_of_them() -> None:
    files = [
        LockedFile("alpha", "1.0", "r", "alpha-1.0-py3-none-any.whl", "u1", HASH),
        LockedFile("alpha", "1.0", "r", "alpha-1.0.tar.gz", "u2", HASH),
        LockedFile("torch", "2.9+cpu", "r", "torch-2.9+cpu-py3-none-any.whl", "u3", ""),
        LockedFile("beta", "1", "r", "beta-1-py3-none-any.whl", "u4", "sha256:" + "b" * 64),
    ]
    entries = [
        entry("alpha", "1.0", "alpha-1.0-py3-none-any.whl", HASH),
        entry("torch", "2.9+cpu", "torch-2.9+cpu-py3-none-any.whl", ""),
        entry("beta", "1", "beta-1-py3-none-any.whl", HASH),
    ]
    assert set(matched(files, entries)) == {"u1", "u3"}  # beta has another hash there


@pytest.mark.parametrize(
    "url, name",
    [
        ("https://files.example.test/a/torch-2.9%2Bcpu-py3-none-any.whl#sha256=x", "torch-2.9+cpu-py3-none-any.whl"),
        ("https://files.example.test/..%2F..%2Fetc%2Fpasswd", "passwd"),
        ("https://files.example.test/a%5C..%5Cb.whl", "a_.._b.whl"),
    ],
)
def test_names_stay_in_the_folder(url: str, name: str) -> None:
    item: Item = of_entry("p", "1", {"url": url, "hash": HASH}, "package")
    assert item.name == name
    assert item.path == f"files/{'a' * 16}/{name}"
    assert of_entry("p", "1", {"url": url}, "package").path != item.path  # no hash: by the address
