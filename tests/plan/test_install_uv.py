"""Which uv there will be: the one that is here where it will do, else a new one by the first way there is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from wizard.choices import Choices
from wizard.errors import BadInput
from wizard.machine.facts import FoundUv, Machine
from wizard.plan import make
from wizard.plan.install_uv import plan_uv
from wizard.project.facts import Project


def machine(*versions: str, os: str = "linux") -> Machine:
    found = tuple(FoundUv(f"/opt/{version}/uv", version, "unknown") for version in versions)
    return Machine(os=os, home="/home/min", folders={"uv_bin": "/home/min/.local/bin"}, uv=found)  # type: ignore[arg-type]


def project(required: str | None = None) -> Project:
    return Project("/p", "/p", required_uv=required)


def chosen(**values: str) -> Choices:
    return Choices().with_values("set", {f"uv.{key}": value for key, value in values.items()})


@pytest.mark.parametrize(
    "versions, required, choices, kept",
    [
        (("0.13.8",), None, {}, "0.13.8"),
        (("0.9.30", "0.13.8"), None, {}, "0.9.30"),
        (("0.9.30", "0.13.8"), ">=0.12", {}, "0.13.8"),
        (("0.9.30",), ">=0.12", {}, None),
        (("0.4.1",), None, {}, None),
        (("?",), None, {}, None),
        ((), None, {}, None),
        (("0.13.8",), None, {"version": "0.12.5"}, None),
        (("0.13.8", "0.12.5"), None, {"version": "0.12.5"}, "0.12.5"),
        (("0.13.8",), None, {"install": "index"}, None),
        (("0.4.1",), None, {"install": "keep"}, "0.4.1"),
    ],
)
def test_which_uv_is_kept(
    versions: tuple[str, ...], required: str | None, choices: dict[str, str], kept: str | None
) -> None:
    planned = plan_uv(machine(*versions), project(required), chosen(**choices), "/usr/bin/python3")
    assert (planned.kept.version if planned.kept else None) == kept
    assert (planned.step is None) is (kept is not None)
    if kept is None:
        assert planned.path == "/home/min/.local/bin/uv"


def test_nothing_to_keep_is_told() -> None:
    with pytest.raises(BadInput, match="standalone"):
        plan_uv(machine(), None, chosen(install="keep"), None)


@pytest.mark.parametrize(
    "install, python, ways",
    [
        ("auto", "/usr/bin/python3", ["index", "standalone"]),
        ("auto", None, ["standalone"]),
        ("index", "/usr/bin/python3", ["index", "standalone"]),
        ("standalone", "/usr/bin/python3", ["standalone"]),
    ],
)
def test_the_ways_in_their_order(install: str, python: str | None, ways: list[str]) -> None:
    step = plan_uv(machine(), project("==0.12.5"), chosen(install=install), python).step
    assert step is not None
    command = step.commands[0]
    assert [way["how"] for way in command.options["ways"]] == ways
    assert list(command.argv) == command.options["ways"][0]["argv"]
    assert any("0.12.5" in word for word in command.argv)


def test_windows_has_its_own_installer_and_name() -> None:
    here = Machine(os="windows", home="C:\\Users\\min", uv=())
    planned = plan_uv(here, None, chosen(install="standalone"), None)
    assert planned.path == "C:\\Users\\min\\.local\\bin\\uv.exe"
    assert planned.step is not None
    assert planned.step.commands[0].argv[0] == "powershell"


def test_a_uv_that_no_shell_finds_is_not_kept() -> None:
    """The one in the environment that the wizard runs in, say: the user's next `uv run` would not find it."""
    hidden = Machine(
        os="linux", home="/home/min", folders={"uv_bin": "/home/min/.local/bin"},
        uv=(FoundUv("/venv/bin/uv", "0.13.8", "pip"),), environment={"PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    assert plan_uv(hidden, None, Choices(), "/usr/bin/python3").path == "/home/min/.local/bin/uv"
    taught = replace(hidden, uv=(*(hidden.uv or ()), FoundUv("/home/min/.local/bin/uv", "0.13.8", "standalone")))
    planned = plan_uv(taught, None, Choices(), "/usr/bin/python3")
    assert (planned.step, planned.path) == (None, "/home/min/.local/bin/uv")
    assert plan_uv(hidden, None, chosen(install="keep"), None).path == "/venv/bin/uv"


@pytest.mark.parametrize("bashrc, taught", [(b"", True), (b'. "$HOME/.local/bin/env"\n', False)])
def test_a_kept_uv_off_the_path_is_made_findable_once(bashrc: bytes, taught: bool) -> None:
    here = Machine(
        os="linux", home="/h", shell="bash", folders={"uv_bin": "/h/.local/bin"}, files={"/h/.bashrc": bashrc},
        uv=(FoundUv("/h/.local/bin/uv", "0.13.8", "standalone"),), environment={"PATH": "/usr/bin"},
    )  # fmt: skip
    steps = make.make(here, None, Choices(), make.Circumstances()).steps
    assert [step.id for step in steps] == (["settings"] if taught else [])
