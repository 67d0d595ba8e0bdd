"""The frame, held on the screens that stand on it: places, keys, words, sizes."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest
from textual.widgets import Input

from screens.app import WizardApp
from screens.asking import AskedField, FieldSheet, MarkSheet
from screens.choosing import ChoiceList
from screens.help_sheet import HelpSheet
from screens.quit_sheets import QuitSheet
from screens.step import ORDER, StepScreen
from screens.walk import Walk
from tests.screens.made_up import MadeUpWay
from tests.screens.running import rows_of, shows, text_of, until
from wizard import catalog

if TYPE_CHECKING:
    from textual.pilot import Pilot

pytestmark = pytest.mark.same_everywhere

OURS = ("start", "uv", "settings", "review")
SIZES = ((80, 24), (120, 40), (60, 18), (160, 50))


@asynccontextmanager
async def on(
    name: str, size: tuple[int, int] = (80, 24), way: MadeUpWay | None = None
) -> AsyncIterator[tuple[WizardApp, Pilot[int]]]:
    """The app with that screen on top, on a machine that is made up."""
    app = WizardApp(Walk(way or MadeUpWay()))  # type: ignore[arg-type]  # as much of Way as these screens ask for
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        app.show(name)
        await until(pilot, lambda: app.screen.id == name and app.focused is not None)
        await pilot.pause()
        yield app, pilot


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", OURS)
async def test_every_screen_keeps_its_places(name: str, size: tuple[int, int]) -> None:
    async with on(name, size) as (app, _):
        rows = rows_of(app)
        width, height = size
        assert [len(row) for row in rows] == [width] * height
        assert "".join(rows).isascii()
        assert rows[-2][2] == "[", "the primary button's bracket is in cell 3"
        assert app.focused is not None
        assert app.focused.id == "next"
        assert app.focused.region.y == height - 2
        assert rows[0].startswith(f" {ORDER.index(name) + 1}/8 {name}")
        if height >= 24:
            assert rows[-4].startswith(" By hand: ")
            assert not app.screen.query_one("#body").show_vertical_scrollbar
            end = 93 if width >= 136 else 77
            assert all(row[end : end + 3].strip() == "" for row in rows[6:-4]), "the body's text ends before its edge"
            assert all(row[77:].strip() == "" for row in rows[6:-4]) or width >= 120


async def test_a_screen_at_120_columns_is_the_one_at_80_and_a_panel() -> None:
    async with on("start") as (app, _):
        narrow = rows_of(app)[:20]
    async with on("start", (120, 24)) as (app, _):
        wide = rows_of(app)[:20]
    assert [row[:80] for row in wide] == narrow
    assert "What the next screens ask" in "\n".join(row[80:] for row in wide)


@pytest.mark.long
@pytest.mark.parametrize("name", OURS)
async def test_every_letter_of_the_hint_line_does_something(name: str) -> None:
    async with on(name) as (app, pilot):
        screen = app.screen
        assert isinstance(screen, StepScreen)
        letters = [key for key, _ in screen.hints() if re.fullmatch("[A-Z]|F[0-9]+", key)]
        assert letters
    for letter in letters:
        async with on(name) as (app, pilot):
            before = text_of(app)
            await pilot.press(letter.lower())
            await until(pilot, lambda: text_of(app) != before)  # noqa: B023 - awaited at once


@pytest.mark.parametrize("name", OURS)
async def test_the_hint_line_holds_seven_at_most_and_fits(name: str) -> None:
    async with on(name) as (app, _):
        screen = app.screen
        assert isinstance(screen, StepScreen)
        hints = screen.hints()
        assert len(hints) <= 7
        assert all(f"{key} {word}" in rows_of(app)[-1] for key, word in hints)
        assert [key for key, _ in hints[:4]] == (
            ["Ctrl+N", "Esc", "F1", "Ctrl+Q"] if name != "start" else ["Ctrl+N", "F1", "Ctrl+Q", "F5"]
        )


@pytest.mark.parametrize(
    "name", ["settings", *(pytest.param(name, marks=pytest.mark.long) for name in OURS if name != "settings")]
)
async def test_up_alone_reaches_every_control(name: str) -> None:
    async with on(name) as (app, pilot):
        reached = set()
        for _ in range(30):
            reached.add(app.focused)
            await pilot.press("up")
        assert set(app.screen.focus_chain) == reached


async def test_enter_goes_on_where_nothing_has_the_focus_yet() -> None:
    """A screen is on the terminal a moment before its button has the focus; a click beside everything takes it away."""
    async with on("start") as (app, pilot):
        app.screen.set_focus(None)
        await pilot.press("enter")
        await until(pilot, lambda: app.screen.id == "uv")


async def test_enter_in_a_list_leads_to_next_and_space_stays() -> None:
    async with on("settings") as (app, pilot):
        places = app.screen.query_one("#where", ChoiceList)
        places.focus()
        await pilot.press("down", "space")
        await until(pilot, shows(app, "(*) uv.toml"))
        assert app.focused is places
        await pilot.press("enter")
        await until(pilot, lambda: app.focused is app.screen.query_one("#next"))


async def test_a_large_letter_is_the_key_that_the_hint_line_writes() -> None:
    async with on("settings") as (app, pilot):
        assert "O Options" in text_of(app)
        await pilot.press("O")
        await until(pilot, lambda: isinstance(app.screen, MarkSheet))
        await pilot.press("escape")
        await until(pilot, lambda: app.screen.id == "settings")
        field = app.screen.query(Input).first()
        field.focus()
        await pilot.press("O")
        assert field.value.endswith("O")


async def test_a_sheet_of_fields_says_what_enter_does_and_which_field_is_wrong() -> None:
    async with on("start") as (app, pilot):
        fields = [AskedField("a", "Name", "x"), AskedField("b", "Folder", "", lambda text: None if text else "empty")]
        app.push_screen(FieldSheet("Two fields", fields))
        await until(pilot, shows(app, "Enter Next field"))
        await pilot.press("enter")
        await until(pilot, shows(app, "Enter Take it"))
        await pilot.press("enter")
        await until(pilot, shows(app, "x error    Folder: empty"))


async def test_letters_are_text_while_a_field_has_the_focus() -> None:
    async with on("settings") as (app, pilot):
        app.screen.query(Input).first().focus()
        await pilot.press("o", "question_mark")
        await until(pilot, shows(app, "[o?"))
        assert rows_of(app)[-1].split() == [
            "Enter",
            "Take",
            "it",
            "Ctrl+N",
            "Next",
            "Esc",
            "Back",
            "F1",
            "Help",
            "Ctrl+Q",
            "Quit",
        ]


async def test_help_is_about_what_has_the_focus_then_about_the_screen() -> None:
    async with on("settings") as (app, pilot):
        app.screen.query_one("#where", ChoiceList).focus()
        await pilot.press("f1")
        await until(pilot, shows(app, "Help: where settings are kept"))
        assert isinstance(app.screen, HelpSheet)
        await until(pilot, lambda: rows_of(app)[0].startswith(" 3/8 settings"))  # what is above stays in sight
        rows = rows_of(app)
        assert rows[22].startswith("  [ Close ]")
        assert rows[23].startswith(" Enter Close  Esc Close")
        await pilot.press("f1")
        await until(pilot, shows(app, "Help: settings"))
        await pilot.press("escape")
        await until(pilot, lambda: app.screen.id == "settings")


def test_every_help_text_fits_its_sheet_and_needs_no_letter_beyond_ascii() -> None:
    from screens.help_sheet import help_lines

    for name in catalog.table("help.toml"):
        title, lines = help_lines(name)
        assert "...\n" not in "\n".join(lines) + "\n", f"{name} is cut"
        assert len(lines) <= 5
        assert all(len(line) <= 78 and line.isascii() for line in [title, *lines])


async def test_esc_on_the_first_screen_says_how_to_leave() -> None:
    async with on("start") as (app, pilot):
        await pilot.press("escape")
        assert "This is the first screen. Ctrl+Q quits." in text_of(app)
        await pilot.press("tab")
        await until(pilot, shows(app, "Nothing has been changed so far."))


async def test_back_and_forth_keeps_the_choice_and_probes_nothing_again() -> None:
    way = MadeUpWay()
    async with on("uv", way=way) as (app, pilot):
        await pilot.press("up", "down", "enter")
        await until(pilot, shows(app, "(*) from a package index"))
        await pilot.press("ctrl+n")
        await until(pilot, lambda: app.screen.id == "settings")
        await pilot.press("escape")
        await until(pilot, lambda: app.screen.id == "uv")
        assert "(*) from a package index" in text_of(app)
        assert app.focused is app.screen.query_one("#next")
        assert way.begun == 1


async def test_ctrl_q_quits_at_once_where_nothing_runs() -> None:
    async with on("uv") as (app, pilot):
        await pilot.press("ctrl+q")
        await pilot.pause()
    assert app.return_code == 0
    assert app.return_value == 0


async def test_ctrl_c_says_how_to_quit_and_twice_quits() -> None:
    async with on("uv") as (app, pilot):
        await pilot.press("ctrl+c")
        assert "Ctrl+Q quits. Nothing is lost." in text_of(app)
        await pilot.press("ctrl+c")
        await pilot.pause()
    assert app.return_value == 0


async def test_a_window_too_small_says_so_and_how_large_it_has_to_be() -> None:
    async with on("uv") as (app, pilot):
        await pilot.resize_terminal(58, 16)
        await until(pilot, shows(app, "This window is 58 x 16. uv-wizard needs 60 x 18"))
        assert "[ Next" not in text_of(app)
        for key in ("enter", "ctrl+n", "n"):  # nobody sees what they would do
            await pilot.press(key)
        await pilot.pause()
        assert app.screen.id == "uv"
        await pilot.resize_terminal(80, 24)
        await until(pilot, shows(app, "[ Next: settings ]"))
        assert app.focused is app.screen.query_one("#next"), "resizing keeps the focus"


async def test_at_60_columns_the_track_is_its_marks() -> None:
    async with on("settings", (60, 18)) as (app, _):
        assert rows_of(app)[0].rstrip().endswith("++>-----")
        assert "By hand" not in text_of(app)


async def test_facts_are_drawn_as_they_come_and_the_focus_stays() -> None:
    whole = MadeUpWay().machine
    from dataclasses import replace

    way = MadeUpWay(("gpus",), known=replace(whole, gpus=None))
    async with on("start", way=way) as (app, pilot):
        assert "GPU        . looking" in text_of(app)
        assert "Found so far: 1 error, 2 warnings. 1 fact is still being looked up." in text_of(app)
        way.news.append(whole)
        await until(pilot, shows(app, "GPU        NVIDIA GeForce RTX 3090, 24 GiB, driver 550.54.14"))
        assert app.focused is app.screen.query_one("#next")
        assert app._looking is None, "nothing is looked at any more"


async def test_quitting_asks_only_while_something_runs(tmp_path: object) -> None:
    async with on("uv") as (app, pilot):
        app.push_screen(QuitSheet())
        await until(pilot, shows(app, "Quit? The sync is still running"))
        rows = rows_of(app)
        assert rows[22].startswith("  [ Leave it running ]   [ Stay here ]   [ Stop it ]")
        assert rows[23].startswith(" Enter Leave it running  Esc Stay here  Ctrl+Q Leave it running")
        await pilot.press("right")
        assert rows_of(app)[23].startswith(" Enter Stay here")


async def test_ctrl_p_lists_every_action_and_does_the_one_picked() -> None:
    async with on("uv") as (app, pilot):
        await pilot.press("ctrl+p")
        await until(pilot, shows(app, "What can be done here"))
        text = text_of(app)
        assert text.isascii()
        for action in ("E       Version and folder", "Ctrl+N  Next", "Esc     Back", "C       Copy the command"):
            assert action in text
        await pilot.press("enter")
        await until(pilot, shows(app, "Version and folder of the uv that is installed"))
