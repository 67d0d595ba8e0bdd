"""The two folders of the settings screen: what is typed is tried, whatever is pressed next, and what can't be used is said."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest
from textual.events import Key
from textual.widgets import Input

from screens.app import WizardApp
from screens.asking import MarkSheet
from screens.settings import SettingsScreen
from screens.settings_rows import not_whole
from screens.walk import Walk
from screens.widgets import Line
from tests.screens.made_up import MadeUpWay
from tests.screens.running import shows, text_of, until
from wizard.machine.try_folder import FolderTried

if TYPE_CHECKING:
    from textual.pilot import Pilot

GOOD, BAD = "/data/new", "/data/bad"


@pytest.fixture(autouse=True)
def disks(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was tried, in turn: all folders are good but BAD."""
    tried: list[str] = []

    def try_folder(value: str, *_: object) -> FolderTried:
        tried.append(value)
        return FolderTried("not writable", "No.") if value == BAD else FolderTried(f"room for {value}")

    monkeypatch.setattr("screens.settings.try_folder", try_folder)
    return tried


@asynccontextmanager
async def settings(way: MadeUpWay, entered: list[str]) -> AsyncIterator[tuple[WizardApp, Pilot[int]]]:
    """The settings screen, its first field with the focus."""
    app = WizardApp(Walk(way))  # type: ignore[arg-type]
    async with app.run_test(size=(80, 24)) as pilot:
        app.show("settings")
        await until(pilot, lambda: "settings" in entered)  # and Next has the focus
        field(app, "cache").focus()
        await until(pilot, lambda: app.focused is field(app, "cache"))
        yield app, pilot


def field(app: WizardApp, name: str) -> Input:
    return app.get_screen("settings").query_one(f"#{name} Input", Input)


def facts(app: WizardApp) -> list[str]:
    return [app.get_screen("settings").query_one(f"#{name}-fact", Line).text.strip() for name in ("cache", "pythons")]


def at_once(app: WizardApp, keys: Iterable[str]) -> None:
    """As a slow line brings them."""
    for key in keys:
        app.post_message(Key(key, key if len(key) == 1 else None))


async def test_what_is_typed_in_one_burst_stays_and_has_its_own_fact(entered: list[str]) -> None:
    way = MadeUpWay()
    async with settings(way, entered) as (app, pilot):
        at_once(app, [*GOOD, "tab", *BAD, "tab"])
        await until(pilot, lambda: facts(app) == [f"room for {GOOD}", "x error        No."])
        assert [field(app, name).value for name in ("cache", "pythons")] == [GOOD, BAD]
        assert way.choices.text("settings.python-install-dir") == BAD
        await pilot.press("ctrl+n")
        await until(pilot, shows(app, "Correct the Python folder"))
        assert app.screen.id == "settings"


async def test_what_is_not_heard_of_yet_is_not_drawn_over(entered: list[str]) -> None:
    """News of the machine come at any moment, also between a key and what the screen hears of it."""
    async with settings(MadeUpWay(), entered) as (app, pilot):
        field(app, "pythons").value = BAD
        app.get_screen("settings", SettingsScreen).redraw()
        assert field(app, "pythons").value == BAD
        await until(pilot, lambda: facts(app)[1] == "x error        No.")


async def test_a_folder_is_tried_behind_a_sheet(entered: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("screens.settings.TRIED_AFTER", 1.5)
    async with settings(MadeUpWay(), entered) as (app, pilot):
        await pilot.press(*BAD, "tab", "tab", "tab", "o")
        await until(pilot, lambda: isinstance(app.screen, MarkSheet))
        await until(pilot, lambda: facts(app)[0] == "x error        No.")
        await pilot.press("escape")
        await until(pilot, lambda: app.screen.id == "settings")
        await pilot.press("ctrl+n")
        await until(pilot, shows(app, "Correct the cache folder"))


async def test_a_folder_is_tried_while_another_one_keeps_next_from_going_on(
    entered: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("screens.settings.TRIED_AFTER", 1.5)
    async with settings(MadeUpWay(), entered) as (app, pilot):
        await pilot.press(*GOOD, "tab", "~", "ctrl+n")
        await until(pilot, shows(app, "Correct the Python folder"))
        await until(pilot, lambda: facts(app)[0] == f"room for {GOOD}")


async def test_a_trial_that_breaks_leaves_nobody_waiting(entered: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> FolderTried:
        raise RuntimeError("what nobody foresaw")

    monkeypatch.setattr("screens.settings.try_folder", broken)
    async with settings(MadeUpWay(), entered) as (app, pilot):
        await pilot.press(*GOOD, "tab")
        await until(pilot, shows(app, "x error        it can't be used: what nobody foresaw"))


async def test_a_fix_that_gives_the_folder_up_empties_the_field(entered: list[str]) -> None:
    way = MadeUpWay()
    async with settings(way, entered) as (app, pilot):
        await pilot.press("tab", *BAD, "tab")
        await until(pilot, lambda: facts(app)[1] == "x error        No.")
        way.choose("settings.python-install-dir", "")
        app.show("mirrors")
        await until(pilot, lambda: app.screen.id == "mirrors")
        app.show("settings")
        await until(pilot, lambda: field(app, "pythons").value == "")
        assert "No." not in text_of(app)
        await pilot.press("ctrl+n")
        await until(pilot, lambda: app.screen.id == "mirrors")


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")
@pytest.mark.parametrize("name, called", [("cache", "cache"), ("pythons", "Python")])
async def test_both_folders_are_tried_for_real(
    name: str, called: str, entered: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from wizard.machine.try_folder import try_folder

    monkeypatch.setattr("screens.settings.try_folder", try_folder)
    way = MadeUpWay()
    async with settings(way, entered) as (app, pilot):
        field(app, name).focus()
        await pilot.press(*"/proc/py", "tab")
        await until(pilot, shows(app, "x error        /proc is no disk (proc): it keeps no files."))
        await pilot.press("ctrl+n")
        await until(pilot, shows(app, f"Correct the {called} folder"))


@pytest.mark.same_everywhere
@pytest.mark.parametrize(
    "value, told",
    [
        ("~", "Write the whole path, uv knows no ~: /home/min"),
        ("~/x", "Write the whole path, uv knows no ~: /home/min/x"),
        ("~nobody/x", "Write the whole path: uv knows no ~ and no $HOME here."),
        ("$HOME/x", "Write the whole path: uv knows no ~ and no $HOME here."),
        ("x", "Write the whole path: uv knows no ~ and no $HOME here."),
    ],
)
def test_a_home_is_named_where_it_is_this_user_s(value: str, told: str) -> None:
    assert not_whole(value, "/home/min") == told
