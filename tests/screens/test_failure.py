"""A failure on the screen: its fixes are taken, and lead where they say."""

from __future__ import annotations

from pathlib import Path

import pytest

from screens.failure import Failure, failure_of
from screens.sync import SyncScreen
from tests.screens.running import make_folder, showing, shows, text_of, until
from tests.screens.test_failure_ways import failed
from tests.support.recorded import Recorded, failed_on_a_full_disk
from wizard.diagnosis import Diagnosis, Fix
from wizard.plan.quoting import command_line
from wizard.run.progress import RunState

pytestmark = pytest.mark.same_everywhere


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)  # from anywhere else, what is typed by hand begins with cd
    made = make_folder(tmp_path)
    (made / "uv.lock").write_text('version = 1\nrequires-python = ">=3.10"\n')
    return made


@pytest.fixture
def recorded(folder: Path) -> Recorded:
    made = Recorded(str(folder))
    failed_on_a_full_disk(made)
    return made


async def test_what_is_so_what_to_do_what_was_said(folder: Path, recorded: Recorded) -> None:
    async with showing(folder, recorded) as (app, pilot):
        await until(pilot, shows(app, "The disk is full"))
        rows = text_of(app).splitlines()
        assert rows[2] == " The disk is full"
        assert rows[6] == " What to do"
        assert rows[7].split() == ["1", "Move", "the", "cache", "to", "/data", "to", "the", "review"]
        assert rows[8].split() == ["2", "Make", "room", "in", "the", "old", "cache", "to", "the", "review"]
        assert rows[9].split() == [
            "3",
            "Try",
            "again,",
            "after",
            "making",
            "room",
            "yourself",
            "to",
            "the",
            "review",
        ]
        assert rows[11].split("  ")[-1].lstrip() == "line 4 of 4, L opens it all"
        assert rows[15] == " >   cause: No space left on device (os error 28)"
        assert rows[20] == " By hand: uv-wizard apply --yes --set settings.cache-dir=/data/uv-cache"
        assert rows[22] == "  [ Fix 1: to the review ]   [ Back ]  Nothing changes before the review."
        assert rows[23].split("  ")[-2:] == ["L Log", "R Report"]


async def test_l_opens_the_log_at_the_line_that_proves_the_cause(folder: Path) -> None:
    made = Recorded(str(folder))
    made.step("sync", "started")
    for number in range(100):
        made.write("output", text="No space left on device" if number == 40 else f"line {number}")
    made.step("sync", "failed")
    made.write("diagnosis", cause="disk-full", title="The disk is full", explanation="It is.", fixes=[],
               evidence=["No space left on device"])  # fmt: skip
    made.end(1)
    async with showing(folder, made) as (app, pilot):
        await until(pilot, shows(app, "line 41 of 100, L opens it all"))
        await pilot.press("l")
        await until(pilot, shows(app, "39 to "))
        assert "No space left on device" in text_of(app).splitlines()[6]
        await pilot.press("c")
        await until(pilot, lambda: app.clipboard.endswith("No space left on device"))
        await pilot.press("escape")


async def test_enter_takes_the_first_fix_to_the_review(folder: Path, recorded: Recorded) -> None:
    async with showing(folder, recorded) as (app, pilot):
        await until(pilot, shows(app, "The disk is full"))
        await pilot.press("enter")
        await until(pilot, shows(app, "6/8 review"))
        assert app.walk.way.choices.said("settings.cache-dir") == ("/data/uv-cache", "screen")
        assert app.walk.tried == ("Move the cache to /data",)


LOOK = [Fix("Sync once more", None, (("uv-wizard", "sync"),)), Fix("See who holds it", None, (("nvidia-smi",),))]


async def test_a_number_takes_its_fix_and_a_command_is_copied_and_shown(folder: Path) -> None:
    made = Recorded(str(folder))
    failed(made, "The memory is full", "It is.", LOOK)
    async with showing(folder, made) as (app, pilot):
        await until(pilot, shows(app, "The memory is full"))
        await pilot.press("2")
        await until(pilot, shows(app, "By hand: nvidia-smi"))
        assert app.clipboard == "nvidia-smi"
        assert "First type it in another terminal." in text_of(app)
        await pilot.press("9")
        assert "By hand: nvidia-smi" in text_of(app)


