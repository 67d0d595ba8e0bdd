"""Mirrors on 127.0.0.1 of every kind, measured for real."""

from __future__ import annotations

import random
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.index import Cut, Gate, Index, Status, Tampered
from tests.support.wheels import wheel
from wizard.choices import Choices
from wizard.errors import BadInput
from wizard.mirrors import command
from wizard.mirrors.fetch import Meter
from wizard.mirrors.measure import measure
from wizard.mirrors.record import Measurement, Mirror, MirrorResult

pytestmark = pytest.mark.same_everywhere

OLD, NEW = wheel("pygments", "1.0", size=400_000), wheel("pygments", "2.0", size=400_000)


@pytest.fixture
def origin() -> Iterator[Index]:
    with Index() as running:
        running.add(OLD, upload_time="2026-01-01T00:00:00Z")
        running.add(NEW, upload_time="2026-02-01T00:00:00Z")
        yield running


def mirror(index: Index, name: str, rate: float | None = None, **more: object) -> Mirror:
    url = index.copy(target=f"/{name}/simple")
    if rate is not None:
        index.rate(f"/files/{name}/", rate)
    return Mirror(name, "pypi", url)


def measured(*mirrors: Mirror, seconds: float = 6, official: str | None = None) -> Measurement:
    return measure("pypi", mirrors, probe_project="pygments", seconds=seconds, official=official)


def only(found: Measurement, name: str) -> MirrorResult:
    result = found.result(name)
    assert result is not None
    return result


def test_a_sound_mirror(origin: Index) -> None:
    result = only(measured(mirror(origin, "a")), "a")
    assert (result.ok, result.why_not, result.api, result.hashes, result.checked) == (True, None, "json", True, True)
    assert (result.metadata_files, result.upload_times, result.stale_hours) == (True, True, 0.0)
    assert result.latency_ms is not None
    assert result.bytes_per_s is not None
    assert result.bytes_per_s > 100_000


def test_html_alone_is_sound(origin: Index) -> None:
    one = mirror(origin, "a")
    origin.html_only("/a/simple")
    result = only(measured(one), "a")
    assert (result.ok, result.api, result.upload_times, result.metadata_files) == (True, "html", False, True)


def test_slow_is_sound(origin: Index) -> None:
    found = measured(mirror(origin, "slow", 20_000), mirror(origin, "fast", 2_000_000))
    slow = only(found, "slow")
    assert (slow.ok, slow.why_not, slow.checked) == (True, None, False)
    assert slow.bytes_per_s == pytest.approx(20_000, rel=0.5)
    assert found.best == "fast"
    assert [result.id for result in found.results] == ["fast", "slow"]


PORTAL = Status(200, {"Content-Type": "text/html"}, b"<html><body><a href='/login'>Sign in</a></body></html>")


@pytest.mark.parametrize(
    "fault, at, reason",
    [
        (PORTAL, "/a/simple/", "a web page, not a package index"),
        (Status(404), "/a/simple/", "answers 404 for pygments"),
        (Status(503), "/a/simple/", "answers 503 for pygments"),
        (Status(403), "/a/simple/", "refuses (403)"),
        (Status(401), "/a/simple/", "asks for a sign-in (401)"),
        (Status(429), "/a/simple/", "too many requests (429)"),
        (Status(200, {"Content-Type": "application/json"}, b"{}"), "/a/simple/", "JSON, but no list of files"),
        (Cut(10), "/a/simple/", "the connection broke"),
        (Status(302, {"Location": "/a/simple/pygments/"}), "/a/simple/", "sends you round in circles"),
        (Status(404), ".metadata", "offers metadata that it does not have (404)"),
        (Tampered(), "/files/a/", "sent a file with a wrong hash"),
        (Cut(1000), "/files/a/simple", "the download broke off"),
    ],
)
def test_what_is_not_sound_says_why(origin: Index, fault: Status, at: str, reason: str) -> None:
    one = mirror(origin, "a")
    origin.fault(at, fault)
    found = measured(one)
    assert (found.best, only(found, "a").ok, only(found, "a").why_not) == (None, False, reason)


