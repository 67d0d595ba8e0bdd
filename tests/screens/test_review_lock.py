"""uv lock in a copy of the project, by itself and with P: under way, found, failed, stopped; the screen never waits."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from screens import remedies
from screens.app import WizardApp
from screens.walk import Walk
from tests.run.support import until as wait_for
from tests.screens.running import NOTHING, asked, shows, text_of, until
from tests.support.index import Gate, Index, Status
from tests.support.projects import Project
from wizard.choices import Choices
from wizard.machine.facts import FoundUv
from wizard.run.client import RunInfo
from wizard.run.state import state_folder
from wizard.way import Way

pytestmark = pytest.mark.same_everywhere

OFFER = "uv makes uv.lock; P tries it in a copy"


def left() -> list[Path]:
    folder = state_folder() / "previews"
    return list(folder.iterdir()) if folder.exists() else []


@asynccontextmanager
async def review(
    project: Project, index: Index, *, uv: bool = True, size: tuple[int, int] = (80, 24), by_itself: bool = False
) -> AsyncIterator[tuple[WizardApp, Pilot[int]]]:
    """The review of a plan that writes a mirror into the project, and so makes uv.lock again. Over a thin line, unless
    it is to be tried `by_itself`.
    """
    mirror = {"mirrors.pypi": index.copy(), "mirrors.scope": "project", "verify.require": "cpu"}
    there = (FoundUv(os.fspath(project.uv), "0.13.8", "unknown"),) if uv else ()
    way = Way(
        os.fspath(project.path), choices=Choices().with_values("file", mirror), machine=replace(NOTHING, uv=there)
    )
    app = WizardApp(Walk(way, low_bandwidth=not by_itself))
    files = {path: path.read_bytes() for path in project.path.iterdir()}
    async with app.run_test(size=size) as pilot:
        app.show("review")
        await until(pilot, shows(app, "[ Start" if by_itself else OFFER[:24] if uv else "uv makes uv.lock"))
        yield app, pilot
        if app.walk.run is None:
            assert {path: path.read_bytes() for path in project.path.iterdir()} == files


async def test_what_would_become_of_the_lock_is_one_key_away(project: Project, index: Index) -> None:
    async with review(project, index) as (app, pilot):
        assert "P Try lock" in text_of(app).splitlines()[-1]
        await pilot.press("p")
        await until(pilot, shows(app, "lock       uv.lock: 2 packages changed"))
        await until(pilot, shows(app, "alpha 1.0, from http://127.0.0.1"))
        text = text_of(app)
        assert "Step 2: uv.lock, as tried in a copy; D shows its diff" in text
        assert "3 sync       uv sync --locked   2 packages, 1.4 MiB at most" in text
        assert "[ Start: " in text
        await pilot.press("d")
        await until(pilot, shows(app, "+++ uv.lock"))
        await pilot.press("escape")
        await until(pilot, shows(app, "[ Start: "))
        assert left() == []
        await pilot.press("e")  # other choices, the same lock: what was found still holds
        await until(pilot, shows(app, "What is installed"))
        await pilot.press("escape")
        await until(pilot, shows(app, "uv.lock: 2 packages changed"))


async def test_while_uv_is_at_it_the_screen_goes_on_and_escape_stops_it(project: Project, index: Index) -> None:
    index.fault("alpha", gate := Gate())
    async with review(project, index) as (app, pilot):
        await pilot.press("p")
        await until(pilot, shows(app, ". uv lock in a copy, "))
        assert "[ Start when ready ]" in text_of(app)
        assert "P Stop" in text_of(app)
        await until(pilot, lambda: bool(index.requests("alpha")))
        await until(pilot, shows(app, "uv lock in a copy, 1 s so far"))
        await pilot.press("up", "down", "f1", "f1")
        await until(pilot, shows(app, "These are all commands"))
        await pilot.press("escape")
        await until(pilot, lambda: app.screen.id == "review")
        await pilot.press("escape")
        await until(pilot, shows(app, "Stopped. Nothing was changed."))
        assert OFFER in text_of(app)
        await until(pilot, lambda: left() == [])
        gate.release()
        await pilot.press("p")
        await until(pilot, shows(app, "uv.lock: 2 packages changed"))


@pytest.mark.long
async def test_start_while_uv_is_at_it_starts_once_the_outcome_is_there(project: Project, index: Index) -> None:
    index.fault("alpha", gate := Gate())
    async with review(project, index) as (app, pilot):
        await pilot.press("p")
        await until(pilot, shows(app, ". uv lock in a copy, "))
        await pilot.press("ctrl+n")
        await until(pilot, shows(app, "Starts by itself"))
        await pilot.press("escape")
        await until(pilot, shows(app, "Not started."))
        assert "uv lock in a copy" in text_of(app)
        await pilot.press("ctrl+n")
        gate.release()
        await until(pilot, lambda: app.walk.run is not None)
        await until(pilot, lambda: bool(app.walk.state and app.walk.state.finished))
        assert app.walk.state is not None
        assert app.walk.state.locked is not None
        assert app.walk.state.locked["text"] == "lock: 2 packages changed"


async def test_why_it_fails_is_told_with_what_to_do(project: Project, index: Index) -> None:
    async with review(project, index) as (app, pilot):
        index.fault("alpha", Status(403))
        await pilot.press("p")
        await until(pilot, shows(app, "lock       x uv lock fails: "))
        assert "Step 2: uv lock, tried in a copy" in text_of(app)
        await pilot.press("d")
        await until(pilot, shows(app, "> "))
        await pilot.press("escape")
        await until(pilot, shows(app, "[ Start: "))


async def test_a_python_that_is_only_fetched_by_the_run_is_no_verdict(
    project: Project, index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("UV_PYTHON")
    text = project.pyproject.read_text("utf-8")
    project.pyproject.write_text(re.sub(r'requires-python = "[^"]*"', 'requires-python = ">=3.99"', text), "utf-8")
    async with review(project, index) as (app, pilot):
        await pilot.press("p")
        await until(pilot, shows(app, "lock       ? only the run can tell: There is no Python here"))
        assert "1 Let uv fetch it" not in text_of(app), "no key of this screen takes it"
        assert "A copy has not all that the run will have" in text_of(app)


async def test_without_any_uv_it_says_so(project: Project, index: Index) -> None:
    async with review(project, index, uv=False) as (app, pilot):
        assert "P Try lock" not in text_of(app)
        assert "P tries it" not in text_of(app)
        await pilot.press("p")
        await until(pilot, shows(app, "Not yet: the uv for it comes with step 1."))


async def test_leaving_the_wizard_ends_uv(project: Project, index: Index) -> None:
    index.fault("alpha", gate := Gate())
    async with review(project, index) as (_, pilot):
        await pilot.press("p")
        await until(pilot, lambda: bool(index.requests("alpha")))
        await pilot.press("ctrl+q")
    wait_for(lambda: left() == [], "uv was left behind")
    gate.release()


async def test_by_itself_once_and_enter_starts_when_it_is_there(project: Project, index: Index) -> None:
    index.fault("alpha", gate := Gate())
    async with review(project, index, by_itself=True) as (app, pilot):
        await pilot.press("enter")
        await until(pilot, shows(app, "Starts by itself"))
        assert app.walk.run is None
        gate.release()
        await until(pilot, lambda: app.walk.run is not None)
        await until(pilot, lambda: bool(app.walk.state and app.walk.state.finished))


@pytest.mark.parametrize("key", ["p", ""])
async def test_what_nobody_asked_for_is_ended_by_p_and_by_its_limit(
    key: str, project: Project, index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not key:
        monkeypatch.setattr("screens.lock_trial.PATIENCE_S", 0.0)
    index.fault("alpha", gate := Gate())
    async with review(project, index, by_itself=True) as (app, pilot):
        if key:
            await pilot.press(key)
        await until(pilot, shows(app, OFFER))
        await until(pilot, shows(app, "[ Start: 4 steps ]"))
        await until(pilot, lambda: left() == [])
        app.screen.on_facts()  # type: ignore[attr-defined]  # the same plan once more
        assert OFFER in text_of(app)
        gate.release()


async def test_esc_goes_back_while_it_is_tried_by_itself_and_it_goes_on(project: Project, index: Index) -> None:
    index.fault("alpha", gate := Gate())
    async with review(project, index, by_itself=True) as (app, pilot):
        await pilot.press("escape")
        await until(pilot, lambda: app.screen.id == "torch")
        gate.release()
        app.show("review")
        await until(pilot, shows(app, "uv.lock: 2 packages changed"))


@pytest.mark.parametrize("by_itself", [False, True])
async def test_what_nobody_foresaw_leaves_nobody_waiting(
    by_itself: bool, project: Project, index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = threading.Event()

    def broken(*_: object) -> None:
        held.wait(60)
        raise RuntimeError("out of a clear sky")

    monkeypatch.setattr("wizard.lock_forecast.forecast", broken)
    async with review(project, index, by_itself=by_itself) as (app, pilot):
        if not by_itself:
            await pilot.press("p")
        await until(pilot, shows(app, ". uv lock in a copy, "))
        await pilot.press("ctrl+n")
        await until(pilot, shows(app, "Starts by itself"))
        held.set()
        if by_itself:
            await until(pilot, lambda: app.walk.run is not None)
        else:
            await until(pilot, shows(app, "uv lock can't be tried in a copy: RuntimeError: out of"))
            await until(pilot, shows(app, "Not started: uv lock fails."))


async def test_nothing_starts_behind_a_sheet(project: Project, index: Index) -> None:
    index.fault("alpha", gate := Gate())
    async with review(project, index, by_itself=True) as (app, pilot):
        await pilot.press("enter")
        await until(pilot, shows(app, "Starts by itself"))
        await pilot.press("f1")
        await until(pilot, shows(app, "These are all commands"))
        gate.release()
        await until(pilot, lambda: not app.current.trial.running)  # type: ignore[attr-defined]
        assert not app.walk.starting
        await pilot.press("escape")
        await until(pilot, lambda: app.walk.run is not None)


async def test_another_plan_than_the_one_agreed_to_is_not_started(project: Project, index: Index) -> None:
    index.fault("alpha", gate := Gate())
    async with review(project, index, by_itself=True) as (app, pilot):
        await pilot.press("enter")
        await until(pilot, shows(app, "Starts by itself"))
        app.walk.way.choose("sync.no-cache", True)
        app.current.on_facts()
        await until(pilot, shows(app, "Not started: the plan is another one."))
        gate.release()
        await until(pilot, shows(app, "[ Start: 4 steps ]"))
        assert app.walk.run is None


async def test_a_run_that_begins_under_a_sheet_is_shown_once_that_is_closed(
    project: Project, index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = threading.Event()
    start = Way.start

    def late(way: Way, *words: Any, **named: Any) -> RunInfo:
        held.wait(60)
        return start(way, *words, **named)

    monkeypatch.setattr(Way, "start", late)
    async with review(project, index) as (app, pilot):
        await pilot.press("enter", "f1")
        await until(pilot, shows(app, "These are all commands"))
        held.set()
        await until(pilot, lambda: app.walk.run is not None)
        await pilot.press("escape")
        await until(pilot, lambda: app.screen.id in ("sync", "verify"))
        await until(pilot, lambda: bool(app.walk.state and app.walk.state.finished))


async def test_other_extras_are_counted_anew(project: Project, index: Index) -> None:
    text = project.pyproject.read_text("utf-8")
    project.pyproject.write_text(f'{text}\n[project.optional-dependencies]\nmore = ["gamma"]\n', "utf-8")
    project.run_uv("lock")
    async with review(project, index, by_itself=True) as (app, pilot):
        await until(pilot, shows(app, "   2 packages, "))
        app.walk.way.choose("sync.extras", ("more",))
        app.current.on_facts()
        await until(pilot, shows(app, "3 packages, "))


@asynccontextmanager
async def misspelt(project: Project, index: Index) -> AsyncIterator[tuple[WizardApp, Pilot[int]]]:
    """The review of a project that asks for a package that nobody has, and has no uv.lock yet."""
    text = project.pyproject.read_text("utf-8")
    project.pyproject.write_text(text.replace('"alpha"', '"alpha", "gama>=1"'), "utf-8")
    project.lock.unlink()
    there = (FoundUv(os.fspath(project.uv), "0.13.8", "unknown"),)
    environment = {**os.environ, "UV_DEFAULT_INDEX": index.url()}
    way = Way(os.fspath(project.path), machine=replace(NOTHING, uv=there), environment=environment)
    app = WizardApp(Walk(way))
    async with app.run_test(size=(80, 24)) as pilot:
        app.walk.way.locks_first = True
        app.show("review")
        await until(pilot, shows(app, "x error    No package gama in this package index"))
        yield app, pilot


async def test_a_misspelt_package_is_put_right_before_anything_runs(
    project: Project, index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remedies, "UNREAD_S", 3600.0)
    async with misspelt(project, index) as (app, pilot):
        assert "Something stands in the way. Nothing is started." in text_of(app)
        assert "1 Write its right name instead, if gama is misspelt" in text_of(app)
        await pilot.press("d")
        await until(pilot, shows(app, "uv add --frozen NAME"))
        await pilot.press("escape")
        await until(pilot, shows(app, "[ Fix 1: type the name ]"))
        await pilot.press("enter")
        await until(pilot, shows(app, "The review shows what becomes of pyproject.toml"))
        await pilot.press(*"gamma", "enter")
        await until(pilot, shows(app, "ask for gamma in pyproject.toml"))
        await until(pilot, shows(app, "uv.lock: 3 packages added"))
        assert app.walk.run is None
        assert '"gama>=1"' in project.pyproject.read_text("utf-8"), "nothing is changed before Start"
        await until(pilot, shows(app, "[ Start: "))
        await pilot.press("enter")  # as who pressed it twice on the fix
        await until(pilot, shows(app, "Read the plan first. Enter starts it."))
        assert app.walk.run is None
        monkeypatch.setattr(remedies, "UNREAD_S", 0.0)
        await pilot.press("enter")
        await until(pilot, lambda: bool(app.walk.state and app.walk.state.finished))
        assert app.walk.state is not None
        assert app.walk.state.exit_code == 0


async def test_start_that_was_wanted_of_another_plan_is_not_wanted_of_the_mended_one(
    project: Project, index: Index
) -> None:
    async with misspelt(project, index) as (app, pilot):
        app.walk.measures = True
        await pilot.press("enter")
        await until(pilot, shows(app, "Starts by itself then."))
        app.walk.measures = False
        await pilot.press("1")
        await until(pilot, asked(app))
        await pilot.press(*"gamma", "enter")
        await until(pilot, shows(app, "uv.lock: 3 packages added"))
        await until(pilot, shows(app, "[ Start: "))
        assert app.walk.run is None
        assert not app.walk.starting


async def test_what_was_put_right_elsewhere_is_seen_by_f5(project: Project, index: Index) -> None:
    async with misspelt(project, index) as (app, pilot):
        text = project.pyproject.read_text("utf-8")
        project.pyproject.write_text(text.replace("gama>=1", "gamma"), "utf-8")
        await pilot.press("f5")
        await until(pilot, shows(app, "uv.lock: 3 packages added"))


async def test_a_copy_that_can_not_be_made_is_no_failure_of_the_lock(project: Project, index: Index) -> None:
    (state_folder() / "previews").write_text("a file is in the way")
    async with review(project, index, by_itself=True) as (app, pilot):
        await until(pilot, shows(app, OFFER))
        await until(pilot, shows(app, "[ Start: 4 steps ]"))
        await pilot.press("p")
        await until(pilot, shows(app, "x no copy of the project can be made"))


@pytest.mark.long
@pytest.mark.parametrize("size", [(60, 18), (120, 40)])
async def test_other_sizes(project: Project, index: Index, size: tuple[int, int]) -> None:
    async with review(project, index, size=size) as (app, pilot):
        await pilot.press("p")
        await until(pilot, shows(app, "uv.lock: 2 packages changed"))
        assert ("alpha 1.0, from http" in text_of(app).split("uv-wizard undo puts back")[-1]) or size == (60, 18)
