"""Which uv there will be: the one that is here where it will do, else a new one by the first way there is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from wizard.choices import Choices
from wizard.errors import BadInput
from wizard.machine.facts import FoundUv, Machine, UvSource
from wizard.mirrors.catalogue import built_in
from wizard.plan import make
from wizard.plan.install_uv import plan_uv
from wizard.project.facts import Lock, Project


def machine(*versions: str, os: str = "linux") -> Machine:
    found = tuple(FoundUv(f"/opt/{version}/uv", version, "unknown") for version in versions)
    return Machine(os=os, home="/home/min", folders={"uv_bin": "/home/min/.local/bin"}, uv=found)  # type: ignore[arg-type]


def project(required: str | None = None) -> Project:
    return Project("/p", required_uv=required)


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


MIRROR = "https://mirror.example.test/simple"


def ways(
    here: Machine, its: Project | None = None, python: str | None = "/usr/bin/python3", **values: str
) -> list[Any]:
    keys = {key.replace("__", ".").replace("_", "-"): value for key, value in values.items()}
    step = plan_uv(here, its, Choices().with_values("set", keys), python).step
    assert step is not None
    found: list[Any] = step.commands[0].options["ways"]
    return found


def locked(registry: str) -> Project:
    return Project("/p", lock=Lock((registry,), (), 3, None))


@pytest.mark.parametrize(
    "its, environment, python, values, expected",
    [
        (None, {}, "py", {"mirrors__pypi": MIRROR}, [("wheel", MIRROR), ("standalone", None)]),
        (None, {}, None, {"mirrors__pypi": MIRROR + "/", "uv__install": "index"}, [("wheel", MIRROR)]),
        (None, {}, None, {"mirrors__pypi": "tuna", "uv__install": "index"}, [("wheel", "*")]),
        (locked(MIRROR), {}, "py", {}, [("wheel", MIRROR), ("index", None), ("standalone", None)]),
        (None, {"UV_DEFAULT_INDEX": f"company={MIRROR}"}, None, {}, [("wheel", MIRROR), ("standalone", None)]),
        (None, {"UV_DEFAULT_INDEX": "https://***@example.test/simple"}, None, {}, [("standalone", None)]),
        (None, {"PIP_INDEX_URL": MIRROR}, "py", {}, [("wheel", MIRROR), ("index", None), ("standalone", None)]),
        (None, {}, None, {"uv__install": "index"}, [("standalone", None)]),
    ],
)
def test_where_the_wheel_comes_from(
    its: Project | None, environment: dict[str, str], python: str | None, values: dict[str, str], expected: list[Any]
) -> None:
    if "tuna" in values.values():
        values = {**values, "mirrors__pypi": next(one.id for one in built_in().of("pypi") if one.url and one.offer)}
    found = [
        (way["how"], way.get("index"))
        for way in ways(replace(machine(), environment=environment), its, python, **values)
    ]
    assert [(how, "*" if expected[0][1] == "*" else index) for how, index in found] == expected
    assert all(index is None or index.startswith("http") for _, index in found)


def test_an_old_uv_knows_the_official_index_where_nobody_else_does() -> None:
    (wheel, standalone) = ways(machine("0.4.1"), None, None)
    assert (wheel["how"], wheel["ask"], standalone["how"]) == ("wheel", "/opt/0.4.1/uv", "standalone")


@pytest.mark.parametrize(
    "chosen_mirror, version, script, variable",
    [
        ("https://m.example.test/uv/LatestRelease", "", "/uv/LatestRelease/uv-installer.sh", "UV_DOWNLOAD_URL"),
        ("https://m.example.test/uv/LatestRelease/", "0.13.8", "/uv/0.13.8/uv-installer.sh", "UV_DOWNLOAD_URL"),
        ("uv-ustc", "", "LatestRelease/uv-installer.sh", "UV_DOWNLOAD_URL"),
        ("uv-sdu", "0.13.8", "/0.13.8/uv-installer.sh", "UV_DOWNLOAD_URL"),
        ("uv-agentsmirror", "", "releases/latest/download/uv-installer.sh", "UV_INSTALLER_GITHUB_BASE_URL"),
        ("uv-agentsmirror", "0.9.1", "releases/download/0.9.1/uv-installer.sh", "UV_INSTALLER_GITHUB_BASE_URL"),
    ],
)
def test_the_installer_from_a_mirror(chosen_mirror: str, version: str, script: str, variable: str) -> None:
    (way,) = ways(machine(), uv__install="standalone", uv__version=version, mirrors__uv=chosen_mirror)
    assert script in way["argv"][-1]
    assert way["environment"][variable] in way["argv"][-1]
    assert way["environment"]["UV_INSTALL_DIR"] == "/home/min/.local/bin"


def test_a_mirror_with_a_folder_for_each_version_needs_one() -> None:
    with pytest.raises(BadInput, match=r"uv\.version"):
        ways(machine(), uv__install="standalone", mirrors__uv="uv-sdu")


def test_a_range_that_the_project_asks_for() -> None:
    here = replace(machine(), uv_source=UvSource("0.14.0", ("0.14.0", "0.13.8", "0.12.5", "0.9.30")))
    found = ways(here, project(">=0.12,<0.13"), uv__install="index")
    assert [way["how"] for way in found] == ["index", "standalone"]
    assert found[0]["argv"][-1] in ("uv<0.13,>=0.12", "uv>=0.12,<0.13")
    assert "/0.12.5/" in found[1]["argv"][-1], "uv's installer takes no range"
    with pytest.raises(BadInput, match="required-version"):
        ways(here, project(">=0.12,<0.13"), uv__version="0.14.0")


@pytest.mark.parametrize("required, exact", [("0.12.5", "0.12.5"), ("==0.12.5", "0.12.5"), ("nonsense", "")])
def test_a_required_version_in_each_of_its_shapes(required: str, exact: str) -> None:
    step = plan_uv(machine("0.13.8"), project(required), chosen(install="standalone"), None).step
    assert step is not None
    assert step.commands[0].options["version"] == exact


@pytest.mark.parametrize("how, argv", [("pipx", ("pipx", "upgrade", "uv")), ("homebrew", ("brew", "upgrade", "uv"))])
def test_what_another_tool_put_where_a_new_one_would_lie_is_updated_by_that_tool(
    how: str, argv: tuple[str, ...]
) -> None:
    here = replace(machine(), uv=(FoundUv("/home/min/.local/bin/uv", "0.4.1", how),))
    step = plan_uv(here, None, Choices(), None).step
    assert step is not None
    assert step.commands[0].argv == argv
    assert "undo" in step.notes[0]


@pytest.mark.parametrize("how", ["conda", "unknown"])
def test_what_is_somebody_else_s_business_is_said_to_be(how: str) -> None:
    here = replace(machine(), uv=(FoundUv("/c/bin/uv", "0.9.30", how),))
    with pytest.raises(BadInput, match=r"business of (conda|whoever)"):
        plan_uv(here, None, chosen(install="update"), None)


def test_one_that_the_shells_find_before_the_new_one_is_told() -> None:
    here = replace(
        machine(), uv=(FoundUv("/usr/bin/uv", "0.4.1", "unknown"),),
        environment={"PATH": "/usr/bin:/home/min/.local/bin"},
    )  # fmt: skip
    step = plan_uv(here, None, Choices(), None).step
    assert step is not None
    assert any("find /usr/bin/uv first" in note for note in step.notes)
