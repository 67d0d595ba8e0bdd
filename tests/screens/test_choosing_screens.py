"""Screens 1, 2, 3 and 6, on a machine that is made up: what they say, what choosing does, what bad input gets."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path

import pytest
from rich.cells import cell_len
from textual.widgets import Input

from screens.app import WizardApp
from screens.asking import MarkSheet
from screens.review import ReviewScreen
from screens.text_page import TextPage
from screens.walk import Walk
from tests.screens.made_up import MadeUpWay, finding
from tests.screens.running import NOTHING, asked, make_folder, rows_of, showing, shows, text_of, until
from tests.screens.test_frame import on
from tests.support.torch_project import RTX, make_torch_project
from wizard.choices import Choices
from wizard.errors import BadInput, WizardError
from wizard.language import shown
from wizard.plan.step import Plan, Step
from wizard.way import Way

pytestmark = pytest.mark.same_everywhere

START = """\
 Machine    Ubuntu 22.04, Linux x86_64, 16 cores, reached over SSH
 GPU        NVIDIA GeForce RTX 3090, 24 GiB, driver 550.54.14"""
FINDINGS = """\
 Found: 1 error, 2 warnings. Each is settled on the screen named beside it.
 x error    torch 2.15.0 does not run with driver 550.54.14          5 torch
 ! warning  /home has too little room for the packages            3 settings
 ! warning  conda's base environment is active by itself                2 uv

 By hand: uv-wizard doctor

  [ Next: uv ]  Nothing has been changed so far.
 Ctrl+N Next  F1 Help  Ctrl+Q Quit  F5 Look again  A Why"""


# start


async def test_the_first_screen_is_drawn_as_it_was_designed() -> None:
    async with on("start") as (app, _):
        text = text_of(app)
        assert START in text
        assert FINDINGS in text
        assert len(text.splitlines()) == 24


async def test_more_findings_than_fit_are_behind_a() -> None:
    way = MadeUpWay()
    way.found = (
        *way.found,
        finding("note", "uv is a little old", "uv"),
        finding("note", "the home is on NFS", "settings"),
    )
    async with on("start", way=way) as (app, pilot):
        assert "2 more, A shows them." in text_of(app)
        assert "A All" in rows_of(app)[-1]
        await pilot.press("a")
        await until(pilot, shows(app, "+ note     the home is on NFS"))
        assert isinstance(app.screen, TextPage)
        await pilot.press("escape")
        await until(pilot, shows(app, "This machine and this project"))


async def test_a_finding_that_no_screen_settles_leads_on_by_a_to_all_of_its_lines() -> None:
    way = MadeUpWay()
    proof = "pyproject.toml: Expected ']' at the end of a table declaration (at line 1, column 9)"
    one = finding("error", "pyproject.toml cannot be read", "start")
    way.found = (dataclasses.replace(one, diagnosis=dataclasses.replace(one.diagnosis, evidence=(proof,))),)
    async with on("start", way=way) as (app, pilot):
        assert "Found: 1 error. A says what to do." in text_of(app)
        assert "A Why" in rows_of(app)[-1]
        await pilot.press("a")
        await until(pilot, shows(app, "column 9)"))
    async with on("start", way=way, size=(120, 40)) as (app, _):
        assert "column 9)" in text_of(app), "beside it, where there is a side panel"


async def test_what_is_still_looked_up_is_told_to_its_end() -> None:
    way = MadeUpWay(("gpus", "network", "uv"))
    for found in ((), way.found):
        way.found = found
        async with on("start", way=way) as (app, _):
            assert "3 facts are still being looked up." in text_of(app)


async def test_f5_looks_again() -> None:
    way = MadeUpWay()
    async with on("start", way=way) as (_, pilot):
        await until(pilot, lambda: way.begun == 1)
        await pilot.press("f5")
        await until(pilot, lambda: way.begun == 2)


async def test_nothing_in_the_way_is_said() -> None:
    way = MadeUpWay()
    way.found = ()
    async with on("start", way=way) as (app, _):
        assert "+ ok       Nothing stands in the way." in text_of(app)


async def test_without_a_project_the_folders_below_are_offered(tmp_path: Path) -> None:
    (tmp_path / "vision").mkdir()
    make_folder(tmp_path / "vision")
    async with showing(tmp_path, at="start", machine=NOTHING) as (app, pilot):
        await until(pilot, shows(app, "No project here, 1 below."))
        await until(
            pilot,
            lambda: bool(app.screen.query("#folders")) and app.screen.query("#folders")[0] in app.screen.focus_chain,
        )
        await pilot.press("up", "enter")
        await until(pilot, shows(app, "no uv.lock"))
        assert app.walk.way.path == str(tmp_path / "vision")
        await until(pilot, lambda: app.focused is not None and app.focused.id == "next")


async def test_a_folder_that_is_none_is_named(tmp_path: Path) -> None:
    async with showing(tmp_path, at="start", machine=NOTHING) as (app, pilot):
        await until(
            pilot,
            lambda: bool(app.screen.query("#folders")) and app.screen.query("#folders")[0] in app.screen.focus_chain,
        )
        await pilot.press("up", "down", "enter")
        await until(pilot, asked(app))
        app.screen.query_one(Input).value = "/data/mn"
        await pilot.press("enter")
        await until(pilot, shows(app, "x error    /data/mn is not a folder. Check the spelling."))


async def test_the_way_may_come_after_the_first_picture_and_next_waits_for_it_alone(tmp_path: Path) -> None:
    import threading

    gate = threading.Event()

    def make() -> Way:
        gate.wait(10)
        return Way(str(make_folder(tmp_path)), machine=NOTHING)

    app = WizardApp(Walk(), make)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, shows(app, "Project    . looking"))
        await pilot.press("enter")
        gate.set()
        await until(pilot, shows(app, "2/8 uv"))


async def test_bad_input_that_shows_late_ends_the_app_with_its_reason() -> None:
    def make() -> Way:
        raise BadInput("no such folder")

    app = WizardApp(Walk(), make)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.refused is not None)
    assert app.return_value == 2


# uv


async def test_choosing_a_way_to_uv_is_a_choice_of_the_screen() -> None:
    way = MadeUpWay()
    async with on("uv", way=way) as (app, pilot):
        assert way.choices.origin("uv.install") == "default", "going on decides nothing by itself"
        await pilot.press("up", "down", "down", "enter")
        await until(pilot, shows(app, "(*) keep uv 0.9.30"))
        assert way.choices.said("uv.install") == ("keep", "screen")


@pytest.mark.long
async def test_version_and_folder_are_checked_in_their_sheet() -> None:
    way = MadeUpWay()
    async with on("uv", way=way) as (app, pilot):
        await pilot.press("e")
        await until(pilot, asked(app))
        await pilot.press(*"0.13.x", "enter", "enter")
        await until(pilot, shows(app, 'x error    Version: "0.13.x" is not a version.'))
        await pilot.press("backspace", "8", "enter", "enter")
        await until(pilot, lambda: app.screen.id == "uv")
        assert way.choices.said("uv.version") == ("0.13.8", "screen")
        assert way.choices.origin("uv.dir") == "default"


# settings


async def test_the_settings_name_their_variables_and_say_what_decides() -> None:
    async with on("settings") as (app, _):
        text = text_of(app)
        for name in ("UV_CACHE_DIR", "UV_LINK_MODE", "UV_PYTHON_INSTALL_DIR"):
            assert name in text
        assert "empty: ~/.cache/uv, 4.0 GiB free there, 6.1 GiB needed" in text
        assert "Link mode      auto: uv will copy" in text


async def test_advice_and_the_team_are_told_apart_by_one_word() -> None:
    way = MadeUpWay()
    way.choices = Choices().with_values("advice", {"settings.cache-dir": "/data/min/uv-cache"})
    way.choices = way.choices.with_values("project", {"settings.where": "none"})
    async with on("settings", way=way) as (app, _):
        text = text_of(app)
        assert "[/data/min/uv-cache                            ]  recommended" in text
        assert "(*) this run only          your team     nothing is kept" in text
        assert "The old cache in ~/.cache/uv stays where it is." in text


async def test_a_folder_is_tried_and_taken(tmp_path: Path) -> None:
    way = MadeUpWay()
    way.room_needed = lambda: 1  # type: ignore[method-assign]
    async with on("settings", way=way) as (app, pilot):
        field = app.screen.query(Input).first()
        field.focus()
        field.value = str(tmp_path / "cache")
        await until(pilot, shows(app, "free there, 1 B needed"))
        assert way.choices.said("settings.cache-dir") == (str(tmp_path / "cache"), "screen")
        assert not os.listdir(tmp_path), "nothing is made"
        await pilot.press("escape")
        await until(pilot, lambda: field.value == "")
        assert app.screen.id == "settings", "Esc takes the change back first"


@pytest.mark.parametrize(
    "typed, told",
    [
        ("~/cache", "Write the whole path, uv knows no ~: /home/min/cache"),
        ("cache", "Write the whole path: uv knows no ~ and no $HOME here."),
    ],
)
async def test_bad_folders_are_told_under_their_field_and_hold_next(typed: str, told: str) -> None:
    way = MadeUpWay()
    async with on("settings", way=way) as (app, pilot):
        app.screen.query(Input).first().value = typed
        await until(pilot, shows(app, f"x error        {told}"))
        await pilot.press("ctrl+n")
        await until(pilot, shows(app, "x Correct the cache folder, or empty it."))
        assert app.focused is app.screen.query(Input).first()
        assert app.screen.id == "settings"
        app.screen.query(Input).first().value = ""
        await pilot.press("ctrl+n")
        await until(pilot, lambda: app.screen.id == "mirrors" or "Mirrors" in text_of(app))


async def test_a_folder_that_may_not_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    async with on("settings") as (app, pilot):
        app.screen.query(Input).first().value = str(tmp_path / "file")
        await until(pilot, shows(app, "x error"))
        assert "Link mode      auto: tried as soon as the cache folder is usable" in text_of(app)


@pytest.mark.long
async def test_the_link_mode_is_an_option() -> None:
    way = MadeUpWay()
    async with on("settings", way=way) as (app, pilot):
        await pilot.press("o")
        await until(pilot, lambda: isinstance(app.screen, MarkSheet))
        await pilot.press("end", "space", "tab", "enter")
        await until(pilot, shows(app, "Link mode      symlink"))
        assert way.choices.said("settings.link-mode") == ("symlink", "screen")


# review


async def test_the_review_shows_every_step_and_the_sync_on_one_line() -> None:
    async with on("review") as (app, _):
        rows = rows_of(app)
        assert any("uv sync --locked" in row for row in rows)
        assert rows[22].startswith("  [ Start: 4 steps ]   [ Back ]  Nothing has been changed so far.")
        assert rows[11].startswith(" Step 2: pyproject.toml, 5 lines added, none removed")
        assert "   + [tool.uv.sources]" in "\n".join(rows)
        assert rows[18].startswith(" ! Your team sees pyproject.toml and uv.lock change")


async def test_the_detail_follows_the_highlight_and_d_shows_it_all() -> None:
    async with on("review") as (app, pilot):
        await pilot.press("up", "down")
        await until(pilot, shows(app, "$ /home/min/.local/bin/uv sync --locked"))
        await pilot.press("d")
        await until(pilot, lambda: isinstance(app.screen, TextPage))
        await until(pilot, shows(app, "every command and every change"))
        page = app.screen
        assert isinstance(page, TextPage)
        told = "\n".join(page._lines)
        for part in ("$ sh install.sh", "+ [tool.uv.sources]", "uv sync --locked", "uv-wizard verify"):
            assert part in told


@pytest.mark.long
async def test_extras_and_requirements_are_in_their_sheet() -> None:
    way = MadeUpWay()
    async with on("review", way=way) as (app, pilot):
        await pilot.press("e")
        await until(pilot, lambda: isinstance(app.screen, MarkSheet))
        await pilot.press("space", "tab", "enter")
        await until(pilot, lambda: app.screen.id == "review")
        assert way.choices.said("sync.extras") == (("gpu",), "screen")
        assert way.choices.origin("verify.require") == "default"


async def test_nothing_is_started_before_the_review_is_passed() -> None:
    way = MadeUpWay()
    started: list[Plan | None] = []

    def start(plan: Plan | None = None, label: str = "apply", sizes: object = None) -> None:
        started.append(plan)
        raise WizardError("the state folder cannot be written")

    way.start = start  # type: ignore[attr-defined]
    async with on("start", way=way) as (app, pilot):
        for name in ("uv", "settings"):
            await pilot.press("enter")
            await until(pilot, lambda: app.screen.id == name)  # noqa: B023 - awaited at once
        app.show("review")
        await until(pilot, shows(app, "[ Start: 4 steps ]"))
        assert not started
        await pilot.press("ctrl+n")
        await until(pilot, shows(app, "x the state folder cannot be written"))
        assert len(started) == 1
        assert app.screen.id == "review"


async def test_a_plan_for_another_machine_is_not_run_here(tmp_path: Path) -> None:
    folder = make_torch_project(tmp_path)
    async with showing(folder, at="review", machine=dataclasses.replace(RTX, foreign=True)) as (app, pilot):
        await until(pilot, shows(app, "[ Start: "))
        await pilot.press("ctrl+n")
        await until(pilot, shows(app, "x Another machine's plan is not run here."))
        assert app.walk.run is None


async def test_what_stands_in_the_way_is_a_row_and_nothing_starts() -> None:
    way = MadeUpWay()

    def plan() -> Plan:
        raise BadInput("torch.variant = cu999 is not possible")

    way.plan = plan  # type: ignore[method-assign]
    async with on("review", way=way) as (app, pilot):
        assert "x error    torch.variant = cu999 is not possible" in text_of(app)
        assert "[ Look again ]" in text_of(app)
        assert rows_of(app)[0].rstrip().endswith("xreview  sync  verify")
        await pilot.press("ctrl+n")
        await pilot.pause()
        assert isinstance(app.screen, ReviewScreen)


async def test_mirrors_that_are_to_be_the_fastest_are_measured_first() -> None:
    import threading

    gate = threading.Event()
    way = MadeUpWay()
    way.choose("mirrors.pypi", "fastest")
    way.prepare = lambda: gate.wait(10)  # type: ignore[assignment, method-assign]
    async with on("review", way=way) as (app, pilot):
        assert ". measuring the mirrors, at most 15 s" in text_of(app)
        await pilot.press("enter")
        await until(pilot, shows(app, "Starts by itself"))
        await pilot.press("escape")
        await until(pilot, shows(app, "Not started."))
        gate.set()
        await until(pilot, shows(app, "[ Start: 4 steps ]"))


def test_a_step_hides_the_credentials_of_its_addresses() -> None:
    from screens.step_text import lines_of, what_it_does
    from wizard.plan.step import Command, Step

    command = Command(
        ("/x/uv", "sync", "--locked", "--extra", "cu126"),
        {"UV_DEFAULT_INDEX": "https://me:secret@index.example/simple"},
    )
    step = Step("sync", "sync", "31 packages", (command,))
    assert what_it_does(step, "", 60)[0].startswith("uv sync --locked --extra cu126")
    assert "secret" not in "\n".join(lines_of(step))
    assert dataclasses.replace(step).commands


async def test_before_its_plan_is_there_the_review_does_not_say_finish() -> None:
    """Nothing to do and nothing known yet are two things: who reads Finish presses Enter and is out."""
    screen = ReviewScreen(Walk(MadeUpWay()))  # type: ignore[arg-type]
    assert (screen.plan, screen.next_label()) == (None, "Start when ready")


def test_a_step_takes_a_second_row_rather_than_lose_its_end() -> None:
    from screens.step_text import note_rows, what_it_does
    from wizard.plan.step import Command, Step

    note = (
        "conda's base starts in every new shell and puts its own uv first there (0.9.30 at /home/min/miniconda3/bin/uv)"
    )
    command = Command(("/home/min/.local/bin/uv", "sync", "--locked"), {}, "/p", "uv")
    step = Step("sync", "sync", "31 packages of uv.lock into .venv", commands=(command,), notes=(note,))
    assert what_it_does(step, "", 60) == ["uv sync --locked   31 packages of uv.lock into .venv"]
    assert what_it_does(step, "", 48) == ["uv sync --locked", "31 packages of uv.lock into .venv"]
    assert what_it_does(step, "x about 6.1 GiB needed, /data has 4.0 GiB free", 30) == [
        "x about 6.1 GiB needed, /data",
        "has 4.0 GiB free",
    ]
    assert " ".join(" ".join(note_rows([step], 76, 2)).split()) == f"! {note}"
    assert note_rows([step], 76, 1)[0].endswith(" ...")


def test_notes_are_told_as_far_as_there_is_room_and_the_rest_is_counted() -> None:
    """That a team's files change comes first; the count is never cut off."""
    from screens.step_text import TEAM_NOTE, all_lines, note_rows

    steps = (Step("settings", "S", notes=("short", "long " * 30)), Step("torch", "T", notes=("last",)))
    team = shown(TEAM_NOTE)
    (only,) = note_rows(steps, 76, 1)
    assert only.startswith("! Your team sees ")
    assert only.endswith(" (3 more: D)")
    assert cell_len(only) <= 76
    assert note_rows(steps, 76, 2) == [f"! {team}", "! short (2 more: D)"]
    assert note_rows(steps, 76, 9)[-1] == "! last"
    assert f"  ! {team}" in all_lines(steps, None)[0]
