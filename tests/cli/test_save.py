"""`--save FILE.json`: how a run ended, to keep; and the secrets that the choices name."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.support.command import inside
from tests.support.projects import Project
from wizard.run import ended

pytestmark = pytest.mark.same_everywhere
SECRET = "sesame-of-the-lab-8"


def test_a_run_is_kept_and_the_second_one_changed_nothing(project: Project, tmp_path: Path) -> None:
    target = tmp_path / "ended.json"
    words = ("apply", os.fspath(project.path), "--yes", "--set", "settings.where=none", "--save", os.fspath(target))
    inside(*words)
    first = json.loads(target.read_text("utf-8"))
    assert (first["exit_code"], first["diagnosis"], first["failed_step"]) == (0, None, None)
    assert sorted(first["changes"]) == ["alpha 1.0 installed", "beta 1.1 installed"]
    assert first["verify"]["ok"] is True
    assert (
        json.loads(inside("plan", os.fspath(project.path), "--set", "settings.where=none", "--json").stdout)["changes"]
        is False
    )
    inside(*words)
    second = json.loads(target.read_text("utf-8"))
    assert second["changes"] == []
    assert second["run"] != first["run"]


def test_what_an_earlier_run_left_is_not_taken_for_this_one_s(project: Project, tmp_path: Path) -> None:
    target = tmp_path / "ended.json"
    target.write_text('{"exit_code": 0}')
    inside("apply", os.fspath(project.path), "--save", os.fspath(target), check=4)
    assert not target.exists()
    project.lock.unlink()
    inside("apply", os.fspath(project.path), "--yes", "--save", os.fspath(target), check=1)
    assert json.loads(target.read_text("utf-8"))["diagnosis"]["cause"] == "lock-missing"
    assert ".json" in inside("apply", os.fspath(project.path), "--yes", "--save", "x.html", check=2).stderr


def test_a_secret_that_is_named_has_to_be_there_and_stays_there(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "ended.json"
    words = ("--set", "secrets.variables=LAB_KEY", "--set", "settings.where=none")
    assert json.loads(inside("plan", os.fspath(project.path), "--json", *words).stdout)["secrets_missing"] == [
        "LAB_KEY"
    ]
    refused = inside("apply", os.fspath(project.path), "--yes", *words, check=4)
    assert "LAB_KEY" in refused.stderr
    monkeypatch.setenv("LAB_KEY", SECRET)
    ended.save({"evidence": [f"401 for {SECRET} at the index"]}, os.fspath(target), ("LAB_KEY",))
    assert json.loads(target.read_text("utf-8")) == {"evidence": ["401 for *** at the index"]}


@pytest.mark.parametrize("value", ["LAB-KEY", "LAB_KEY=sesame", "1KEY"])
def test_only_names_are_choices(value: str, tmp_path: Path) -> None:
    assert (
        "secrets.variables"
        in inside("doctor", os.fspath(tmp_path), "--set", f"secrets.variables={value}", check=2).stderr
    )
