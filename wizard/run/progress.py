"""A run's events become its state: the one reducer that the screens, the command line and `attach` share. Pure."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from wizard.events import Event
from wizard.language import remembered

LOG_LINES = 5000
"""Lines of the log that are kept; how many there were in all is counted."""

StepWord = Literal["waiting", "running", "done", "skipped", "failed"]
_STEP_WORDS: Mapping[str, StepWord] = {"started": "running", "done": "done", "skipped": "skipped", "failed": "failed"}
_OVER = frozenset({"downloaded", "built", "installed", "removed"})


@dataclass
class StepState:
    """A step of the plan. Times are seconds since the run began."""

    id: str
    title: str
    summary: str = ""
    state: StepWord = "waiting"
    started: float | None = None
    ended: float | None = None


@dataclass
class PackageState:
    """A package under way. `state` is INTERFACE.md's; `since`: when it got there; `bytes_per_s` None: not measured."""

    name: str
    version: str | None = None
    state: str = "queued"
    done_bytes: int = 0
    total_bytes: int | None = None
    bytes_per_s: float | None = None
    since: float = 0.0
    _seen: deque[tuple[float, int]] = field(default_factory=lambda: deque(maxlen=12), repr=False)

    @property
    def to_come(self) -> int:
        """Bytes to come, 0 where nobody knows."""
        return max(0, (self.total_bytes or 0) - self.done_bytes)


@dataclass(frozen=True)
class LogLine:
    """A line of the log; `kind`: output, note, retry or command."""

    at: float
    text: str
    kind: str = "output"


