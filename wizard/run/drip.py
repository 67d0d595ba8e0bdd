"""A download that does not stop and does not come either: some bytes a second, for half a minute. Pure."""

from __future__ import annotations

WINDOW_S = 30.0
"""Twice what uv is told to wait for a mirror that says nothing at all."""


class Drip:
    """What came of the files whose bytes uv counts. Without a single byte nothing is said: uv sees to that itself."""

    def __init__(self, least: float, window: float = WINDOW_S) -> None:
        """`least`: bytes a second, all files together, that a window has to bring."""
        self._enough = least * window
        self._window = window
        self._files: dict[str, int] = {}
        self._since: float | None = None
        self._came = 0

    def heard(self, name: str, done: int) -> None:
        """`done` bytes of that file are here; one that begins again counts anew."""
        before = self._files.get(name, 0)
        self._came += done - before if done >= before else done
        self._files[name] = done

    def drips(self, at: float, *, loading: bool) -> bool:
        """Whether the window that ends now brought next to nothing. `at`: seconds; `loading`: whether a file is under way."""
        if not loading or self._since is None or self._came >= self._enough or at < self._since:
            self._since, self._came = (at if loading else None), 0
            return False
        if at - self._since < self._window:
            return False
        dripped = self._came > 0
        self._since, self._came = at, 0
        return dripped
