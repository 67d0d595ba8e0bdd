"""The time that is said to be left, held against the time that was left, over a line with a steady rate."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.run.support import sync_plan, to_the_end
from tests.support.index import Index
from tests.support.projects import make_project
from tests.support.wheels import wheel
from wizard.run import client
from wizard.run.totals import FIRST_S

TOTAL, RATE = 24_000_000, 1_500_000
LAST_S = 1.0
"""In the last second nobody plans anything by it."""


@pytest.mark.long
@pytest.mark.skipif(sys.platform == "win32", reason="bytes are told on a pseudo-terminal only")
@pytest.mark.parametrize("sizes", [[8, 6, 4, 3, 2, 1], [1] * 24, [23, 1]])
def test_time_left_is_right_within_a_factor_of_two_after_the_first_tenth(
    tmp_path: Path, index: Index, uv: Path, sizes: list[int]
) -> None:
    names = [f"part-{number}" for number in range(len(sizes))]
    bytes_of = {f"{name}==1.0": size * TOTAL // 24 for name, size in zip(names, sizes, strict=True)}
    index.add(*(wheel(key.partition("==")[0], size=size) for key, size in bytes_of.items()))
    project = make_project(tmp_path, index, uv, dependencies=names)
    index.line(RATE)
    run = client.start(sync_plan(project), project=str(project.path), sizes=bytes_of)
    told = [event for event in to_the_end(run) if event["type"] == "progress" and event.get("phase") == "prepare"]
    whole = told[-1]["at"]
    begun = max(FIRST_S + 0.5, next(event["at"] for event in told if event["done_bytes"] > TOTAL / 10))
    later = [event for event in told if begun < event["at"] < whole - LAST_S]
    said = [(event["eta_s"], whole - event["at"]) for event in later]
    assert len(said) > 20
    assert all(eta is not None and left / 2 <= eta <= left * 2 for eta, left in said), said
