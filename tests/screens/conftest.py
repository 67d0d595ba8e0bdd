"""What holds for all tests of the screens."""

from __future__ import annotations

import pytest

from screens.step import StepScreen


@pytest.fixture(autouse=True)
def _read_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test has read the plan as soon as it stands there."""
    monkeypatch.setattr("screens.remedies.UNREAD_S", 0.0)


@pytest.fixture
def entered(monkeypatch: pytest.MonkeyPatch) -> list[str | None]:
    """The screens that have been entered, by name: their button has the focus then, and nothing takes it away by itself."""
    found: list[str | None] = []
    enter = StepScreen.on_entered

    def on_entered(screen: StepScreen) -> None:
        enter(screen)
        found.append(screen.id)

    monkeypatch.setattr(StepScreen, "on_entered", on_entered)
    return found
