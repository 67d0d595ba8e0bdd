"""What mirrors do that are neither good nor gone: each is seen for what it is, within the limits on time and bytes."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from tests.mirrors.mean import Mean, Send, endless
from tests.support.index import Index, Status, Tampered
from tests.support.wheels import wheel
from wizard.mirrors.measure import measure
from wizard.mirrors.record import Measurement, Mirror, MirrorResult

pytestmark = pytest.mark.same_everywhere

SMALL, LARGE = wheel("pygments", "1.0", size=60_000), wheel("pygments", "2.0", size=1_400_000)


@pytest.fixture
def origin() -> Iterator[Index]:
    with Index() as running:
        running.add(SMALL, upload_time="2026-01-01T00:00:00Z")
        running.add(LARGE, upload_time="2026-02-01T00:00:00Z")
        yield running


def copy(origin: Index, name: str, rate: float | None = None) -> Mirror:
    url = origin.copy(target=f"/{name}/simple")
    if rate is not None:
        origin.rate(f"/files/{name}/", rate)
    return Mirror(name, "pypi", url)


def measured(*mirrors: Mirror, seconds: float = 6) -> Measurement:
    return measure("pypi", mirrors, probe_project="pygments", seconds=seconds)


def only(found: Measurement, name: str) -> MirrorResult:
    result = found.result(name)
    assert result is not None
    return result


def page(link: str = "/f/", more: str = "") -> str:
    name = LARGE.filename
    return f'<a href="{link}{name}#sha256={LARGE.sha256}">{name}</a>{more}'


def whole(kind: str, body: bytes) -> bytes:
    return f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


def test_bodies_without_an_end_cost_no_more_than_was_promised() -> None:
    round_and_round = endless("302 Found\r\nLocation: /simple/pygments/")
    answers = [endless() for _ in range(9)] + [round_and_round]
    servers = [Mean(answer) for answer in answers]
    for server in servers:
        server.__enter__()
    found = measured(*(Mirror(f"m{number}", "pypi", server.url) for number, server in enumerate(servers)))
    for server in servers:
        server.__exit__(None, None, None)
    assert found.best is None
    assert {only(found, f"m{number}").why_not for number in range(9)} == {"its answer has no end"}
    assert only(found, "m9").why_not == "sends you round in circles"
    assert found.cost_bytes < 30_000_000


def test_a_page_too_large_to_be_fetched_from_all_is_left_where_it_is() -> None:
    body = page(more="x" * 5_000_000).encode()

    def answer(_: str, send: Send) -> None:
        send(whole("text/html", body)[:200])

    with Mean(answer) as server:
        found = measured(*(Mirror(f"m{number}", "pypi", server.url) for number in range(10)))
    assert only(found, "m0").why_not == "its page is too large to measure with (5.0 MB)"
    assert found.cost_bytes == 0


def test_a_file_without_an_end(origin: Index) -> None:
    def answer(path: str, send: Send) -> None:
        if path.endswith(".whl"):
            endless()(path, send)
        send(whole("text/html", page().encode()))

    with Mean(answer) as server:
        found = measured(Mirror("m", "pypi", server.url), copy(origin, "a"))
    assert only(found, "m").why_not == "sends more than the file is long"
    assert found.cost_bytes < 20_000_000
    assert found.best == "a"


@pytest.mark.long
def test_a_file_that_stops_is_no_slow_one(origin: Index) -> None:
    def answer(path: str, send: Send) -> None:
        if path.endswith(".whl"):
            send(whole("application/octet-stream", LARGE.data)[:300_000])
            server.wait()
        send(whole("text/html", page().encode()))

    with Mean(answer) as server:
        found = measured(Mirror("m", "pypi", server.url), copy(origin, "slow", 30_000), seconds=5)
    assert only(found, "m").why_not == "stops in the middle of a file"
    assert (only(found, "slow").ok, found.best) == (True, "slow")


def test_who_states_no_hash_is_held_to_those_who_do(origin: Index) -> None:
    origin.add(SMALL, LARGE, prefix="/bare/simple", sha256="")
    bare = Mirror("bare", "pypi", origin.url("/bare/simple"))
    origin.fault("/bare/simple/pygments/", _html(origin, "/bare/simple"))
    good = measured(bare, copy(origin, "a"))
    assert (only(good, "bare").ok, only(good, "bare").hashes, only(good, "bare").checked) == (True, False, True)
    origin.fault("/files/bare/", Tampered())
    assert only(measured(bare, copy(origin, "a")), "bare").why_not == "sent a file with a wrong hash"


def _html(origin: Index, prefix: str) -> Status:
    links = "".join(f'<a href="{origin.file_url(one, prefix)}">{one.filename}</a>' for one in (SMALL, LARGE))
    return Status(200, {"Content-Type": "text/html"}, links.encode())


@pytest.mark.long
def test_the_size_follows_the_line(origin: Index) -> None:
    """A large file would not come whole from the slow one: its hash is checked with a small one."""
    slow, fast = copy(origin, "slow", 100_000), copy(origin, "fast", 4_000_000)
    result = only(measured(slow, fast), "slow")
    assert (result.ok, result.checked) == (True, True)
    assert result.bytes_per_s == pytest.approx(100_000, rel=0.3)
    origin.fault(f"/files/slow/simple/{SMALL.sha256[:2]}", Tampered())
    assert only(measured(slow, fast), "slow").why_not == "sent a file with a wrong hash"


def test_one_that_stands_still_goes_after_those_that_keep_up(origin: Index) -> None:
    still, slow = copy(origin, "still", 8_000_000), copy(origin, "slow", 2_000_000)
    origin.remove(LARGE.filename, "/still/simple")
    found = measured(still, slow)
    assert (only(found, "still").ok, found.best) == (True, "slow")


@pytest.mark.long
def test_the_fastest_every_time_with_noise(origin: Index) -> None:
    """The short of the fifty runs that .ci/long makes."""
    chance = random.Random(11)
    mirrors = [copy(origin, name) for name in ("fast", "mid", "slow")]
    for _ in range(2):
        for name, rate in (("fast", 6e6), ("mid", 4e6), ("slow", 6e5)):
            origin.rate(f"/files/{name}/", rate * chance.uniform(0.85, 1.15))
        chance.shuffle(mirrors)
        assert measured(*mirrors, seconds=4).best == "fast"
