"""A folder without a project, on the screen: one is made of a file that lies there, or a new one; through the review."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from rich.cells import cell_len
from textual.events import Key
from textual.pilot import Pilot

from screens import cloning
from screens.app import WizardApp, farewell
from screens.begin import LOOKING, ImportPage
from screens.fields import FieldInput
from screens.walk import Walk
from tests.environment_files.test_conda_live import environment
from tests.screens.running import NOTHING, asked, shows, text_of, until
from tests.support.index import Index
from tests.support.projects import run as run_program
from tests.support.projects import stock
from tests.support.wheels import wheel
from wizard.choices import Choices
from wizard.language import _, shown, spoken
from wizard.machine.facts import CondaEnvironment, FoundUv
from wizard.machine.request import own_os
from wizard.toml import parse
from wizard.way import Way

pytestmark = pytest.mark.same_everywhere


@pytest.fixture
def folder(tmp_path: Path, index: Index, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No project, and an index that has what is asked for."""
    stock(index)
    monkeypatch.setenv("UV_DEFAULT_INDEX", index.url())
    made = tmp_path / "meine Träume"
    made.mkdir()
    return made


@asynccontextmanager
async def started(folder: Path, uv: Path) -> AsyncIterator[tuple[WizardApp, Pilot[int]]]:
    there = (FoundUv(os.fspath(uv), "0.13.8", "unknown"),)
    choices = Choices().with_values("file", {"verify.require": "cpu"})
    app = WizardApp(Walk(Way(os.fspath(folder), choices=choices, machine=replace(NOTHING, os=own_os(), uv=there))))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, shows(app, ") a new project in this folder"))
        yield app, pilot


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


async def to_the_end(app: WizardApp, pilot: Pilot[int]) -> None:
    app.show("review")
    await until(pilot, shows(app, "[ Start: "))
    await pilot.press("ctrl+n")
    await until(pilot, lambda: bool(app.walk.state and app.walk.state.finished))


async def test_an_environment_file_becomes_a_project_that_is_synced(folder: Path, index: Index, uv: Path) -> None:
    (folder / "environment.yml").write_text(
        "name: vision\ndependencies:\n  - python>=3.10\n  - alpha=1.0\n  - opencv\n  - ffmpeg\n  - openssl\n", "utf-8"
    )
    index.add(wheel("opencv-python-headless"))
    async with started(folder, uv) as (app, pilot):
        assert "(*) a project of environment.yml, which lies here, recommended" in text_of(app)
        assert "[ Next: a project of environment.yml ]" in text_of(app)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, ImportPage) and "alpha=1.0" in text_of(app))
        text = text_of(app)
        assert "alpha==1.0.*" in text
        assert "opencv-python   (or opencv-python-headless)" in text
        assert text.index("taken over: 3") < text.index("not decided") < text.index("not needed: 1")
        await pilot.press("up", "down", "down")
        await until(pilot, shows(app, "Space takes the"))
        await pilot.press("space")
        await until(pilot, shows(app, "opencv-python-headless   (or opencv-python)"))
        assert names(folder) == {"environment.yml"}
        await pilot.press("ctrl+n")
        await until(pilot, shows(app, "The plan begins with it"))
        assert "Nothing stands in the way" in text_of(app)
        app.show("review")
        await until(pilot, shows(app, "[ Start: 4 steps ]"))
        assert "1 import     2 dependencies into pyproject.toml" in text_of(app)
        assert names(folder) == {"environment.yml"}
        await pilot.press("p")
        await until(pilot, shows(app, "uv.lock: 3 packages added"))
        await to_the_end(app, pilot)
        assert app.walk.state is not None
        assert app.walk.state.exit_code == 0, app.walk.state.diagnosis
        assert any("VS Code" in line for line in farewell(app.walk))
    project = parse((folder / "pyproject.toml").read_bytes())["project"]
    assert project["dependencies"] == ["alpha==1.0.*", "opencv-python-headless"]
    assert project["requires-python"] == ">=3.10"
    env = {**os.environ}
    run_program([os.fspath(uv), "sync", "--locked", "--check"], cwd=folder, env=env)


async def test_a_new_project_is_made_as_uv_makes_it(folder: Path, uv: Path) -> None:
    async with started(folder, uv) as (app, pilot):
        assert "[ Next: a new project ]" in text_of(app)
        await pilot.press("enter")
        await until(pilot, shows(app, "A new project in this folder"))
        assert "Name      [meine-Tr-ume " in text_of(app)
        await pilot.press("enter", "enter", *"alpha, no/name")
        await pilot.press("enter")
        await until(pilot, shows(app, "x error    Packages: no/name is no package's name"))
        await pilot.press(*["backspace"] * len(", no/name"), "enter")
        await until(pilot, shows(app, "The plan begins with it"))
        assert names(folder) == set()
        app.show("review")
        await until(pilot, shows(app, "1 init       a new project"))
        await to_the_end(app, pilot)
        assert app.walk.state is not None
        assert app.walk.state.exit_code == 0, app.walk.state.diagnosis
        told = "\n".join(farewell(app.walk))
        assert "uv add --dev NAME" in told
        assert "uv python install" in told
    assert {"pyproject.toml", "uv.lock", "main.py", ".python-version", ".gitignore", ".venv"} <= names(folder)
    assert parse((folder / "pyproject.toml").read_bytes())["project"]["dependencies"] == ["alpha"]


