from __future__ import annotations

from typing import Any

import pytest

from wizard.run.progress import RunState
from wizard.run.totals import Meter, Totals


def package(
    name: str, state: str, done: int = 0, total: int | None = None, version: str | None = None
) -> dict[str, Any]:
    return {"name": name, "version": version, "state": state, "done_bytes": done, "total_bytes": total}


@pytest.mark.parametrize(
    "samples, at, rate",
    [
        ([], 5.0, None),
        ([(0, 0), (1, 100)], 2.9, None),  # too early to tell
        ([(0, 0), (4, 400)], 4.0, 100.0),
        ([(float(second), second * 100) for second in range(30)], 29.0, 100.0),
        ([(0, 0), (10, 1000)], 20.0, 0.0),  # nothing for ten seconds
        ([(0, 0), (10, 1000)], 15.0, 50.0),
        ([(0, 0), (100, 1000), (104, 5000)], 104.0, 406.0),  # 6 s of 10 a second, 4 of 1000: the window cuts a line
        ([(0, 0), (5, 500), (2, 900)], 5.0, 100.0),  # a time that went back
    ],
)
def test_the_rate_is_the_mean_of_ten_seconds(samples: list[tuple[float, int]], at: float, rate: float | None) -> None:
    meter = Meter()
    for when, done in samples:
        meter.note(when, done)
    found = meter.rate(at)
    assert found == (None if rate is None else pytest.approx(rate))


def test_silence_is_counted_from_the_last_byte() -> None:
    meter = Meter()
    for at, done in ((0.0, 0), (1.0, 100), (2.0, 100), (9.0, 100)):
        meter.note(at, done)
    assert meter.silent(25.0) == 24.0
    meter.note(26.0, 101)
    assert meter.silent(26.0) == 0.0


def test_the_meter_keeps_ten_seconds_only() -> None:
    meter = Meter()
    for number in range(100_000):
        meter.note(number / 10, number)
    assert len(meter._seen) < 120


def test_bytes_never_go_back() -> None:
    totals = Totals()
    seen = []
    for event in (
        package("a", "downloading", 50, 100),
        package("a", "downloading", 10, 100),  # begun again
        package("b", "downloading", 5, 10),
        package("a", "downloaded", 0, 100),
        package("a", "downloading", 1, 100),
    ):
        totals.package(event)
        seen.append(totals.done_bytes)
    assert seen == [50, 50, 55, 105, 105]
    totals.restart()  # another uv
    totals.package(package("c", "downloading", 1, 10))
    assert totals.done_bytes == 106


@pytest.mark.parametrize(
    "sizes, wanted, events, total",
    [
        ({}, None, [], None),
        ({}, None, [package("a", "downloading", 1, 100)], 100),
        ({}, 1, [package("a", "downloading", 1, 100)], 100),
        ({}, 2, [package("a", "downloading", 1, 100)], None),  # the other one is not known
        ({}, 1, [package("a", "downloading", 1)], None),
        ({"a==1": 70}, 1, [package("a", "downloading", 1)], 70),
        ({"a==1": 70}, 1, [package("a", "downloading", 1, version="1")], 70),
        ({"a==1": 70}, 1, [package("a", "downloading", 1, version="2")], None),
        ({"a==1": 70, "b==1": 30}, 2, [package("a", "downloading", 1, 100)], 130),
        ({"a==1": 70, "b==1": 30, "c==1": 10}, 2, [package("a", "downloading", 1, 100)], 120),  # one of two: the mean
        ({}, 2, [package("a", "downloading", 1, 100), package("b", "downloading", 1, 50)], 150),
    ],
)
def test_the_total_is_known_or_unknown(
    sizes: dict[str, int], wanted: int | None, events: list[dict[str, Any]], total: int | None
) -> None:
    totals = Totals(sizes)
    if wanted is not None:
        totals.counted(0, wanted)
    for event in events:
        totals.package(event)
    assert totals.total_bytes == total


PLAN = {"schema": 1, "steps": [{"id": "sync", "title": "Sync", "summary": "s"}, {"id": "verify", "title": "Verify"}]}


def told(*events: dict[str, Any], log_lines: int = 100) -> RunState:
    state = RunState(log_lines)
    for number, event in enumerate(events):
        state.apply({"at": float(number), **event})
    return state


def test_the_steps() -> None:
    state = told(
        {"type": "run", "id": "1", "plan": PLAN, "project": "/p", "label": "sync"},
        {"type": "step", "id": "sync", "state": "started"},
    )
    assert (state.id, state.project, state.label) == ("1", "/p", "sync")
    assert [step.state for step in state.steps] == ["running", "waiting"]
    assert state.current is state.steps[0]
    for event in (
        {"at": 9.0, "type": "step", "id": "sync", "state": "failed"},
        {"at": 9.5, "type": "step", "id": "verify", "state": "skipped"},
        {"at": 10.0, "type": "end", "exit_code": 1},
    ):
        state.apply(event)
    assert [step.state for step in state.steps] == ["failed", "skipped"]
    assert (state.steps[0].started, state.steps[0].ended) == (1.0, 9.0)
    assert state.current is None
    assert (state.finished, state.exit_code, state.lost) == (True, 1, False)


