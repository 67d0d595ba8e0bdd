"""Keys that arrive all at once, as on a slow line, do what they would have done one by one."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from pathlib import Path

import pytest
from textual.app import App
from textual.events import Key, MouseDown, MouseUp, Paste

from screens import quiet
from screens.asking import FieldSheet
from screens.fields import FieldInput
from tests.screens.running import NOTHING, asked, make_folder, showing, shows, text_of, until
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
    monkeypatch.setattr(quiet, "LONG_S", 0.05)
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


async def test_each_key_is_answered_once(tmp_path: Path) -> None:
    keys = [*"ab", "backspace"] * 5
    async with showing(tmp_path, at="start", machine=NOTHING) as (app, pilot):
        await pilot.press("enter")
        await until(pilot, asked(app))
        turns = app._in_order._turn
        all_at_once(app, ["ctrl+u", *keys])
        await until(pilot, lambda: value(app) == "aaaaa")
        await until(pilot, lambda: not app._in_order._answering)
        assert app._in_order._turn == turns + 1 + len(keys)
        assert app._in_order._look is None


async def test_a_click_waits_its_turn(tmp_path: Path, entered: list[str]) -> None:
    async with showing(make_folder(tmp_path), at="settings") as (app, pilot):
        await until(pilot, lambda: "settings" in entered)
        first, second = (app.screen.query_one(f"#{name} Input", FieldInput) for name in ("cache", "pythons"))
        await until(pilot, lambda: second in app.screen.focus_chain)
        first.focus()
        await until(pilot, lambda: app.focused is first)
        all_at_once(app, ["ctrl+u", *"/tmp/abc"])
        x, y = second.region.offset
        for kind in (MouseDown, MouseUp):
            app.post_message(kind(None, x, y, 0, 0, 1, False, False, False, screen_x=x, screen_y=y))
        await until(pilot, lambda: app.focused is second)
        assert (first.value, second.value) == ("/tmp/abc", "")


async def test_a_click_on_start_is_meant_though_a_key_before_it_was_not(tmp_path: Path) -> None:
    async with showing(make_torch_project(tmp_path), at="torch", machine=NOTHING) as (app, pilot):
        await until(pilot, shows(app, "[ Next: review ]"))
        all_at_once(app, ["ctrl+n", "ctrl+n"])
        await until(pilot, shows(app, "Read the plan first. Enter starts it."))
        await pilot.click("#next")
        await until(pilot, lambda: app.walk.starting or app.walk.run is not None)


async def test_whoever_leaves_a_wizard_that_hangs_does_not_wait_for_each_key(tmp_path: Path) -> None:
    async with showing(tmp_path, at="start", machine=NOTHING) as (app, pilot):
        await pilot.press("enter")
        await until(pilot, asked(app))
        stuck = asyncio.Event()
        given_up: list[int] = []
        give_up = app._in_order._give_up

        async def counted(turn: int) -> None:
            given_up.append(turn)
            await give_up(turn)

        app._in_order._give_up = counted  # type: ignore[method-assign]
        left = asyncio.Event()
        app.exit = lambda *_, **__: left.set()  # type: ignore[method-assign]
        app.screen.call_later(stuck.wait)
        all_at_once(app, [*"abcdefgh", "ctrl+q"])
        await asyncio.wait_for(left.wait(), 60)
        assert len(given_up) == 1
        stuck.set()
