"""Every screen, sheet and page in every size: nothing beyond the window, one primary button, the focus in sight."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from rich.cells import cell_len
from textual.containers import VerticalScroll
from textual.widget import Widget
from textual.widgets import Static

from screens.page import Page
from screens.sheet import Sheet
from screens.step import StepScreen
from screens.widgets import PushButton
from tests.screens.gallery import STATES, opened
from tests.screens.running import rows_of, until
from tests.support.often import often

if TYPE_CHECKING:
    from textual.app import App
    from textual.pilot import Pilot

pytestmark = pytest.mark.same_everywhere

SIZES = ((60, 18), (60, 24), (79, 30), (80, 18), (80, 24), (100, 30), (119, 36), (120, 40), (135, 24), (160, 50))
EVERY_TIME = ("review",)
NAMES = often(STATES, EVERY_TIME)


async def resized(app: App[Any], pilot: Pilot[Any], size: tuple[int, int]) -> None:
    await pilot.resize_terminal(*size)
    await until(pilot, lambda: app.screen.size == size)
    before: list[str] = []

    def still() -> bool:
        nonlocal before
        same, before = rows_of(app) == before, rows_of(app)
        return same

    await until(pilot, still)


def beyond(app: App[Any]) -> list[str]:
    """What is laid out beyond the window, and lines of one row that are longer than their place."""
    width, height = app.size
    found = []
    for widget in app.screen.query(Widget):
        if not widget.display or not all(node.display for node in widget.ancestors if isinstance(node, Widget)):
            continue
        region = widget.region
        scrolls = any(isinstance(node, VerticalScroll) and node.show_vertical_scrollbar for node in widget.ancestors)
        if not scrolls and (region.right > width or region.bottom > height):
            found.append(f"{widget!r} ends at {region.right}, {region.bottom}")
        if isinstance(widget, Static) and region.height == 1:
            longest = max((cell_len(line.rstrip()) for line in str(widget.render()).split("\n")), default=0)
            if longest > widget.content_size.width:
                found.append(f"{widget!r}: {longest} cells in {widget.content_size.width}: {widget.render()}")
    return found


@pytest.mark.parametrize("name", NAMES)
async def test_nothing_is_beyond_the_window_and_the_way_on_is_in_sight(name: str) -> None:
    async with opened(name) as (app, pilot):
        focused = app.focused
        for size in SIZES:
            await resized(app, pilot, size)
            width, height = size
            rows, told = rows_of(app), f"{name} at {size}"
            assert beyond(app) == [], told
            assert app.focused is focused, f"{told}: resizing keeps the focus"
            assert focused is not None, told
            place = app.screen._compositor.visible_widgets.get(focused)
            assert place is not None, f"{told}: the focus is out of sight"
            assert place[0].overlaps(place[1]), f"{told}: the focus is out of sight"
            screen = app.screen
            if isinstance(screen, StepScreen):
                assert rows[-2][2] == "[", f"{told}: the primary button's bracket is in cell 3"
                assert rows[-1].strip(), told
                assert screen.next_label(), told
                assert len([one for one in screen.query(PushButton) if one.id == "next" and one.display]) == 1
            elif isinstance(screen, Sheet):
                buttons = list(screen.query(PushButton))
                assert all(one.region.bottom <= height - 1 and one.region.right <= width for one in buttons), told
                assert rows[buttons[0].region.y][2] == "[", told
            else:
                assert isinstance(screen, Page)
                assert "Esc" in rows[-1] or "Enter" in rows[-1], told


@pytest.mark.long
@pytest.mark.parametrize("language", ["zh-CN", "ko"])
@pytest.mark.parametrize("name", STATES)
async def test_nothing_is_beyond_the_window_in_chinese_and_korean(name: str, language: str) -> None:
    async with opened(name, language=language) as (app, pilot):
        for size in ((60, 18), (80, 24), (120, 40)):
            await resized(app, pilot, size)
            assert beyond(app) == [], f"{name} at {size}"
