"""From the first screen to the last with Enter alone: a real project, the real uv, packages from this machine's own index."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from screens.app import WizardApp, farewell
from screens.walk import Walk
from tests.screens.running import shows, text_of, until
from tests.support.projects import Project
from tests.support.torch_project import NOTHING
from wizard.way import Way


@pytest.fixture
def way(project: Project, home: Path, monkeypatch: pytest.MonkeyPatch) -> Way:
    monkeypatch.setenv("SHELL", "/bin/bash")
    return Way(os.fspath(project.path))


async def test_enter_alone_reaches_a_verified_environment(way: Way, project: Project, home: Path) -> None:
    app = WizardApp(Walk(way))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: way.machine.uv is not None and not way.pending)
        for name in ("uv", "settings", "mirrors", "torch", "review"):
            await pilot.press("enter")
            await until(pilot, lambda: app.screen.id == name and app.focused is not None)  # noqa: B023 - awaited at once
        await until(pilot, shows(app, "uv sync --locked"))
        await until(pilot, shows(app, "[ Start: "))
        assert not project.venv.exists(), "nothing is written before the review is passed"
        await pilot.press("enter")
        await until(pilot, lambda: app.screen.id in {"sync", "verify"})
        for _ in range(20):  # who hammers Enter stops nothing
            await pilot.press("enter")
            if app.screen.id == "verify":
                break
        await until(pilot, shows(app, "[ Finish ]"))
        assert "It works: Python and" in text_of(app)
        assert "+ ok       Packages are those of uv.lock" in text_of(app)
        await pilot.press("enter")
        await pilot.pause()
    assert app.return_value == 0
    assert project.run_python("import alpha; print('here')").strip() == "here"
    told = "\n".join(farewell(app.walk))
    assert "uv sync --locked" in told
    assert "Log: " in told


@pytest.mark.same_everywhere
async def test_leaving_before_the_review_changes_nothing(way: Way, project: Project) -> None:
    before = {path: path.read_bytes() for path in project.path.rglob("*") if path.is_file()}
    app = WizardApp(Walk(way))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: way.machine.uv is not None and not way.pending)
        for name in ("uv", "settings", "mirrors", "torch", "review"):
            await pilot.press("ctrl+n")
            await until(pilot, lambda: app.screen.id == name)  # noqa: B023 - awaited at once
        await pilot.press("ctrl+q")
        await pilot.pause()
    assert app.return_value == 0
    assert farewell(app.walk) == ["Nothing was changed."]
    assert {path: path.read_bytes() for path in project.path.rglob("*") if path.is_file()} == before


@pytest.mark.same_everywhere
async def test_a_project_that_nobody_can_read_is_told_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "x\n', "utf-8")
    way = Way(os.fspath(tmp_path), machine=NOTHING)
    app = WizardApp(Walk(way))
    async with app.run_test(size=(80, 24)) as pilot:
        app.show("torch")
        await until(pilot, shows(app, "? Not known whether torch is used"))
        app.show("review")
        await until(pilot, shows(app, "[ Look again ]"))
        text = text_of(app)
        assert "Correct the place named below" in " ".join(text.split())
        assert "line 2" in text
        (tmp_path / "pyproject.toml").write_text('[project]\nname = "x"\nversion = "1"\n', "utf-8")
        await pilot.press("enter")
        await until(pilot, shows(app, "[ Start: "))
