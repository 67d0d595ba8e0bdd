"""A button hears every Enter, however fast they come: Textual's own does not while it shows that it was pressed."""

from __future__ import annotations

import pytest
from textual.app import App, ComposeResult
from textual.widgets import Button

from screens.widgets import PushButton
from tests.screens.running import until

pytestmark = pytest.mark.same_everywhere


class Counting(App[None]):
    heard = 0

    def compose(self) -> ComposeResult:
        yield PushButton("Finish", id="next")

    def on_button_pressed(self, event: Button.Pressed) -> None:
        event.stop()
        self.heard += 1


async def test_each_of_three_is_heard() -> None:
    app = Counting()
    async with app.run_test() as pilot:
        await until(pilot, lambda: app.focused is not None)
        await pilot.press("enter", "enter", "enter")
        await until(pilot, lambda: app.heard == 3)
