"""uv lock tried in a copy: the same lock as in the project, which stays as it is, whatever its packages come from."""

from __future__ import annotations

import contextlib
import os
import subprocess
import threading
from collections.abc import Mapping
from pathlib import Path

import psutil
import pytest

from tests.run.support import until
from tests.support.index import Gate, Index
from tests.support.wheels import wheel
from wizard.errors import WizardError
from wizard.plan.step import Command, FileChange, Plan, Step
from wizard.project.lock_changes import lock_changes
from wizard.project.read import read_project
from wizard.run.lock_copy import copy_for_lock
from wizard.run.lock_preview import Locked, LockFailed, LockStopped, lock_in_copy
from wizard.run.state import state_folder

BACKEND = """
import pathlib
def get_requires_for_build_wheel(settings=None): return []
def prepare_metadata_for_build_wheel(folder, settings=None):
    needs = pathlib.Path("src/needs.txt").read_text().strip()
    pathlib.Path("BUILT").write_text("by a build")
    info = pathlib.Path(folder, "built-1.0.dist-info"); info.mkdir()
    info.joinpath("METADATA").write_text(f"Metadata-Version: 2.1\\nName: built\\nVersion: 1.0\\nRequires-Dist: {needs}\\n")
    info.joinpath("WHEEL").write_text("Wheel-Version: 1.0\\n")
    return info.name
def build_wheel(*_): raise SystemExit("only metadata are asked for")
"""
TREE = {
    "repo/app/pyproject.toml": """[project]
name = "app"
version = "1"
requires-python = ">=3.10"
dependencies = ["beside", "inside", "built", "flat"]

[tool.uv]
cache-dir = ".own-cache"

[[tool.uv.index]]
name = "folder"
url = "./wheels"
format = "flat"
explicit = true

[tool.uv.sources]
beside = { path = "../libs/beside", editable = true }
inside = { workspace = true }
built = { path = "../libs/built" }
flat = { index = "folder" }

[tool.uv.workspace]
members = ["packages/*"]
""",
    "repo/app/packages/inside/pyproject.toml": '[project]\nname = "inside"\nversion = "1"\nrequires-python = ">=3.10"\n',
    "repo/app/.venv/pyvenv.cfg": "",
    "repo/app/data/photo.jpg": "large",
    "repo/libs/beside/pyproject.toml": """[project]
name = "beside"
version = "1"
readme = "README.md"
requires-python = ">=3.10"
dependencies = ["further"]

[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[tool.uv.sources]
further = { path = "../further" }
""",
    "repo/libs/further/pyproject.toml": '[project]\nname = "further"\nversion = "2"\nrequires-python = ">=3.10"\n',
    "repo/libs/built/pyproject.toml": """[project]
name = "built"
requires-python = ">=3.10"
dynamic = ["version", "dependencies"]

[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
""",
    "repo/libs/built/backend.py": BACKEND,
    "repo/libs/built/src/needs.txt": "alpha",
    "repo/libs/built/weights.bin": "large",
    "repo/libs/built/.tox/x.py": "",
}


def grow(folder: Path) -> Path:
    for name, text in TREE.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    found = wheel("flat", "1.0")
    (folder / "repo/app/wheels").mkdir()
    (folder / "repo/app/wheels" / found.filename).write_bytes(found.data)
    return folder / "repo/app"


def everything(folder: Path) -> dict[str, tuple[bytes, float]]:
    found = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): (path.read_bytes(), path.stat().st_mtime) for path in found}


def plan_for(root: Path, after: bytes | None = None, env: Mapping[str, str | None] | None = None) -> Plan:
    path = root / "pyproject.toml"
    edit = FileChange(str(path), path.read_bytes(), after or path.read_bytes())
    lock = Command(("a-uv-that-comes-later", "lock"), env or {}, str(root), "uv")
    return Plan((Step("torch", "torch", files=(edit,)), Step("lock", "lock", commands=(lock,))), str(root))


def tried(root: Path, uv: Path, plan: Plan, environment: Mapping[str, str] = os.environ) -> Locked:
    project = read_project(root)
    assert project is not None
    return lock_in_copy(plan, project, str(uv), environment, lambda: False)


@pytest.mark.same_everywhere
def test_of_a_project_only_what_lock_reads_is_copied(tmp_path: Path) -> None:
    root = grow(tmp_path / "a")
    (root / "uv.lock").write_bytes(b"version = 1\n")
    (root / ".python-version").write_text("3.12\n")
    there = copy_for_lock(root, tmp_path / "b", {root / "pyproject.toml": b'[project]\nname = "app"\nversion = "2"\n'})
    names = {name.partition("/")[2] for name in everything(tmp_path / "b")}
    assert there.root == tmp_path / "b/app"
    assert names == {"pyproject.toml", "uv.lock", ".python-version"}  # the edited file names nothing beside it
    there = copy_for_lock(root, tmp_path / "c", {})
    assert there.root == tmp_path / "c/app"
    assert set(everything(tmp_path / "c")) == {
        "app/pyproject.toml", "app/uv.lock", "app/.python-version", "app/wheels/flat-1.0-py3-none-any.whl",
        "app/packages/inside/pyproject.toml", "libs/beside/pyproject.toml", "libs/further/pyproject.toml",
        "libs/built/pyproject.toml", "libs/built/backend.py", "libs/built/src/needs.txt",
    }  # fmt: skip