def test_metadata_with_another_hash(origin: Index) -> None:
    origin.add(wheel("pygments", "3.0"), prefix="/a/simple")
    page = (
        f'<a href="/f/pygments-3.0-py3-none-any.whl" data-core-metadata="sha256={"0" * 64}">'
        "pygments-3.0-py3-none-any.whl</a>"
    )
    origin.fault("/a/simple/pygments/", Status(200, {"Content-Type": "text/html"}, page.encode()))
    origin.put("/f/pygments-3.0-py3-none-any.whl.metadata", b"Metadata-Version: 2.1\n")
    found = measured(Mirror("a", "pypi", origin.url("/a/simple")))
    assert only(found, "a").why_not == "its metadata has another hash than stated"


def test_a_page_that_names_another_file(origin: Index) -> None:
    """Its own hash agrees with its own page: only comparing tells."""
    origin.add(OLD, wheel("pygments", "2.0", files={"evil.py": "1"}), prefix="/evil/simple")
    evil = Mirror("evil", "pypi", origin.url("/evil/simple"))
    found = measured(evil, mirror(origin, "a"), mirror(origin, "b"))
    assert only(found, "evil").why_not == "names another file as pygments-2.0-py3-none-any.whl"
    assert only(found, "a").ok
    alone = measured(evil, official=origin.url())
    assert only(alone, "evil").ok is False
    assert [result.id for result in alone.results] == ["evil"]  # the official one was only asked


def test_how_far_behind(origin: Index) -> None:
    late = mirror(origin, "late")
    origin.remove(NEW.filename, "/late/simple")
    found = measured(late, mirror(origin, "a"))
    stale = only(found, "late").stale_hours
    assert stale is not None
    assert stale > 24
    assert only(found, "late").ok
    assert only(found, "a").stale_hours == 0


def test_files_of_another_host_are_told(origin: Index) -> None:
    with Index() as cdn:
        cdn.add(NEW)
        url = cdn.file_url(NEW).replace("127.0.0.1", "localhost")
        page = f'<a href="{url}#sha256={NEW.sha256}">{NEW.filename}</a>'
        origin.fault("/a/simple/pygments/", Status(200, {"Content-Type": "text/html"}, page.encode()))
        result = only(measured(Mirror("a", "pypi", origin.url("/a/simple"))), "a")
    assert (result.ok, result.files_host, result.checked) == (True, "localhost", True)