async def test_keys_that_arrive_all_at_once_are_typed_where_they_were_meant(folder: Path, uv: Path) -> None:
    async with started(folder, uv) as (app, pilot):
        await pilot.press("enter")
        await until(pilot, asked(app))
        for key in ("enter", "enter", *"alpha", "up", "3", "shift+tab", "x", "tab", "1", "down", "s"):
            app.post_message(Key(key, key if len(key) == 1 else None))
        await until(pilot, shows(app, "Packages  [alphas "))
        assert "Name      [x " in text_of(app), "what is typed takes the place of the proposal"
        assert "Python    [31 " in text_of(app)


async def test_packages_that_slipped_into_the_field_of_python_are_refused_there(folder: Path, uv: Path) -> None:
    async with started(folder, uv) as (app, pilot):
        await pilot.press("enter")
        await until(pilot, shows(app, "A new project in this folder"))
        await pilot.press("enter", *"requests numpy", "enter", "enter")
        await until(pilot, shows(app, "x error    Python: requests numpy is no Python's version."))
        assert isinstance(app.focused, FieldInput)
        assert app.focused.value == "requests numpy", "the focus is where it has to be put right"
        assert names(folder) == set()


async def test_what_uv_refuses_is_told_whole_beside_what_was_typed(folder: Path, uv: Path) -> None:
    async with started(folder, uv) as (app, pilot):
        await pilot.press("enter")
        await until(pilot, shows(app, "A new project in this folder"))
        await pilot.press("enter", *"9.9", "enter", *"alpha", "enter")
        await until(pilot, shows(app, "x error    "))
        assert "9.9" in text_of(app).partition("x error    ")[2].partition("Name")[0]
        assert " ..." not in text_of(app).partition("x error    ")[2]
        assert "Python    [9.9 " in text_of(app)
        assert "Packages  [alpha " in text_of(app)


async def test_without_a_uv_the_same_files_are_made_and_uv_comes_with_them(folder: Path, uv: Path) -> None:
    async with started(folder, uv) as (app, pilot):
        app.walk.way.machine = replace(app.walk.way.machine, uv=())
        await pilot.press("enter")
        await until(pilot, asked(app))
        await pilot.press("enter", "enter", *"alpha", "enter")
        await until(pilot, shows(app, "The plan begins with it"))
        plan = app.walk.way.plan()
        assert [step.id for step in plan.steps][-4:] == ["init", "lock", "sync", "verify"]
        assert plan.steps[0].id == "uv"
        made = {Path(one.path).name: one.after for one in plan.step("init").files}  # type: ignore[union-attr]
    env = {name: value for name, value in os.environ.items() if name != "UV_DEFAULT_INDEX"}
    program = [os.fspath(uv), "init", "-q", "--no-package", "--name", "meine-Tr-ume", "--vcs", "none", "--no-workspace"]
    run_program([*program, "--no-readme", "--author-from", "none"], cwd=folder, env=env)
    run_program([os.fspath(uv), "add", "-q", "--frozen", "alpha"], cwd=folder, env=env)
    assert contents(folder) == {name: data for name, data in made.items() if name != ".gitignore"}


async def test_uv_alone_is_a_row_and_then_next_goes_on(folder: Path, uv: Path) -> None:
    async with started(folder, uv) as (app, pilot):
        await pilot.press("up", "end", "enter")
        await until(pilot, shows(app, "(*) uv alone, without a project"))
        assert "[ Next: uv ]" in text_of(app)
        await pilot.press("enter")
        await until(pilot, shows(app, "2/8 uv"))
        app.show("review")
        await until(pilot, lambda: "x error" not in text_of(app) and "6/8 review" in text_of(app))


async def test_why_a_line_is_taken_over_is_told_in_the_reader_s_language(folder: Path, uv: Path) -> None:
    (folder / "requirements.txt").write_text("alpha\n", "utf-8")
    async with started(folder, uv) as (app, pilot):
        with spoken("ko"):
            await pilot.press("enter")
            await until(pilot, lambda: isinstance(app.screen, ImportPage))
            await until(pilot, shows(app, f"Python {_('any')}"))
            await pilot.press("up")
            await until(pilot, shows(app, _("the same on the package index")))