class RunState:
    """What a run has come to; `apply` takes its events in their order."""

    def __init__(self, log_lines: int = LOG_LINES, versions: Mapping[str, str] | None = None) -> None:
        """`versions`: of the packages in uv.lock, by name: uv tells a package's own once it is installed."""
        self._versions = dict(versions or {})
        self._lock_comes = False
        """Whether the run makes another uv.lock, and has not yet: nobody knows its versions."""
        self.id: str | None = None
        self.project: str | None = None
        self.label = "apply"
        self.plan: dict[str, Any] = {"schema": 1, "steps": []}
        self.steps: list[StepState] = []
        self.current: StepState | None = None
        self.command: tuple[str, ...] | None = None
        self.packages: dict[str, PackageState] = {}
        self.resolved: int | None = None
        """Packages of the resolution, as uv counts them."""
        self.phase: str | None = None
        """What uv is at: resolve, prepare (downloads and builds), install; None: nothing of these."""
        self.done_bytes = 0
        self.total_bytes: int | None = None
        self.bytes_per_s: float | None = None
        self.eta_s: float | None = None
        self.silent_s: float | None = None
        """Seconds without a byte while some are expected, told from ten on."""
        self.packages_done = 0
        self.packages_total: int | None = None
        """Of this phase: ready, or installed; and how many there will be."""
        self.log: deque[LogLine] = deque(maxlen=log_lines)
        self.log_count = 0
        self.retry: Event | None = None
        """The retry that is waited for; None as soon as something happens."""
        self.tries = 1
        self.changed: list[str] = []
        self.locked: Event | None = None
        """What uv made of uv.lock: `text` in words, and the lists `added`, `removed` and `changed`."""
        self.diagnosis: Event | None = None
        self.checks: dict[str, Event] = {}
        """The rungs of the verification by id, in their order."""
        self.verify: Event | None = None
        self.exit_code: int | None = None
        self.lost = False
        """The run ended without a word: its supervisor was killed, or the machine went down."""
        self.at = 0.0
        """When the last event was."""
        self._percent = 0

    @property
    def finished(self) -> bool:
        """Whether the run is over."""
        return self.exit_code is not None

    @property
    def percent(self) -> int | None:
        """Of the bytes, rounded down, 100 only when all are here; never less than it was. None: total not known."""
        if not self.total_bytes:
            return None
        now = 100 if self.done_bytes >= self.total_bytes else self.done_bytes * 100 // self.total_bytes
        self._percent = max(now, self._percent)
        return self._percent

    def under_way(self) -> list[PackageState]:
        """The packages that are being downloaded or built, the one with most bytes to come first."""
        busy = [one for one in self.packages.values() if one.state in ("downloading", "building")]
        return sorted(busy, key=lambda one: (-one.to_come, one.name))

    def waiting(self) -> list[PackageState]:
        """The packages whose turn has not come, as far as uv names them."""
        return [one for one in self.packages.values() if one.state == "queued"]

    def in_state(self, state: str) -> list[PackageState]:
        """The packages that are in that state now."""
        return [one for one in self.packages.values() if one.state == state]

    def apply(self, event: Event) -> None:
        """The next event. Types nobody knows are passed over."""
        self.at = max(self.at, float(event["at"]))
        handler = _HANDLERS.get(str(event["type"]))
        if handler is not None:
            handler(self, event)

    def _run(self, event: Event) -> None:
        self.id, self.plan = event.get("id"), event.get("plan") or self.plan
        self.project, self.label = event.get("project"), event.get("label") or self.label
        words = self.plan.get("words")
        self._lock_comes = any(step["id"] == "lock" for step in self.plan.get("steps", []))
        self.steps = [
            StepState(str(step["id"]), str(step["title"]), remembered(step.get("summary") or "", words))
            for step in self.plan.get("steps", [])
        ]

    def _step(self, event: Event) -> None:
        step = next((one for one in self.steps if one.id == event["id"]), None)
        if step is None:
            step = StepState(str(event["id"]), str(event.get("title") or event["id"]))
            self.steps.append(step)
        step.state = _STEP_WORDS.get(str(event["state"]), step.state)
        if step.state == "running":
            step.started, self.current = event["at"], step
        else:
            step.ended = event["at"]
            self.retry = self.phase = None
            self.current = None if self.current is step else self.current

    def _command(self, event: Event) -> None:
        self.command = tuple(event["argv"])
        self.retry = None

    def _output(self, event: Event) -> None:
        self._line(event, "output")

    def _note(self, event: Event) -> None:
        self._line(event, "note")

    def _locked(self, event: Event) -> None:
        self.locked = event
        self._lock_comes = False
        for one in (change for kind in ("removed", "changed", "added") for change in event.get(kind, ())):
            self._versions.pop(one["name"], None)
            if len(one["after"]) == 1:  # of several nobody knows which one a machine takes
                self._versions[one["name"]] = one["after"][0]
        self._line(event, "note")

    def _line(self, event: Event, kind: str) -> None:
        self.log.append(LogLine(event["at"], str(event["text"]), kind))
        self.log_count += 1

    def _retry(self, event: Event) -> None:
        self.retry = event
        self.tries = max(self.tries, int(event.get("attempt") or 0))

    def _resolved(self, event: Event) -> None:
        self.resolved = event.get("packages")

    def _package(self, event: Event) -> None:
        name, at = str(event["name"]), float(event["at"])
        package = self.packages.setdefault(name, PackageState(name, since=at))
        state = str(event["state"])
        package.version = (
            event.get("version") or package.version or (None if self._lock_comes else self._versions.get(name))
        )
        package.total_bytes = event.get("total_bytes") or package.total_bytes
        package.done_bytes = max(package.done_bytes, int(event.get("done_bytes") or 0))
        if state in _OVER and state != "removed":
            package.done_bytes = max(package.done_bytes, package.total_bytes or 0)
        if state != package.state:
            package.state, package.since = state, at
        self._measure(package, at)
        self.retry = None

    @staticmethod
    def _measure(package: PackageState, at: float) -> None:
        if package.state != "downloading":
            package.bytes_per_s = None
            return
        seen = package._seen  # noqa: SLF001 - the package's own
        seen.append((at, package.done_bytes))
        while len(seen) > 2 and at - seen[1][0] >= 10:  # the mean of the last ten seconds
            seen.popleft()
        span = at - seen[0][0]
        package.bytes_per_s = (package.done_bytes - seen[0][1]) / span if span >= 1 else package.bytes_per_s

    def _progress(self, event: Event) -> None:
        self.done_bytes = max(self.done_bytes, int(event.get("done_bytes") or 0))
        self.total_bytes = event.get("total_bytes")
        self.bytes_per_s, self.eta_s = event.get("bytes_per_s"), event.get("eta_s")
        self.silent_s = event.get("silent_s")
        self.phase = event.get("phase") or self.phase
        self.packages_done = int(event.get("packages_done") or 0)
        self.packages_total = event.get("packages_total")

    def _changed(self, event: Event) -> None:
        if event["path"] not in self.changed:
            self.changed.append(str(event["path"]))

    def _diagnosis(self, event: Event) -> None:
        self.diagnosis = event

    def _check(self, event: Event) -> None:
        self.checks[str(event["id"])] = event

    def _verify(self, event: Event) -> None:
        self.verify = event

    def _end(self, event: Event) -> None:
        self.exit_code, self.lost = int(event["exit_code"]), bool(event.get("lost"))
        for step in self.steps:  # of a run that was cut off
            step.state = {"running": "failed", "waiting": "skipped"}.get(step.state, step.state)  # type: ignore[assignment]
        self.retry = self.phase = self.current = None
        self.bytes_per_s = self.eta_s = self.silent_s = None


_HANDLERS: Mapping[str, Callable[[RunState, Event], None]] = {
    kind: getattr(RunState, f"_{kind}")
    for kind in (
        "run", "step", "command", "output", "note", "locked", "retry", "resolved", "package", "progress", "changed", "diagnosis",
        "check", "verify", "end",
    )
}  # fmt: skip
