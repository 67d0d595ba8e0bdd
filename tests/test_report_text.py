"""A run told in lines: what is said, when, and what is not."""

from __future__ import annotations

import time
from typing import Any

import pytest

from wizard.run.when import started_told
from wizard.told.run import TextReport

MIB = 1024**2
LOST = "! The run ended without a word: its process was ended, or the machine went down. Finished packages are kept."
PLAN = {
    "steps": [
        {"id": "uv", "title": "uv", "summary": "install uv 0.13.8 into ~/.local/bin"},
        {"id": "sync", "title": "sync", "summary": "31 packages of uv.lock into .venv"},
        {"id": "verify", "title": "verify", "summary": "the GPU has to pass"},
    ]
}


def told(*events: dict[str, Any]) -> list[str]:
    report = TextReport(0.0)
    report.apply({"at": 0.0, "type": "run", "id": "1", "plan": PLAN})
    lines = [line for event in events for line in report.apply({"at": 0.0, **event})]
    return [line[10:] if line[2:3] == ":" and line[5:6] == ":" else line for line in lines]


def progress(at: float, percent: float, **more: Any) -> dict[str, Any]:
    return {
        "type": "progress",
        "at": at,
        "done_bytes": int(percent * 10 * MIB),
        "total_bytes": 1000 * MIB,
        "bytes_per_s": 18.2 * MIB,
        "eta_s": 140.0,
        "packages_done": 9,
        "packages_total": 31,
        **more,
    }


def test_a_step_is_told_at_its_beginning_and_its_end() -> None:
    lines = told(
        {"type": "step", "id": "uv", "state": "started"},
        {"type": "output", "text": "downloading uv"},
        {"type": "step", "id": "uv", "state": "done", "at": 1.3},
        {"type": "step", "id": "sync", "state": "skipped", "at": 1.3},
    )
    assert lines == [
        "step 1 of 3, uv: install uv 0.13.8 into ~/.local/bin",
        "          downloading uv",
        "ok, uv, 1.3 s",
        "- skipped, sync",
    ]


def test_a_sync_ends_with_its_packages() -> None:
    packages = [{"type": "package", "name": name, "version": "1", "state": "installed"} for name in "ab"]
    start = {"type": "step", "id": "sync", "state": "started"}
    assert (
        told(start, *packages, {"type": "step", "id": "sync", "state": "done"})[-1] == "ok, sync: 2 packages installed"
    )
    assert told(start, {"type": "step", "id": "sync", "state": "done"})[-1] == "ok, sync: nothing to install"


def test_progress_is_a_line_each_tenth_but_not_more_often_than_ten_seconds() -> None:
    fast = [progress(second, second) for second in range(1, 60)]
    lines = told({"type": "step", "id": "sync", "state": "started"}, *fast)
    assert len(lines) == 1 + 5
    assert lines[1] == "10 %, 100 of 1000 MiB, 18.2 MiB/s, about 2 min 20 s left, 9 of 31"


def test_progress_is_told_every_half_minute_even_where_nothing_moves() -> None:
    slow = [progress(second, 3) for second in range(100)]
    assert len(told({"type": "step", "id": "sync", "state": "started"}, *slow)) == 1 + 3


def test_silence_takes_the_place_of_the_rate() -> None:
    lines = told({"type": "step", "id": "sync", "state": "started"}, progress(31, 3, silent_s=24.0))
    assert lines[-1] == "3 %, 30.0 of 1000 MiB, no data for 24 s, time left unknown, 9 of 31"


def test_a_sync_prints_its_warnings_and_leaves_the_rest_to_the_log() -> None:
    lines = told(
        {"type": "step", "id": "sync", "state": "started"},
        {"type": "output", "text": " + numpy==2.4.0"},
        {"type": "output", "text": "warning: Failed to hardlink files"},
    )
    assert lines[1:] == ["          warning: Failed to hardlink files"]


@pytest.mark.parametrize(
    "event, line",
    [
        ({"attempt": 2, "of": 5, "wait_s": 8.0, "why": "the connection to NJU broke"},
         "! waiting: the connection to NJU broke; try 2 of 5 starts in 8 s"),
        ({"attempt": 2, "why": None}, "! waiting: the connection broke; try 2 starts"),
    ],
)  # fmt: skip
def test_a_retry_says_why_and_when(event: dict[str, Any], line: str) -> None:
    assert told({"type": "retry", **event}) == [line]


def test_rungs_are_numbered_in_their_order() -> None:
    checks: list[dict[str, Any]] = [
        {"type": "check", "id": "lock", "title": "Packages are those of uv.lock", "ok": True, "value": "31 packages"},
        {"type": "check", "id": "cudnn", "title": "cuDNN works", "ok": False, "value": "no answer for 60 s"},
        {"type": "check", "id": "last", "title": "GPU memory is free", "ok": None},
    ]
    assert told(*checks) == [
        " 1 ok: packages are those of uv.lock, 31 packages",
        " 2 failed: cuDNN works, no answer for 60 s",
        " 3 not run: GPU memory is free",
    ]


def test_a_diagnosis_names_its_fixes() -> None:
    lines = told(
        {
            "type": "diagnosis",
            "cause": "disk-full",
            "title": "The disk is full",
            "explanation": "/home has 0 B free.",
            "evidence": ["No space left on device (os error 28)"],
            "fixes": [
                {"title": "Move the cache", "choices": {"settings": {"cache-dir": "/data/uv"}}, "commands": None},
                {"title": "Clear it", "choices": None, "commands": [["uv", "cache", "prune"]]},
            ],
        }
    )
    assert "x The disk is full  (disk-full)" in lines
    assert "  1 Move the cache" in lines
    assert "      uv cache prune" in lines


def test_credentials_and_control_sequences_never_come_through() -> None:
    lines = told(
        {"type": "step", "id": "uv", "state": "started"},
        {"type": "output", "text": "\x1b[31mfrom https://me:secret@host/simple\x1b[0m\x07"},
    )
    assert lines[-1] == "          from https://***@host/simple"


@pytest.mark.parametrize(
    "event, line",
    [
        ({"exit_code": 0}, None),
        ({"exit_code": 130}, "Stopped. Finished packages are kept."),
        ({"exit_code": 2}, "x failed, exit code 2"),
        ({"exit_code": 1, "lost": True}, LOST),
    ],
)  # fmt: skip
def test_the_end(event: dict[str, Any], line: str | None) -> None:
    assert told({"type": "end", **event}) == ([] if line is None else [line])


def test_events_nobody_knows_are_passed_over() -> None:
    assert told({"type": "weather", "sun": True}) == []


@pytest.mark.parametrize(
    "age, told",
    [(5, ", just now"), (200, ", 3 min ago"), (7300, ", 2 h ago")],
)
def test_when_a_run_started(age: int, told: str) -> None:
    noon = time.mktime((2026, 11, 21, 12, 0, 0, 0, 0, -1))
    stamp = time.strftime("%Y-%m-%dT%H:%M:%S%z", time.localtime(noon - age))
    assert started_told(stamp, noon) == time.strftime("%H:%M", time.localtime(noon - age)) + told


def test_when_a_run_of_another_day_started() -> None:
    noon = time.mktime((2026, 11, 21, 12, 0, 0, 0, 0, -1))
    stamp = time.strftime("%Y-%m-%dT%H:%M:%S%z", time.localtime(noon - 2 * 86400))
    assert started_told(stamp, noon) == "19 Nov 12:00"
    assert started_told("long ago", noon) == "-"
