"""A run's state as rows, against the wireframes of the sync and verification screens."""

from __future__ import annotations

from typing import Any

import pytest
from rich.cells import cell_len

from screens import check_rows, run_rows
from wizard.diagnosis import Fix
from wizard.run.progress import RunState
from wizard.ways_out import leads

pytestmark = pytest.mark.same_everywhere

MIB = 1024**2
PLAN = {
    "steps": [
        {"id": name, "title": name, "summary": f"what {name} does"}
        for name in ("uv", "settings", "torch", "lock", "sync", "verify")
    ]
}


def state_of(*events: dict[str, Any]) -> RunState:
    state = RunState()
    state.apply({"at": 0.0, "type": "run", "id": "1", "plan": PLAN})
    for event in events:
        state.apply({"at": 0.0, **event})
    return state


def package(name: str, version: str, done: float, total: float, rate: float = 0.0) -> list[dict[str, Any]]:
    base = {
        "type": "package",
        "name": name,
        "version": version,
        "state": "downloading",
        "total_bytes": int(total * MIB),
    }
    first = {**base, "at": 0.0, "done_bytes": int((done - 10 * rate) * MIB)}
    return [first, {**base, "at": 10.0, "done_bytes": int(done * MIB)}]


def synced(*more: dict[str, Any]) -> RunState:
    packages = [
        *package("torch", "2.14.1+cu126", 520, 783, 8.1),
        *package("nvidia-cudnn-cu12", "9.10.2.21", 341, 545, 5.9),
        *package("nvidia-cublas-cu12", "12.6.4.1", 262, 375, 3.1),
        *package("nvidia-cusparselt-cu12", "0.7.1", 18, 149, 1.3),
    ]
    waits = [
        {"type": "package", "name": name, "version": "1", "state": "queued"}
        for name in ("nvidia-nccl-cu12", "nvidia-cufft-cu12", "nvidia-cusolver-cu12")
    ]
    progress = {
        "type": "progress", "at": 10.0, "done_bytes": int(0.5705 * 2.83 * 1024 * MIB), "total_bytes": int(2.83 * 1024 * MIB),
        "bytes_per_s": 18.4 * MIB, "eta_s": 70.0, "packages_done": 24, "packages_total": 31,
    }  # fmt: skip
    return state_of({"type": "step", "id": "sync", "state": "started"}, *packages, *waits, progress, *more)


def test_the_sync_screen_is_the_wireframes() -> None:
    shown = run_rows.sync_rows(synced(), 10.0)
    assert str(shown.bar) == "[" + "#" * 38 + "." * 30 + "]  57 %"
    assert shown.line == "1.61 of 2.83 GiB    18.4 MiB/s    about 70 s left    24 of 31 packages"
    assert shown.third == ""
    assert list(shown.packages) == [
        "torch                   2.14.1+cu126     520 of 783 MiB   66 %   8.1 MiB/s",
        "nvidia-cudnn-cu12       9.10.2.21        341 of 545 MiB   62 %   5.9 MiB/s",
        "nvidia-cusparselt-cu12  0.7.1           18.0 of 149 MiB   12 %   1.3 MiB/s",
        "nvidia-cublas-cu12      12.6.4.1         262 of 375 MiB   69 %   3.1 MiB/s",
        "3 waiting: nvidia-nccl-cu12, nvidia-cufft-cu12, nvidia-cusolver-cu12",
    ]


def test_a_retry_counts_down_and_its_packages_wait() -> None:
    retry = {"type": "retry", "at": 12.0, "attempt": 2, "of": 5, "wait_s": 10.0, "why": "the connection to NJU broke"}
    shown = run_rows.sync_rows(synced(retry), 14.0)
    assert shown.third == "! waiting  the connection to NJU broke; try 2 of 5 starts in 8 s"
    assert shown.line == "1.61 of 2.83 GiB    no data for 2 s    time left unknown    24 of 31"
    assert all(row.endswith("   waiting") for row in shown.packages[:4])


