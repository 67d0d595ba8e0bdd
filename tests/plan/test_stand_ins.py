"""A Python or a uv that can't be fetched: what is here and would do, and that a run's diagnosis hears of it."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import pytest

from wizard.choices import Choices
from wizard.diagnosis import Diagnosis, diagnose
from wizard.machine.facts import FoundPython, FoundUv, Machine
from wizard.machine.request import own_os
from wizard.plan.stand_ins import stand_ins
from wizard.plan.step import Plan
from wizard.project.facts import Project
from wizard.run import known
from wizard.way import Way

pytestmark = pytest.mark.same_everywhere

NOT_FETCHED = """error: Failed to download cpython-3.13.9-linux-x86_64-gnu
  Caused by: error sending request for url (https://pythons.example/cpython-3.13.9.tar.gz)
  Caused by: dns error
"""
NOT_HERE = "error: No interpreter found for Python 3.13 in managed installations or search path\n"
NO_UV = "curl: (6) Could not resolve host: uv.example\nerror: uv's installer ended without a new uv in /home/min/bin\n"
ON_PATH = FoundPython("/usr/bin/python3.11", "3.11.2")
OWN = FoundPython("/home/min/.local/share/uv/python/cpython-3.11.9-linux-x86_64-gnu/bin/python3.11", "3.11.9")
PIN = ("uv", "python", "pin", "3.11")
ONCE = ("uv", "sync", "--locked", "--python", "3.11")


def there(
    *pythons: FoundPython,
    asked: str | None = "3.13",
    requires: str | None = ">=3.10",
    variables: dict[str, str] | None = None,
    system: Literal["linux", "windows"] = "linux",
    exists: Callable[[str], bool] = lambda _: False,
    uv: tuple[FoundUv, ...] = (),
    files: dict[str, bytes | None] | None = None,
    needs: str | None = None,
) -> dict[str, Any]:
    windows = system == "windows"
    folder = r"C:\Users\min\AppData\Roaming\uv\python" if windows else "/home/min/.local/share/uv/python"
    path = r'C:\Tools;"C:\Program Files\Py"' if windows else "/usr/local/bin:/usr/bin/"
    machine = Machine(os=system, pythons=pythons, folders={"pythons": folder}, uv=uv)
    project = Project(
        "/work/vision", python_version_file=asked, requires_python=requires, files=files or {}, required_uv=needs
    )
    return stand_ins(machine, project, Choices(), {"Path" if windows else "PATH": path, **(variables or {})}, exists)


def told(text: str, found: dict[str, Any], **choices: dict[str, str]) -> Diagnosis:
    """As a run comes to it: by way of its job."""
    job = json.loads(json.dumps({"choices": choices, "stand_ins": found, "machine": known.handed(Machine(os="linux"))}))
    return diagnose(text, known.context(job, {"PATH": "/usr/bin"}, 1))


def commands(told: Diagnosis) -> list[tuple[str, ...]]:
    return [fix.commands[0] for fix in told.fixes if fix.commands and {"pin", "--python"} & set(fix.commands[0])]


@pytest.mark.parametrize("text, cause", [(NOT_FETCHED, "python-download-failed"), (NOT_HERE, "python-missing")])
@pytest.mark.parametrize(
    "asked, variables, command",
    [("3.13", {}, PIN), ("3.13", {"UV_PYTHON": "3.13"}, ONCE), (None, {"UV_PYTHON": "3.13"}, ONCE)],
)
def test_a_python_that_is_here_is_one_key(
    text: str, cause: str, asked: str | None, variables: dict[str, str], command: tuple[str, ...]
) -> None:
    found = told(text, there(ON_PATH, asked=asked, variables=variables))
    assert found.cause == cause
    assert commands(found) == [command]


def test_where_none_is_here_none_is_offered() -> None:
    assert commands(told(NOT_FETCHED, there())) == []
    assert commands(told(NOT_FETCHED, {})) == []


def test_the_newest_that_fits_and_is_out() -> None:
    pythons = [FoundPython(f"/usr/bin/python3.{minor}", f"3.{minor}.1") for minor in (9, 10, 11, 14)]
    early = FoundPython("/usr/bin/python3.13", "3.13.0rc1")
    assert there(*pythons, early, requires=">=3.10,<3.14", asked="3.12")["python"] == "3.11"


@pytest.mark.parametrize(
    "one, more",
    [
        (FoundPython("/usr/bin/python3.9", "3.9.2"), {}),  # the project does not allow it
        (FoundPython("/usr/bin/python3.13", "3.13.1"), {}),  # it was asked for, and uv did not take it
        (ON_PATH, {"asked": "311"}),
        (ON_PATH, {"asked": "cpython-3.11.9-linux"}),
        (ON_PATH, {"requires": "quite new"}),
        (FoundPython("/usr/bin/python3", None), {}),
        (FoundPython("/usr/bin/python3", "3.x"), {}),
        (FoundPython("/home/min/.pyenv/versions/3.11.7/bin/python3.11", "3.11.7"), {}),  # uv looks on the PATH
        (FoundPython("/usr/bin/deep/er/python3.11", "3.11.7"), {}),
        (ON_PATH, {"exists": lambda path: path == "/usr/pyvenv.cfg"}),
        (ON_PATH, {"exists": lambda path: path == "/usr/conda-meta"}),
        (ON_PATH, {"variables": {"UV_MANAGED_PYTHON": "1"}}),
        (ON_PATH, {"variables": {"UV_PYTHON_PREFERENCE": "only-managed"}}),
        (ON_PATH, {"files": {"/work/vision/uv.toml": b'python-preference = "only-managed"\n', "/work/x": None}}),
        (FoundPython(r"C:\Users\min\miniconda3\python.exe", "3.11.9"), {"system": "windows"}),
        (FoundPython(r"C:\Users\min\.pyenv\pyenv-win\versions\3.11.9\python.exe", "3.11.9"), {"system": "windows"}),
    ],
)
def test_none_is_offered_that_would_not_do(one: FoundPython, more: dict[str, Any]) -> None:
    assert there(one, **more)["python"] is None


@pytest.mark.parametrize(
    "one, more",
    [
        (ON_PATH, {}),
        (ON_PATH, {"asked": "3"}),
        (OWN, {}),
        (OWN, {"variables": {"UV_MANAGED_PYTHON": "true"}}),
        (FoundPython(r"c:\program files\py\python.exe", "3.11.9"), {"system": "windows"}),
        (
            FoundPython(r"C:\Users\min\AppData\Local\Programs\Python\Python311\python.exe", "3.11.9"),
            {"system": "windows"},
        ),
        (
            FoundPython(r"C:\Users\min\AppData\Roaming\uv\python\cpython-3.11\python.exe", "3.11.9"),
            {"system": "windows"},
        ),
    ],
)
def test_what_uv_finds_by_itself_would_do(one: FoundPython, more: dict[str, Any]) -> None:
    assert there(one, **more)["python"] == "3.11"


@pytest.mark.parametrize(
    "version, needs, kept",
    [("0.13.8", None, True), ("0.4.0", None, False), ("0.13.8", ">=0.14", False), (None, None, False)],
)
def test_a_uv_that_is_here_is_kept_where_it_will_do(version: str | None, needs: str | None, kept: bool) -> None:
    found = told(NO_UV, there(uv=(FoundUv("/usr/bin/uv", version, "unknown"),), needs=needs))
    assert found.cause == "uv-not-fetched"
    assert ({"uv.install": "keep"} in [fix.choices for fix in found.fixes]) is kept


def test_a_run_is_told_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "a"\nversion = "0"\nrequires-python = ">=3.10"\n')
    (tmp_path / ".python-version").write_text("3.99\n")
    python = FoundPython(os.fspath(tmp_path / "bin" / "python3.11"), "3.11.9")
    machine = Machine(os=own_os(), pythons=(python,), uv=(FoundUv("/usr/bin/uv", "0.13.8", "unknown"),))
    way = Way(os.fspath(tmp_path), machine=machine, environment={"PATH": os.fspath(tmp_path / "bin")})
    asked: list[dict[str, Any]] = []
    monkeypatch.setattr("wizard.run.client.start", lambda *_, context, **__: asked.append(context))
    way.start(Plan((), os.fspath(tmp_path)))
    found = asked[0]["stand_ins"]
    assert found == {"python": "3.11", "python_in_file": True, "uv": True}
    assert commands(told(NOT_FETCHED, found)) == [PIN]