def test_the_steps_of_a_run_that_was_cut_off() -> None:
    state = told(
        {"type": "run", "id": "1", "plan": PLAN},
        {"type": "step", "id": "sync", "state": "started"},
        {"type": "end", "exit_code": 1, "lost": True},
    )
    assert [step.state for step in state.steps] == ["failed", "skipped"]


def test_packages_under_way_the_largest_first() -> None:
    state = told(
        {"type": "package", **package("a", "downloading", 10, 100)},
        {"type": "package", **package("b", "downloading", 10, 500)},
        {"type": "package", **package("c", "building")},
        {"type": "package", **package("d", "downloaded", 5, 5)},
        {"type": "package", **package("a", "downloading", 60, 100, "1.0")},
        {"type": "package", **package("a", "downloading", 20, 100)},  # begun again
        {"type": "package", **package("e", "queued")},
    )
    assert [one.name for one in state.under_way()] == ["b", "a", "c"]
    assert [one.name for one in state.waiting()] == ["e"]
    assert (state.packages["a"].done_bytes, state.packages["a"].version) == (60, "1.0")
    assert state.packages["a"].bytes_per_s == pytest.approx(10.0)  # 50 bytes in 5 s
    assert state.packages["d"].done_bytes == 5


@pytest.mark.parametrize("steps, version", [(("sync",), "2.15.0"), (("lock", "sync"), None)])
def test_a_version_is_that_of_the_lock_until_uv_tells_it(steps: tuple[str, ...], version: str | None) -> None:
    """Where the run makes another lock, it may be another one."""
    state = RunState(versions={"torch": "2.15.0"})
    plan = {"schema": 1, "steps": [{"id": name, "title": name} for name in steps]}
    state.apply({"at": 0.0, "type": "run", "id": "1", "plan": plan, "project": "/p", "label": "apply"})
    state.apply({"at": 1.0, "type": "package", **package("torch", "downloading", 1, 9)})
    assert state.packages["torch"].version == version
    state.apply({"at": 2.0, "type": "package", **package("torch", "installed", version="2.14.1")})
    assert state.packages["torch"].version == "2.14.1"


def test_a_lock_that_the_run_has_made_tells_versions_again() -> None:
    state = RunState(versions={"torch": "2.15.0", "rich": "14.0", "gone": "1"})
    plan = {"schema": 1, "steps": [{"id": name, "title": name} for name in ("lock", "sync")]}
    state.apply({"at": 0.0, "type": "run", "id": "1", "plan": plan, "project": "/p", "label": "apply"})
    changes = {
        "added": [
            {"name": "triton", "before": [], "after": ["3.0"]},
            {"name": "two", "before": [], "after": ["1", "2"]},
        ],
        "removed": [{"name": "gone", "before": ["1"], "after": []}],
        "changed": [{"name": "torch", "before": ["2.15.0"], "after": ["2.14.1+cu126"]}],
    }
    state.apply({"at": 1.0, "type": "locked", "path": "/p/uv.lock", "text": "lock: 1 package changed", **changes})
    for name in ("torch", "rich", "gone", "triton", "two"):
        state.apply({"at": 2.0, "type": "package", **package(name, "downloading", 1, 9)})
    versions = {name: one.version for name, one in state.packages.items()}
    assert versions == {"torch": "2.14.1+cu126", "rich": "14.0", "gone": None, "triton": "3.0", "two": None}


def test_progress_and_its_percentage_never_go_back() -> None:
    state = RunState()
    seen = []
    for done, total in ((0, None), (10, 100), (5, 100), (40, 200), (99, 100), (100, 100)):
        state.apply({"at": 0.0, "type": "progress", "done_bytes": done, "total_bytes": total})
        seen.append((state.done_bytes, state.percent))
    assert seen == [(0, None), (10, 10), (10, 10), (40, 20), (99, 99), (100, 100)]


def test_the_log_is_bounded_and_counted() -> None:
    state = told(*({"type": "output", "text": str(number)} for number in range(500)), log_lines=100)
    assert state.log_count == 500
    assert [line.text for line in state.log] == [str(number) for number in range(400, 500)]


def test_a_retry_is_told_until_something_happens() -> None:
    state = told({"type": "retry", "attempt": 2, "of": 5, "wait_s": 8, "why": "reset"})
    assert state.retry is not None
    assert state.tries == 2
    state.apply({"at": 9.0, "type": "package", **package("a", "downloading", 1, 2)})
    assert state.retry is None


def test_checks_verification_diagnosis_and_a_run_that_was_lost() -> None:
    state = told(
        {"type": "check", "id": "imports", "title": "t", "ok": True, "value": None, "detail": None, "seconds": 0.1},
        {"type": "verify", "ok": True},
        {"type": "diagnosis", "cause": "unknown"},
        {"type": "changed", "path": "/a"},
        {"type": "changed", "path": "/a"},
        {"type": "something of a later version"},
        {"type": "end", "exit_code": 1, "lost": True},
    )
    assert list(state.checks) == ["imports"]
    assert state.verify is not None
    assert state.diagnosis is not None
    assert state.changed == ["/a"]
    assert state.lost
