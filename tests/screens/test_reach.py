"""Every control is reached by Up and by Down alone, every key of a hint line is heard, and the mouse does the same."""

from __future__ import annotations

import re

import pytest

from screens.choosing import ChoiceList
from screens.fields import FieldInput
from screens.offering import Offering
from screens.page import Page
from screens.searching import SearchPage
from screens.step import StepScreen
from screens.widgets import PushButton
from tests.screens.gallery import STATES, opened
from tests.screens.running import shows, text_of, until
from tests.support.often import often

pytestmark = pytest.mark.same_everywhere

EVERY_TIME = ("options-mirrors",)
REACHED = often((name for name, state in STATES.items() if state.kind != "page" or name == "other-variant"), EVERY_TIME)
STAYS = {"Ctrl+Q", "Ctrl+N", "F5", "S", "P", "R", "PgDn", "Tab", "Enter", "End"}
"""Keys that end or start something, and those whose effect others hold."""


@pytest.mark.parametrize("key", ["up", "down"])
@pytest.mark.parametrize("name", REACHED)
async def test_one_key_alone_reaches_every_control(name: str, key: str) -> None:
    async with opened(name) as (app, pilot):
        screen, reached = app.screen, set()
        rows = sum(len(one.rows) for one in screen.query(ChoiceList))
        for _ in range(rows + 2 * len(screen.focus_chain) + 4):
            reached.add(app.focused)
            await pilot.press(key)
        assert set(screen.focus_chain) == reached, [one.id for one in screen.focus_chain]


@pytest.mark.long
@pytest.mark.parametrize("name", STATES)
async def test_every_key_of_the_last_row_is_heard(name: str) -> None:
    async with opened(name) as (app, _):
        screen = app.screen
        assert isinstance(screen, Offering)
        hints = screen.hints()  # type: ignore[attr-defined]
        keys = [
            key
            for key, word in hints
            if key not in STAYS and word != "Quit" and re.fullmatch("[A-Z]|Esc|F1|/|Ctrl\\+P", key)
        ]
    for key in keys:
        async with opened(name) as (app, pilot):
            before = text_of(app), app.screen
            await pilot.press({"Esc": "escape", "/": "slash"}.get(key, key.lower()))
            await until(pilot, lambda: (text_of(app), app.screen) != before)  # noqa: B023 - awaited at once


async def test_the_mouse_takes_a_row_presses_a_button_and_opens_a_field() -> None:
    async with opened("settings") as (app, pilot):
        places = app.screen.query_one("#where", ChoiceList)
        await pilot.click("#where", offset=(6, 1))
        await until(pilot, shows(app, "(*) uv.toml"))
        assert app.focused is places
        await pilot.click("#cache FieldInput", offset=(3, 0))
        await until(pilot, lambda: isinstance(app.focused, FieldInput))
        await pilot.click("#next")
        await until(pilot, lambda: app.screen.id == "mirrors" and "[ Back ]" in text_of(app))
        await pilot.click("#back")
        await until(pilot, lambda: app.screen.id == "settings")


@pytest.mark.long
@pytest.mark.parametrize("name", STATES)
async def test_there_is_one_way_on_and_the_keys_say_so(name: str) -> None:
    async with opened(name) as (app, _):
        screen = app.screen
        firsts = [one for one in screen.query(PushButton) if one.id == "next"]
        last = text_of(app).splitlines()[-1]
        if isinstance(screen, StepScreen):
            assert len(firsts) == 1
            assert "Ctrl+N" in last
        elif isinstance(screen, Page):
            assert len(firsts) <= 1
            assert "Esc" in last
            assert isinstance(screen, SearchPage) or "Enter" in last
        else:
            assert len(firsts) == 1
            assert "Enter" in last
            assert "Esc" in last