async def test_what_a_key_was_answered_stays_where_facts_told_of_the_end_first(folder: Path) -> None:
    made = Recorded(str(folder))
    async with showing(folder, made) as (app, pilot):
        await until(pilot, shows(app, "7/8 sync"))
        screen = app.screen
        assert isinstance(screen, SyncScreen)
        await until(pilot, lambda: screen._timer is not None)
        assert screen._timer is not None
        screen._timer.pause()
        failed(made, "The memory is full", "It is.", LOOK)
        await until(pilot, lambda: screen.state.finished)
        screen.on_facts()
        await pilot.press("2")
        screen._look()
        await until(pilot, shows(app, "First type it in another terminal."))


async def test_a_row_of_the_list_names_itself_on_the_button(folder: Path) -> None:
    made = Recorded(str(folder))
    failed(made, "The memory is full", "It is.", LOOK)
    async with showing(folder, made) as (app, pilot):
        await until(pilot, shows(app, "The memory is full"))
        await pilot.press("up", "down", "enter")
        await until(pilot, shows(app, "[ Fix 2: copy the command ]"))


async def test_escape_goes_to_the_screen_of_the_choice(folder: Path, recorded: Recorded) -> None:
    async with showing(folder, recorded) as (app, pilot):
        await until(pilot, shows(app, "The disk is full"))
        await pilot.press("escape")
        await until(pilot, shows(app, "3/8 settings"))


async def test_a_second_failure_says_so_and_marks_what_was_tried(folder: Path, recorded: Recorded) -> None:
    async with showing(folder, recorded) as (app, pilot):
        await until(pilot, shows(app, "The disk is full"))
        await pilot.press("enter")
        await until(pilot, shows(app, "6/8 review"))
        again = Recorded(str(folder))
        failed_on_a_full_disk(again)
        app.walk.started(again.run)
        app.show("sync")
        await until(pilot, shows(app, "2nd try"))
        assert "to the review, tried" in text_of(app)
        assert "[ Fix 2: " in text_of(app), "Enter takes what was not tried yet"
        await pilot.press("up", "up")
        await until(pilot, shows(app, "[ Fix 1: "))


async def test_r_writes_a_report(folder: Path, recorded: Recorded) -> None:
    async with showing(folder, recorded) as (app, pilot):
        await until(pilot, shows(app, "R Report"))
        await pilot.press("r")
        await until(pilot, shows(app, "Report: "))
        assert (recorded.run.folder / "report.zip").is_file()


@pytest.mark.parametrize(
    "code, lost, title",
    [
        (1, False, "uv stopped, and the cause is not known"),
        (130, False, "The run was stopped"),
        (1, True, "The run ended without a word"),
    ],
)
def test_an_end_without_a_diagnosis(code: int, lost: bool, title: str) -> None:
    state = RunState()
    state.apply({"at": 0.0, "type": "output", "text": "error: something new"})
    state.apply({"at": 1.0, "type": "end", "exit_code": code, "lost": lost})
    failure = failure_of(state)
    assert failure is not None
    assert failure.title == title
    assert failure.label(0) == "Fix 1: to the review"
    assert failure.screen() == "review"
    if code == 1:
        assert failure.evidence == ("  error: something new",), "no line proves anything"
        assert failure.proof is None


def test_a_good_end_and_no_end_are_no_failure() -> None:
    state = RunState()
    assert failure_of(state) is None
    state.apply({"at": 1.0, "type": "end", "exit_code": 0})
    assert failure_of(state) is None


@pytest.mark.parametrize(
    "fix, told",
    [
        (
            Fix("a", {"sync.extras": ("gpu", "docs")}),
            command_line(["uv-wizard", "apply", "--yes", "--set", "sync.extras=gpu,docs"]),
        ),
        (Fix("a", {"sync.no-cache": True}), "uv-wizard apply --yes --set sync.no-cache=true"),
        (Fix("a", None, (("uv", "lock"), ("uv", "sync"))), "uv lock  ;  uv sync"),
        (Fix("a"), "uv-wizard apply --yes"),
    ],
)
def test_what_a_person_types_for_a_fix(fix: Fix, told: str) -> None:
    found = Diagnosis("unknown", "t", "e", (), (fix,))
    assert Failure(found, "sync", "", "", (), "", (), "").by_hand(0) == told
