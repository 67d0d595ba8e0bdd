"""Trying a whole action again, where its failure may pass by itself: later, fewer downloads at once, more patience.

uv tries each request again by itself first (UV_HTTP_RETRIES, 3 unless set); this is for a line that stays bad longer.
Which causes may pass, and how long the first wait is: `retry_s` in assets/failures.toml. Pure but for the environment.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

TRIES = 4
"""So many in a row without a single package more; one that got further counts from the start again."""
GROWTH = 3
"""Each wait is so many times the one before."""
TIMEOUT_S = 30
"""uv's own time-out for a request (uv 0.8 to 0.13), which every further try doubles."""
LONGEST_TIMEOUT_S = 240
DOWNLOADS = 50
"""uv's own number of downloads at once."""
FEWER = (50, 8, 3, 1)
"""Downloads at once, by try."""
TIMEOUT, AT_ONCE, RETRIES = "UV_HTTP_TIMEOUT", "UV_CONCURRENT_DOWNLOADS", "UV_HTTP_RETRIES"
TIMEOUT_NAMES = (TIMEOUT, "UV_REQUEST_TIMEOUT", "HTTP_TIMEOUT")
"""uv reads the first of these that is set."""


@dataclass
class Tries:
    """One action's tries. `retry_s` in `next_wait` is the first wait that the cause asks for, seconds."""

    environment: Mapping[str, str]
    """Of the children, as the user has it."""
    number: int = 1
    """The try under way."""
    _packages: int = 0

    def next_wait(self, retry_s: float | None, packages: int) -> float | None:
        """Seconds until the next try, None where it is not worth one. `packages`: whole ones fetched so far.

        Who set UV_HTTP_RETRIES=0 wants the failure at once.
        """
        if retry_s is None or self.environment.get(RETRIES, "").strip() == "0":
            return None
        if packages > self._packages:
            self._packages, self.number = packages, 1
        if self.number >= TRIES:
            return None
        self.number += 1
        return float(retry_s * GROWTH ** (self.number - 2))

    def laid_over(self) -> dict[str, str]:
        """What the try under way changes in the environment; what the user set is only ever made gentler."""
        timeout = next((n for n in map(_whole, map(self.environment.get, TIMEOUT_NAMES)) if n), TIMEOUT_S)
        at_once = _whole(self.environment.get(AT_ONCE)) or DOWNLOADS
        return {
            TIMEOUT: str(max(timeout, min(timeout * 2 ** (self.number - 1), LONGEST_TIMEOUT_S))),
            AT_ONCE: str(min(at_once, FEWER[self.number - 1])),
        }


def _whole(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and int(text) > 0 else None
