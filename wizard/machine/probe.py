"""All probes side by side, each with a limit of its own: what is known now, and what is still being looked up.

A probe that fails or runs out of time leaves its facts None (unknown) and a finding. Probes run in daemon threads: one
that hangs keeps neither the others nor the process.
"""

from __future__ import annotations

import importlib
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from wizard.language import said
from wizard.machine.facts import Machine, MachineFinding
from wizard.machine.request import Answer, ProbeRequest
from wizard.machine.telling import finding
from wizard.text import one_line

GPU_LIMIT = 20.0
"""Seconds for the GPUs: a driver without persistence mode takes that long to wake."""
LIMIT = 10.0
"""Seconds for each other probe."""
NEWEST_LIMIT = 3.0
"""Seconds for the newest uv, where somebody waits for it."""


@dataclass(frozen=True)
class Probe:
    """`name` is that of the fact it is for; `look` must return within `limit` seconds, or is not waited for."""

    name: str
    look: Callable[[ProbeRequest], Answer]
    limit: float


def start(request: ProbeRequest, *, gpu_limit: float = GPU_LIMIT, limit: float = LIMIT) -> Probing:
    """Starts every probe and returns at once."""
    return Probing(request, probes(request, gpu_limit=gpu_limit, limit=limit))


def look(request: ProbeRequest, *, gpu_limit: float = GPU_LIMIT, limit: float = LIMIT) -> Machine:
    """The machine once every probe has answered or run out of its time."""
    probing = start(request, gpu_limit=gpu_limit, limit=limit)
    probing.wait()
    return probing.snapshot()[0]


def probes(request: ProbeRequest, *, gpu_limit: float = GPU_LIMIT, limit: float = LIMIT) -> tuple[Probe, ...]:
    """The probes that this request asks for; the names are those that `snapshot` gives as pending."""
    inner = limit * 0.9  # what a probe gives its own children: their answer must still come in time
    asked = [
        Probe("system", partial(_call, "system.system"), limit),
        Probe("shell", partial(_call, "shells.shells"), limit),
        Probe("conda", partial(_call, "conda.conda"), limit),
        Probe("filesystems", partial(_call, "storage.filesystems", limit=inner), limit),
        Probe("uv", partial(_call, "uv.uvs", limit=inner), limit),
        Probe("pythons", partial(_call, "pythons.pythons", limit=inner), limit),
        Probe("gpus", partial(_call, "gpu.gpus", limit=gpu_limit - 0.5), gpu_limit),
    ]
    if request.shells:
        asked.append(Probe("shells", partial(_call, "uv_shells.uv_in_shells"), limit))
        asked.append(Probe("environments", partial(_call, "conda_envs.environments"), limit))
    if request.network:
        asked.append(Probe("network", partial(_call, "network.network"), limit))
    if request.network or request.newest:
        patient = inner if request.network else min(inner, NEWEST_LIMIT)
        asked.append(Probe("newest", partial(_call, "uv_newest.newest", limit=patient), limit))
    return tuple(asked)


def _call(place: str, request: ProbeRequest, **words: float) -> Answer:
    """Imports in the probe's own thread: the screen must not wait for psutil and httpx."""
    module, function = place.split(".")
    answer: Answer = getattr(importlib.import_module(f"wizard.machine.{module}"), function)(request, **words)
    return answer


class Probing:
    """Probes under way. Safe to ask from any thread."""

    def __init__(self, request: ProbeRequest, asked: tuple[Probe, ...]) -> None:
        self._request = request
        self._asked = asked
        self._begun = time.monotonic()
        self._answers: dict[str, Answer] = {}
        self._changed = threading.Condition()
        for probe in asked:
            threading.Thread(target=self._run, args=(probe,), name=f"probe-{probe.name}", daemon=True).start()

    def snapshot(self) -> tuple[Machine, tuple[str, ...]]:
        """What is known by now, and the names of the probes that may still answer.

        An answer that comes after its time counts all the same.
        """
        with self._changed:
            answers = dict(self._answers)
        late = [probe for probe in self._asked if probe.name not in answers and self._left(probe) <= 0]
        pending = tuple(p.name for p in self._asked if p.name not in answers and p not in late)
        facts: dict[str, Any] = {}
        findings: list[MachineFinding] = []
        for probe in self._asked:
            answer = answers.get(probe.name)
            if answer is not None:
                _merge(facts, answer.facts)
                findings += answer.findings
        findings += [finding("probe-late", what=_what(probe), seconds=f"{probe.limit:.0f}") for probe in late]
        return replace(Machine(), **facts, findings=tuple(findings)), pending

    def wait(self, seconds: float | None = None) -> bool:
        """Waits until no probe is pending, `seconds` at most; None: as long as the limits allow. True where none is."""
        end = None if seconds is None else time.monotonic() + seconds
        with self._changed:
            while True:
                left = [self._left(probe) for probe in self._asked if probe.name not in self._answers]
                open_ = [one for one in left if one > 0]
                if not open_:
                    return True
                rest = max(open_) if end is None else min(max(open_), end - time.monotonic())
                if rest <= 0:
                    return False
                self._changed.wait(rest)

    def _left(self, probe: Probe) -> float:
        return probe.limit - (time.monotonic() - self._begun)

    def _run(self, probe: Probe) -> None:
        try:
            answer = probe.look(self._request)
        except Exception as error:  # noqa: BLE001 - whatever a strange machine does, it becomes a finding
            answer = _failed(probe, error)
        with self._changed:
            self._answers[probe.name] = answer
            self._changed.notify_all()


def _merge(facts: dict[str, Any], more: Mapping[str, Any]) -> None:
    """Later words win; of `folders`, the probe of filesystems has asked uv and comes after the rules."""
    facts.update(more)


_NAMES = {
    "system": said("the system"),
    "shell": said("the shell"),
    "conda": "conda",
    "filesystems": said("the disks"),
    "uv": said("the uv here"),
    "pythons": said("the Pythons"),
    "gpus": said("the GPUs"),
    "network": said("the network"),
    "shells": said("the uv of each shell"),
    "newest": said("the newest uv"),
    "environments": said("conda's environments"),
}


def _what(probe: Probe) -> str:
    return _NAMES.get(probe.name, probe.name)


def _failed(probe: Probe, error: Exception) -> Answer:
    where = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{where.filename.replace(chr(92), '/').rpartition('/')[2]}:{where.lineno}"
    line = one_line(f"{type(error).__name__}: {error} ({place})", 300)
    return Answer({}, (finding("probe-failed", [line], what=_what(probe)),))


__all__ = ["Answer", "Probe", "ProbeRequest", "Probing", "look", "probes", "start"]
