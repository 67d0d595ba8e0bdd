"""Measures mirrors beside the screen, all kinds at once, in threads that hold nobody up when the window is left."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from wizard.choices import Choices
from wizard.errors import WizardError
from wizard.language import message_of
from wizard.mirrors.command import measure_kind
from wizard.mirrors.measure import SECONDS
from wizard.mirrors.record import Kind, Measurement, MirrorResult
from wizard.project.facts import Project
from wizard.text import one_line

LIMIT_S = SECONDS + 1.5
"""Seconds that measuring takes at most."""
_News = tuple[Kind, "MirrorResult | Measurement | str"]


@dataclass
class Measuring:
    """What is measured so far. Threads put news into a queue; `take` brings them over, in the thread that draws."""

    results: dict[str, dict[str, MirrorResult]] = field(default_factory=dict)
    measured: dict[str, Measurement] = field(default_factory=dict)
    running: set[str] = field(default_factory=set)
    failed: dict[str, str] = field(default_factory=dict)
    """Why a kind could not be measured at all, in words."""
    _news: queue.SimpleQueue[_News] = field(default_factory=queue.SimpleQueue)
    _begun: float = 0.0

    def begin(self, kinds: Sequence[Kind], project: Project | None, choices: Choices, uv_path: str | None) -> None:
        """Starts anew; what was known is forgotten. Nothing where it is under way already."""
        if self.running:
            return
        self._begun = time.monotonic()
        self.results, self.measured, self.failed = {kind: {} for kind in kinds}, {}, {}
        self._news = queue.SimpleQueue()
        self.running = set(kinds)
        for kind in kinds:
            work = partial(_measure, self._news, kind, project, choices, uv_path)
            threading.Thread(target=work, name=f"measure {kind}", daemon=True).start()

    def take(self) -> tuple[Measurement, ...]:
        """Brings the news over; the kinds that are measured to the end by them."""
        ended: list[Measurement] = []
        while True:
            try:
                kind, news = self._news.get_nowait()
            except queue.Empty:
                return tuple(ended)
            if isinstance(news, MirrorResult):
                self.results[kind][news.id] = news
                continue
            self.running.discard(kind)
            if isinstance(news, Measurement):
                self.know(news)
                ended.append(news)
            else:
                self.failed[kind] = news

    def know(self, found: Measurement) -> None:
        """Takes a whole measurement over, one that was kept, say."""
        self.measured[found.kind] = found
        self.results[found.kind] = {result.id: result for result in found.results}

    def of(self, kind: str) -> Mapping[str, MirrorResult]:
        """What is known of the sources of that kind, by id."""
        return self.results.get(kind, {})

    def of_row(self, kind: str, value: str) -> MirrorResult | None:
        """What is known of the source that `mirrors.KIND = value` names."""
        results = self.of(kind)
        found = results.get(value)
        if found is None and value == "official":
            found = next((one for one in results.values() if one.official), None)
        return found

    @property
    def left_s(self) -> int:
        """Whole seconds that it takes at most from now."""
        return max(1, round(LIMIT_S - (time.monotonic() - self._begun)))


def _measure(
    news: queue.SimpleQueue[_News], kind: Kind, project: Project | None, choices: Choices, uv_path: str | None
) -> None:
    try:
        found = measure_kind(kind, project, choices, uv_path, on_result=lambda result: news.put((kind, result)))
    except WizardError as error:
        news.put((kind, one_line(message_of(error), 300)))
    except Exception as error:  # noqa: BLE001 - a thread's end must be told, whatever ended it
        news.put((kind, one_line(f"{type(error).__name__}: {error}", 100)))
    else:
        news.put((kind, found))
