"""What a lock that was tried in a copy says about the run."""

from __future__ import annotations

import pytest

from wizard.diagnosis import Diagnosis, Fix
from wizard.errors import WizardError
from wizard.lock_forecast import in_the_way, only_there
from wizard.run.lock_preview import LockFailed, LockStopped

NAME = Fix("its right name", None, (("uv", "remove", "--frozen", "gama"), ("uv", "add", "--frozen", "NAME")))
CACHE = Fix("another cache", {"settings.cache-dir": "/data/uv"})
CLEAN = Fix("clean", None, (("uv", "cache", "clean"),))
AGAIN = Fix("again")


@pytest.mark.parametrize(
    "cause, fixes, there, stops",
    [
        ("package-not-found", (NAME,), False, True),
        ("package-not-found", (CACHE, NAME), False, True),
        ("index-forbidden", (CACHE, AGAIN), False, False),
        ("network-dns", (), False, False),
        ("disk-full", (CACHE, CLEAN), True, False),
        ("python-missing", (NAME,), True, False),
    ],
)
def test_what_stands_in_the_way_can_be_changed_in_the_plan(
    cause: str, fixes: tuple[Fix, ...], there: bool, stops: bool
) -> None:
    found = Diagnosis(cause, "a title", "why", (), fixes)
    assert only_there(LockFailed(found)) is there
    assert in_the_way(LockFailed(found)) is (found if stops else None)


@pytest.mark.parametrize("error", [LockStopped(), WizardError("no copy can be made")])
def test_no_answer_says_nothing(error: WizardError) -> None:
    assert only_there(error)
    assert in_the_way(error) is None
