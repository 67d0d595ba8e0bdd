"""Leaving: with a question while something runs, with the run's own code, with one line where something went wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from screens.app import WizardApp, farewell
from screens.ending import tell_crash
from screens.quit_sheets import QuitSheet, StopSheet
from screens.walk import Walk
from tests.screens.made_up import MadeUpWay
from tests.screens.running import make_folder, showing, shows, until
from tests.support.recorded import Recorded


@pytest.fixture
def recorded(tmp_path: Path) -> Recorded:
    return Recorded(str(tmp_path))  # closed by `showing`


async def test_ctrl_q_asks_while_a_run_goes_on_and_once_more_leaves_it_running(
    tmp_path: Path, recorded: Recorded
) -> None:
    async with showing(make_folder(tmp_path), recorded) as (app, pilot):
        recorded.step("sync", "started")
        await pilot.press("ctrl+q")
        await until(pilot, lambda: isinstance(app.screen, QuitSheet))
        await pilot.press("ctrl+q")
        await until(pilot, lambda: app._exit)
        assert app.walk.running
    assert app.return_value == 0
    assert farewell(app.walk) == [f"It goes on. To see it again: uv-wizard attach {recorded.run.id}"]


async def test_staying_changes_nothing(tmp_path: Path, recorded: Recorded) -> None:
    async with showing(make_folder(tmp_path), recorded) as (app, pilot):
        await pilot.press("ctrl+q")
        await until(pilot, lambda: isinstance(app.screen, QuitSheet))
        await pilot.press("escape")
        await until(pilot, lambda: app.screen.id == "sync")
        assert app.walk.running


async def test_ctrl_c_while_a_run_goes_on_asks_whether_to_stop_it(tmp_path: Path, recorded: Recorded) -> None:
    async with showing(make_folder(tmp_path), recorded) as (app, pilot):
        await pilot.press("ctrl+c")
        await until(pilot, lambda: isinstance(app.screen, StopSheet))
        await until(pilot, shows(app, "[ Keep going ]   [ Stop it ]"))
        await pilot.press("enter")
        await until(pilot, lambda: app.screen.id == "sync")


@pytest.mark.parametrize("code", [0, 1, 3, 130])
async def test_leaving_after_a_run_exits_as_apply_would_have(code: int, tmp_path: Path, recorded: Recorded) -> None:
    async with showing(make_folder(tmp_path), recorded) as (app, pilot):
        recorded.end(code)
        await until(pilot, lambda: bool(app.walk.state and app.walk.state.finished))
        await pilot.press("ctrl+q")
        await until(pilot, lambda: app._exit)
    assert app.return_value == code
    assert any(line.startswith("Log: ") for line in farewell(app.walk))


async def test_during_a_run_the_review_only_shows_its_plan(tmp_path: Path, recorded: Recorded) -> None:
    async with showing(make_folder(tmp_path), recorded) as (app, pilot):
        await until(pilot, lambda: app.screen.id == "sync")
        await pilot.press("escape")
        await until(pilot, shows(app, "The run goes on; this only shows its plan."))
        await until(pilot, shows(app, "[ Next: sync ]"))
        await pilot.press("ctrl+n")
        await until(pilot, lambda: app.screen.id == "sync")


class Broken(MadeUpWay):
    """Fails where nobody foresaw it, with something in a variable that nobody should read."""

    def candidates_of_uv(self) -> tuple[()]:
        password = "secret-in-a-local-variable"  # noqa: F841 - what must not be printed
        msg = "nobody foresaw https://me:hunter2@index.example"
        raise RuntimeError(msg)


async def test_what_nobody_foresaw_is_one_line_without_secrets(capsys: pytest.CaptureFixture[str], home: Path) -> None:
    app = WizardApp(Walk(Broken()))  # type: ignore[arg-type]

    async def walk() -> None:
        async with app.run_test(size=(80, 24)) as pilot:
            await pilot.press("enter")
            await pilot.pause()

    with pytest.raises(RuntimeError):
        await walk()
    assert app.crash is not None
    tell_crash(app.crash)
    told = capsys.readouterr()
    assert len(told.err.splitlines()) == 1
    assert "Traceback" not in told.out + told.err
    kept = (home / "wizard-state" / "crash.txt").read_text("utf-8")
    for text in (told.err, kept):
        assert "nobody foresaw https://***@index.example" in text
        assert "hunter2" not in text
        assert "secret-in-a-local-variable" not in text.replace('password = "secret-in-a-local-variable"', "")
