"""The whole way by the command line, in processes of their own: real uv, a loopback index, a real supervisor."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.command import ROOT, events, of, wizard
from tests.support.index import Index, Status
from tests.support.projects import Project, make_project


def before(project: Project) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (project.pyproject, project.lock)}


def test_apply_to_a_verified_environment(project: Project, home: Path) -> None:
    was = before(project)
    found = events(wizard("apply", str(project.path), "--yes", "--json").stdout)
    assert found[0]["type"] == "run"
    assert found[-1] == {**found[-1], "type": "end", "exit_code": 0}
    assert [event["id"] for event in of(found, "step") if event["state"] == "done"] == ["sync", "verify"]
    assert of(found, "command")[0]["argv"][1:] == ["sync", "--locked"]
    assert of(found, "verify")[-1]["ok"] is True
    installed = {event["name"] for event in of(found, "package") if event["state"] == "installed"}
    assert {"alpha", "beta"} <= installed
    assert [event["at"] for event in found] == sorted(event["at"] for event in found)
    assert before(project) == was
    assert project.run_python("import alpha; print(alpha.__version__)").strip() == "1.0"
    assert not (home / ".bashrc").exists()


def test_doctor_and_plan_change_nothing(project: Project) -> None:
    files = sorted(path.name for path in project.path.iterdir())
    told = json.loads(wizard("doctor", str(project.path), "--json").stdout)
    assert told["schema"] == 1
    assert told["machine"]["os"] in {"linux", "windows", "macos"}
    assert told["project"]["lock"]["registries"] == [project.registry]
    assert told["project"]["torch"] is None
    plan = json.loads(wizard("plan", str(project.path), "--json").stdout)
    assert [step["id"] for step in plan["steps"]] == ["sync", "verify"]
    assert sorted(path.name for path in project.path.iterdir()) == files


@pytest.mark.same_everywhere
def test_without_yes_nothing_runs(project: Project) -> None:
    done = wizard("apply", str(project.path), check=4)
    assert "--yes" in done.stderr
    assert not project.venv.exists()


IN_FILES = pytest.mark.skipif(
    os.name == "nt", reason="settings are registry values there: tests/test_windows_registry.py"
)


@IN_FILES
def test_the_settings_are_written_and_taken_back(project: Project, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHELL", "/bin/bash")
    (home / ".bashrc").write_bytes(b"alias ll=ls")
    cache = home / "my cache"
    wizard("apply", str(project.path), "--yes", "--set", f"settings.cache-dir={cache}")
    assert b"uv-wizard" in (home / ".bashrc").read_bytes()
    assert cache.is_dir()
    listed = json.loads(wizard("undo", "--list", "--json").stdout)["runs"]
    assert str(home / ".bashrc") in listed[0]["changed"]
    assert wizard("undo", check=4).stdout == ""
    wizard("undo", "--yes")
    assert (home / ".bashrc").read_bytes() == b"alias ll=ls"
    assert not (home / ".profile").exists()
    assert json.loads(wizard("undo", "--list", "--json").stdout)["runs"][0]["undone"] is True
    assert "Nothing to undo" in wizard("undo", "--yes").stdout


@IN_FILES
def test_a_file_that_was_changed_since_is_shown_in_three_versions(project: Project, home: Path) -> None:
    """It is left as it is, the rest is put back, and the run can be undone again once the file is settled."""
    (home / ".bashrc").write_bytes(b"before\n")
    wizard("apply", str(project.path), "--yes", "--set", f"settings.cache-dir={home / 'c'}")
    ours = (home / ".bashrc").read_bytes()
    (home / ".bashrc").write_bytes(ours + b"# >>> conda initialize >>>\n")
    told = json.loads(wizard("undo", "--dry-run", "--json", check=1).stdout)["files"]
    (refused,) = [one for one in told if one["state"] == "refused"]
    assert (refused["before"], refused["ours"]) == ("before\n", ours.decode())
    assert refused["now"] == ours.decode() + "# >>> conda initialize >>>\n"
    text = wizard("undo", "--yes", check=1).stdout
    assert f"x left as it is  {home / '.bashrc'}: it was changed since" in text
    assert "\n+# >>> conda initialize >>>" in text
    assert "\n+# >>> uv-wizard >>>" in text
    assert not (home / ".config" / "uv-wizard").exists()
    (home / ".bashrc").write_bytes(ours)
    first = json.loads(wizard("undo", "--list", "--json").stdout)["runs"][0]["id"]
    wizard("apply", str(project.path), "--yes", "--set", f"settings.cache-dir={home / 'd'}")
    second = json.loads(wizard("undo", "--list", "--json").stdout)["runs"][0]["id"]
    assert f"by the run {second}: undo that one first" in wizard("undo", first, "--yes", check=1).stdout
    wizard("undo", "--yes")
    wizard("undo", "--yes")
    assert (home / ".bashrc").read_bytes() == b"before\n"


@pytest.mark.same_everywhere
def test_sync_through_a_mirror_leaves_the_lock(project: Project, index: Index) -> None:
    was = before(project)
    index.copy("/simple", "/mirror/simple")
    index.forget()
    mirror = index.url("/mirror/simple")
    wizard("sync", str(project.path), "--set", f"mirrors.pypi={mirror}")
    assert before(project) == was
    assert project.python.exists()


@pytest.mark.same_everywhere
@pytest.mark.parametrize(
    "spoil, cause",
    [
        ("no lock", "lock-missing"),
        ("stale lock", "lock-outdated"),
        pytest.param("broken lock", "lock-unreadable", marks=pytest.mark.long),
        pytest.param("broken project", "project-invalid", marks=pytest.mark.long),
        pytest.param("no project", "project-missing", marks=pytest.mark.long),
        ("server", "index-server-error"),
        ("extra", "extra-undefined"),
    ],
)
def test_a_failure_is_named(
    project: Project, index: Index, monkeypatch: pytest.MonkeyPatch, spoil: str, cause: str
) -> None:
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    more: list[str] = []
    text = project.pyproject.read_text()
    if spoil == "no lock":
        project.lock.unlink()
    elif spoil == "stale lock":
        project.pyproject.write_text(text.replace('"alpha"', '"alpha", "gamma"'))
    elif spoil == "broken lock":
        project.lock.write_text("version = ")
    elif spoil == "broken project":
        project.pyproject.write_text("[project")
    elif spoil == "no project":
        project.pyproject.unlink()
    elif spoil == "server":
        index.fault("alpha-1.0", Status(500))
    else:
        more = ["--set", "sync.extras=nope"]
    found = events(wizard("apply", str(project.path), "--yes", "--json", *more, check=1).stdout)
    assert of(found, "diagnosis")[-1]["cause"] == cause
    assert found[0]["type"] == "run"
    assert found[-1]["type"] == "end"
    assert found[-1]["exit_code"] == 1


@pytest.mark.long
@pytest.mark.same_everywhere
def test_a_requirement_that_is_not_met_is_exit_3(project: Project) -> None:
    wizard("sync", str(project.path))
    told = json.loads(wizard("verify", str(project.path), "--json", "--require", "cuda", check=3).stdout)
    assert told["ok"] is False
    assert told["require"] == "cuda"
    assert told["diagnosis"]["cause"]
    assert json.loads(wizard("verify", str(project.path), "--json").stdout)["ok"] is True


@pytest.mark.long
@pytest.mark.same_everywhere
def test_verify_looks_into_any_environment(project: Project) -> None:
    wizard("sync", str(project.path))
    for named in (".venv", project.python.relative_to(project.path), project.python):
        told = json.loads(wizard("verify", "--json", "--python", str(named), cwd=project.path).stdout)
        assert told["ok"] is True
        assert told["python"]


@pytest.mark.same_everywhere
def test_verify_without_an_environment_is_exit_1(project: Project) -> None:
    told = json.loads(wizard("verify", str(project.path), "--json", check=1).stdout)
    assert told["ok"] is False


@pytest.mark.same_everywhere
def test_attach_tells_a_run_again_and_exits_as_it_did(project: Project) -> None:
    first = events(wizard("sync", str(project.path), "--json").stdout)
    again = events(wizard("attach", "--json").stdout)
    assert [event["type"] for event in again] == [event["type"] for event in first]
    project.lock.write_text(project.lock.read_text().replace("alpha", "alhpa"))
    wizard("sync", str(project.path), check=1)
    assert wizard("attach", check=1).stdout


@pytest.mark.long
@pytest.mark.same_everywhere
def test_choices_are_exported_and_replayed(project: Project, tmp_path: Path) -> None:
    chosen = ["--set", "verify.require=cpu", "--set", "settings.where=none"]
    text = wizard("export", "choices", str(project.path), "--dry-run", *chosen).stdout
    assert not (project.path / "uv-wizard.choices.toml").exists()
    path = tmp_path / "choices.toml"
    path.write_text(text, "utf-8")
    with_file = json.loads(wizard("plan", str(project.path), "--json", "--choices", str(path)).stdout)
    with_sets = json.loads(wizard("plan", str(project.path), "--json", *chosen).stdout)
    assert with_file == with_sets
    wizard("export", "choices", str(project.path), "--yes", *chosen)
    assert (project.path / "uv-wizard.choices.toml").read_text("utf-8") == text


@pytest.mark.same_everywhere
def test_a_teams_table_is_taken_and_its_mistakes_are_told(tmp_path: Path, index: Index, uv: Path) -> None:
    project = make_project(tmp_path, index, uv, more='[tool.uv-wizard.verify]\nrequire = "cuda"')
    plan = json.loads(wizard("plan", str(project.path), "--json").stdout)
    assert plan["steps"][-1]["commands"] == [["uv-wizard", "verify", str(project.path), "--require", "cuda"]]
    project.pyproject.write_text(project.pyproject.read_text().replace("cuda", "tpu"))
    done = wizard("plan", str(project.path), check=2)
    assert "verify.require" in done.stderr
    assert "pyproject.toml" in done.stderr


def test_diagnose_reads_a_pipe(project: Project) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "wizard", "diagnose", "--json"],
        input=b"error: Unable to find lockfile at `uv.lock`, but `--locked` was provided.\n",
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=True,
    )
    assert json.loads(done.stdout)["cause"] == "lock-missing"
