"""A member of a workspace, synced from its own folder: what uv makes of it there, with the files from the mirror."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.mirrors.support import fingerprint
from tests.support.command import wizard
from tests.support.index import Index
from tests.support.projects import Project, make_project
from tests.support.wheels import wheel

MIRROR = "/mirror/simple"
WORKSPACE = """
[tool.uv.workspace]
members = ["packages/*"]
"""
INNER = """[project]
name = "inner"
version = "1.0"
requires-python = ">=3.10"
dependencies = ["delta"]
[project.optional-dependencies]
more = ["gamma"]
[dependency-groups]
test = ["zeta"]
[tool.uv]
default-groups = ["test"]
"""
OUTER = '[project]\nname = "outer"\nversion = "1.0"\nrequires-python = ">=3.10"\ndependencies = ["epsilon"]\n'

pytestmark = pytest.mark.same_everywhere


@pytest.fixture
def workspace(index: Index, tmp_path: Path, uv: Path) -> Project:
    """The root asks for alpha; of its two members, one has an extra and a group of its own."""
    index.add(wheel("delta"), wheel("zeta"), wheel("epsilon"))
    made = make_project(tmp_path, index, uv, more=WORKSPACE, lock=False)
    for name, text in (("inner", INNER), ("outer", OUTER)):
        folder = made.path / "packages" / name / "notebooks"
        folder.mkdir(parents=True)
        (folder.parent / "pyproject.toml").write_text(text, "utf-8")
    made.run_uv("lock")
    made.run_uv("cache", "clean")
    return made


def has(project: Project) -> list[str]:
    done = project.run_uv("pip", "list", "--format", "json", "--python", str(project.python))
    return [one["name"] for one in json.loads(done.stdout)]


def test_a_member_by_its_folder(index: Index, workspace: Project) -> None:
    """Its default groups and the extra asked for, not the root's packages; then the root again."""
    mirror = index.copy(target=MIRROR)
    inner = workspace.path / "packages" / "inner"
    before = fingerprint(workspace.path)
    index.forget()
    wizard("sync", str(inner / "notebooks"), "--set", f"mirrors.pypi={mirror}", "--set", "sync.extras=more")
    assert has(workspace) == ["delta", "gamma", "zeta"]
    names = [name.partition("-")[0] for name in index.files(MIRROR)]
    assert (names, index.files("/simple")) == (["delta", "gamma", "zeta"], [])
    checked = ["sync", "--locked", "--check", "--offline", "--directory", str(inner), "--extra", "more"]
    assert workspace.run_uv(*checked, check=False).returncode == 0
    told = json.loads(wizard("verify", str(inner), "--json", "--set", "sync.extras=more").stdout)
    assert {one["id"]: one["ok"] for one in told["checks"]}["sync"] is True
    wizard("sync", str(workspace.path), "--set", f"mirrors.pypi={mirror}")
    assert has(workspace) == ["alpha", "beta"]
    assert index.files("/simple") == []
    assert fingerprint(workspace.path) == before


def test_the_plan_says_whose_packages(workspace: Project) -> None:
    inner = workspace.path / "packages" / "inner"
    steps = {one["id"]: one for one in json.loads(wizard("plan", str(inner), "--json").stdout)["steps"]}
    assert "packages/inner" in steps["sync"]["summary"]
    assert steps["verify"]["commands"][0][1:] == ["verify", str(inner)]