@pytest.mark.same_everywhere
def test_the_copy_gets_the_lock_that_the_project_would(tmp_path: Path, index: Index, uv: Path) -> None:
    env = {"UV_DEFAULT_INDEX": index.url()}
    for name in ("a", "b"):
        grow(tmp_path / name)
    root = tmp_path / "a/repo/app"
    before = everything(tmp_path / "a")
    found = tried(root, uv, plan_for(root, env=env))
    after = {name: one for name, one in everything(tmp_path / "a").items() if "/.own-cache/" not in name}
    assert after == before  # and nothing was built in place
    assert list((state_folder() / "previews").iterdir()) == []
    other = tmp_path / "b/repo/app"
    subprocess.run([uv, "lock"], cwd=other, env={**os.environ, **env}, check=True, capture_output=True)
    text = (other / "uv.lock").read_text().replace((tmp_path / "b").as_uri(), (tmp_path / "a").as_uri())
    assert found.after.decode().splitlines() == text.splitlines()
    assert found.before is None
    assert lock_changes(found.before, found.after).summary == "7 packages added"
    assert (root / ".own-cache").is_dir() == (other / ".own-cache").is_dir()  # the cache is the project's own


@pytest.mark.same_everywhere
def test_why_it_would_fail_is_named_and_credentials_are_not(tmp_path: Path, uv: Path) -> None:
    with Index(credentials=("min", "geheim")) as index:
        index.add(wheel("secret-thing", "1.0"), prefix="/inner")
        text = (
            '[project]\nname = "app"\nversion = "1"\nrequires-python = ">=3.10"\ndependencies = ["secret-thing"]\n'
            f'[[tool.uv.index]]\nname = "inner"\nurl = "{index.url("/inner")}"\ndefault = true\n'
        )
        (tmp_path / "pyproject.toml").write_text(text)
        with pytest.raises(LockFailed) as failed:
            tried(tmp_path, uv, plan_for(tmp_path))
        assert failed.value.diagnosis.cause == "index-credentials"
        wrong = {**os.environ, "UV_INDEX_INNER_USERNAME": "min", "UV_INDEX_INNER_PASSWORD": "falsch"}
        with pytest.raises(LockFailed) as failed:
            tried(tmp_path, uv, plan_for(tmp_path), wrong)
        assert "falsch" not in str(failed.value.diagnosis.document())
        right = {**wrong, "UV_INDEX_INNER_PASSWORD": "geheim"}
        assert "secret-thing" in tried(tmp_path, uv, plan_for(tmp_path), right).after.decode()
    assert not (tmp_path / "uv.lock").exists()


def locking() -> bool:
    """Whether a uv lock of ours is at work."""
    for one in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error):  # ended, and not yet waited for
            if "lock" in one.cmdline()[-1:]:
                return True
    return False


def test_it_can_be_stopped_while_an_index_hangs(tmp_path: Path, index: Index, uv: Path) -> None:
    index.fault("alpha", gate := Gate())
    text = '[project]\nname = "app"\nversion = "1"\nrequires-python = ">=3.10"\ndependencies = ["alpha"]\n'
    (tmp_path / "pyproject.toml").write_text(text)
    project = read_project(tmp_path)
    assert project is not None
    stop, ended = threading.Event(), []

    def look() -> None:
        try:
            lock_in_copy(
                plan_for(tmp_path, env={"UV_DEFAULT_INDEX": index.url()}), project, str(uv), os.environ, stop.is_set
            )
        except WizardError as error:
            ended.append(error)

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    until(locking, "no uv")
    until(lambda: bool(index.requests()), "nothing was asked")
    stop.set()
    thread.join(20)
    gate.release()
    assert [type(one) for one in ended] == [LockStopped]
    assert not locking()
    assert list((state_folder() / "previews").iterdir()) == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["pyproject.toml"]


def test_what_was_left_by_a_wizard_that_was_killed_goes(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "app"\nversion = "1"\n')
    old = state_folder() / "previews" / "old"
    old.mkdir(parents=True)
    (old / "uv.lock").write_text("")
    os.utime(old, (0, 0))
    with pytest.raises(WizardError, match="can't be started"):
        tried(tmp_path, Path("no-such-uv"), plan_for(tmp_path))
    assert list((state_folder() / "previews").iterdir()) == []
    with pytest.raises(WizardError, match="nothing to try"):
        tried(tmp_path, Path("no-such-uv"), Plan(()))
