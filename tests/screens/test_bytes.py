"""What a slow line pays: nothing for a screen at rest, little for a key, a screen and a second of sync."""

from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from screens import app as app_module
from screens import run_screen
from screens.app import WizardApp
from screens.attach import AttachApp
from screens.face import Face
from screens.run_screen import DRAW_S, DRAW_SLOWLY_S, LOOK_S
from screens.sync import SyncScreen
from screens.walk import Walk
from tests.screens.counted import CountedApp, counted, still
from tests.screens.running import make_folder, shows, until
from tests.support.recorded import Recorded
from tests.support.torch_project import NOTHING
from wizard.cli.main import main
from wizard.way import Way

pytestmark = pytest.mark.same_everywhere

MOST_FOR_A_KEY, MOST_FOR_A_TICK, MOST_FOR_A_SCREEN = 1000, 2000, 8000
MIB = 1024**2


@pytest.fixture(autouse=True)
def truecolor(monkeypatch: pytest.MonkeyPatch) -> None:
    """The dearest colours."""
    monkeypatch.setenv("COLORTERM", "truecolor")
    monkeypatch.setenv("TERM", "xterm-256color")


@pytest.fixture
def way(tmp_path: Path) -> Way:
    return Way(os.fspath(make_folder(tmp_path)), machine=NOTHING)


async def test_ctrl_l_writes_all_of_it_again(way: Way) -> None:
    """Something else may have written across the screen, a message to all users say: nobody here knows of that."""
    async with counted(way) as (app, pilot):
        await still(app, pilot)
        app.forget()
        await pilot.press("ctrl+l")
        await still(app, pilot, 1)
        assert "This machine and this project" in "".join(app.driver.written)


SOME, OTHERS = ("mirrors",), ("start", "uv", "settings", "torch", "review")


@pytest.mark.parametrize("names", [SOME, pytest.param(OTHERS, marks=pytest.mark.long)])
async def test_at_rest_nothing_is_written_and_for_a_key_little(way: Way, names: tuple[str, ...]) -> None:
    async with counted(way) as (app, pilot):
        for name in names:
            app.forget()
            if app.current.id != name:
                app.show(name)
            await still(app, pilot)
            assert 0 < app.bytes_written < MOST_FOR_A_SCREEN, name
            app.forget()
            for _ in range(5):
                await pilot.pause(0.05)
            assert app.driver.written == [], name
            for key in ("tab", "shift+tab", "up", "up", "down"):
                app.forget()
                await pilot.press(key)
                await still(app, pilot, 1)
                assert app.bytes_written < MOST_FOR_A_KEY, (name, key)


def tell(recorded: Recorded, done: int) -> None:
    """A second of a download: four packages, the whole, and a line of the log."""
    for number in range(4):
        recorded.write(
            "package", name=f"package-{number}", version="1.0", state="downloading",
            done_bytes=(done + 7 * number) * MIB, total_bytes=783 * MIB,
        )  # fmt: skip
    recorded.write(
        "progress", done_bytes=4 * done * MIB, total_bytes=4 * 783 * MIB, bytes_per_s=(18.4 + done / 10) * MIB,
        eta_s=200.0 - done, packages_done=done // 10, packages_total=31,
    )  # fmt: skip
    recorded.write("output", text=f"DEBUG something about package {done} that fills a line nearly to its end")


@pytest.mark.long
@pytest.mark.parametrize("size", [(80, 24), (160, 50)])
async def test_a_second_of_a_sync_costs_little(
    way: Way, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_screen, "DRAW_S", 0.0)  # each look is a picture
    recorded = Recorded(way.path)
    recorded.step("sync", "started")
    tell(recorded, 100)
    async with counted(way, size) as (app, pilot):
        app.walk.started(recorded.run)
        app.show("sync")
        await until(pilot, shows(app, "DEBUG something about package 100"))
        await still(app, pilot)
        for second in range(101, 104):
            app.forget()
            tell(recorded, second)
            await until(pilot, shows(app, f"DEBUG something about package {second}"))
            await still(app, pilot)
            assert 0 < app.bytes_written < MOST_FOR_A_TICK
        recorded.end(0)


@pytest.mark.parametrize("low, every", [(False, DRAW_S), (True, DRAW_SLOWLY_S)])
async def test_how_often_a_sync_is_drawn(way: Way, low: bool, every: float, monkeypatch: pytest.MonkeyPatch) -> None:
    recorded = Recorded(way.path)
    recorded.step("sync", "started")
    app = CountedApp(Walk(way, low_bandwidth=low))
    async with app.run_test(size=(80, 24)) as pilot:
        app.walk.started(recorded.run)
        app.show("sync")
        await until(pilot, shows(app, "uv reads uv.lock"))
        screen, clock, drawn = app.screen, SimpleNamespace(at=1e6), []
        assert isinstance(screen, SyncScreen)
        await until(pilot, lambda: screen._timer is not None)
        assert screen._timer is not None
        screen._timer.pause()
        monkeypatch.setattr(screen, "draw_live", lambda: drawn.append(clock.at))
        monkeypatch.setattr(run_screen, "time", SimpleNamespace(monotonic=lambda: clock.at, time=lambda: clock.at))
        for _ in range(int(60 / LOOK_S)):
            clock.at += LOOK_S
            screen._look()
        assert len(drawn) == 60 / every
        monkeypatch.undo()
        recorded.end(0)


def test_low_bandwidth_is_half_as_often_in_the_terminals_own_colours_without_the_mouse(
    way: Way, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert DRAW_SLOWLY_S >= 2 * DRAW_S
    assert (WizardApp(Walk(way)).theme, WizardApp(Walk(way, low_bandwidth=True)).theme) == ("nord", "ansi-dark")
    asked: list[dict[str, object]] = []

    def run(_: WizardApp, **named: object) -> int:
        asked.append(named)
        return 0

    monkeypatch.setattr(WizardApp, "run", run)
    for low in (False, True):
        app_module.run(way, low_bandwidth=low)
    assert asked == [{"mouse": True}, {"mouse": False}]


def test_low_bandwidth_is_kept_by_who_joins_the_run_again(
    way: Way, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """After a lost line, the one thing that is certain of it is that it is thin."""
    recorded = Recorded(way.path)
    recorded.step("sync", "started")
    seen: list[tuple[bool, object, object]] = []

    def run(app: AttachApp, **named: object) -> int:
        app.walk.started(recorded.run)
        seen.append((app.walk.low_bandwidth, app.theme, named["mouse"]))
        return 0

    monkeypatch.setattr(AttachApp, "run", run)
    monkeypatch.setattr("wizard.cli.face.has_terminal", lambda: True)
    monkeypatch.setattr("wizard.cli.face.why", lambda _: None)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    assert main(["attach", recorded.run.id, "--low-bandwidth"], Face()) == 0
    assert seen == [(True, "ansi-dark", False)]
    assert f"uv-wizard attach {recorded.run.id} --low-bandwidth" in capsys.readouterr().out
    recorded.end(0)


@pytest.mark.long
async def test_the_terminals_own_colours_cost_less(way: Way) -> None:
    costs = []
    for low in (False, True):
        async with counted(way, low_bandwidth=low) as (app, pilot):
            await still(app, pilot)
            app.forget()
            app.show("uv")
            await still(app, pilot)
            costs.append(app.bytes_written)
    assert costs[1] < 0.9 * costs[0]