def test_half_of_ten_hang_and_the_rest_is_judged(origin: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    """Within its limits whatever they do: a silent socket, a silent page, a page that never ends, a silent file."""
    told: list[MirrorResult] = []
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(0)
        mirrors = [mirror(origin, name, 1_000_000.0 * (number + 1)) for number, name in enumerate("abcde")]
        mirrors += [mirror(origin, name) for name in ("page", "half", "drip", "file")]
        mirrors.append(Mirror("deaf", "pypi", f"http://127.0.0.1:{silent.getsockname()[1]}/simple"))
        origin.fault("/page/simple/", Gate())
        origin.fault("/half/simple/", Gate(after=100))
        origin.rate("/drip/simple/", 20)
        origin.fault("/files/file/", Gate(after=0))
        random.Random(1).shuffle(mirrors)
        found = measure(
            "pypi", mirrors, probe_project="pygments", seconds=9, limit_bytes=5_000_000, on_result=told.append
        )
    assert {result.id for result in found.results} == {one.id for one in mirrors}
    for name in ("page", "half", "drip", "deaf"):
        assert only(found, name).why_not == "no answer in time"
    assert not only(found, "file").ok
    assert found.best == "e"
    assert all(only(found, name).ok for name in "abcde")
    assert found.cost_bytes < 5_500_000
    last = {result.id: result for result in told}
    assert {name: result.ok for name, result in last.items()} == {result.id: result.ok for result in found.results}


def test_a_python_mirror_has_the_very_file(origin: Index) -> None:
    wanted = "20260101/cpython-3.12.1%2B20260101-x.tar.gz"
    data = b"\x1f\x8b" + bytes(500_000)
    origin.put("/full/20260101/cpython-3.12.1+20260101-x.tar.gz", data)
    origin.put("/newest/20260201/cpython-3.12.2+20260201-x.tar.gz", data)
    origin.fault("/portal/", PORTAL)
    mirrors = [Mirror(name, "python", origin.root + f"/{name}") for name in ("newest", "full", "portal")]
    found = measure("python", mirrors, probe_project=wanted, seconds=6)
    assert found.best == "full"
    assert "has no cpython-3.12.1" in (only(found, "newest").why_not or "")
    assert only(found, "portal").why_not == "a web page, not a file"
    assert only(found, "full").bytes_per_s is not None


@pytest.mark.parametrize("layout", ["/whl", "/whl/cpu"])
def test_a_pytorch_mirror(origin: Index, layout: str) -> None:
    origin.add(wheel("torch", "2.9.1+cpu", size=300_000), prefix="/whl/cpu")
    found = measure("pytorch", [Mirror("t", "pytorch", origin.url(layout))], probe_project="torch", seconds=6)
    assert only(found, "t").ok, only(found, "t").why_not


def test_a_flat_pytorch_mirror(origin: Index) -> None:
    torch = wheel("torch", "2.9.1+cpu", size=300_000)
    origin.put(f"/flat/cpu/{torch.filename}", torch.data)
    listing = f'<a href="../">up</a><a href="{torch.filename}">torch-2..&gt;</a>'.encode()
    origin.fault("/flat/cpu/torch/", Status(404))
    origin.fault("/flat/cpu/torch-", Status(200, {}, torch.data))
    origin.fault("/flat/cpu/", Status(200, {"Content-Type": "text/html"}, listing))
    found = measure("pytorch", [Mirror("t", "pytorch", origin.url("/flat"))], probe_project="cpu/torch", seconds=6)
    result = only(found, "t")
    assert (result.ok, result.hashes, result.checked) == (True, False, False)


def test_a_file_larger_than_allowed_is_taken_from_its_middle(origin: Index) -> None:
    origin.add(wheel("torch", "2.9.1", size=3_000_000), prefix="/whl/cpu")
    found = measure(
        "pytorch",
        [Mirror("t", "pytorch", origin.url("/whl"))],
        probe_project="cpu/torch",
        limit_bytes=1_000_000,
        seconds=6,
    )
    assert only(found, "t").ok
    assert only(found, "t").bytes_per_s is not None
    assert found.cost_bytes < 1_200_000
    assert [r for r in origin.requests(".whl") if r.status == 206]


def test_the_document(origin: Index) -> None:
    document = measured(mirror(origin, "a"), Mirror("b", "pypi", origin.url("/none"))).document()
    assert (document["schema"], document["kind"], document["best"]) == (1, "pypi", "a")
    assert [entry["id"] for entry in document["mirrors"]] == ["a", "b"]
    wanted = {"id", "url", "ok", "latency_ms", "bytes_per_s", "stale_hours", "metadata_files", "why_not"}
    assert wanted <= set(document["mirrors"][0])


def test_the_command_with_a_catalogue(origin: Index, tmp_path: Path) -> None:
    one = mirror(origin, "a")
    file = tmp_path / "c.toml"
    file.write_text(f'[[mirror]]\nid = "a"\nkind = "pypi"\nurl = "{one.url}"\n[probe]\npypi = "Pygments"\n', "utf-8")
    told: list[MirrorResult] = []
    found = command.measure_command(
        kind="pypi", catalog=str(file), project=str(tmp_path), choices=Choices(), on_result=told.append
    )
    assert found.best == "a"
    assert {result.id for result in told} == {"a"}
    assert [*command.state_folder().glob("mirrors-*")] == []  # another's catalogue is nobody's memory
    with pytest.raises(BadInput, match="no mirrors of the kind pytorch"):
        command.measure_command(kind="pytorch", catalog=str(file), project=str(tmp_path), choices=Choices())
    with pytest.raises(BadInput, match="--kind"):
        command.measure_command(kind="conda", catalog=None, project=str(tmp_path), choices=Choices())


def test_the_meter() -> None:
    meter = Meter(10)
    meter.add(4)
    assert (meter.received, meter.allowed) == (4, 6)
    meter.add(40)
    assert meter.allowed == 0


@pytest.mark.long
@pytest.mark.timeout(900)
def test_the_fastest_every_time_in_fifty_noisy_runs(origin: Index) -> None:
    chance = random.Random(7)
    origin.add(wheel("pygments", "3.0", size=1_500_000), upload_time="2026-03-01T00:00:00Z")
    mirrors = [mirror(origin, name) for name in ("fast", "mid", "slow", "html", "wrong")]
    origin.html_only("/html/simple")
    origin.fault("/files/wrong/", Tampered())
    picked = []
    for _ in range(50):
        for name, rate in (("fast", 6e6), ("mid", 4e6), ("html", 3e6), ("slow", 4e5), ("wrong", 9e6)):
            origin.rate(f"/files/{name}/", rate * chance.uniform(0.85, 1.15))
        chance.shuffle(mirrors)
        picked.append(measured(*mirrors, seconds=8).best)
    assert picked == ["fast"] * 50
