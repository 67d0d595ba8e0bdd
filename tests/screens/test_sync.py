"""The sync screen against a run that a test writes: what it shows, what it costs, and that nothing freezes it."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from textual.widgets import Log

from screens.log_page import LogPage
from screens.step import STILL_RUNNING, StepScreen
from screens.sync import SyncScreen
from screens.verification import VerificationScreen
from screens.widgets import Line
from tests.screens.running import DEADLINE, make_folder, showing, shows, text_of, until
from tests.support.recorded import Recorded, failed_on_a_full_disk

pytestmark = pytest.mark.same_everywhere

MIB = 1024**2


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_folder(tmp_path)


@pytest.fixture
def recorded(folder: Path) -> Recorded:
    return Recorded(str(folder))


def download(recorded: Recorded, done: float) -> None:
    recorded.write(
        "package",
        name="torch",
        version="2.14.1+cu126",
        state="downloading",
        done_bytes=int(done * MIB),
        total_bytes=783 * MIB,
    )
    recorded.write(
        "progress", done_bytes=int(done * MIB), total_bytes=1000 * MIB, bytes_per_s=18.4 * MIB, eta_s=70.0,
        packages_done=24, packages_total=31,
    )  # fmt: skip


async def test_a_run_is_shown_from_its_first_step(folder: Path, recorded: Recorded) -> None:
    recorded.step("uv", "started")
    async with showing(folder, recorded) as (app, pilot):
        await until(pilot, shows(app, "> now      step 1 of 3, uv: install uv 0.13.8"))
        recorded.step("uv", "done")
        recorded.step("sync", "started")
        await until(pilot, shows(app, "Sync: download and install the packages (step 2 of 3)"))
        download(recorded, 570)
        await until(pilot, shows(app, "57 %"))
        rows = text_of(app).splitlines()
        assert rows[6] == " [" + "#" * 38 + "." * 30 + "]  57 %"
        assert rows[7] == "  570 of 1000 MiB    18.4 MiB/s    about 70 s left    24 of 31 packages"
        assert rows[9].startswith(" torch                   2.14.1+cu126     570 of 783 MiB   72 %")
        assert rows[22].startswith("  [ Next when done ]   [ Back ]")
        assert rows[23].split("  ")[-2:] == ["L Log", "S Stop"]


@pytest.mark.long
async def test_hammering_enter_stops_nothing(folder: Path, recorded: Recorded) -> None:
    recorded.step("sync", "started")
    async with showing(folder, recorded) as (app, pilot):
        await until(pilot, shows(app, "uv reads uv.lock"))
        for _ in range(100):
            await pilot.press("enter")
        await pilot.press("ctrl+n")
        assert isinstance(app.screen, SyncScreen)
        assert STILL_RUNNING in text_of(app)
        assert not (recorded.folder / "cancel").exists()


async def test_at_the_end_the_checks_follow_by_themselves(folder: Path, recorded: Recorded) -> None:
    recorded.step("sync", "started")
    async with showing(folder, recorded) as (app, pilot):
        await until(pilot, shows(app, "uv reads uv.lock"))
        recorded.step("sync", "done")
        recorded.step("verify", "started")
        await until(pilot, lambda: isinstance(app.screen, VerificationScreen))


async def test_whoever_has_moved_the_focus_is_not_carried_off(folder: Path, recorded: Recorded) -> None:
    recorded.step("sync", "started")
    async with showing(folder, recorded) as (app, pilot):
        await until(pilot, shows(app, "uv reads uv.lock"))
        await pilot.press("tab")
        recorded.step("sync", "done")
        recorded.step("verify", "started")
        await until(pilot, shows(app, "[ Next: verify ]"))
        for _ in range(5):
            await pilot.pause(0.1)
        assert isinstance(app.screen, SyncScreen)
        await pilot.press("ctrl+n")
        await until(pilot, lambda: isinstance(app.screen, VerificationScreen))


async def test_a_retry_says_when_and_the_bar_stays(folder: Path, recorded: Recorded) -> None:
    recorded.step("sync", "started")
    async with showing(folder, recorded) as (app, pilot):
        download(recorded, 570)
        await until(pilot, shows(app, "57 %"))
        recorded.write("retry", attempt=2, of=5, wait_s=30.0, why="the connection to NJU broke")
        await until(pilot, shows(app, "! waiting  the connection to NJU broke; try 2 of 5 starts in"))
        assert "57 %" in text_of(app)


async def test_stop_asks_first_and_the_run_goes_on_when_it_is_refused(folder: Path, recorded: Recorded) -> None:
    recorded.step("sync", "started")
    async with showing(folder, recorded) as (app, pilot):
        await until(pilot, shows(app, "uv reads uv.lock"))
        await pilot.press("s")
        await until(pilot, shows(app, "Stop the sync?"))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, SyncScreen))
        assert not (recorded.folder / "cancel").exists()


@pytest.mark.long
@pytest.mark.parametrize("size", [(80, 24), (120, 40), (60, 18)])
async def test_every_size_shows_the_buttons(folder: Path, recorded: Recorded, size: tuple[int, int]) -> None:
    recorded.step("sync", "started")
    async with showing(folder, recorded, size) as (app, pilot):
        download(recorded, 570)
        await until(pilot, shows(app, "57 %"))
        rows = text_of(app).splitlines()
        assert rows[size[1] - 2].startswith("  [ Next when done ]")
        assert ("The plan" in text_of(app)) == (size[0] >= 120)


LINES = 100_000


def flood(recorded: Recorded, count: int) -> None:
    """`count` lines of output, written at once, as fast as a file takes them."""
    with (recorded.folder / "events.jsonl").open("ab") as file:
        for start in range(0, count, 1000):
            file.write(
                b"".join(
                    b'{"at": 1.0, "type": "output", "text": "line %d of what a build prints, long enough to be real"}\n'
                    % number
                    for number in range(start, start + 1000)
                )
            )


async def test_a_flood_neither_freezes_the_screen_nor_grows(folder: Path, recorded: Recorded) -> None:
    recorded.step("sync", "started")
    async with showing(folder, recorded) as (app, pilot):
        await until(pilot, shows(app, "uv reads uv.lock"))
        flood(recorded, LINES)
        answered, deadline = 0, time.monotonic() + DEADLINE
        while app.walk.state is None or app.walk.state.log_count < LINES:
            assert time.monotonic() < deadline
            before = app.screen.focused
            await pilot.press("tab")
            assert app.screen.focused is not before
            answered += 1
        assert answered >= 2  # keys are answered while the flood is still coming in
        assert len(app.walk.state.log) == 5000
        await until(pilot, shows(app, f"line {LINES - 1} of what"))


@pytest.mark.long
async def test_the_log_page_stands_still_while_somebody_reads(folder: Path, recorded: Recorded) -> None:
    recorded.step("sync", "started")
    flood(recorded, 2000)
    async with showing(folder, recorded) as (app, pilot):
        await until(pilot, lambda: bool(app.walk.state and app.walk.state.log_count == 2000))
        await pilot.press("l")
        await until(pilot, shows(app, "of 2000"))
        await until(pilot, shows(app, "line 1999 of what"))
        await pilot.press("pageup")
        await until(pilot, lambda: "line 1999 of what" not in text_of(app))
        before = text_of(app).splitlines()[4:20]
        flood(recorded, 1000)
        await until(pilot, shows(app, "1000 new below"))
        assert text_of(app).splitlines()[4:20] == before
        await pilot.press("end")
        await until(pilot, shows(app, "line 999 of what"))
        await until(pilot, shows(app, "to 3000 of 3000"))
        assert isinstance(app.screen, LogPage)


@pytest.mark.long
async def test_the_log_page_searches_and_stays_bounded(folder: Path, recorded: Recorded) -> None:
    recorded.step("sync", "started")
    flood(recorded, 3000)
    async with showing(folder, recorded) as (app, pilot):
        await until(pilot, lambda: bool(app.walk.state and app.walk.state.log_count == 3000))
        await pilot.press("l")
        await until(pilot, shows(app, "of 3000"))
        await pilot.press("slash", *"line 42 of", "enter")
        await until(pilot, shows(app, "line 42 of what"))
        await pilot.press("escape", "end")
        flood(recorded, 9000)
        await until(pilot, shows(app, "of 12000"))
        await until(pilot, shows(app, "line 8999 of what"))
        assert app.screen.query_one(Log).line_count <= 5001
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, SyncScreen))


@pytest.mark.long
async def test_one_row_changes_where_one_row_is_new(folder: Path, recorded: Recorded) -> None:
    recorded.step("sync", "started")
    async with showing(folder, recorded) as (app, pilot):
        download(recorded, 100)
        await until(pilot, shows(app, "10 %"))
        drawn: list[str] = []
        for line in app.screen.query(Line):
            keep = line.update

            def note(
                content: object = "", *, layout: bool = True, line: Line = line, keep: Callable[..., None] = keep
            ) -> None:
                assert layout is False or line.id in {"step-text", "failure-said", "failure-head", "after"}
                drawn.append(str(line.id))
                keep(content, layout=layout)

            line.update = note  # type: ignore[method-assign]
        screen = app.screen
        assert isinstance(screen, SyncScreen)
        screen.draw()
        screen.draw()
        assert drawn == []
        recorded.write("output", text="mpmath 1.3.0: 524 KiB from BFSU, checked")
        await until(pilot, shows(app, "mpmath 1.3.0"))
        assert set(drawn) <= {"last-lines", "progress"}


async def test_a_failed_sync_becomes_its_diagnosis(folder: Path, recorded: Recorded) -> None:
    failed_on_a_full_disk(recorded)
    async with showing(folder, recorded) as (app, pilot):
        await until(pilot, shows(app, "The disk is full"))
        text = text_of(app)
        assert re.search(r"\+review xsync", text)
        assert "[ Fix 1: to the review ]" in text
        assert isinstance(app.screen, StepScreen)


@pytest.mark.long
async def test_the_search_names_its_own_keys_while_it_is_open(folder: Path, recorded: Recorded) -> None:
    recorded.step("sync", "started")
    async with showing(folder, recorded) as (app, pilot):
        await until(pilot, shows(app, "uv reads uv.lock"))
        await pilot.press("l")
        await until(pilot, shows(app, "/ Search"))
        await pilot.press("slash")
        await until(pilot, shows(app, "Esc Close the search"))
        await pilot.press("escape")
        await until(pilot, shows(app, "/ Search"))
