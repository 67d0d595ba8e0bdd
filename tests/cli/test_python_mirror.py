"""A mirror of Pythons has no second address behind it: the very file is looked up before it is taken, and uv asks there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.support.command import wizard
from tests.support.index import Index, Status
from tests.support.projects import Project, make_project
from wizard.mirrors import official

pytestmark = pytest.mark.same_everywhere

WANTED = ">=3.10,<3.14"


@pytest.fixture
def bare(index: Index, tmp_path: Path, uv: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project that needs a Python which is not here."""
    project = make_project(tmp_path, index, uv, requires_python=WANTED)
    monkeypatch.delenv("UV_PYTHON")
    monkeypatch.setenv("UV_PYTHON_PREFERENCE", "only-managed")
    monkeypatch.setenv("UV_PYTHON_INSTALL_DIR", os.fspath(tmp_path / "pythons"))
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    return project


def chosen(index: Index, project: Project, command: str, check: int) -> tuple[str, str]:
    done = wizard(command, str(project.path), "--set", f"mirrors.python={index.root}/pythons", check=check)
    return done.stdout, done.stderr


def test_the_very_file_is_there(index: Index, bare: Project) -> None:
    file = official.python_file(os.fspath(bare.uv), WANTED)
    assert file is not None
    index.put("/pythons/" + file.replace("%2B", "+"), b"\x1f\x8b" + bytes(3000))
    out, _ = chosen(index, bare, "plan", 0)
    assert f"Pythons come from {index.root}/pythons alone: uv looks nowhere else" in out
    index.forget()
    chosen(index, bare, "sync", 1)  # it is no Python: its hash is not the one that uv knows
    agents = {request.headers["user-agent"].split("{")[0] for request in index.requests("/pythons/") if request.ok}
    assert len(index.requests("/pythons/")) > 1
    assert all(agent.startswith("uv/") for agent in agents)
    assert index.requests("/pythons/")[-1].method == "GET"


def test_the_newest_alone_is_there(index: Index, bare: Project) -> None:
    """As most mirrors: uv asks for the one it knows."""
    index.put("/pythons/20991231/cpython-3.13.99+20991231-x.tar.gz", b"\x1f\x8b")
    for command in ("plan", "sync"):
        _, told = chosen(index, bare, command, 2)
        assert "has no cpython-3.13." in told
        assert "mirrors.python=official" in told
    assert not bare.venv.exists()


def test_a_portal(index: Index, bare: Project) -> None:
    index.fault("/pythons/", Status(200, {"Content-Type": "text/html"}, b"<html>sign in</html>"))
    assert "a web page, not a file" in chosen(index, bare, "sync", 2)[1]


def test_nobody_is_asked_where_a_python_is_here(index: Index, project: Project) -> None:
    index.forget()
    chosen(index, project, "plan", 0)
    assert index.requests("/pythons/") == []


@pytest.mark.parametrize(
    "request_, starts",
    [
        (">=3.10", "cpython-3."),
        (">=3.10,<3.13", "cpython-3.12."),
        ("3.12", "cpython-3.12."),
        ("cpython@3.11", "cpython-3.11."),
        ("3.13t", "cpython-3.13."),
        ("pypy@3.10", None),
    ],
)
def test_which_file_a_request_means(uv: Path, request_: str, starts: str | None) -> None:
    found = official.python_file(os.fspath(uv), request_)
    assert (found is None) == (starts is None)
    if found is not None:
        name = found.partition("/")[2]
        assert name.startswith(str(starts))
        assert not any(mark in name.partition("%2B")[0] for mark in ("a1", "a2", "b1", "rc"))  # uv takes none by itself
        assert ("freethreaded" in name) == (request_ == "3.13t")
