"""Whether a program hangs, or is only slow: on a busy server a screen that opens at once elsewhere takes a second and more."""

from __future__ import annotations

LONG_S = 0.3
"""Seconds without anything to do after which what is not answered hangs."""
MOST_S = 10.0
"""Seconds after which it hangs, whatever else is being done meanwhile."""


class Quiet:
    """Counts the seconds in which a program had nothing to do, by looking again and again.

    A look that comes late had to wait for the processor, and a time in which the program used it was work: neither is quiet.
    """

    def __init__(self) -> None:
        self._began: float | None = None
        self._due = self._used = 0.0
        self._between = 0.0
        """From the last look to the next, as it was meant."""
        self._quiet = 0.0
        self._now = 0.0

    def looked(self, now: float, used: float, *, again_in: float) -> None:
        """`now`: a clock; `used`: seconds of the processor until now; `again_in`: seconds until the next look. On Windows both go
        in steps of 16 ms.
        """
        if self._began is None:
            self._began = now
        elif now - self._due <= self._between / 2 and used - self._used <= self._between / 3:
            self._quiet += self._between
        self._now, self._used = now, used
        self._due, self._between = now + again_in, again_in

    @property
    def is_long(self) -> bool:
        """Whether that was quiet for so long that it hangs."""
        return self._began is not None and (self._quiet >= LONG_S - 1e-9 or self._now - self._began >= MOST_S)


__all__ = ["LONG_S", "MOST_S", "Quiet"]
