"""The size of wheels on the disk, from their own directories on a server."""

from __future__ import annotations

import io
import zipfile

import pytest

from tests.support.index import Cut, Index, Status
from tests.support.wheels import wheel
from wizard.mirrors import unpacked
from wizard.mirrors.unpacked import unpacked_sizes

pytestmark = pytest.mark.same_everywhere


def truth(data: bytes) -> int:
    with zipfile.ZipFile(io.BytesIO(data)) as whole:
        return sum(len(whole.read(name)) for name in whole.namelist())


MANY = {f"big/part{number:05}.txt": "x" * (number % 7) for number in range(1500)}
LARGE = wheel("big", files={**MANY, "big/zeros.bin": b"\0" * 3_000_000})
SMALL = wheel("alpha")


@pytest.mark.parametrize("told", [True, False], ids=["size known", "size not known"])
@pytest.mark.parametrize("dist", [SMALL, LARGE], ids=["small", "large"])
def test_the_size_is_that_of_the_files_unpacked(index: Index, dist: object, told: bool) -> None:
    one = SMALL if dist is SMALL else LARGE
    index.add(one)
    url = index.file_url(one)
    assert unpacked_sizes([(url, one.size if told else None)], uv_version="0.13.8") == {url: truth(one.data)}


def test_only_the_directory_is_fetched(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpacked, "TAIL", 1000)
    index.add(LARGE)
    url = index.file_url(LARGE)
    assert unpacked_sizes([(url, LARGE.size)], uv_version="0.13.8") == {url: truth(LARGE.data)}
    fetched = [request.headers["range"] for request in index.requests(LARGE.filename)]
    assert fetched[0] == f"bytes={LARGE.size - 1000}-{LARGE.size - 1}"
    assert len(fetched) == 2
    first, last = map(int, fetched[1].removeprefix("bytes=").split("-"))
    assert last - first < LARGE.size / 2


def test_a_server_without_ranges_is_not_asked_for_the_whole_file(index: Index) -> None:
    index.add(LARGE)
    index.ranges = False
    url = index.file_url(LARGE)
    assert unpacked_sizes([(url, LARGE.size)], uv_version="0.13.8") == {url: None}


@pytest.mark.parametrize("fault", [Status(404), Status(503), Cut(10)])
def test_a_server_that_fails_tells_no_size(index: Index, fault: Status | Cut) -> None:
    index.add(SMALL, LARGE)
    index.fault("alpha-1.0", fault)
    bad, good = index.file_url(SMALL), index.file_url(LARGE)
    found = unpacked_sizes([(bad, SMALL.size), (good, LARGE.size)], uv_version="0.13.8")
    assert found == {bad: None, good: truth(LARGE.data)}


def test_what_is_no_zip_or_no_address_tells_no_size(index: Index) -> None:
    index.add(SMALL)
    page = index.url() + "/alpha/"
    addresses = [page, "http://127.0.0.1:1/x.whl", "file:///x.whl", "nonsense"]
    assert unpacked_sizes([(one, None) for one in addresses], uv_version="0.13.8") == dict.fromkeys(addresses)


def test_a_size_that_the_lock_tells_wrongly(index: Index) -> None:
    index.add(SMALL)
    url = index.file_url(SMALL)
    for told in (SMALL.size - 200, SMALL.size * 9, 1, 0):
        assert unpacked_sizes([(url, told)], uv_version="0.13.8") == {url: truth(SMALL.data)}


def test_time_that_is_up_leaves_the_rest_unknown(index: Index) -> None:
    index.add(SMALL)
    url = index.file_url(SMALL)
    assert unpacked_sizes([(url, None)], uv_version="0.13.8", within_s=0.0) == {url: None}
    assert index.files() == []
