"""A Python that can't be fetched: one that is here and fits is one key."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import pytest

from wizard.diagnosis import Context, Diagnosis, diagnose
from wizard.machine.facts import FoundPython, Machine
from wizard.project.facts import Project

pytestmark = pytest.mark.same_everywhere

NOT_FETCHED = """error: Failed to download cpython-3.13.9-linux-x86_64-gnu
  Caused by: Request failed after 3 retries
  Caused by: error sending request for url (https://pythons.example/cpython-3.13.9.tar.gz)
  Caused by: client error (Connect)
  Caused by: dns error
"""
NOT_HERE = "error: No interpreter found for Python 3.13 in managed installations or search path\n"
PIN = (("uv", "python", "pin", "3.11"),)
ONCE = (("uv", "sync", "--locked", "--python", "3.11"),)
ON_PATH = FoundPython("/usr/bin/python3.11", "3.11.2")


def found(
    text: str = NOT_FETCHED,
    *pythons: FoundPython,
    asked: str | None = "3.13",
    requires: str | None = ">=3.10",
    variables: dict[str, str] | None = None,
    os: Literal["linux", "windows"] = "linux",
    exists: Callable[[str], bool] | None = None,
) -> Diagnosis:
    machine = Machine(
        os=os,
        pythons=pythons,
        environment={"PATH": "/usr/local/bin:/usr/bin/"},
        folders={"pythons": "/home/min/.local/share/uv/python"},
    )
    project = Project("/work/vision", python_version_file=asked, requires_python=requires)
    context = Context(
        phase="sync", machine=machine, project=project, environment=variables or {}, has_lock=True, exists=exists
    )
    return diagnose(text, context)


def offered(told: Diagnosis) -> list[tuple[tuple[str, ...], ...]]:
    return [fix.commands for fix in told.fixes if fix.commands and {"pin", "--python"} & set(fix.commands[0])]


@pytest.mark.parametrize("text, cause", [(NOT_FETCHED, "python-download-failed"), (NOT_HERE, "python-missing")])
def test_the_file_that_asked_for_another_is_written_anew(text: str, cause: str) -> None:
    told = found(text, ON_PATH)
    assert told.cause == cause
    assert offered(told) == [PIN]


def test_where_a_variable_asked_it_is_for_this_sync() -> None:
    assert offered(found(NOT_FETCHED, ON_PATH, variables={"UV_PYTHON": "3.13"})) == [ONCE]
    assert offered(found(NOT_FETCHED, ON_PATH, asked=None, variables={"UV_PYTHON": "3.13"})) == [ONCE]


def test_the_newest_that_fits() -> None:
    pythons = [FoundPython(f"/usr/bin/python3.{minor}", f"3.{minor}.1") for minor in (9, 10, 11, 14)]
    assert offered(found(NOT_FETCHED, *pythons, requires=">=3.10,<3.14")) == [PIN]


@pytest.mark.parametrize(
    "one",
    [
        FoundPython("/usr/bin/python3.9", "3.9.2"),  # the project does not allow it
        FoundPython("/usr/bin/python3.13", "3.13.1"),  # it is the one that was asked for, and uv did not take it
        FoundPython("/usr/bin/python3", None),
        FoundPython("/usr/bin/python3", "3.x"),
        FoundPython("/home/min/.pyenv/versions/3.11.7/bin/python3.11", "3.11.7"),  # uv looks on the PATH
        FoundPython("/usr/bin/deep/er/python3.11", "3.11.7"),
    ],
)
def test_none_is_offered_that_would_not_do(one: FoundPython) -> None:
    assert offered(found(NOT_FETCHED, one)) == []


def test_uv_s_own_pythons_count() -> None:
    own = FoundPython("/home/min/.local/share/uv/python/cpython-3.11.9-linux-x86_64-gnu/bin/python3.11", "3.11.9")
    assert offered(found(NOT_FETCHED, own)) == [PIN]


def test_an_environment_is_none() -> None:
    inside = FoundPython("/usr/bin/python", "3.11.2")
    assert offered(found(NOT_FETCHED, inside, exists=lambda path: path == "/usr/pyvenv.cfg")) == []
    assert offered(found(NOT_FETCHED, inside, exists=lambda _path: False)) == [PIN]


def test_windows_knows_them_by_its_registry() -> None:
    one = FoundPython("C:\\Python311\\python.exe", "3.11.9")
    assert offered(found(NOT_FETCHED, one, os="windows")) == [PIN]


def test_a_project_that_can_t_be_read_is_asked_nothing() -> None:
    assert offered(found(NOT_FETCHED, ON_PATH, requires="quite new")) == []