@pytest.mark.long
async def test_a_conda_environment_becomes_a_project(folder: Path, uv: Path, tmp_path: Path) -> None:
    prefix = environment(tmp_path / "envs" / "vision", "# update specs: ['alpha']", {"alpha": "1.0", "openssl": "3"})
    async with started(folder, uv) as (app, pilot):
        there = (CondaEnvironment("base", "/opt/conda", 9), CondaEnvironment("vision", os.fspath(prefix), 3 * 1024**3))
        app.walk.way.machine = replace(app.walk.way.machine, conda_environments=there)
        app.current.redraw()
        await until(pilot, shows(app, "(*) a project of conda's vision, 3.0 GiB"))
        await pilot.press("ctrl+n")
        await until(pilot, lambda: isinstance(app.screen, ImportPage))
        text = text_of(app)
        assert "alpha (here: 1.0)" in text
        assert "not asked for: 1 package (openssl)" in text
        assert "conda env remove -n vision" in text
        await pilot.press("ctrl+n")
        await until(pilot, shows(app, "The plan begins with it"))
        assert names(folder) == set()


async def test_what_can_not_be_read_is_said(folder: Path, uv: Path) -> None:
    (folder / "environment.yml").write_text("dependencies: [", "utf-8")
    async with started(folder, uv) as (app, pilot):
        await pilot.press("tab", "enter")
        await until(pilot, shows(app, "x error    environment.yml, line 1"))
        assert "Correct it, or export" in text_of(app), "all of it is told"
        assert not isinstance(app.screen, ImportPage)
        assert app.walk.way.project is None


def home_is(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, os.fspath(folder))


@pytest.mark.long
async def test_in_a_home_folder_a_project_gets_a_folder_of_its_own(
    folder: Path, uv: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home_is(folder, monkeypatch)
    (folder / "requirements.txt").write_text("alpha==1.0\n")
    there = (FoundUv(os.fspath(uv), "0.13.8", "unknown"),)
    choices = Choices().with_values("file", {"verify.require": "cpu", "settings.where": "none"})
    app = WizardApp(Walk(Way(os.fspath(folder), choices=choices, machine=replace(NOTHING, os=own_os(), uv=there))))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, shows(app, "! warning  In your home folder, a project holds for every folder below it"))
        assert "( ) a new project in this folder" not in text_of(app)
        await pilot.press("up", "enter")
        await until(pilot, shows(app, "A folder of its own for the project"))
        await pilot.press(*["backspace"] * len("/my-project"), "enter")
        await until(pilot, shows(app, "x error    In your home folder, a project holds for every folder below it"))
        await pilot.press(*"/vision", "enter")
        await until(pilot, lambda: isinstance(app.screen, ImportPage))
        await pilot.press("ctrl+n")
        await until(pilot, shows(app, "The plan begins with it"))
        assert names(folder) == {"requirements.txt"}
        await to_the_end(app, pilot)
        assert app.walk.state is not None
        assert app.walk.state.exit_code == 0, app.walk.state.diagnosis
        assert any(line.startswith("  cd ") and "vision" in line for line in farewell(app.walk))
    assert names(folder) >= {"requirements.txt", "vision"}
    assert not (folder / "pyproject.toml").exists()
    assert {"pyproject.toml", "uv.lock", ".venv"} <= names(folder / "vision")


async def test_a_project_that_is_the_home_folder_is_warned_of(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home_is(folder, monkeypatch)
    (folder / "pyproject.toml").write_text('[project]\nname = "home"\nversion = "1"\n')
    (folder / "deep" / "down").mkdir(parents=True)
    app = WizardApp(Walk(Way(os.fspath(folder / "deep" / "down"), machine=NOTHING)))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, shows(app, "! warning  This project is your home folder: it holds for all folders below"))


@pytest.mark.wine_cannot("there is no git in it")
async def test_an_address_that_git_can_not_clone_is_asked_for_again(folder: Path, uv: Path) -> None:
    async with started(folder, uv) as (app, pilot):
        cloning.offer(app.screen, "https://127.0.0.1:1/x/y.git", lambda _: None)  # type: ignore[arg-type]
        await until(pilot, shows(app, "Clone it into which folder?"))
        await pilot.press("enter")
        await until(pilot, shows(app, "x error    git could not clone it"))
        assert "From https://127.0.0.1:1/x/y.git" in text_of(app)
        assert "[ Take it ]" in text_of(app)
        await pilot.press("escape")
        await until(pilot, shows(app, "This machine and this project"))
    assert names(folder) == set()


@pytest.mark.parametrize("language", ["en", "zh-CN", "ko"])
def test_what_is_said_while_a_file_is_read_fits_beside_the_button(language: str) -> None:
    with spoken(language):
        label = _("Next: a project of {name}", name="environment.yml")
        assert cell_len(f"  [ {label} ]  {shown(LOOKING)}") <= 80
