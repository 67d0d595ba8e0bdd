"""`verify` as it is typed: a document to keep, a page to send, codes that a script can ask."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.support.command import wizard
from tests.support.projects import Project
from tests.verify.stand_in import environment

KEYS = {"schema", "ok", "require", "python", "torch", "devices", "checks", "diagnosis"}


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> str:
    return environment(tmp_path_factory.mktemp("any environment") / "env", "cpu")


@pytest.mark.same_everywhere
def test_a_document_to_keep_and_a_page_to_send(python: str, tmp_path: Path) -> None:
    done = wizard("verify", "--python", python, "--require", "cpu", "--json", "--save", "page.html", cwd=tmp_path)
    document = json.loads(done.stdout)
    assert set(document) >= KEYS
    assert (document["ok"], document["require"], document["diagnosis"]) == (True, "cpu", None)
    assert document["torch"]["version"] == "2.13.0+cpu"
    assert all({"id", "ok", "value", "detail"} <= set(check) for check in document["checks"])
    assert document["facts"]["environment"]["versions"]["torch"] == "2.13.0+cpu"
    assert document["began"][:2] == "20"
    assert document["seconds"] > 0
    text = (tmp_path / "page.html").read_text("utf-8")
    assert text.startswith("<!doctype html>")
    assert "It works: torch runs on the CPU" in text
    assert [path.name for path in tmp_path.iterdir()] == ["page.html"], "and nothing else is left behind"


@pytest.mark.same_everywhere
def test_the_folder_of_an_environment_does_as_well(python: str, tmp_path: Path) -> None:
    folder = os.fspath(Path(python).parent.parent)
    done = wizard("verify", "--python", folder, "--require", "cpu", cwd=tmp_path)
    assert "+ ok       torch loads                        2.13.0+cpu" in done.stdout


@pytest.mark.same_everywhere
def test_what_falls_short_is_3_and_the_page_is_written_all_the_same(python: str, tmp_path: Path) -> None:
    done = wizard(
        "verify", "--python", python, "--require", "cuda", "--json", "--save", "short.html", cwd=tmp_path, check=3
    )
    document = json.loads(done.stdout)
    assert document["ok"] is False
    assert document["diagnosis"]["cause"] in ("torch-cpu-build", "driver-missing", "gpu-not-in-container")
    broken = [check["ok"] for check in document["checks"]].index(False)
    assert all(check["value"] == "not run" for check in document["checks"][broken + 1 :])
    assert 'class="failed"' in (tmp_path / "short.html").read_text("utf-8")


@pytest.mark.same_everywhere
def test_what_can_not_be_looked_at_is_1(tmp_path: Path) -> None:
    done = wizard("verify", "--python", str(tmp_path / "nowhere" / "python"), "--json", cwd=tmp_path, check=1)
    document = json.loads(done.stdout)
    assert (document["ok"], document["diagnosis"]["cause"]) == (False, "environment-invalid")
    assert {check["value"] for check in document["checks"]} == {"not run"}


@pytest.mark.same_everywhere
def test_a_page_that_can_not_be_written_is_one_line(python: str, tmp_path: Path) -> None:
    argv = ("verify", "--python", python, "--require", "cpu", "--save", os.path.join("no", "page.html"))
    done = wizard(*argv, cwd=tmp_path, check=1)
    assert done.stderr.count("\n") == 1
    assert "can't be written" in done.stderr


@pytest.mark.same_everywhere
def test_a_cause_is_told_once(project: Project) -> None:
    done = wizard("verify", str(project.path), check=1)
    assert done.stdout.count("There is no environment to look at") == 1
