"""A window that changes its size while a sync runs: the focus, the highlight and the place in a log stay, and so does the run."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from screens.choosing import ChoiceList
from screens.log_page import LogPage
from screens.sync import SyncScreen
from tests.screens.counted import counted, still
from tests.screens.running import make_folder, showing, shows, text_of, until
from tests.support.recorded import Recorded
from tests.support.torch_project import NOTHING
from wizard.way import Way

pytestmark = [pytest.mark.same_everywhere, pytest.mark.long]

SIZES = ((160, 50), (60, 18), (50, 10), (20, 3), (80, 24), (120, 30), (80, 24))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_folder(tmp_path)


def download(recorded: Recorded, percent: int) -> None:
    recorded.write("package", name="torch", version="2.14.1", state="downloading", done_bytes=percent * 10**6,
                   total_bytes=10**8)  # fmt: skip
    recorded.write("progress", done_bytes=percent * 10**6, total_bytes=10**8, bytes_per_s=2e6, eta_s=50.0,
                   packages_done=0, packages_total=1)  # fmt: skip


async def test_the_sync_goes_on_through_all_sizes(folder: Path) -> None:
    recorded = Recorded(str(folder))
    recorded.step("sync", "started")
    async with counted(Way(os.fspath(folder), machine=NOTHING)) as (app, pilot):
        app.walk.started(recorded.run)
        app.show("sync")
        download(recorded, 10)
        await until(pilot, shows(app, "10 %"))
        await pilot.press("tab")
        focused = app.focused
        assert focused is not None
        assert focused.id == "back"
        for percent, size in enumerate(SIZES, 11):
            app.resized(*size)
            await pilot.resize_terminal(*size)
            download(recorded, percent)
            await until(pilot, lambda: bool(app.walk.state and app.walk.state.percent == percent))  # noqa: B023 - awaited at once
            if size[0] < 60 or size[1] < 18:
                await still(app, pilot)
                assert f"This window is {size[0]} x {size[1]}." in " ".join(text_of(app).split()), size
                assert "[ Back ]" not in text_of(app)
            else:
                await until(pilot, shows(app, f"{percent} %"))
                await still(app, pilot)
                assert "This window" not in text_of(app), size
                assert text_of(app).splitlines()[size[1] - 2].startswith("  [ Next when done ]   [ Back ]"), size
            assert app.driver.picture.text == text_of(app).split("\n"), "nothing is left over of another size"
            assert isinstance(app.screen, SyncScreen)
            assert app.focused is focused
            assert app.walk.running
        recorded.end(0)


async def test_the_place_in_the_log_stays(folder: Path) -> None:
    recorded = Recorded(str(folder))
    recorded.step("sync", "started")
    for number in range(300):
        recorded.write("output", text=f"line {number} of what a build prints")
    async with showing(folder, recorded) as (app, pilot):
        await until(pilot, lambda: bool(app.walk.state and app.walk.state.log_count == 300))
        await pilot.press("l")
        await until(pilot, shows(app, "of 300"))
        await until(pilot, shows(app, "line 299 of"))
        page = app.screen
        assert isinstance(page, LogPage)
        for _ in range(3):
            await pilot.press("pageup")
        await until(pilot, lambda: "line 299 of" not in text_of(app))
        first = int(page.log_lines.scroll_offset.y)
        for size in SIZES:
            await pilot.resize_terminal(*size)
            await pilot.pause()
        await until(pilot, shows(app, f"line {first} of"))
        assert int(page.log_lines.scroll_offset.y) == first


async def test_the_highlight_stays(folder: Path) -> None:
    async with showing(folder, at="mirrors") as (app, pilot):
        sources = app.screen.query_one("#sources", ChoiceList)
        sources.focus()
        await pilot.press("down", "down")
        value = sources.value
        assert value
        for size in SIZES:
            await pilot.resize_terminal(*size)
            await pilot.pause()
            assert sources.value == value, size
            assert app.focused is sources
