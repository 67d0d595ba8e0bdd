"""The normal case is a bad one: no place to write, an index that is slow, dead or lies, somebody who edits meanwhile."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.command import events, of, wizard
from tests.support.index import Cut, Index, Status, Tampered
from tests.support.projects import Project

SAME = pytest.mark.same_everywhere


def applied(project: Project, *more: str, check: int) -> list[dict[str, Any]]:
    return events(wizard("apply", str(project.path), "--yes", "--json", *more, check=check).stdout)


def cause(found: list[dict[str, Any]]) -> str:
    return str(of(found, "diagnosis")[-1]["cause"])


@pytest.mark.wine_cannot("mount /sys read-only")
@pytest.mark.skipif(sys.platform != "linux", reason="the home that nobody can write is /sys, which only Linux has")
def test_a_read_only_home(project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What needs no home works; what does is refused with its cause, and the project is whole."""
    for name in ("UV_WIZARD_STATE_DIR", "XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", "/sys")
    monkeypatch.setenv("TMPDIR", str(tmp_path))  # where the runs go then
    monkeypatch.setenv("SHELL", "/bin/bash")
    applied(project, check=0)
    found = applied(project, "--set", "settings.cache-dir=/tmp/uv-cache-of-a-test", check=1)
    assert cause(found) in {"read-only-filesystem", "permission-denied"}
    assert [event["id"] for event in of(found, "step") if event["state"] == "skipped"] == ["sync", "verify"]


@pytest.mark.same_everywhere
def test_a_dead_index(project: Project, index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    index.__exit__(None, None, None)
    assert cause(applied(project, check=1)) == "network-refused"


@pytest.mark.long
@pytest.mark.same_everywhere
def test_a_slow_index_tells_its_bytes(project: Project, index: Index) -> None:
    index.rate("alpha-1.0", 600_000)
    found = applied(project, check=0)
    done = [event["done_bytes"] for event in of(found, "progress")]
    assert done == sorted(done)
    if os.name != "nt":  # without a pseudo-terminal uv tells no bytes
        assert len({count for count in done if 0 < count < 1_500_000}) >= 2


LONG = (SAME, pytest.mark.long)


@pytest.mark.parametrize(
    "fault, expected",
    [
        pytest.param(Status(401), "index-credentials", marks=LONG),
        pytest.param(Status(403), "index-forbidden", marks=LONG),
        pytest.param(Status(404), "index-file-missing", marks=LONG),
        pytest.param(Status(503), "index-server-error", marks=LONG),
        pytest.param(Tampered(), "hash-mismatch", marks=SAME),
        pytest.param(Cut(after=1000), "network-interrupted", marks=LONG),
    ],
)
def test_an_index_that_fails(
    project: Project, index: Index, monkeypatch: pytest.MonkeyPatch, fault: Any, expected: str
) -> None:
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    index.fault("alpha-1.0", fault)
    assert cause(applied(project, check=1)) == expected
    index.heal("alpha-1.0")
    applied(project, check=0)


@pytest.mark.same_everywhere
def test_a_file_edited_after_the_plan_is_left_alone(project: Project, home: Path) -> None:
    """uv.lock and pyproject.toml of the user are never written; a cache in the way of a folder is told."""
    (home / "taken").write_text("a file")
    found = applied(project, "--set", f"settings.cache-dir={home / 'taken'}", "--set", "settings.where=none", check=1)
    assert cause(found) in {"cache-unusable", "permission-denied"}


@SAME
def test_control_codes_of_outside_never_reach_the_terminal(project: Project) -> None:
    project.pyproject.write_text(project.pyproject.read_text().replace('name = "dream"', 'name = "dr\\u001b[31meam"'))
    for argv in (("doctor", str(project.path)), ("plan", str(project.path)), ("apply", str(project.path), "--yes")):
        done = wizard(*argv, check=None)
        assert "\x1b" not in done.stdout + done.stderr


@SAME
def test_secrets_are_masked_everywhere(project: Project, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = "hunter2secret"
    url = project.registry.replace("://", f"://user:{secret}@")
    monkeypatch.setenv("UV_DEFAULT_INDEX", url)
    monkeypatch.setenv("HTTPS_PROXY", f"http://user:{secret}@127.0.0.1:1")
    told = wizard("doctor", str(project.path), "--json").stdout
    told += wizard("plan", str(project.path)).stdout
    told += wizard("apply", str(project.path), "--yes", "--json", check=None).stdout
    assert secret not in told
    kept = [path for path in (home / "wizard-state").rglob("*") if path.is_file()]
    assert kept
    assert not [path for path in kept if secret.encode() in path.read_bytes()]


@pytest.mark.same_everywhere
def test_doctor_of_a_broken_project_tells_and_exits_0(project: Project) -> None:
    project.pyproject.write_text("[project")
    told = json.loads(wizard("doctor", str(project.path), "--json").stdout)
    assert "project-invalid" in [finding["cause"] for finding in told["findings"]]
    assert told["findings"][0]["severity"] == "error"
