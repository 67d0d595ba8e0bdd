"""What is known of a machine stays known while it is looked at again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.torch_project import NOTHING
from wizard.machine import probe
from wizard.machine.facts import FoundUv, Machine
from wizard.machine.request import ProbeRequest
from wizard.way import Way

pytestmark = pytest.mark.same_everywhere


class Slow:
    """Probes that answer one after the other."""

    def __init__(self, *told: tuple[Machine, tuple[str, ...]]) -> None:
        self._told = list(told)

    def snapshot(self) -> tuple[Machine, tuple[str, ...]]:
        return self._told.pop(0) if len(self._told) > 1 else self._told[0]


def test_a_fact_is_what_it_was_until_it_is_answered_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old, new = FoundUv("/usr/bin/uv", "0.13.0", "pip"), FoundUv("/usr/bin/uv", "0.13.8", "pip")
    first = replace(NOTHING, uv=(old,), os="linux", shell="bash")
    again = Slow((Machine(), ("uv", "os")), (Machine(os="linux"), ("uv",)), (Machine(os="linux", uv=(new,)), ()))
    probes = iter([Slow((first, ())), again])
    asked: list[ProbeRequest] = []

    def start(request: ProbeRequest) -> object:
        asked.append(request)
        return next(probes)

    monkeypatch.setattr(probe, "start", start)
    way = Way(str(tmp_path))
    way.begin()
    assert way.machine.uv == (old,)
    way.begin()
    assert (way.machine.uv, way.machine.shell, way.pending) == ((old,), "bash", ("uv", "os"))
    way.refresh()
    assert (way.machine.uv, way.machine.os, way.pending) == ((old,), "linux", ("uv",))
    way.refresh()
    assert (way.machine.uv, way.machine.shell, way.pending) == ((new,), None, ())
