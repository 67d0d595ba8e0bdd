"""What holds for all tests of the screens."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def _read_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test has read the plan as soon as it stands there."""
    monkeypatch.setattr("screens.remedies.UNREAD_S", 0.0)
