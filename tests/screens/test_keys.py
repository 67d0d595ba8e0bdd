"""The table of keys, on screens, pages and sheets alike: hint line, palette and help come from where a key is written."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.geometry import Offset

from screens.asking import PickSheet
from screens.choosing import ChoiceList
from screens.fields import FieldInput
from screens.help_sheet import HelpSheet
from screens.offering import Offering, key_name
from screens.quit_sheets import StopSheet
from screens.sheet import Sheet
from tests.screens.gallery import STATES, opened
from tests.screens.running import shows, text_of, until
from tests.screens.test_look import unreadable
from tests.support.often import often

pytestmark = pytest.mark.same_everywhere

PAGES = tuple(name for name, state in STATES.items() if state.kind == "page" and name != "search")
SHEETS = tuple(name for name, state in STATES.items() if state.kind == "sheet")


@pytest.mark.long
@pytest.mark.parametrize("name", often(PAGES, ("log",)))
async def test_a_page_has_palette_help_and_quit_like_a_screen(name: str) -> None:
    async with opened(name) as (app, pilot):
        page = app.screen
        assert isinstance(page, Offering)
        for key, word in page.hint_keys():
            assert f"{key} {word}" in text_of(app).splitlines()[-1] or key in ("F1", "Ctrl+Q")
        await pilot.press("ctrl+p")
        await until(pilot, shows(app, "What can be done here"))
        offered = [f"{key_name(one.key):8}{page.word_of(one)}" for one in page.offers()]
        for told in offered:
            assert told in text_of(app)
        await pilot.press("ctrl+p")
        await until(pilot, lambda: app.screen is page)
        if page.help_name():
            await pilot.press("f1")
            await until(pilot, lambda: isinstance(app.screen, HelpSheet))
            await pilot.press("escape")
            await until(pilot, lambda: app.screen is page)
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is not page)


@pytest.mark.parametrize("name", often(SHEETS, ("undo",)))
async def test_a_sheet_has_a_palette_with_its_answers_and_esc_closes_it(name: str) -> None:
    async with opened(name) as (app, pilot):
        sheet = app.screen
        assert isinstance(sheet, Sheet)
        if not isinstance(sheet, PickSheet):  # which Ctrl+P closes
            await pilot.press("ctrl+p")
            await until(pilot, shows(app, "What can be done here"))
            for answer in sheet._answers:
                assert answer.label in text_of(app)
            await pilot.press("escape")
            await until(pilot, lambda: app.screen is sheet)
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is not sheet)


@pytest.mark.long
async def test_ctrl_n_is_the_first_button_of_a_sheet_but_of_one_asked_while_something_runs() -> None:
    async with opened("undo") as (app, pilot):
        await pilot.press("ctrl+n")
        await until(pilot, lambda: not isinstance(app.screen, Sheet))
    async with opened("stop") as (app, pilot):
        await pilot.press("ctrl+n")
        await pilot.pause()
        assert isinstance(app.screen, StopSheet)


async def test_ctrl_c_asks_to_stop_from_a_page_and_then_leads_to_the_button_that_stops() -> None:
    async with opened("log") as (app, pilot):
        await pilot.press("ctrl+c")
        await until(pilot, lambda: isinstance(app.screen, StopSheet))
        await until(pilot, shows(app, "Enter Keep going"))
        await pilot.press("ctrl+c")
        await until(pilot, shows(app, "Enter Stop it"))


@pytest.mark.long
async def test_ctrl_c_on_a_page_says_how_to_quit_and_twice_quits() -> None:
    async with opened("all-mirrors") as (app, pilot):
        await pilot.press("ctrl+c")
        await until(pilot, shows(app, "Ctrl+Q quits. Nothing is lost."))
        await pilot.press("down")
        await until(pilot, shows(app, "Esc Close"))
        await pilot.press("ctrl+c")
        await pilot.pause()
    assert app.return_value == 0


async def test_the_help_of_the_whole_screen_names_its_keys() -> None:
    async with opened("help-screen") as (app, _):
        assert "Keys: " in text_of(app)
        assert "O Options" in text_of(app).split("Keys: ")[1]
        assert "C Copy the command" in text_of(app).split("Keys: ")[1]


@pytest.mark.long
async def test_ctrl_n_on_a_page_of_rows_takes_the_one_in_sight() -> None:
    async with opened("all-variants") as (app, pilot):
        below = app.screen_stack[-2]
        await pilot.press("ctrl+n")
        await until(pilot, lambda: app.screen is below)


@pytest.mark.long
async def test_help_on_a_page_is_about_its_list() -> None:
    async with opened("all-mirrors") as (app, pilot):
        assert isinstance(app.focused, ChoiceList)
        await pilot.press("question_mark")
        await until(pilot, shows(app, "Help: mirror"))


async def test_a_search_marks_its_line_and_goes_on_and_back() -> None:
    async with opened("log") as (app, pilot):
        await pilot.press("slash", *"BFSU", "enter")
        await until(pilot, shows(app, "line 2: 1 of 4 that hold it."))
        assert app.screen.get_selected_text() is not None
        await pilot.press("escape", "n")
        await until(pilot, shows(app, "line 3: 2 of 4 that hold it."))
        assert "sympy" in str(app.screen.get_selected_text())
        await pilot.press("N", "N")
        await until(pilot, shows(app, "line 5: 4 of 4 that hold it."))
        assert unreadable(app) == set()
        await pilot.press("c")
        await until(pilot, lambda: "mpmath" in app.clipboard)
        assert "sympy" not in app.clipboard, "the marked line alone"


async def test_the_terminals_cursor_stands_on_the_focused_row() -> None:
    async with opened("uv") as (app, pilot):
        button = app.screen.query_one("#next")
        assert app.cursor_position == button.content_region.offset + Offset(1, 0)
        await pilot.press("up", "up")
        await until(pilot, lambda: isinstance(app.focused, ChoiceList))
        ways = app.screen.query_one(ChoiceList)
        for key in ("up", "down", "down"):
            await pilot.press(key)
            await pilot.pause()
            if app.focused is ways:
                assert app.cursor_position == ways.content_region.offset + Offset(1, ways.highlighted or 0)


async def test_the_list_of_runs_names_what_its_keys_do_and_esc_quits() -> None:
    async with opened("runs") as (app, pilot):
        rows = text_of(app).splitlines()
        assert rows[22].startswith("  [ Join ]   [ Quit ]  Looking changes nothing.")
        assert rows[23].startswith(" Ctrl+N Join  Esc Quit  F1 Help  Ctrl+Q Quit  L Log  U Undo")
        await pilot.press("escape")
        await pilot.pause()
    assert app.return_value == 0


@pytest.mark.long
async def test_the_palette_keeps_the_choices_in_a_file_that_the_command_line_takes(tmp_path: Path) -> None:
    kept = tmp_path / "mine.toml"
    async with opened("torch-old-driver") as (app, pilot):
        app.walk.way.choose("torch.variant", "cpu")  # type: ignore[attr-defined]
        await app.screen.run_action("keep_choices")
        await until(pilot, shows(app, "Keep the choices in a file"))
        field = app.screen.query_one(FieldInput)
        field.value = str(tmp_path / "nowhere" / "mine.toml")
        await pilot.press("enter")
        await until(pilot, shows(app, "is not a folder"))
        field.value = str(kept)
        await pilot.press("enter")
        await until(pilot, shows(app, "Kept: "))
    assert 'variant = "cpu"' in kept.read_text("utf-8")
