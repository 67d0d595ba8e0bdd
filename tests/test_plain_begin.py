"""The plain mode where there is no project yet: one is made of a file, anew, found below, or cloned; written after the review."""

from __future__ import annotations

import io
import os
from dataclasses import replace
from pathlib import Path

import pytest

from tests.environment_files.test_conda_live import environment
from tests.screens.running import NOTHING
from tests.screens.test_begin import folder as folder  # noqa: PLC0414 - a fixture
from tests.support.projects import Project
from tests.test_clone import address as address  # noqa: PLC0414 - a fixture
from wizard.choices import Choices
from wizard.errors import DecisionMissing
from wizard.machine.facts import CondaEnvironment, FoundUv, Machine
from wizard.machine.request import own_os
from wizard.plain import wizard as plain
from wizard.toml import parse
from wizard.way import Way

pytestmark = pytest.mark.same_everywhere


@pytest.fixture
def machine(uv: Path) -> Machine:
    return replace(NOTHING, os=own_os(), uv=(FoundUv(os.fspath(uv), "0.13.8", "unknown"),))


def walked(folder: Path, machine: Machine, answers: str, address: str = "") -> tuple[int | None, str]:
    """The exit code, None where the input ended before the review was answered."""
    out = io.StringIO()
    way = Way(os.fspath(folder), machine=machine, choices=Choices().with_values("file", {"verify.require": "cpu"}))
    try:
        code = plain.run(way, stdin=io.StringIO(answers), stdout=out, address=address)
    except DecisionMissing:
        return None, out.getvalue()
    return code, out.getvalue()


def test_an_environment_file_becomes_a_project_that_is_synced(folder: Path, machine: Machine) -> None:
    (folder / "environment.yml").write_text("dependencies:\n  - python>=3.10\n  - alpha=1.0\n  - openssl\n", "utf-8")
    code, text = walked(folder, machine, "1\nn\n1\ny\n" + "\n" * 30)
    assert code == 0, text
    assert text.count("1/8 start: no project here yet") == 2  # n takes nothing
    assert "alpha=1.0" in text
    assert "- not needed: 1" in text
    assert "  1  import: 1 dependency into pyproject.toml" in text
    assert "  2  lock: uv makes uv.lock, 2 packages added, 1 command" in text
    assert "It works: Python and " in text
    assert "Coming from conda:" in text
    assert parse((folder / "pyproject.toml").read_bytes())["project"]["dependencies"] == ["alpha==1.0.*"]
    assert (folder / "uv.lock").is_file()


def test_a_new_project_asks_until_the_answers_will_do(folder: Path, machine: Machine) -> None:
    code, text = walked(folder, machine, "1\nmy project\nmine\n\nalpha, no/name\nalpha\n\nq\n")
    assert code == 0
    assert "x error: a name has letters, digits and - _ . between them" in text
    assert "x error: no/name is no package's name" in text
    assert "uv add alpha puts the packages into it" in text
    assert "The plan begins with it." in text
    assert text.endswith("Nothing was changed.\n")
    assert list(folder.iterdir()) == []


def test_a_new_project_is_recommended_uv_alone_is_a_row_and_b_comes_back(folder: Path, machine: Machine) -> None:
    _, text = walked(folder, machine, "3\n")
    assert "  1  a new project in this folder, recommended" in text
    assert "  3  none of these: uv alone, without a project" in text
    assert "Which? [1]: " in text
    assert "A project is a folder with a pyproject.toml" in text
    assert "Project: none in " in text
    _, text = walked(folder, machine, "1\nb\nq\n")
    assert text.count("Which? [1]: ") == 2


def test_a_project_below_is_gone_to(project: Project, machine: Machine) -> None:
    code, text = walked(project.path.parent, machine, "1\nq\n")
    assert code == 0
    assert f"go to the project in {project.path}" in text
    assert "1/8 start: this machine and this project" in text


def test_another_folder_is_asked_for_until_it_is_one(project: Project, machine: Machine, folder: Path) -> None:
    code, text = walked(folder, machine, f"2\n/no/such/folder\n{project.path}\nq\n")
    assert code == 0
    assert "x error: /no/such/folder is not a folder. Check the spelling." in text
    assert "1/8 start: this machine and this project" in text
    assert "Project: none" not in text


def test_a_home_folder_is_no_place_for_a_project_and_one_of_its_own_is_made(
    folder: Path, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, os.fspath(folder))
    (folder / "requirements.txt").write_text("alpha==1.0\n")
    code, text = walked(folder, machine, "1\n\n\nn\nq\n")
    assert "! warning: In your home folder, a project holds for every folder below it." in text
    assert "  1  a project of requirements.txt, in a folder of its own" in text
    assert "a new project in this folder" not in text.split("Its folder")[0]
    assert not (folder / "my-project").exists()
    code, text = walked(folder, machine, "1\nrequirements.txt\n" + "\n" * 40)
    assert code == 0, text
    assert f"x error: {folder / 'requirements.txt'} is a project, or no folder" in text
    assert text.count("Its folder [") == 2
    made = folder / "my-project"
    assert parse((made / "pyproject.toml").read_bytes())["project"]["dependencies"] == ["alpha==1.0"]
    assert (made / "uv.lock").is_file()
    assert not (folder / "pyproject.toml").exists()
    assert f"  cd {made}" in text.replace("'", "").replace('"', "")


def test_a_conda_environment_is_told_first(folder: Path, machine: Machine, tmp_path: Path) -> None:
    prefix = environment(tmp_path / "envs" / "vision", "# update specs: ['alpha']", {"alpha": "1.0", "openssl": "3"})
    there = replace(machine, conda_environments=(CondaEnvironment("vision", os.fspath(prefix), 3 * 1024**3),))
    _, text = walked(folder, there, "1\nn\nq\n")
    assert "1  a project of conda's vision, 3.0 GiB" in text
    assert "not asked for: 1 package (openssl)" in text
    assert "conda env remove -n vision" in text


@pytest.mark.wine_cannot("there is no git in it")
def test_an_address_is_cloned_first_and_told(folder: Path, machine: Machine, address: str) -> None:
    (folder / "taken").mkdir()
    (folder / "taken" / "file").touch()
    code, text = walked(folder, machine, f"{folder / 'taken'}\n\nq\n", address)
    assert code == 0
    assert "is there already and not empty" in text
    assert "Nothing of it has been run." in text
    assert (folder / "Vision-Lab" / "uv.lock").is_file()
    assert not (folder / "Vision-Lab" / ".venv").exists()
    assert "1/8 start: this machine and this project" in text
