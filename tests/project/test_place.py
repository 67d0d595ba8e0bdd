"""What kind of place a folder is for a project, and where one of its own is made instead."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

import pytest

from wizard.project import place

HOME = "USERPROFILE" if sys.platform == "win32" else "HOME"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "people" / "min" / "code").mkdir(parents=True)
    return tmp_path / "people" / "min"


@pytest.mark.same_everywhere
def test_home_and_what_lies_above_it_are_no_places(home: Path) -> None:
    env = {HOME: str(home)}
    assert place.look(str(home), env).kind == "home"
    assert place.look(f"{home}{os.sep}", env).kind == "home"
    assert place.look(str(home / "code" / ".."), env).kind == "home"
    assert place.look(str(home.parent), env).kind == "above"
    assert place.look(home.anchor, env).kind == "above"
    assert place.look(tempfile.gettempdir(), {HOME: "/nowhere"}).kind == "passing"
    here = place.look(str(home / "code"), env)
    assert (here.kind, here.told, here.fit) == ("", None, True)
    assert place.look(str(home / "not there yet"), env).fit
    assert place.look(str(home.parent / "mina"), env).kind == ""  # not above min


@pytest.mark.same_everywhere
def test_a_project_that_is_there_is_told_of_only_where_it_holds_for_more_than_itself(home: Path) -> None:
    env = {HOME: str(home)}
    told = place.look(str(home), env, project=True).told
    assert told is not None
    assert told.startswith("This project is your home folder")
    assert place.look(tempfile.gettempdir(), {HOME: "/nowhere"}, project=True).told is None
    assert place.look(str(home / "code"), env, project=True).told is None


@pytest.mark.wine_cannot("a link needs a privilege in it")
def test_a_link_to_the_home_folder_is_it(home: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(home)
    assert place.look(str(tmp_path / "link"), {HOME: str(home)}).kind == "home"


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="root may write everywhere")
def test_where_nothing_may_be_written_no_project_is_made(home: Path) -> None:
    home.joinpath("code").chmod(0o555)
    env = {HOME: str(home)}
    assert place.look(str(home / "code"), env).kind == "locked"
    assert place.look(str(home / "code" / "new"), env).kind == "locked"
    assert place.folder_of_its_own(str(home / "code"), env) == str(home / "my-project")


@pytest.mark.same_everywhere
def test_a_folder_of_its_own_has_a_name_that_is_free(home: Path) -> None:
    env = {HOME: str(home)}
    assert place.folder_of_its_own(str(home), env) == str(home / "my-project")
    (home / "my-project").touch()
    assert place.folder_of_its_own(str(home), env) == str(home / "my-project-2")
    assert place.folder_of_its_own(str(home / "code"), env) == str(home / "code" / "my-project")
    assert place.folder_of_its_own(home.anchor, env) == str(home / "my-project-2")


@pytest.mark.same_everywhere
def test_what_is_named_for_a_project_has_to_be_fit(home: Path) -> None:
    env = {HOME: str(home)}
    assert place.no_place(str(home), "vision", env) is None
    assert place.no_place(str(home), "code/vision/deep", env) is None
    assert place.no_place(str(home), " ", env) == "name a folder"
    assert place.no_place(str(home), ".", env) == place.look(str(home), env).told
    (home / "code" / "pyproject.toml").touch()
    assert "is a project" in str(place.no_place(str(home), "code", env))
    assert "too long" in str(place.no_place(str(home), "n" * 300, env))
    assert "too long" in str(place.no_place(str(home), f"new/{'n' * 300}", env))
    assert place.named(str(home), " code/../vision ") == str(home / "vision")
