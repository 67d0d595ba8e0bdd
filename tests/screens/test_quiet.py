"""What is slow is not taken for something that hangs."""

from __future__ import annotations

import pytest

from screens.quiet import LONG_S, MOST_S, Quiet

LOOK_S = 0.05
ENOUGH = round(LONG_S / LOOK_S)


def seen(*, late: float, used: float, looks: int) -> bool:
    """Whether that hangs, after so many looks: each so late, with so much of the processor used since the one before."""
    quiet = Quiet()
    for look in range(looks + 1):
        quiet.looked(look * (LOOK_S + late), look * used, again_in=LOOK_S)
    return quiet.is_long


@pytest.mark.parametrize(
    "late, used, looks, hangs",
    [
        (0.0, 0.0, ENOUGH, True),
        (0.0, 0.0, ENOUGH - 1, False),
        (0.016, 0.016, ENOUGH, True),  # as Windows counts
        (0.0, 0.045, 10 * ENOUGH, False),  # at work
        (0.01, 0.018, 10 * ENOUGH, False),  # at work, with a third of the processor
        (0.04, 0.001, 10 * ENOUGH, False),  # others have the processor
        (0.4, 0.4, 10, False),  # both
        (0.0, 0.045, round(MOST_S / LOOK_S) + 1, True),
        (0.0, 0.0, 0, False),
    ],
)
def test_only_a_program_with_nothing_to_do_hangs(late: float, used: float, looks: int, hangs: bool) -> None:
    assert seen(late=late, used=used, looks=looks) is hangs


def test_nothing_hangs_before_it_was_looked() -> None:
    assert not Quiet().is_long


def test_quiet_that_is_broken_by_work_is_counted_together() -> None:
    """A run that goes on beside it says something now and then."""
    quiet, used = Quiet(), 0.0
    for look in range(2 * ENOUGH + 1):
        used += 0.045 if look % 2 else 0.0
        quiet.looked(look * LOOK_S, used, again_in=LOOK_S)
    assert quiet.is_long