def test_the_bar_never_goes_back() -> None:
    state = synced()
    before = run_rows.sync_rows(state, 10.0).bar
    state.apply({"type": "progress", "at": 11.0, "done_bytes": 0, "total_bytes": int(2.9 * 1024 * MIB)})
    state.apply({"type": "progress", "at": 12.0, "done_bytes": 10, "total_bytes": int(5 * 1024 * MIB)})
    after = run_rows.sync_rows(state, 12.0).bar
    assert before
    assert after
    assert len(after.done) >= len(before.done)


def test_without_a_total_there_is_no_bar() -> None:
    progress = {
        "type": "progress",
        "at": 5.0,
        "done_bytes": int(1.37 * 1024 * MIB),
        "total_bytes": None,
        "bytes_per_s": MIB,
    }
    shown = run_rows.sync_rows(state_of({"type": "step", "id": "sync", "state": "started"}, progress), 5.0)
    assert shown.bar is None
    assert shown.head == "size not known"
    assert shown.line == "1.37 GiB so far    1.0 MiB/s    time left unknown"


@pytest.mark.parametrize(
    "more, line",
    [
        ([{"type": "progress", "done_bytes": 5, "total_bytes": 5, "phase": "install", "packages_done": 22, "packages_total": 31}],
         "installing 22 of 31 packages"),
        ([{"type": "package", "name": "flash-attn", "version": "2.8.3", "state": "building"},
          {"type": "progress", "at": 250.0, "done_bytes": 5, "total_bytes": 5}],
         "building flash-attn 2.8.3, 4 min 10 s so far"),
    ],
)  # fmt: skip
def test_after_the_last_byte(more: list[dict[str, Any]], line: str) -> None:
    assert run_rows.sync_rows(state_of({"type": "step", "id": "sync", "state": "started"}, *more), 250.0).line == line


def test_a_build_stands_first_with_its_time_beside_the_downloads() -> None:
    state = state_of(
        {"type": "step", "id": "sync", "state": "started"},
        {"type": "package", "name": "torch", "version": "2.14.1", "state": "downloading", "total_bytes": 9},
        {"type": "package", "name": "flash-attn", "version": "2.8.3", "state": "building"},
        {"type": "progress", "at": 250.0, "done_bytes": 5, "total_bytes": 9},
    )
    first, second, *_ = run_rows.sync_rows(state, 250.0).packages
    assert first == f"{'flash-attn':24}{'2.8.3':16}building, 4 min 10 s so far"
    assert second.startswith("torch ")


def test_the_steps_before_the_sync_are_shown() -> None:
    state = state_of(
        {"type": "step", "id": "uv", "state": "started"},
        {"type": "step", "id": "uv", "state": "done"},
        {"type": "step", "id": "settings", "state": "started"},
    )
    shown = run_rows.sync_rows(state, 1.0)
    assert shown.bar is None
    assert shown.head == "> now      step 2 of 6, settings: what settings does"
    assert [row.split()[0:3:2] for row in shown.packages] == [
        ["+", "uv"],
        [">", "settings"],
        [".", "torch"],
        [".", "lock"],
        [".", "sync"],
    ]


def test_everything_was_there() -> None:
    state = state_of(
        {"type": "step", "id": "sync", "state": "started"},
        {"type": "resolved", "packages": 31},
        {"type": "step", "id": "sync", "state": "done"},
    )
    assert run_rows.sync_rows(state, 1.0).head == "+ done     31 packages were already in place."


PLANNED = [("lock", "Packages are those of uv.lock"), ("python", "Python starts"), ("cudnn", "cuDNN works")]


def rung(name: str, *, ok: bool | None, **more: Any) -> dict[str, Any]:
    return {"type": "check", "id": name, "title": dict(PLANNED)[name], "ok": ok, "seconds": 0.1, **more}


