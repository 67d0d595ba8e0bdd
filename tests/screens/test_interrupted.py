"""The wizard begins with a question where the last run here ended without a word."""

from __future__ import annotations

from pathlib import Path

import pytest

from screens.app import WizardApp
from screens.attach import AttachApp
from screens.interrupted import InterruptedSheet
from screens.text_page import TextPage
from screens.walk import Walk
from tests.run.test_interrupted import files_of, killed_at, plan_of
from tests.screens.running import make_folder, shows, text_of, until
from wizard.run import client
from wizard.run.interrupted import of
from wizard.way import Way

pytestmark = pytest.mark.wine_cannot("send SIGKILL")


@pytest.fixture
def before(tmp_path: Path) -> dict[str, bytes]:
    """The files as they were before a run that was killed after its first file."""
    make_folder(tmp_path)
    (tmp_path / "bashrc").write_bytes(b"mine\n")
    found = files_of(tmp_path)
    assert killed_at(4, plan_of(tmp_path), tmp_path) is not None
    assert files_of(tmp_path) != found
    return found


async def test_it_is_told_looked_at_and_taken_back(tmp_path: Path, before: dict[str, bytes]) -> None:
    app = WizardApp(Walk(Way(str(tmp_path))))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, InterruptedSheet))
        await until(pilot, shows(app, "[ Go on ]   [ Take it back ]   [ Look first ]"))
        assert "The last run here was interrupted" in text_of(app)
        assert "step 1 of 2 (settings): ended from outside." in text_of(app)
        await pilot.press("right", "right", "enter")
        await until(pilot, lambda: isinstance(app.screen, TextPage))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, InterruptedSheet))
        await pilot.press("right", "enter")
        await until(pilot, shows(app, "2 files are as before."))
        await until(pilot, lambda: app.walk.way.interrupted is None)
        await pilot.press("ctrl+q")
    assert files_of(tmp_path) == before


async def test_going_on_comes_to_the_review_with_the_choices_of_that_run(
    tmp_path: Path, before: dict[str, bytes]
) -> None:
    app = WizardApp(Walk(Way(str(tmp_path))))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, InterruptedSheet))
        await pilot.press("enter")
        await until(pilot, lambda: app.screen.id == "review")
        assert app.walk.way.choices.text("settings.link-mode") == "copy"
        await pilot.press("ctrl+q")
    assert files_of(tmp_path) != before


async def test_esc_begins_as_ever(tmp_path: Path, before: dict[str, bytes]) -> None:
    app = WizardApp(Walk(Way(str(tmp_path))))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, InterruptedSheet))
        await pilot.press("escape")
        await until(pilot, shows(app, "This machine and this project"))
        await until(pilot, shows(app, "interrupted"))
        await pilot.press("ctrl+q")
    assert files_of(tmp_path) != before


async def test_the_list_of_runs_goes_on_with_it_or_takes_it_back(tmp_path: Path, before: dict[str, bytes]) -> None:
    (run,) = client.runs()
    app = AttachApp(Walk(Way(str(tmp_path))), run, listed=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, shows(app, "[ Go on ]"))
        assert "U Undo" in text_of(app)
        await pilot.press("ctrl+n")
    assert app.taken_up is not None
    wizard = WizardApp(Walk(Way(str(tmp_path))), going_on=of(app.taken_up))
    async with wizard.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: wizard.screen.id == "review")
        assert wizard.walk.way.choices.text("settings.link-mode") == "copy"
        await pilot.press("ctrl+q")

    app = AttachApp(Walk(Way(str(tmp_path))), run, listed=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, shows(app, "[ Go on ]"))
        await pilot.press("u")
        await until(pilot, shows(app, "Take back what this run did to 2 files?"))
        assert "bashrc" in text_of(app)
        await pilot.press("enter")  # leaves them
        await until(pilot, shows(app, "[ Go on ]"))
        assert files_of(tmp_path) != before
        await pilot.press("u")
        await until(pilot, shows(app, "Take back what this run did to 2 files?"))
        await pilot.press("right", "enter")
        await until(pilot, shows(app, "are as before."))
        assert "taken back" in text_of(app)
        assert "[ Look ]" in text_of(app)
        await pilot.press("u")
        await until(pilot, shows(app, "It is taken back already."))
        await pilot.press("ctrl+q")
    assert files_of(tmp_path) == before
