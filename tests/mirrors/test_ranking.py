"""Best is what serves this project soonest."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest

from wizard.advice.mirrors import advise_measured
from wizard.mirrors import kept
from wizard.mirrors.page import File
from wizard.mirrors.ranking import best_of, ranked
from wizard.mirrors.record import Measurement, MirrorResult, Need
from wizard.mirrors.soundness import behind_hours

pytestmark = pytest.mark.same_everywhere

MIB = 1024 * 1024


def one(
    name: str, rate: float | None = None, latency: float = 20, *, ok: bool = True, official: bool = False
) -> MirrorResult:
    return MirrorResult(name, f"http://{name}.test", ok=ok, latency_ms=latency, bytes_per_s=rate, official=official)


BIG, MANY = Need(2_000 * MIB, 10), Need(2 * MIB, 400)


@pytest.mark.parametrize(
    "results, need, order",
    [
        ([one("slow", MIB), one("fast", 9 * MIB)], BIG, "fast slow"),
        ([one("near", 5 * MIB, 10), one("far", 6 * MIB, 900)], MANY, "near far"),
        ([one("near", 5 * MIB, 10), one("far", 6 * MIB, 900)], BIG, "far near"),
        ([one("broken", 99 * MIB, ok=False), one("slow", 1000.0)], BIG, "slow broken"),
        ([one("untimed", None, 1), one("timed", MIB)], BIG, "timed untimed"),
        ([one("late", None, 90), one("soon", None, 5)], BIG, "soon late"),
        ([one("blocks", 10 * MIB), one("plain", 9.9 * MIB)], BIG, "plain blocks"),
        ([one("blocks", 10 * MIB), one("plain", 8 * MIB)], BIG, "blocks plain"),
    ],
)
def test_order(results: list[MirrorResult], need: Need, order: str) -> None:
    ranking = ranked(results, need, frozenset({"blocks"}))
    assert " ".join(result.id for result in ranking) == order
    assert len(ranking) == len(results)


def test_none_is_sound() -> None:
    assert best_of(ranked([one("a", ok=False)], BIG)) is None


def test_how_far_behind() -> None:
    now = 1_800_000_000.0

    def file(name: str, hours: float | None) -> File:
        text = None if hours is None else time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now - hours * 3600))
        return File(name, f"http://x.test/{name}", upload_time=text)

    known = [file("a-1.whl", 900), file("a-2.whl", 50), file("a-3.whl", 5)]
    assert behind_hours([file("a-3.whl", None), file("a-1.whl", None)], known, now) == 0
    assert behind_hours([file("a-2.whl", None)], known, now) == pytest.approx(5, abs=0.01)
    assert behind_hours([file("a-1.whl", None)], known, now) == pytest.approx(50, abs=0.01)
    assert behind_hours([file("a-1.whl", None)], [file("a-1.whl", None)], now) is None


def test_kept_for_a_week(tmp_path: Path) -> None:
    measured = Measurement("pypi", (one("a", MIB), one("b", ok=False)), "a", at=1000.0, cost_bytes=5, probe="pygments")
    folder = tmp_path / "not yet"
    assert kept.load(folder, "pypi", now=1001.0) is None
    kept.store(folder, measured)
    assert kept.load(folder, "pypi", now=1001.0) == measured
    assert kept.load(folder, "pypi", "pygments", now=1000.0 + 6 * 86400) == measured
    assert kept.load(folder, "pypi", "other", now=1001.0) is None
    assert kept.load(folder, "pytorch", now=1001.0) is None
    assert kept.load(folder, "pypi", now=1001.0 + 7 * 86400) is None
    assert kept.load(folder, "pypi", now=999.0) is None  # the clock was put back


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"schema": 2}', '{"schema": 1, "kind": "pypi", "results": [{"x": 1}]}']
)
def test_kept_and_broken_is_as_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "mirrors-pypi.json").write_text(text, "utf-8")
    assert kept.load(tmp_path, "pypi") is None


def test_a_mirror_is_recommended_where_it_is_felt() -> None:
    official, mirror = one("official", MIB, official=True), one("m", 9 * MIB)
    measured = Measurement("pypi", (mirror, official), "m")
    advice = advise_measured(measured, BIG)
    assert advice.choices == {"mirrors.pypi": "m"}
    assert "instead of about 33 min" in advice.reasons[0].why
    assert advise_measured(measured, Need(MIB, 1)).choices == {}
    assert advise_measured(replace(measured, best="official"), BIG).choices == {}
    dead = replace(measured, results=(mirror, replace(official, ok=False, bytes_per_s=None)))
    assert "does not answer" in advise_measured(dead, BIG).reasons[0].why
    for others in ((mirror,), (mirror, replace(official, bytes_per_s=None))):
        why = advise_measured(replace(measured, results=others), BIG).reasons[0].why
        assert why.endswith("for this project."), "of a source that was not measured nothing is said"
