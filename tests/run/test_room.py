"""A sync that can't fit is not begun: real uv, a real index, disks that are said to be nearly full."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.run.support import state_of, sync_plan, to_the_end
from tests.support.index import Index
from tests.support.projects import Project, make_project
from tests.support.wheels import wheel
from wizard.plan.step import Plan
from wizard.plan.sync import with_room
from wizard.project.read import read_project
from wizard.run import client, room

SIZE = 3_000_000


@pytest.fixture
def project(tmp_path: Path, index: Index, uv: Path) -> Project:
    index.add(wheel("big", size=SIZE))
    index.add(wheel("small", size=10_000))
    return make_project(tmp_path, index, uv, dependencies=["big", "small"])


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "a cache"
    monkeypatch.setenv("UV_CACHE_DIR", str(folder))
    return folder


def mount_of(folder: Path) -> str:
    while not os.path.ismount(folder):
        folder = folder.parent
    return str(folder)


def planned(project: Project, **told: Any) -> Plan:
    """The sync with what a plan knows of the disks."""
    facts = read_project(project.path)
    assert facts is not None
    plan = sync_plan(project)
    return replace(plan, steps=(with_room(plan.steps[0], facts, {"spread": "link", "quotas": {}, **told}),))


def question(project: Project, cache: Path, **more: Any) -> room.Question:
    env = {**os.environ, "UV_DEFAULT_INDEX": project.registry}
    return room.Question(str(project.uv), project.path, "", str(project.venv), (), env, "link", str(cache), **more)


@pytest.mark.same_everywhere
def test_it_is_not_begun_and_says_what_is_missing(project: Project, index: Index, cache: Path, tmp_path: Path) -> None:
    index.forget()
    plan = planned(project, quotas={mount_of(tmp_path): 1_000_000})
    end = state_of(to_the_end(client.start(plan, project=str(project.path))))
    assert end.exit_code == 1
    assert end.diagnosis is not None
    assert end.diagnosis["cause"] == "disk-full"
    assert "The sync was not begun" in end.diagnosis["explanation"]
    assert str(cache) in end.diagnosis["evidence"][0]
    assert not index.files()
    assert not project.venv.exists()
    # with room it is; and with all in the cache it is again, for nothing is fetched
    assert to_the_end(client.start(planned(project), project=str(project.path)))[-1]["exit_code"] == 0
    full = planned(project, quotas={mount_of(tmp_path): 100_000})
    assert to_the_end(client.start(full, project=str(project.path)))[-1]["exit_code"] == 0


@pytest.mark.same_everywhere
def test_what_is_in_the_cache_and_in_the_environment_counts(project: Project, cache: Path) -> None:
    asked = question(project, cache)
    first = room.look(asked, ask=False)
    assert first is not None
    assert (first.packages, first.fetched) == (2, 2)
    assert first.download[0] == first.download[1]
    assert (first.download[1] or 0) > SIZE
    assert not cache.exists()  # a look makes nothing
    assert not project.venv.exists()
    project.run_uv("sync", "--locked", "--cache-dir", str(cache))
    assert (found := room.look(asked, ask=False)) is not None
    assert (found.packages, found.fetches) == (0, "nothing to install")
    project.run_uv("pip", "uninstall", "big", "--python", str(project.python), "--cache-dir", str(cache))
    assert (found := room.look(asked, ask=False)) is not None
    assert (found.packages, found.fetched, found.fetches) == (1, 0, "nothing to fetch")


@pytest.mark.same_everywhere
def test_where_it_is_close_the_wheels_are_asked_what_they_hold(
    tmp_path: Path, index: Index, uv: Path, cache: Path
) -> None:
    index.add(wheel("stored", files={"stored/zeros.bin": bytes(4_000_000)}))
    project = make_project(tmp_path, index, uv, dependencies=["stored"])
    asked = question(project, cache, quotas={mount_of(tmp_path): 3_900_000})
    unsure = room.look(asked, ask=False)
    assert unsure is not None
    assert (unsure.short, unsure.tight) == (None, unsure.needs[0])
    index.forget()
    found = room.look(asked)
    assert found is not None
    assert found.short is not None
    assert found.short.exact
    assert found.short.at_least >= 4_000_000
    assert len(index.files()) == 1  # a part of it


@pytest.mark.same_everywhere
def test_sizes_that_the_lock_does_not_tell_are_asked_for(project: Project, cache: Path) -> None:
    import re

    project.lock.write_bytes(re.sub(rb", size = \d+", b"", project.lock.read_bytes()))
    assert not room.plenty(replace(question(project, cache), quotas={mount_of(project.path): room.PLENTY * 2}))
    found = room.look(question(project, cache))
    assert found is not None
    assert (found.download[1] or 0) > SIZE
    silent = room.look(question(project, cache), ask=False)
    assert silent is not None
    assert (silent.fetches, silent.short) == ("size not known", None)


@pytest.mark.same_everywhere
def test_where_there_is_plenty_nobody_is_asked(project: Project, cache: Path, tmp_path: Path) -> None:
    asked = question(project, cache)
    assert room.plenty(asked)
    assert not room.plenty(replace(asked, quotas={mount_of(tmp_path): 100 * 1024**2}))
    assert room.plenty(replace(asked, project=tmp_path / "no lock here"))


@pytest.mark.same_everywhere
def test_a_uv_that_can_not_tell_stops_nothing(project: Project, cache: Path) -> None:
    assert room.look(replace(question(project, cache), uv=str(project.path / "no uv"))) is None
    project.lock.write_text("version = [")
    assert room.look(question(project, cache)) is None
