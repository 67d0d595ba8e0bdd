"""A download that only drips: told from a slow one, from one that begins again, and from one that nobody counts."""

from __future__ import annotations

import pytest

from wizard.run.drip import Drip

pytestmark = pytest.mark.same_everywhere


def after(seconds: int, steps: dict[int, int], *, idle: range = range(0)) -> int | None:
    """The second in which it is said to drip. `steps`: second -> bytes of the one file by then; `idle`: nothing loads."""
    drip = Drip(100, window=10)
    for at in range(seconds):
        if at in steps:
            drip.heard("torch", steps[at])
        if drip.drips(float(at), loading=at not in idle):
            return at
    return None


@pytest.mark.parametrize(
    "steps, idle, expected",
    [
        ({at: at for at in range(60)}, range(0), 10),  # a byte a second
        ({at: at * 100 for at in range(60)}, range(0), None),  # just enough
        ({}, range(0), None),  # not counted at all: not ours to judge
        ({0: 5000}, range(0), None),  # nothing more: uv's own time limit sees to it
        ({at: (at % 12) * 150 for at in range(60)}, range(0), None),  # breaks off and begins again, at a good rate
        ({at: at for at in range(60)}, range(5, 60), None),  # it is done
        ({**{at: at * 1000 for at in range(20)}, **{at: 20000 + at for at in range(20, 60)}}, range(0), 30),
    ],
)
def test_what_drips(steps: dict[int, int], idle: range, expected: int | None) -> None:
    assert after(60, steps, idle=idle) == expected
