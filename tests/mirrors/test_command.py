"""What `fastest` becomes, without asking anybody: what was measured this week is remembered."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.support.projects import Project
from wizard.choices import Choices
from wizard.mirrors import command, kept, official
from wizard.mirrors.record import Kind, Measurement, MirrorResult
from wizard.project.read import read_project

pytestmark = pytest.mark.same_everywhere


def remember(kind: Kind, probe: str, *ids: str, ok: bool = True) -> None:
    results = tuple(MirrorResult(name, f"http://{name}.test", ok=ok, bytes_per_s=1e6, latency_ms=9) for name in ids)
    kept.store(command.state_folder(), Measurement(kind, results, ids[0] if ok else None, time.time(), 0, probe))


def fastest(*kinds: str) -> Choices:
    return Choices().with_values("set", {f"mirrors.{kind}": "fastest" for kind in kinds})


def test_the_best_of_this_week(project: Project, uv: Path) -> None:
    remember("pypi", "pygments", "somebody-s-own", "tuna", "official")
    found = command.settled(fastest("pypi"), read_project(project.path, {}), str(uv))
    assert found.said("mirrors.pypi") == ("tuna", "set")  # an id that the catalogue knows


def test_the_official_one_may_be_the_fastest(project: Project, uv: Path) -> None:
    remember("pypi", "pygments", "official", "tuna")
    assert command.settled(fastest("pypi"), read_project(project.path, {}), str(uv)).text("mirrors.pypi") == "official"


def test_what_this_project_has_no_use_for_is_not_measured(project: Project, uv: Path) -> None:
    found = command.settled(fastest("pytorch"), read_project(project.path, {}), str(uv))
    assert found.text("mirrors.pytorch") == "official"
    assert command.settled(fastest("pypi"), None, str(uv)).text("mirrors.pypi") == "official"
    assert [*command.state_folder().glob("mirrors-*")] == []


def test_a_python_mirror_is_for_one_file(uv: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = official.python_file(str(uv), "3.12")
    assert file is not None
    remember("python", file, "python-nju")
    assert command.settled(fastest("python"), None, str(uv)).text("mirrors.python") == "python-nju"
    assert command.settled(fastest("python"), None, None).text("mirrors.python") == "official"  # no uv that could say


def test_other_choices_stay(project: Project, uv: Path) -> None:
    choices = Choices().with_values("file", {"mirrors.pypi": "bfsu"})
    assert command.settled(choices, read_project(project.path, {}), str(uv)) == choices


def test_what_a_project_needs(project: Project) -> None:
    need = command.need_of("pypi", read_project(project.path, {}))
    assert need.packages == 2
    assert need.bytes > 1_500_000
    assert command.need_of("pypi", None).packages > 0
