"""The review's row of the sync: what it fetches and takes, looked up by itself; what does not fit is not begun."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from textual.pilot import Pilot

from screens.app import WizardApp
from screens.walk import Walk
from tests.run.test_room import mount_of
from tests.screens.running import NOTHING, shows, text_of, until
from tests.support.index import Index
from tests.support.projects import Project
from wizard.choices import Choices
from wizard.machine.facts import Filesystem, FoundUv
from wizard.way import Way


def disk(mount: str, quota: int | None, *purposes: str) -> Filesystem:
    return Filesystem(mount, "ext4", 10**12, 10**12, False, True, False, purposes, quota)


@asynccontextmanager
async def review(project: Project, disks: tuple[Filesystem, ...]) -> AsyncIterator[tuple[WizardApp, Pilot[int]]]:
    there = (FoundUv(os.fspath(project.uv), "0.13.8", "unknown"),)
    choices = Choices().with_values("file", {"verify.require": "cpu"})
    machine = replace(NOTHING, os="linux", uv=there, filesystems=disks, home="/home/me", user="me")
    app = WizardApp(Walk(Way(os.fspath(project.path), choices=choices, machine=machine)))
    async with app.run_test(size=(80, 24)) as pilot:
        app.show("review")
        yield app, pilot


def made(*folders: Path) -> list[Path]:
    return [folder for folder in folders if folder.exists()]


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "cache"
    monkeypatch.setenv("UV_CACHE_DIR", str(folder))
    return folder


@pytest.mark.same_everywhere
async def test_the_row_tells_what_is_fetched_and_what_it_takes(project: Project, cache: Path, tmp_path: Path) -> None:
    async with review(project, (disk(mount_of(tmp_path), None, "project", "cache"),)) as (app, pilot):
        await until(pilot, shows(app, " to fetch, "))
        row = next(line for line in text_of(app).splitlines() if "uv sync --locked" in line)
        assert "MiB to fetch" in row
        assert f"on {mount_of(tmp_path)}"[:8] in row
        assert made(cache, project.venv) == []
        project.run_uv("sync", "--locked", "--cache-dir", str(cache))
        await pilot.press("f5")
        await until(pilot, shows(app, "nothing to install"))


async def test_what_does_not_fit_is_not_begun_and_one_key_puts_it_right(
    project: Project, index: Index, cache: Path, tmp_path: Path
) -> None:
    index.forget()
    disks = (disk(mount_of(tmp_path), 100_000, "project", "cache"), disk("/a-big-disk", None))
    async with review(project, disks) as (app, pilot):
        await until(pilot, shows(app, "The sync was not begun"))
        text = text_of(app)
        assert "x error    This does not fit on " in text
        assert "Something stands in the way. Nothing is started." in text
        assert "1 Move the cache to /a-big-disk, which has" in text
        assert "[ Fix 1: choose it ]" in text
        await pilot.press("ctrl+n")
        await until(pilot, lambda: app.walk.way.choices.text("settings.cache-dir") == "/a-big-disk/me/uv-cache")
        assert app.walk.run is None
        assert not index.files()
        await pilot.press("2")  # that way out is gone with what stood there
        assert app.walk.run is None


async def test_room_that_uv_can_make_is_a_step_before_the_sync(project: Project, cache: Path, tmp_path: Path) -> None:
    async with review(project, (disk(mount_of(tmp_path), 100_000, "project", "cache"),)) as (app, pilot):
        await until(pilot, shows(app, "1 Make room in the cache"))
        assert "[ Fix 1: choose it ]" in text_of(app)
        await pilot.press("1")
        await until(pilot, shows(app, "[ Start: 3 steps ]"))
        assert " 1 fix        uv cache prune" in text_of(app)
        assert "x " in next(row for row in text_of(app).splitlines() if row.startswith(" 2 sync"))


@pytest.mark.same_everywhere
async def test_where_the_lock_is_made_first_its_copy_tells_that_room_is_short(
    project: Project, index: Index, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A word, no obstacle: the run looks at the room itself, once uv.lock is there."""
    monkeypatch.setenv("UV_DEFAULT_INDEX", index.url())
    project.lock.unlink()
    disks = (disk(mount_of(tmp_path), 100_000, "project", "cache"),)
    async with review(project, disks) as (app, pilot):
        app.walk.way.locks_first = True
        app.current.on_facts()
        await until(pilot, shows(app, "uv.lock: 2 packages added"))
        assert "! about " in text_of(app)
        assert " needed, " in text_of(app)
        await until(pilot, shows(app, "[ Start: 3 steps ]"))
    assert made(project.lock, project.venv) == []
