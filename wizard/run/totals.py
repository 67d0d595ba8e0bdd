"""Bytes and packages of a sync, added up from what uv says: never backwards, and unknown where nobody knows. Pure."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Mapping
from typing import Any

WINDOW_S = 10.0
"""The rate is the mean of so many seconds."""
FIRST_S = 3.0
"""No rate before so many seconds have been measured."""


def sure_versions(sizes: Mapping[str, int]) -> dict[str, str]:
    """Version by name, of `name==version`: of several with one name nobody knows which one a machine takes."""
    pairs = [key.split("==", 1) for key in sizes]
    many = Counter(name for name, _version in pairs)
    return {name: version for name, version in pairs if many[name] == 1}


class Meter:
    """Bytes a second, as the mean of the last ten seconds."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, int]] = deque()
        self._moved = 0.0

    def note(self, at: float, done: int) -> None:
        """`done` bytes in all, at that second. Times that go back are passed over."""
        if self._seen and at < self._seen[-1][0]:
            return
        if not self._seen or done > self._seen[-1][1]:
            self._moved = at
        elif len(self._seen) > 1 and self._seen[-2][1] == done:
            self._seen.pop()  # two of the same say as much as three
        self._seen.append((at, done))
        while len(self._seen) > 2 and self._seen[1][0] <= at - WINDOW_S:
            self._seen.popleft()

    def rate(self, at: float) -> float | None:
        """Mean over the window that ends at `at`; None before there is enough to tell."""
        if not self._seen or at - self._seen[0][0] < FIRST_S:
            return None
        begin = max(self._seen[0][0], at - WINDOW_S)
        return (self._seen[-1][1] - self._at(begin)) / (at - begin)

    def silent(self, at: float) -> float:
        """Seconds since the last byte."""
        return at - self._moved if self._seen else 0.0

    def _at(self, when: float) -> float:
        """Bytes done at a moment, in a straight line between two samples."""
        (before, low) = self._seen[0]
        for after, high in self._seen:
            if after >= when:
                return low if after == before else low + (high - low) * (when - before) / (after - before)
            before, low = after, high
        return low


class Totals:
    """Sums over packages. `sizes`: expected bytes by `name==version`, of every file that might be fetched."""

    def __init__(self, sizes: Mapping[str, int] | None = None) -> None:
        self.expect(sizes or {})
        self._done: dict[str, int] = {}
        self._total: dict[str, int | None] = {}
        self._whole: set[str] = set()
        self.wanted: int | None = None
        """Packages to fetch or build in all, as uv counts them; None: not said yet."""
        self.fetched = 0
        """Those of them that are there."""
        self._floor = 0

    def expect(self, sizes: Mapping[str, int]) -> None:
        """Other files from now on: uv.lock was made anew."""
        self._sizes = dict(sizes)
        self._versions = {key.partition("==")[0]: key for key in self._sizes}

    def package(self, event: Mapping[str, Any]) -> None:
        """A `package` event."""
        name, state = str(event["name"]), event["state"]
        if state in ("downloading", "downloaded"):
            total = event.get("total_bytes")
            if total is None:
                total = self._total.get(name) or self._expected(name, event.get("version"))
            self._total[name] = total
            done = int(event.get("done_bytes") or 0)
            if state == "downloaded":
                self._whole.add(name)
                done = max(done, total or 0)
            self._done[name] = max(done, self._done.get(name, 0))

    def _expected(self, name: str, version: str | None) -> int | None:
        key = f"{name}=={version}" if version else self._versions.get(name)
        return self._sizes.get(key) if key else None

    def counted(self, done: int, total: int) -> None:
        """uv's own count of packages that are ready."""
        self.fetched = max(self.fetched, done)
        self.wanted = total

    def restart(self) -> None:
        """Another uv begins: it counts anew, and what is done stays done."""
        self._floor = self.done_bytes
        self.fetched, self.wanted = 0, None

    @property
    def whole(self) -> int:
        """Packages that came whole."""
        return len(self._whole)

    @property
    def done_bytes(self) -> int:
        """Bytes that are here; never less than it was."""
        self._floor = max(self._floor, sum(self._done.values()))
        return self._floor

    @property
    def total_bytes(self) -> int | None:
        """Bytes to fetch in all; None where a size is not known and can't be estimated from the lock's."""
        if not self._total or any(total is None for total in self._total.values()):
            return None
        known = sum(total for total in self._total.values() if total is not None)
        unseen = (self.wanted or len(self._total)) - max(len(self._total), self.fetched)
        if unseen > 0:
            # uv fetches the largest first, so that what is still to come is small: the lock's mean will do.
            left = [size for key, size in self._sizes.items() if key.partition("==")[0] not in self._total]
            if len(left) < unseen:
                return None
            known += round(sum(left) / len(left) * unseen)
        return max(known, self.done_bytes)
