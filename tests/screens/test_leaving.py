"""Leaving: with a question while something runs, with the run's own code, with one line where something went wrong."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.css.query import NoMatches
from textual.events import Key

from screens.app import WizardApp, farewell
from screens.ending import tell_crash
from screens.quit_sheets import QuitSheet, StopSheet
from screens.walk import Walk
from tests.screens.made_up import MadeUpWay
from tests.screens.running import NOTHING, make_folder, showing, shows, text_of, until
from tests.screens.test_failure_ways import failed
from tests.support.recorded import Recorded
from wizard.diagnosis import Fix
from wizard.machine import probe
from wizard.machine.request import ProbeRequest
from wizard.plan.step import Plan
from wizard.run.client import RunInfo
from wizard.way import Way


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


@pytest.mark.parametrize("stays", [False, True])
async def test_ctrl_q_while_a_run_is_being_started_asks_once_it_goes_on(
    stays: bool, tmp_path: Path, recorded: Recorded
) -> None:
    """Left before, it would go on behind the words "Nothing was changed."."""
    folder, start, may_start = make_folder(tmp_path), threading.Event(), threading.Event()

    class Slow(Way):
        def start(self, plan: Plan | None = None, label: str = "", sizes: Mapping[str, int] | None = None) -> RunInfo:
            start.set()
            may_start.wait(30)
            return recorded.run

    way = Slow(str(folder), machine=NOTHING)
    way.locks_first = True
    app = WizardApp(Walk(way))
    async with app.run_test(size=(80, 24)) as pilot:
        app.show("review")
        await until(pilot, shows(app, "[ Start"))
        await pilot.press("enter")
        await until(pilot, start.is_set)
        await pilot.press("ctrl+q")
        assert not app._exit
        may_start.set()
        await until(pilot, lambda: isinstance(app.screen, QuitSheet))
        if stays:
            await pilot.press("escape")
            await until(pilot, lambda: app.screen.id == "sync" and app.walk.state is not None)
        for _ in range(1 + stays):  # the pilot would wait for widgets that are gone
            app.post_message(Key("ctrl+q", None))
        await until(pilot, lambda: app._exit)
    assert farewell(app.walk) == [f"It goes on. To see it again: uv-wizard attach {recorded.run.id}"]


async def test_a_start_that_breaks_in_a_way_nobody_foresaw_can_be_left(tmp_path: Path) -> None:
    class Broken(Way):
        def start(self, plan: Plan | None = None, label: str = "", sizes: Mapping[str, int] | None = None) -> RunInfo:
            raise KeyError("odd")

    way = Broken(str(make_folder(tmp_path)), machine=NOTHING)
    way.locks_first = True
    app = WizardApp(Walk(way))
    async with app.run_test(size=(80, 24)) as pilot:
        app.show("review")
        await until(pilot, shows(app, "[ Start"))
        await pilot.press("enter")
        await until(pilot, shows(app, "x KeyError: 'odd'"))
        await pilot.press("ctrl+q")
        await until(pilot, lambda: app._exit)
    assert farewell(app.walk) == ["Nothing was changed."]


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


@pytest.mark.parametrize("code, told", [(0, "It ended well."), (1, "It did not end well; screen 7 says why.")])
@pytest.mark.parametrize("key, sheet", [("ctrl+c", StopSheet), ("ctrl+q", QuitSheet)])
async def test_what_is_asked_about_a_run_that_ends_meanwhile_is_said_to_be_over(
    key: str, sheet: type[StopSheet | QuitSheet], code: int, told: str, tmp_path: Path, recorded: Recorded
) -> None:
    """A sheet that vanished would leave the Enter that is on its way to the button behind it."""
    async with showing(make_folder(tmp_path), recorded) as (app, pilot):
        await until(pilot, lambda: app.screen.id == "sync")
        await pilot.press(key)
        await until(pilot, lambda: isinstance(app.screen, sheet))
        recorded.end(code)
        await until(pilot, shows(app, "The run is over meanwhile"))
        assert told in text_of(app)
        await pilot.press("enter")
        if sheet is QuitSheet:
            await until(pilot, lambda: app._exit)
            assert app.return_value == code
        else:
            await until(pilot, lambda: app.screen.id in ("sync", "verify"))
            assert not app._exit


@pytest.mark.parametrize("code", [0, 1, 3, 130])
async def test_leaving_after_a_run_exits_as_apply_would_have(code: int, tmp_path: Path, recorded: Recorded) -> None:
    async with showing(make_folder(tmp_path), recorded) as (app, pilot):
        recorded.end(code)
        await until(pilot, lambda: bool(app.walk.state and app.walk.state.finished))
        await pilot.press("ctrl+q")
        await until(pilot, lambda: app._exit)
    assert app.return_value == code
    told = farewell(app.walk)
    assert any(line.startswith("Log: ") for line in told)
    assert "undo" not in "\n".join(told), "it has changed nothing, and another run is not to be taken back for it"


LOOK = Fix("See why it is needed", None, (("uv", "tree", "--frozen"),))


@pytest.mark.skipif(sys.platform == "win32", reason="no line loads variables into a terminal there")
@pytest.mark.parametrize("keys, told", [((), "What to do: See why it is needed"), (("1",), "Copied:")])
async def test_a_failure_is_told_again_in_the_terminal_with_commands_that_work_there(
    keys: tuple[str, ...], told: str, tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """uv has just come into a folder that this terminal does not look into."""
    uv = home / ".local" / "bin" / "uv"
    uv.parent.mkdir(parents=True)
    uv.write_text("#!/bin/sh\n")
    uv.chmod(0o755)
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    machine = replace(
        NOTHING, home=str(home), shell="bash", folders={"uv_bin": str(uv.parent)}, environment={"PATH": "/usr/bin"}
    )
    recorded = Recorded(str(tmp_path))
    failed(recorded, "There is no package beta", "Nobody has it.", [LOOK])
    written = home / ".config" / "uv-wizard" / "env.sh"
    async with showing(make_folder(tmp_path), recorded, (200, 30), machine=machine) as (app, pilot):
        await until(pilot, shows(app, "There is no package beta"))
        await pilot.press(*keys)
        await until(pilot, shows(app, f"By hand: cd {tmp_path}  ;  {uv} tree --frozen"))
        assert app.clipboard == (f"cd {tmp_path}\n{uv} tree --frozen" if keys else "")
        monkeypatch.setattr("wizard.files.changed", lambda _: (str(written),))
        lines = farewell(app.walk)
    assert lines[:4] == ["x There is no package beta", told, f"  cd {tmp_path}", f"  {uv} tree --frozen"]
    assert any(line.endswith(f"uv-wizard undo {recorded.run.id} --yes") for line in lines)
    assert lines[-1].startswith("This terminal does not find uv. First type:  ")
    assert lines[-1].endswith("/uv-wizard/env.sh")


async def test_during_a_run_the_review_only_shows_its_plan(tmp_path: Path, recorded: Recorded) -> None:
    async with showing(make_folder(tmp_path), recorded) as (app, pilot):
        await until(pilot, lambda: app.screen.id == "sync")
        await pilot.press("escape")
        await until(pilot, shows(app, "The run goes on; this only shows its plan."))
        assert "A run is carrying out what was started here." in text_of(app)
        assert "until you press Start" not in text_of(app)
        await until(pilot, shows(app, "[ Next: sync ]"))
        await pilot.press("ctrl+n")
        await until(pilot, lambda: app.screen.id == "sync")


async def test_the_sync_of_a_run_that_is_over_promises_nothing_more(tmp_path: Path, recorded: Recorded) -> None:
    async with showing(make_folder(tmp_path), recorded) as (app, pilot):
        recorded.write("step", id="sync", title="sync", state="running", index=1, count=2)
        await until(pilot, shows(app, "You may close this"))
        recorded.end(0)
        await until(pilot, lambda: bool(app.walk.state and app.walk.state.finished))
        app.show("sync")
        await until(pilot, shows(app, "What uv.lock names is in .venv. The run is over."))
        assert "(step " not in text_of(app)
        assert "You may close this" not in text_of(app)


async def test_what_the_other_screens_promise_once_a_run_was_started(tmp_path: Path, recorded: Recorded) -> None:
    """While it goes on, and from its end on, which is seen on whatever screen is shown then."""
    async with showing(make_folder(tmp_path), recorded) as (app, pilot):
        for name in ("torch", "mirrors", "settings", "uv"):
            app.show(name)
            await until(pilot, lambda: app.screen.id == name)  # noqa: B023 - awaited at once
            await until(pilot, shows(app, "The run goes on; this holds for the next one."))
        app.show("review")
        await until(pilot, shows(app, "The run goes on; this only shows its plan."))
        recorded.end(1)
        await until(pilot, shows(app, "Nothing more is changed before Start."))
        for name in ("torch", "mirrors", "settings", "uv"):
            app.show(name)
            await until(pilot, lambda: app.screen.id == name)  # noqa: B023 - awaited at once
            await until(pilot, shows(app, "Nothing more is changed before Start."))
            assert "Nothing has been changed so far." not in text_of(app)


async def test_a_run_is_followed_though_its_screen_was_left_before_it_stood(tmp_path: Path, recorded: Recorded) -> None:
    app = WizardApp(Walk(Way(str(make_folder(tmp_path)), machine=NOTHING)))
    async with app.run_test(size=(80, 24)) as pilot:
        app.walk.started(recorded.run)
        app.show("sync")
        app.show("torch")
        await until(pilot, shows(app, "The run goes on; this holds for the next one."))
        recorded.end(1)
        await until(pilot, shows(app, "Nothing more is changed before Start."))


async def test_what_comes_in_while_it_is_being_left_asks_for_no_screen(
    tmp_path: Path, recorded: Recorded, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Timers tick until the app is closed, and the screens are closed before it."""
    ticks: dict[str, Callable[[], object]] = {}
    set_interval = WizardApp.set_interval

    def noted(app: WizardApp, interval: float, callback: Callable[[], object], **words: Any) -> object:
        ticks[words.get("name", "")] = callback
        return set_interval(app, interval, callback, **words)

    monkeypatch.setattr(WizardApp, "set_interval", noted)
    app = WizardApp(Walk(Way(str(make_folder(tmp_path)), machine=NOTHING)))
    async with app.run_test(size=(80, 24)) as pilot:
        app.walk.started(recorded.run)
        app.show("sync")
        await until(pilot, lambda: app.screen.id == "sync" and set(ticks) >= {"facts", "follow"})
    recorded.end(1)
    assert not app.screen_stack
    for tick in ticks.values():
        tick()


