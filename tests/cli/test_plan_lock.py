"""`plan --lock`: what the plan's uv lock would make of uv.lock, tried in a copy."""

from __future__ import annotations

import json

import pytest

from tests.support.command import wizard
from tests.support.index import Index, Status
from tests.support.projects import Project
from wizard.cli.main import main

pytestmark = pytest.mark.same_everywhere


def here(capsys: pytest.CaptureFixture[str], *argv: str, code: int = 0) -> str:
    assert main(argv) == code
    return capsys.readouterr().out


def test_the_plan_with_the_lock_tried(project: Project, index: Index, capsys: pytest.CaptureFixture[str]) -> None:
    mirror = index.copy()
    asked = ["plan", str(project.path), "--set", f"mirrors.pypi={mirror}", "--set", "mirrors.scope=project"]
    before = {path: path.read_bytes() for path in project.path.iterdir()}
    found = json.loads(wizard(*asked, "--lock", "--json").stdout)["lock_preview"]
    assert {len(found[key]) for key in ("added", "removed")} == {0}
    change = next(one for one in found["changed"] if one["name"] == "alpha")
    assert change["before"] == change["after"]
    assert (change["sources_before"], change["sources_after"]) == ([project.registry], [mirror])
    assert f'+source = {{ registry = "{mirror}" }}' in found["diff"]
    assert found["download_bytes"] > 0

    told = here(capsys, *asked, "--lock")
    assert f"uv lock, tried in a copy: {found['summary']}" in told
    assert f"alpha {change['after'][0]}, from {mirror} (was {project.registry})" in told

    index.fault(mirror.removeprefix(index.root), Status(404))
    document = json.loads(here(capsys, *asked, "--lock", "--json", code=1))
    assert document["lock_preview"] is None
    assert document["diagnosis"]["cause"] != "unknown"
    assert document["steps"]
    assert "uv lock, tried in a copy, fails:\nx " in here(capsys, *asked, "--lock", code=1)
    assert {path: path.read_bytes() for path in project.path.iterdir()} == before


def test_a_plan_that_leaves_the_lock_alone(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    assert "lock_preview" not in json.loads(here(capsys, "plan", str(project.path), "--json"))
    assert json.loads(here(capsys, "plan", str(project.path), "--lock", "--json"))["lock_preview"] is None
    assert "uv.lock: it stays as it is" in here(capsys, "plan", str(project.path), "--lock")
