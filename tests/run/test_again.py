"""Whole actions tried again: which causes are worth it, how long is waited, what the next try is given."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tests.run.support import state_of, sync_plan, to_the_end, until
from tests.support.faults import Cut, Status
from tests.support.index import Index
from tests.support.projects import Project
from wizard import events
from wizard.diagnosis import may_pass
from wizard.run import again, client
from wizard.told.run import retry_text

pytestmark = pytest.mark.same_everywhere


@pytest.mark.same_everywhere
@pytest.mark.parametrize(
    "cause, passes",
    [
        ("network-timeout", True), ("network-interrupted", True), ("index-server-error", True), ("index-rate-limited", True),
        ("index-credentials", False), ("index-forbidden", False), ("hash-mismatch", False), ("no-wheel-platform", False),
        ("package-not-found", False), ("no-space", False), ("lock-outdated", False), ("unknown", False),
    ],
)  # fmt: skip
def test_only_what_may_pass_by_itself_is_tried_again(cause: str, passes: bool) -> None:
    assert (may_pass(cause) is not None) is passes


@pytest.mark.same_everywhere
def test_the_first_wait_is_longest_where_the_index_asks_for_a_pause() -> None:
    assert (may_pass("index-rate-limited") or 0) >= 10 * (may_pass("network-timeout") or 99)


@pytest.mark.same_everywhere
@pytest.mark.parametrize(
    "environment, packages, waits",
    [
        ({}, [0, 0, 0, 0], [3, 9, 27, None]),
        ({}, [0, 0, 4, 4, 4, 4], [3, 9, 3, 9, 27, None]),  # a try that got further counts from the start again
        ({"UV_HTTP_RETRIES": "0"}, [0], [None]),
        ({"UV_HTTP_RETRIES": "5"}, [0], [3]),
    ],
)
def test_waits(environment: Mapping[str, str], packages: list[int], waits: list[float | None]) -> None:
    tries = again.Tries(environment)
    assert [tries.next_wait(3, count) for count in packages] == waits


@pytest.mark.same_everywhere
@pytest.mark.parametrize(
    "environment, second, last",
    [
        ({}, ("60", "8"), ("240", "1")),
        ({"UV_HTTP_TIMEOUT": "300", "UV_CONCURRENT_DOWNLOADS": "2"}, ("300", "2"), ("300", "1")),
        ({"HTTP_TIMEOUT": "100", "UV_CONCURRENT_DOWNLOADS": "abc"}, ("200", "8"), ("240", "1")),
    ],
)
def test_what_a_try_is_given(environment: Mapping[str, str], second: tuple[str, str], last: tuple[str, str]) -> None:
    tries = again.Tries(environment)
    given: list[tuple[str, str]] = []
    while tries.next_wait(3, 0) is not None:
        laid = tries.laid_over()
        given.append((laid["UV_HTTP_TIMEOUT"], laid["UV_CONCURRENT_DOWNLOADS"]))
    assert (given[0], given[-1]) == (second, last)


def _hasty(monkeypatch: pytest.MonkeyPatch, retries: str) -> None:
    monkeypatch.setenv("UV_HTTP_RETRIES", retries)
    monkeypatch.setenv("UV_HTTP_TIMEOUT", "5")


def test_an_index_that_recovers(project: Project, index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    _hasty(monkeypatch, "1")
    index.fault("alpha-1.0", Status(503, times=2))
    run = client.start(sync_plan(project), project=str(project.path))
    told = to_the_end(run)
    retries = [event for event in told if event["type"] == "retry"]
    assert [(event["attempt"], event["of"]) for event in retries] == [(2, again.TRIES)]
    assert "fault of its own" in retry_text(retries[0])
    assert told[-1]["exit_code"] == 0
    assert not [event for event in told if event["type"] == "diagnosis"]
    done = [event["done_bytes"] for event in told if event["type"] == "progress"]
    assert done == sorted(done)
    assert state_of(told).steps[0].state == "done"


@pytest.mark.long
def test_who_stops_while_it_waits_need_not_wait(
    project: Project, index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    _hasty(monkeypatch, "1")
    index.fault("alpha-1.0", Cut(after=10))
    run = client.start(sync_plan(project), project=str(project.path))
    seen: list[dict[str, Any]] = []

    def waits() -> bool:
        seen[:] = events.read(run.folder / "events.jsonl")
        return any(event["type"] == "retry" for event in seen)

    until(waits)
    client.cancel(run)
    assert to_the_end(run)[-1]["exit_code"] == 130