@pytest.mark.parametrize("code", [1, 0])
async def test_the_machine_is_looked_at_again_once_a_run_has_ended(
    code: int, tmp_path: Path, recorded: Recorded, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[ProbeRequest] = []

    def start(request: ProbeRequest) -> probe.Probing:
        asked.append(request)
        return probe.Probing(request, ())

    monkeypatch.setattr(probe, "start", start)
    app = WizardApp(Walk(Way(str(make_folder(tmp_path)))))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: len(asked) == 1)
        app.walk.started(recorded.run)
        app.show("sync")
        await until(pilot, lambda: app.screen.id == "sync")
        recorded.end(code)
        await until(pilot, lambda: bool(app.walk.state and app.walk.state.finished))
        await until(pilot, lambda: len(asked) == 2)
        for name in ("review", "torch", "review", "sync", "review"):
            app.show(name)
            await until(pilot, lambda: app.screen.id == name and app.focused is not None)  # noqa: B023 - awaited at once
            await until(pilot, lambda: not app.workers._workers)
        assert len(asked) == 2, "once, not at each visit"


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


@pytest.mark.same_everywhere
async def test_a_screen_that_was_to_be_drawn_when_somebody_left_is_not(tmp_path: Path) -> None:
    async with showing(make_folder(tmp_path), at="settings") as (app, pilot):
        screen = app.current
        await until(pilot, lambda: app.screen is screen)
    app._entered(screen)
    app._handle_exception(NoMatches("No nodes match '#next'"))
    assert (app.crash, app._exception) == (None, None)
    app._handle_exception(ValueError("something else"))
    assert isinstance(app.crash, ValueError)


@pytest.mark.same_everywhere
async def test_a_row_that_is_missing_while_the_screen_stands_is_a_fault(tmp_path: Path) -> None:
    missing = NoMatches("No nodes match '#next'")
    with pytest.raises(NoMatches):
        async with showing(make_folder(tmp_path)) as (app, _):
            app._handle_exception(missing)
    assert app.crash is missing
