"""Joining a run: the list of runs, a run that goes on, one that has ended."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from screens.attach import AttachApp, RunsScreen, farewell, is_listed, way_on
from screens.sync import SyncScreen
from screens.walk import Walk
from tests.screens.running import NOTHING, make_folder, shows, text_of, until
from tests.support.recorded import Recorded, failed_on_a_full_disk
from wizard.way import Way

if TYPE_CHECKING:
    from textual.pilot import Pilot

pytestmark = pytest.mark.same_everywhere


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_folder(tmp_path)


@asynccontextmanager
async def joining(folder: Path, recorded: Recorded, *, listed: bool) -> AsyncIterator[tuple[AttachApp, Pilot[int]]]:
    app = AttachApp(Walk(Way(str(folder), machine=NOTHING)), recorded.run, listed=listed)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        yield app, pilot


async def test_a_run_that_goes_on_is_joined_at_once(folder: Path) -> None:
    recorded = Recorded(str(folder))
    recorded.step("sync", "started")
    async with joining(folder, recorded, listed=False) as (app, pilot):
        await until(pilot, shows(app, "uv reads uv.lock"))
        assert isinstance(app.screen, SyncScreen)
        assert "Joined: started " in text_of(app)
        recorded.step("sync", "done")
        recorded.verify(ok=True)
        recorded.end(0)
        await until(pilot, shows(app, "It works: Python and 31 packages"))
        await pilot.press("ctrl+n")
    assert app.return_value == 0


async def test_leaving_lets_the_run_go_on(folder: Path) -> None:
    recorded = Recorded(str(folder))
    recorded.step("sync", "started")
    async with joining(folder, recorded, listed=False) as (app, pilot):
        await until(pilot, shows(app, "uv reads uv.lock"))
        await pilot.press("ctrl+q")
        await until(pilot, shows(app, "[ Leave it running ]"))
        await pilot.press("enter")
    assert app.return_value == 0
    assert not (recorded.folder / "cancel").exists()
    recorded.close()


async def test_the_runs_are_listed_with_how_they_stand(folder: Path) -> None:
    failed = Recorded(str(folder), started=1_700_000_000.0)
    failed_on_a_full_disk(failed)
    lost = Recorded(str(folder))
    lost.close()
    recorded = Recorded(str(folder))
    recorded.step("sync", "started")
    async with joining(folder, recorded, listed=True) as (app, pilot):
        await until(pilot, shows(app, " State          Project             Started          Result"))
        assert isinstance(app.screen, RunsScreen)
        await until(pilot, shows(app, "The disk is full"))
        text = text_of(app)
        assert "\n > running      " in text
        assert "\n x failed       " in text
        assert "14 Nov " in text
        assert "\n ! interrupted  " in text
        await until(pilot, shows(app, "ended from outside"))
        assert " 3 runs. Their logs lie in " in text
        assert "[ Join ]   [ Quit ]  Looking changes nothing." in text
        await pilot.press("enter")
        await until(pilot, shows(app, "uv reads uv.lock"))
        recorded.close()


async def test_a_failed_run_is_looked_at(folder: Path) -> None:
    recorded = Recorded(str(folder))
    failed_on_a_full_disk(recorded)
    async with joining(folder, recorded, listed=True) as (app, pilot):
        await until(pilot, shows(app, "[ Look ]"))
        await pilot.press("enter")
        await until(pilot, shows(app, "What to do"))
        await pilot.press("ctrl+q")
    assert app.return_value == 1


async def test_a_fix_of_a_run_that_is_looked_at_goes_on_in_the_wizard(folder: Path) -> None:
    recorded = Recorded(str(folder))
    failed_on_a_full_disk(recorded)
    async with joining(folder, recorded, listed=False) as (app, pilot):
        await until(pilot, shows(app, "[ Fix 1: to the review ]"))
        await pilot.press("enter")
        await until(pilot, lambda: app.taken_up is not None)
        assert app.taken_up is not None
        way, going_on = way_on(app.taken_up, app.walk.way)
        assert way.path == str(folder)
        assert going_on.taken_up(way.choices).said("settings.cache-dir") == ("/data/uv-cache", "screen")


async def test_where_the_folder_is_gone_the_fix_says_so(folder: Path) -> None:
    recorded = Recorded(str(folder / "gone"))
    failed_on_a_full_disk(recorded)
    async with joining(folder, recorded, listed=False) as (app, pilot):
        await until(pilot, shows(app, "[ Fix 1: to the review ]"))
        await pilot.press("enter")
        await until(pilot, shows(app, "x Its folder is gone."))
        assert app.taken_up is None


@pytest.mark.parametrize(
    "ends, named, listed",
    [(None, False, False), (None, True, False), (0, False, True), (0, True, False), (1, True, False), (1, False, True),
     ("lost", True, True), ("lost", False, True)],
)  # fmt: skip
def test_when_the_list_of_runs_comes_first(ends: int | str | None, named: bool, listed: bool, folder: Path) -> None:
    recorded = Recorded(str(folder))
    if isinstance(ends, int):
        recorded.end(ends)
    elif ends:
        recorded.close()
    assert is_listed(recorded.run, named=named) is listed
    recorded.close()


async def test_a_run_that_failed_is_told_of_on_leaving(folder: Path) -> None:
    recorded = Recorded(str(folder))
    failed_on_a_full_disk(recorded)
    async with joining(folder, recorded, listed=False) as (app, pilot):
        await until(pilot, shows(app, "[ Fix 1: to the review ]"))
        await pilot.press("ctrl+q")
        await until(pilot, lambda: app._exit)
    lines = farewell(app.walk)
    assert lines[0] == "x The disk is full"
    assert any(line.startswith("Log: ") for line in lines)
