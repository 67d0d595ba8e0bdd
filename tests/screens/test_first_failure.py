"""The first failure of a newcomer, a package that is misspelt: each way out leads to a verified environment by keys alone."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.screens.running import asked, shows, text_of, until
from tests.screens.test_begin import folder, started
from tests.support.index import Index
from wizard.run import client
from wizard.toml import parse

__all__ = ["folder"]


async def test_a_new_project_asks_for_the_right_name_before_anything_is_written(
    folder: Path, index: Index, uv: Path
) -> None:
    async with started(folder, uv) as (app, pilot):
        await pilot.press("enter")
        await until(pilot, shows(app, "A new project in this folder"))
        await pilot.press("enter", "enter", *"alpha betta", "enter")
        await until(pilot, shows(app, "The plan begins with it"))
        app.show("review")
        await until(pilot, shows(app, "x error    No package betta in this package index"))
        assert os.listdir(folder) == []
        await until(pilot, shows(app, "[ Fix 1: type the name ]"))
        await pilot.press("enter")
        await until(pilot, asked(app))
        await pilot.press(*"beta", "enter")
        await until(pilot, shows(app, "uv.lock: 2 packages added"))
        await until(pilot, shows(app, "[ Start: 5 steps ]"))
        await pilot.press("enter")
        await until(pilot, shows(app, "Asked for: alpha 1.0, beta 1.1"))
        assert parse((folder / "pyproject.toml").read_bytes())["project"]["dependencies"] == ["alpha", "beta"]


@pytest.mark.parametrize(
    "fix, named",
    [
        pytest.param("1", ["alpha", "beta"], id="the right name"),
        pytest.param("2", ["alpha"], id="without it", marks=pytest.mark.same_everywhere),
    ],
)
async def test_a_misspelt_package_of_a_new_project(
    fix: str,
    named: list[str],
    folder: Path,
    index: Index,
    uv: Path,
) -> None:
    async with started(folder, uv) as (app, pilot):
        app.walk.low_bandwidth = True  # over a thin line nothing is tried before
        await pilot.press("enter")
        await until(pilot, shows(app, "A new project in this folder"))
        await pilot.press("enter", "enter", *"alpha, betta", "enter")
        await until(pilot, shows(app, "The plan begins with it"))
        app.show("review")
        await until(pilot, shows(app, "[ Start: "))
        app.current.action_go_on()
        app.current.action_go_on()  # a second one means this run, and not the next
        await until(pilot, shows(app, "No package betta in this package index"))
        assert "1 Write its right name instead, if betta is misspelt" in text_of(app)
        await until(pilot, shows(app, "[ Fix 1: type the name ]"))
        await pilot.press(fix)
        if fix == "1":
            await until(pilot, asked(app))
            await until(pilot, shows(app, "Name  [betta"))
            await pilot.press("enter")
            await until(pilot, shows(app, "x error    This is the name that nobody has."))
            await pilot.press(*["backspace"] * 5, *"beta", "enter")
        await until(pilot, shows(app, "6/8 review"))
        await until(pilot, shows(app, "[ Start: "))
        if fix == "1":
            await pilot.press("escape")
            await until(pilot, shows(app, "No package betta in this package index"))
            await pilot.press("1")
            await until(pilot, asked(app))
            await pilot.press(*"beta", "enter")  # what is typed takes the place of the wrong name
            await until(pilot, shows(app, "[ Start: "))
        text = text_of(app)
        assert "Step 1: pyproject.toml" in text, "the fix is what is told first"
        assert ("ask for beta in pyproject.toml" if fix == "1" else "take betta out of pyproject.toml") in text
        assert [step.id for step in app.walk.way.plan().steps][:2] == ["fix", "lock"]
        assert "betta" in (folder / "pyproject.toml").read_text("utf-8"), "only the review has been shown"
        await pilot.press("ctrl+n")
        await until(pilot, shows(app, "[ Finish ]"))
        assert "It works: Python and" in text_of(app)
        await until(pilot, shows(app, "Asked for: alpha 1.0, beta 1.1" if fix == "1" else "Asked for: alpha 1.0"))
        assert not app.walk.way.this_run, "it holds for one run"
        assert parse((folder / "pyproject.toml").read_bytes())["project"]["dependencies"] == named
        await pilot.press("escape", "escape")
        await until(pilot, shows(app, "uv sync --locked   nothing to install"))
        run = app.walk.run
        assert run is not None
        client.take_back(run)
        assert parse((folder / "pyproject.toml").read_bytes())["project"]["dependencies"] == ["alpha", "betta"]
