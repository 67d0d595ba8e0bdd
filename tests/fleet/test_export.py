"""The tree that `export ansible` writes: whole, the same twice, and with no secret in it."""

from __future__ import annotations

import json
import os
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.export.test_script import shellcheck
from tests.support.command import inside
from tests.support.index import Index
from tests.support.projects import Project, make_project
from wizard.export.ansible import FOLDER, ROLE

pytestmark = pytest.mark.same_everywhere
SECRET = "sesame-of-the-lab-9"


@pytest.fixture(scope="module")
def pyz(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What passes for the one file where nothing runs it."""
    path = tmp_path_factory.mktemp("one") / "uv-wizard.pyz"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("wizard/__main__.py", "print('hello')\n")
    return path


@pytest.fixture
def plain(tmp_path: Path, index: Index, uv: Path) -> Project:
    return make_project(tmp_path, index, uv, more="[tool.uv]\npackage = false\n")


def export(project: Path, pyz: Path, *words: str, check: int = 0) -> Any:
    return inside("export", "ansible", os.fspath(project), "--one-file", os.fspath(pyz), *words, check=check)


def tree(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_tree_is_whole_and_the_same_twice(plain: Project, pyz: Path) -> None:
    export(plain.path, pyz, "--yes", "--set", "torch.variant=auto", "--set", "sync.no-cache=true")
    folder = plain.path / FOLDER
    found = tree(folder)
    assert found[f"{ROLE}/files/tool/uv-wizard.pyz"] == pyz.read_bytes()
    assert found[f"{ROLE}/files/project/uv.lock"] == plain.lock.read_bytes()
    assert b'variant = "auto"' in found[f"{ROLE}/files/tool/choices.toml"]
    for name, data in found.items():
        if name.endswith(".yml"):
            assert yaml.safe_load(data) is not None, name
    names = {name.rpartition("/")[2] for name in found if "/tasks/" in name}
    used = {one["ansible.builtin.import_tasks"] for name, data in found.items() if "/tasks/" in name
            for one in _tasks(yaml.safe_load(data)) if "ansible.builtin.import_tasks" in one}  # fmt: skip
    assert used <= names
    defaults = yaml.safe_load(found[f"{ROLE}/defaults/main.yml"])
    assert defaults["uv_wizard_carries"] is True
    assert defaults["uv_wizard_project"] == "{{ uv_wizard_host_home }}/dream"
    again = export(plain.path, pyz, "--yes", "--set", "torch.variant=auto", "--set", "sync.no-cache=true")
    assert "Nothing to change" in again.stdout
    shellcheck(folder / ROLE / "files/tool/wizard.sh")
    inside("undo", "--yes")
    assert not folder.exists()


def _tasks(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [inner for one in found for inner in
            (one, *(task for key in ("block", "rescue", "always") for task in _tasks(one.get(key, []))))]  # fmt: skip


def test_only_builtin_modules_are_used(plain: Project, pyz: Path) -> None:
    export(plain.path, pyz, "--yes")
    keywords = {"name", "when", "vars", "register", "loop", "block", "rescue", "always", "environment", "no_log", "diff",
                "changed_when", "failed_when", "check_mode", "run_once", "delegate_to", "become"}  # fmt: skip
    for name, data in tree(plain.path / FOLDER).items():
        if "/tasks/" in name:
            for task in _tasks(yaml.safe_load(data)):
                modules = task.keys() - keywords
                assert all(one.startswith("ansible.builtin.") for one in modules), (name, modules)
                assert modules or "block" in task, (name, task)


def test_a_project_that_is_built_from_its_sources_does_not_travel(
    tmp_path: Path, index: Index, uv: Path, pyz: Path
) -> None:
    project = make_project(tmp_path, index, uv, more='[build-system]\nrequires = []\nbuild-backend = "x"\n')
    document = json.loads(export(project.path, pyz, "--json", "--dry-run").stdout)
    assert not any("/files/project/" in one["path"].replace(os.sep, "/") for one in document["files"])
    assert any("uv_wizard_project" in note for note in document["notes"])
    defaults = next(one for one in document["files"] if one["path"].replace(os.sep, "/").endswith("defaults/main.yml"))
    assert yaml.safe_load(defaults["after"])["uv_wizard_carries"] is False


def test_no_secret_gets_into_the_tree(
    plain: Project, pyz: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("LAB_KEY", SECRET)
    monkeypatch.setenv("UV_INDEX_LAB_PASSWORD", SECRET)
    mirror = f"https://me:{SECRET}@mirror.example.test/simple"
    words = ("--set", "secrets.variables=LAB_KEY,UV_INDEX_LAB_PASSWORD", "--set", f"mirrors.pypi={mirror}")
    told = export(plain.path, pyz, "--yes", "--to", os.fspath(tmp_path / "fleet"), *words)
    assert "LAB_KEY" in told.stdout
    for name, data in {**tree(tmp_path / "fleet"), "stdout": told.stdout.encode()}.items():
        assert SECRET.encode() not in data, name
    assert b"LAB_KEY" in tree(tmp_path / "fleet")[f"{ROLE}/files/tool/choices.toml"]


def test_a_sign_in_in_the_project_stops_the_export(plain: Project, pyz: Path) -> None:
    text = (
        plain.pyproject.read_text()
        + f'\n[[tool.uv.index]]\nname = "lab"\nurl = "https://me:{SECRET}@lab.example.test/simple"\n'
    )
    plain.pyproject.write_text(text)
    told = export(plain.path, pyz, "--yes", check=2)
    assert "pyproject.toml holds a sign-in" in told.stderr
    assert SECRET not in told.stderr
    assert not (plain.path / FOLDER).exists()


def test_without_the_one_file_it_is_said_what_to_do(plain: Project) -> None:
    assert "--one-file" in inside("export", "ansible", os.fspath(plain.path), "--yes", check=2).stderr