def test_rungs_go_from_waiting_to_now_to_ok() -> None:
    state = state_of()
    words = [[row[3:14].strip() for row in check_rows.check_rows(state, PLANNED)]]
    for event in (
        {"type": "step", "id": "verify", "state": "started", "at": 1.0},
        rung("lock", ok=True, value="31 packages", at=2.0),
        rung("python", ok=False, value="no answer", at=3.0),
        rung("cudnn", ok=None, at=3.0),
    ):
        state.apply({"at": 0.0, **event})
        words.append([row[3:14].strip() for row in check_rows.check_rows(state, PLANNED, now=2.5)])
    assert words == [
        [". waiting", ". waiting", ". waiting"],
        ["> now", ". waiting", ". waiting"],
        ["+ ok", "> now", ". waiting"],
        ["+ ok", "x failed", "> now"],
        ["+ ok", "x failed", "- not run"],
    ]
    assert check_rows.checks_told(state, 3) == "1 of 3 checks passed, 1 failed."


def test_a_rung_that_takes_long_counts() -> None:
    state = state_of({"type": "step", "id": "verify", "state": "started", "at": 1.0}, rung("lock", ok=True, at=2.0))
    assert "since 2 s" in check_rows.check_rows(state, PLANNED, now=4.5)[1]
    assert "since" not in check_rows.check_rows(state, PLANNED, now=3.5)[1]


def test_the_ladder_below_a_failure() -> None:
    state = state_of(rung("lock", ok=True), rung("python", ok=False, value="no answer"))
    told = check_rows.check_rows(state, PLANNED)
    head, shown = check_rows.failed_rung(state, told)
    assert head == "Check 2 of 3 failed; 1 passed, 1 were not reached"
    assert shown == told


@pytest.mark.parametrize(
    "fix, where",
    [
        (Fix("a", {"sync.no-cache": True}, (("x",),)), "review"),
        (Fix("a", None, (("x",),)), "command"),
        (Fix("a"), "again"),
    ],
)
def test_where_a_fix_leads(fix: Fix, where: str) -> None:
    assert leads(fix) == where


def test_what_is_kept() -> None:
    done = [
        {"type": "package", "name": name, "version": "1", "state": "downloaded", "total_bytes": 512 * MIB}
        for name in "ab"
    ]
    progress = {"type": "progress", "done_bytes": 1, "total_bytes": 2, "packages_done": 2, "packages_total": 31}
    assert (
        run_rows.kept_row(state_of(*done, progress))
        == "Finished: 2 of 31 packages, 1.00 GiB. They are not fetched again."
    )
    assert run_rows.kept_row(state_of()) == ""


@pytest.mark.parametrize("width", [56, 76, 96])
def test_no_row_is_wider_than_the_body(width: int) -> None:
    long = "x" * 300
    state = synced(
        {"type": "output", "text": long}, {"type": "retry", "at": 1.0, "attempt": 1, "wait_s": 1.0, "why": long}
    )
    shown = run_rows.sync_rows(state, 3.0, width)
    told = [shown.head, shown.line, shown.third, *run_rows.log_rows(list(state.log), 0.0, 3, width)]
    assert all(cell_len(row) <= width for row in told)
    assert all(cell_len(row) <= width for row in shown.packages)


def test_what_became_of_the_lock_stays_in_sight_until_the_line_breaks() -> None:
    locked = {"type": "locked", "at": 2.0, "text": "lock: 15 packages added, 17 removed, 2 changed"}
    before = state_of({"type": "step", "id": "lock", "state": "started"}, locked)
    assert "uv.lock: 15 packages added, 17 removed, 2 changed" in run_rows.sync_rows(before, 3.0).third
    assert any(row.startswith("> now      lock       15 packages") for row in run_rows.sync_rows(before, 3.0).packages)
    assert run_rows.log_rows(before.log, None, 1) == ["lock: 15 packages added, 17 removed, 2 changed"]
    running = synced(locked)
    assert run_rows.sync_rows(running, 10.0).third == "uv.lock: 15 packages added, 17 removed, 2 changed"
    broken = synced(locked, {"type": "retry", "at": 10.0, "attempt": 2, "of": 5, "wait_s": 8, "why": "it broke"})
    assert run_rows.sync_rows(broken, 10.0).third.startswith("! waiting  it broke")
