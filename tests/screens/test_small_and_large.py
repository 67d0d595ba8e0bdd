"""What a narrow, a wide and a tall window change: nothing is lost in the one, and the others tell more."""

from __future__ import annotations

import re

import pytest
from textual.widgets import Static

from screens.choosing import ChoiceList
from screens.rows import WIDTH, progress_line
from screens.step import StepScreen
from tests.screens.gallery import opened
from tests.screens.running import shows, text_of, until
from wizard.text import cells

pytestmark = pytest.mark.same_everywhere


async def test_a_narrow_window_breaks_rows_and_cuts_none() -> None:
    async with opened("uv", (60, 40)) as (app, _):
        text = text_of(app)
        assert "    index.example, about 20 MiB" in text
        assert " ..." not in "".join(text.splitlines()[:-4])


async def test_the_promise_is_whole_in_a_narrow_window() -> None:
    async with opened("settings", (60, 18)) as (app, _):
        rows = text_of(app).splitlines()
        assert rows[-3] == " Nothing has been changed so far."
        assert rows[-2] == "  [ Next: mirrors ]   [ Back ]"


@pytest.mark.long
async def test_what_lies_below_is_named_and_page_down_shows_it() -> None:
    async with opened("start", (60, 18)) as (app, pilot):
        await until(pilot, shows(app, "PgDn More"))
        assert "Found: 1 error" not in text_of(app)
        await pilot.press("pagedown")
        await until(pilot, shows(app, "Found: 1 error"))
        assert app.focused is app.screen.query_one("#next")


@pytest.mark.long
async def test_a_small_review_begins_at_its_first_step() -> None:
    async with opened("review", (60, 18)) as (app, pilot):
        await until(pilot, shows(app, "\n 1 uv  "))


@pytest.mark.long
async def test_the_body_is_80_cells_beside_the_panel_and_96_from_136_on() -> None:
    async with opened("start", (80, 24)) as (app, pilot):
        narrow = text_of(app).splitlines()[:20]
        for width, body in ((120, 80), (135, 80), (136, 96), (160, 96)):
            await pilot.resize_terminal(width, 24)
            await until(pilot, lambda: app.screen.query_one("#body").region.width == body)  # noqa: B023 - awaited at once
            side = app.screen.query_one("#side", Static)
            await until(pilot, lambda: (side.region.x, side.region.right) == (body, width))  # noqa: B023
            assert "What the next screens ask" in text_of(app)
            if body == 80:
                assert [row[:80].rstrip() for row in text_of(app).splitlines()[:20]] == narrow


@pytest.mark.long
async def test_a_tall_first_screen_tells_shell_and_every_disk() -> None:
    async with opened("start", (120, 40)) as (app, _):
        text = text_of(app)
        assert "Shell      bash" in text
        assert re.search(r"/home +ext4", text)
        assert re.search(r"/data +ext4", text)


@pytest.mark.long
async def test_a_taller_window_gives_its_rows_to_lists_and_log() -> None:
    async with opened("sync", (100, 30)) as (app, _):
        assert text_of(app).count("\n 14:0") == 5, "all that was said so far"
    async with opened("mirrors", (100, 30)) as (app, _):
        assert len(app.screen.query_one(ChoiceList).rows) == 1 + 8 + 6


async def test_page_keys_in_a_list_scroll_the_detail_and_leave_the_row() -> None:
    async with opened("review") as (app, pilot):
        steps = app.screen.query_one("#steps", ChoiceList)
        steps.focus()
        await pilot.pause()
        before, row = text_of(app), steps.highlighted
        await pilot.press("pagedown")
        await until(pilot, lambda: text_of(app) != before)
        assert steps.highlighted == row


async def test_a_command_that_is_cut_is_shown_whole_where_it_is_copied() -> None:
    async with opened("torch-old-driver", (60, 24)) as (app, pilot):
        screen = app.screen
        assert isinstance(screen, StepScreen)
        screen.by_hand = lambda: f"uv add torch --index {'a' * 200}"  # type: ignore[method-assign]
        screen.redraw()
        await pilot.press("c")
        await until(pilot, shows(app, "Copied, if the terminal allows it."))
        told = "".join(line.strip() for line in text_of(app).split(" By hand\n")[1].splitlines()[:6])
        assert told.replace(" ", "").startswith(screen.by_hand().replace(" ", ""))
        await pilot.press("enter")
        await until(pilot, lambda: app.screen is screen)


async def test_one_that_stands_there_whole_is_copied_at_once() -> None:
    async with opened("start") as (app, pilot):
        screen = app.screen
        await pilot.press("c")
        await until(pilot, shows(app, "Copied, if the terminal allows it."))
        assert app.screen is screen
        assert app.clipboard == "uv-wizard doctor"


@pytest.mark.parametrize("width", [56, 60, 70, WIDTH])
def test_the_progress_line_loses_blanks_before_figures(width: int) -> None:
    told = progress_line(1 << 30, 3 << 30, 19e6, eta_s=70, silent_s=0, count=(24, 31), width=width)
    assert cells(told) <= width
    assert "about 70 s left" in told
    assert "24 of 31" in told
