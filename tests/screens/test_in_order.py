"""Keys that arrive all at once, as on a slow line, do what they would have done one by one."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from pathlib import Path

import pytest
from textual.app import App
from textual.events import Key, Paste

from screens import in_order
from screens.asking import FieldSheet
from screens.fields import FieldInput
from tests.screens.running import NOTHING, asked, showing, shows, text_of, until
from tests.support.torch_project import make_torch_project

pytestmark = pytest.mark.same_everywhere


def all_at_once(app: App[int], keys: Iterable[str]) -> None:
    for key in keys:
        app.post_message(Key(key, key if len(key) == 1 else None))


def value(app: App[int]) -> str | None:
    return app.focused.value if isinstance(app.focused, FieldInput) else None


@pytest.mark.parametrize(
    "keys, text",
    [
        (["ctrl+u", *"/data/vision"], "/data/vision"),
        (["ctrl+u", *"xy", "backspace", "z"], "xz"),
        (["ctrl+u", *"bc", "home", "a", "end", "backspace", "d"], "abd"),
        (["ctrl+u", *"ac", "left", "b", "delete"], "ab"),
    ],
)
async def test_what_is_typed_is_what_stands_there(keys: list[str], text: str, tmp_path: Path) -> None:
    async with showing(tmp_path, at="start", machine=NOTHING) as (app, pilot):
        await pilot.press("enter")
        await until(pilot, asked(app))
        all_at_once(app, [*keys, "tab", "shift+tab"])
        await until(pilot, lambda: value(app) == text)


async def test_what_is_typed_ahead_of_a_sheet_is_typed_into_it(tmp_path: Path) -> None:
    async with showing(tmp_path, at="start", machine=NOTHING) as (app, pilot):
        all_at_once(app, ["enter", "ctrl+u", *"vision", "enter", "enter", *"numpy"])
        await until(pilot, lambda: "[numpy" in text_of(app))
        assert "[vision" in text_of(app)


async def test_a_second_enter_opens_no_second_sheet(tmp_path: Path) -> None:
    async with showing(tmp_path, at="start", machine=NOTHING) as (app, pilot):
        all_at_once(app, ["enter", "enter", *"3"])
        await until(pilot, lambda: value(app) == "3")
        assert len([one for one in app.screen_stack if isinstance(one, FieldSheet)]) == 1


async def test_enter_that_was_pressed_before_the_plan_was_shown_does_not_start_it(tmp_path: Path) -> None:
    """Who presses it again and again on a line that stands still."""
    async with showing(make_torch_project(tmp_path), at="start", machine=NOTHING) as (app, pilot):
        await until(pilot, shows(app, "[ Next: "))
        all_at_once(app, ["enter"] * 12)
        await until(pilot, shows(app, "Read the plan first. Enter starts it."))
        assert app.walk.run is None
        assert not app.walk.starting


async def test_what_is_pasted_keeps_its_place(tmp_path: Path) -> None:
    async with showing(tmp_path, at="start", machine=NOTHING) as (app, pilot):
        await pilot.press("enter")
        await until(pilot, asked(app))
        all_at_once(app, ["ctrl+u", "a"])
        app.post_message(Paste("bc"))
        all_at_once(app, ["backspace", "d"])
        await until(pilot, lambda: value(app) == "abd")


async def test_a_key_that_is_never_answered_holds_nobody_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(in_order, "LONGEST_S", 0.05)
    async with showing(tmp_path, at="start", machine=NOTHING) as (app, pilot):
        await pilot.press("enter")
        await until(pilot, asked(app))
        field, stuck, typed = app.focused, asyncio.Event(), asyncio.Event()
        assert isinstance(field, FieldInput)
        app.watch(field, "value", lambda text: typed.set() if text.endswith("ab") else None)
        app.screen.call_later(stuck.wait)
        all_at_once(app, "ab")
        await asyncio.wait_for(typed.wait(), 60)
        stuck.set()
